"""The Compare tab: outputs side by side, scores with intervals, the robustness curve."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import gradio as gr

from shiftdemo import api
from shiftdemo.core.errors import DataError, LimitError
from shiftdemo.core.progress import Cancelled
from shiftdemo.evaluation.conditions import measurable
from shiftdemo.experiments.recorded import recorded_comparison, recorded_name, recorded_pair
from shiftdemo.ui.common import texts
from shiftdemo.ui.common.form import under
from shiftdemo.ui.common.handlers import drawn, message_box, wire
from shiftdemo.ui.common.i18n import Visit, t
from shiftdemo.ui.common.model_picker import default_pair, recorded_pickers, usable
from shiftdemo.ui.common.own_model import OwnModel
from shiftdemo.ui.common.page_parts import PageParts
from shiftdemo.ui.common.time_left import time_left
from shiftdemo.ui.compare.form import CompareForm
from shiftdemo.ui.compare.shown import recorded_shown, shown
from shiftdemo.ui.compare.typed import Typed, TypedForm, check_pair, for_task, tick

TAB_NAMES = {
    "scores": "Scores",
    "differences": "Differences",
    "slices": "Why",
    "types": "By type",
    "information": "Information",
    "controls": "Controls and cost",
}


class CompareTab:
    """The components and handlers of the tab.

    Attributes:
        recorded: ``recorded:NAME`` and a number that is new each time; shows that comparison.
    """

    def __init__(self, parts: PageParts) -> None:
        """Draws the tab."""
        self.parts = parts
        self.context, self.mine = parts.context, {"remembered": parts.remembered, "own": parts.own}
        self.page_look, self.recorded = parts.page_look, gr.State(("", 0))
        gr.Markdown(t(texts.COMPARE_LEAD), elem_classes="sd-lead")
        self.message = message_box()
        self.form = CompareForm(parts.tasks, parts.context.limits)
        self._results()
        self.typed = TypedForm()
        self.form.draw_settings(self.message)
        OwnModel(parts, self.form["task"], self.message, trainable=False)
        self._wire([parts.page.load, parts.remembered.change, parts.ended.change], parts.own)

    def _results(self) -> None:
        self.status = drawn("run")
        verdict = drawn("verdict")
        with gr.Row(elem_classes="sd-split sd-results"):
            with gr.Column(scale=1, min_width=300):
                curve = gr.Plot(visible=False, show_label=False, container=False, elem_id="curve")
            with gr.Column(scale=1, min_width=300):
                examples = drawn("outputs", "sd-beside-curve")
        shown_tables: dict[str, gr.HTML] = {}
        with gr.Row(elem_classes="sd-bar"):
            self.report = gr.Button(
                t("Make a report"), visible=False, size="sm", elem_id="compare-report"
            )
            self.download = gr.DownloadButton(
                "", visible=False, size="sm", elem_id="compare-download"
            )
        with gr.Tabs(elem_classes="sd-tables"):
            for name, title in TAB_NAMES.items():
                with gr.Tab(t(title)):
                    shown_tables[name] = drawn("table", elem_id=f"compare-{name}")
        self.reported = {"report": self.report, "download": self.download}
        self.shown = {"verdict": verdict, "curve": curve, "outputs": examples, **shown_tables}

    def _wire(self, changes: list[Any], own: gr.State) -> None:
        form, message = self.form, self.message
        task, pickers = form.some("task"), form.some("base", "shifted", "others")
        mine = self.mine
        wire(changes, self._models, {**task, **mine}, pickers, message, quiet=True)
        wire(own.change, self._more, {**task, **mine}, pickers, message, quiet=True)
        tick_box = form.some("allow_no_effect")
        # In one answer, so that a press on a button never meets new models and an old text.
        page_look = {"page_look": self.page_look}
        opening = {"status": self.status, **self.shown, **self.reported}
        typed = under("typed", self.typed.some("text", "shift", "strength"))
        changed = {**pickers, **form.some("shifts"), **tick_box, **typed, **opening}
        recorded = {"recorded": self.recorded}
        # Not what is picked: its old value may be none of the new choices.
        chosen = {**task, **mine, **recorded, **page_look}
        wire(form["task"].change, self._for_task, chosen, {**changed, **recorded}, message)
        asked = {**recorded, **mine, **page_look}
        wire(self.recorded.change, self._recorded, asked, {**task, **changed}, message)
        wire([form["base"].input, form["shifted"].input], _untick, {}, tick_box, message)
        status = {**tick_box, "status": self.status}
        Typed(self.parts, self.typed).wire({**task, **pickers, **tick_box}, status)
        wire(self.report.click, self._report, {}, self.reported, message)
        compared = {**status, "run": form.run, "cancel": form.cancel, **self.shown, **self.reported}
        wire(form.run.click, self._compare, {**page_look, **form}, compared, message)
        wire(form.cancel.click, self._cancel, {}, {"cancel": form.cancel}, message)
        first = {**task, **mine, **page_look}
        wire(self.page_look.change, self._opening, first, opening, message, quiet=True)

    def _more(self, visit: Visit, task: str, **mine: Any) -> dict[str, Any]:
        choices = usable(visit, self.context, task, *mine.values())
        return {name: gr.update(choices=choices) for name in ("base", "shifted", "others")}

    def _models(self, visit: Visit, task: str, **mine: Any) -> dict[str, Any]:
        choices = usable(visit, self.context, task, *mine.values())
        base, shifted = default_pair(choices)
        return {
            "base": gr.update(choices=choices, value=base),
            "shifted": gr.update(choices=choices, value=shifted),
            "others": gr.update(choices=choices, value=[]),
        }

    def _for_task(
        self, visit: Visit, task: str, recorded: tuple[str, int], page_look: str, **mine: Any
    ) -> dict[str, Any]:
        changed = {**_untick(visit), **under("typed", for_task(visit, task))}
        changed["shifts"] = gr.update(choices=measurable(task), value=[])
        name = recorded_name(recorded[0])
        if name and recorded_comparison(name).task == task:  # chosen together with the task
            return changed
        models = self._models(visit, task, **mine)
        opening = self._opening(visit, task, page_look, **mine)
        return {**models, **changed, **opening, "recorded": ("", 0)}

    def _opening(self, visit: Visit, task: str, page_look: str, **mine: Any) -> dict[str, Any]:
        """Shows the recorded comparison of the models that are chosen, where there is one."""
        result = recorded_pair(task)
        chosen = default_pair(usable(visit, self.context, task, *mine.values()))
        if result is None or list(chosen) != list(result.arms.values()):
            text = visit(texts.COMPARE_EMPTY)
            status: dict[str, Any] = {"state": text, "fraction": None, "figures": [], "notes": []}
            return {
                "status": status,
                **dict.fromkeys(self.shown),
                **_no_report(),
                "curve": gr.update(visible=False),
            }
        badge = visit("recorded (not live): {name}", name=result.arms["base"])
        return {"status": None, **shown(visit, result, page_look, badge), **_no_report()}

    def _recorded(
        self, visit: Visit, recorded: tuple[str, int], page_look: str, **mine: Any
    ) -> dict[str, Any]:
        name = recorded_name(recorded[0])
        if not name:
            return {}
        result = recorded_comparison(name)
        choices = usable(visit, self.context, result.task, *mine.values())
        return {
            "task": result.task,
            **recorded_pickers(visit, name, choices),
            **_untick(visit),
            **under("typed", for_task(visit, result.task)),
            "shifts": gr.update(choices=measurable(result.task), value=[]),
            "status": None,
            **recorded_shown(visit, name, page_look),
            **_no_report(),
        }

    async def _compare(
        self, visit: Visit, page_look: str, **values: Any
    ) -> AsyncIterator[dict[str, Any]]:
        base, shifted = values["base"], values["shifted"]
        if recorded_name(base) and recorded_name(base) == recorded_name(shifted):
            drawn_now = recorded_shown(visit, recorded_name(base), page_look)
            yield {"status": None, **drawn_now, **_no_report()}
            return
        n, most = values["n"], self.context.limits.compare_samples
        if n and n > most:
            raise LimitError("compare.server_compares_at_most_2", most=most, n=n)
        check_pair(base, shifted, different=True)
        models = self.context.models
        config = self.form.request(values, models.data_of(shifted) or models.data_of(base))
        pairs = models.pairs(base, shifted)

        def work(report: Any, cancel: Any) -> Any:
            if len(pairs) > 1 and not config.others:
                return self.context.run_backend.compare_seeds(config, pairs, report, cancel)
            chosen = [(config.base, config.shifted)] * max(1, len(pairs))
            return self.context.backend.compare_seeds(config, chosen, report, cancel)

        began = time.monotonic()
        async for job in self.context.jobs.follow(visit.session, work):
            if not job.done.is_set():
                text = visit.translate(job.text) or visit("Loading the models…")
                text += time_left(visit, time.monotonic() - began, job.fraction)
                yield {"status": {"state": text, "fraction": job.fraction}, **_buttons(busy=True)}
        yield {**tick(job.error), "status": None, **_buttons(busy=False)}
        if isinstance(job.error, Cancelled) or (job.result is None and not job.error):
            yield {"status": {"state": visit("Stopped.")}, **_buttons(busy=False)}
            return
        if job.error:
            raise job.error
        # Drawing takes a while, and other visitors share this event loop.
        drawn_now = await asyncio.to_thread(shown, visit, job.result, page_look)
        self.context.sessions.keep_comparison(visit.session, job.result, config)
        made = {"report": gr.update(visible=True), "download": gr.update(visible=False)}
        yield {"status": None, **_buttons(busy=False), **drawn_now, **made}

    def _report(self, visit: Visit) -> dict[str, Any]:
        """Returns the update with which the last comparison can be downloaded."""
        kept = self.context.sessions.comparisons.get(visit.session)
        if kept is None:
            raise DataError("compare.nothing_to_report")
        folder = self.context.sessions.files_of(f"{visit.session}/report")
        path = folder / "comparison.zip"
        path.write_bytes(api.zip_comparison(*kept))
        label = visit("Download the report (page, JSON and CSV, {mb:.1f} MB)", mb=_mb(path))
        return {"download": gr.update(value=str(path), label=label, visible=True)}

    def _cancel(self, visit: Visit) -> dict[str, Any]:
        self.context.jobs.stop(visit.session)
        return {"cancel": gr.update(interactive=False)}


def _no_report() -> dict[str, Any]:
    """Returns the updates with which no report is offered: what is shown was not made here."""
    return {"report": gr.update(visible=False), "download": gr.update(visible=False)}


def _mb(path: Path) -> float:
    return path.stat().st_size / 1e6


def _untick(visit: Visit) -> dict[str, Any]:
    return {"allow_no_effect": gr.update(value=False, visible=False)}


def _buttons(busy: bool) -> dict[str, Any]:
    """Returns updates of "Compare" and "Cancel", new ones each time."""
    return {"run": gr.update(interactive=not busy), "cancel": gr.update(interactive=busy)}
