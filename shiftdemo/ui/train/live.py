"""A run on the page while it lasts: its state, its curves and its held-out figures."""

from __future__ import annotations

import asyncio
import copy
import dataclasses
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any

import gradio as gr

from shiftdemo.core.events import RunEvent
from shiftdemo.core.messages import Message
from shiftdemo.core.model_refs import PACKAGE, package_folder
from shiftdemo.experiments.presets import Preset, preset
from shiftdemo.experiments.recorded import recorded_events, recorded_name
from shiftdemo.training.server.queue import ENDED
from shiftdemo.ui.common import texts
from shiftdemo.ui.common.context import Context
from shiftdemo.ui.common.i18n import Visit
from shiftdemo.ui.train import progress
from shiftdemo.ui.train.curves import Curves, View
from shiftdemo.viz.loss import RunHistory

# The page may share the cores with the training, and the longer a run, the less a second changes
# in it: it is looked at, and its plots are drawn, after a part of its time so far, within bounds.
LOOK, PLOT = (0.02, 1.0, 2.0), (0.04, 3.0, 10.0)  # the part, seconds at least, seconds at most
BETWEEN = 0.6  # seconds between two updates of which the page needs both


class Live:
    """What the page is told of a run."""

    def __init__(self, context: Context) -> None:
        """Args: context: knows the runs, and how each visitor wants to see curves."""
        self.context = context

    async def follow(
        self, visit: Visit, followed: tuple[str, int]
    ) -> AsyncIterator[dict[str, Any]]:
        """Shows a run until it has ended, or a recorded one.

        Args:
            followed: the run's id or ``recorded:NAME``, and the number of turns before.

        Yields:
            Updates of the run's state, of whether there are curves, of their legend, the two plots,
            the notes and the table of held-out figures, and the run's id once it has ended.
        """
        name = recorded_name(followed[0])
        steps = self._recorded(visit, name) if name else self._run(visit, followed[0])
        async for shown in steps:
            yield shown

    async def _recorded(self, visit: Visit, name: str) -> AsyncIterator[dict[str, Any]]:
        history = RunHistory(recorded_events(name))
        status = progress.where(visit, history, "finished", 0)
        about, *more = _told(visit, preset(name))
        status |= {"state": visit(texts.TRAIN_RECORDED), "fraction": None, "run": about}
        notes = progress.notes(visit, history) or {"notes": []}
        notes["notes"] = [*more, *notes["notes"]]
        table = gr.update(value=progress.summary(visit, history))
        curves = Curves(history, self._view(visit), run_id=name)
        for _ in range(2):
            yield {
                "status": gr.update(value=status),
                "curves": gr.update(visible=True),
                "table": table,
                "notes": notes,
                **curves.updates(visit),
            }
            await asyncio.sleep(BETWEEN)

    def events(self, run_id: str) -> Sequence[RunEvent]:
        """Returns the events of a run of this server or of a recorded one; none of any other."""
        name = recorded_name(run_id)
        if name:
            return recorded_events(name)
        return self.context.runs.events(run_id) if self.context.runs.knows(run_id) else ()

    async def _run(self, visit: Visit, run_id: str) -> AsyncIterator[dict[str, Any]]:
        runs = self.context.runs
        log, history = runs.log(run_id), RunHistory()
        curves = self._curves(history, self._view(visit), run_id)
        first, due = True, 0.0
        before: dict[str, Any] = {}
        while True:
            runs.keep_alive(run_id)
            state = runs.state(run_id)
            new = log.new()
            history.add(new)
            over = state in ENDED
            if first or new or over or state == "queued":
                if curves.view != self._view(visit):
                    curves, due = self._curves(history, self._view(visit), run_id), 0.0
                plots: dict[str, Any] = {}
                now = time.monotonic()
                if first or over or now > due or not curves.settled:
                    plots, due = curves.updates(visit), now + _pause(PLOT, history.eta().seconds)
                where = progress.where(visit, history, state, runs.queue_position(run_id))
                shown: dict[str, Any] = {
                    "status": gr.update(value=where),
                    "notes": gr.update(value=progress.notes(visit, history)),
                    "table": gr.update(value=progress.summary(visit, history)),
                    "ended": run_id if over else "",
                }
                shown |= {"curves": gr.update(visible=True)} if curves.any else {}
                yield {**_changed(shown, before), **plots}
                before = {} if over else shown  # two quick updates may reach the page as one
            if over and curves.settled:
                return
            first = False
            pause = BETWEEN if over else _pause(LOOK, history.eta().seconds)
            await asyncio.sleep(pause)

    def _curves(self, history: RunHistory, view: View, run_id: str = "") -> Curves:
        runs, under = self.context.runs, None
        if view.under and runs.knows(view.under):
            under = RunHistory(runs.events(view.under))
        return Curves(history, view, under, run_id)

    def _view(self, visit: Visit) -> View:
        view: View = self.context.sessions.views.get(visit.session) or View()
        return view

    def earlier(self, visit: Visit, remembered: Sequence[str]) -> Any:
        """Returns the choices of the runs that can lie beneath the newest one."""
        runs = self.context.runs
        known = [run_id for run_id in remembered[1:] if runs.knows(run_id)]
        told = {
            run_id: progress.described(visit, dataclasses.asdict(runs.config(run_id)))
            for run_id in known
        }
        labels = [(f"{run_id[:4]} · {told[run_id]}", run_id) for run_id in known]
        under = self._view(visit).under
        value = under if under in known else ""
        return gr.update(choices=[(visit("none"), ""), *labels], value=value)

    def look(
        self, visit: Visit, followed: tuple[str, int], raw: bool, log: bool, under: str
    ) -> Iterator[dict[str, Any]]:
        """Draws the curves in another way; the run that is followed keeps to it."""
        view = View(bool(raw), bool(log), str(under or ""))
        self.context.sessions.keep_view(visit.session, view)
        run_id = followed[0]
        curves = self._curves(RunHistory(self.events(run_id)), view, run_id)
        yield curves.updates(visit)
        time.sleep(BETWEEN)
        yield curves.updates(visit)


def _told(visit: Visit, one: Preset) -> list[str]:
    """Returns what a preset shows, what it was recorded on, and what it needs that is not here."""
    told = [visit(text) for text in (one.about, one.recorded_on) if text]
    ref = one.config.model
    if ref.startswith(PACKAGE) and package_folder(ref) is None:
        told.append(visit.translate(Message("load.no_package", name=ref.removeprefix(PACKAGE))))
    return told


def _pause(rule: tuple[float, float, float], seconds: float) -> float:
    """Returns how long what is shown stands, for a run of so many seconds."""
    part, least, most = rule
    return min(max(least, part * seconds), most)


def _changed(now: dict[str, Any], before: dict[str, Any]) -> dict[str, Any]:
    """Returns the updates without what the page has already: each costs it a redraw.

    Gradio makes a dictionary into the one that follows it in the stream, in place, here and in
    the browser: so the page is given copies, and what it draws lies within an update, which only
    loses its value where ``gr.skip()`` follows.
    """
    new = (name for name in now if name not in before or now[name] != before[name])
    return {name: copy.copy(now[name]) for name in new}
