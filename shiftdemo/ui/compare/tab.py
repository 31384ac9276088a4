"""The Compare tab: outputs side by side, scores with intervals, the robustness curve."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import gradio as gr

from shiftdemo import api
from shiftdemo.core.errors import DataError, LimitError, ModelError, NoEffectError
from shiftdemo.core.progress import Cancelled
from shiftdemo.evaluation.results import OutputRow
from shiftdemo.experiments.recorded import recorded_comparison, recorded_name, recorded_pair
from shiftdemo.ui.common import texts
from shiftdemo.ui.common.form import whole
from shiftdemo.ui.common.handlers import drawn, message_box, wire
from shiftdemo.ui.common.i18n import Visit, t
from shiftdemo.ui.common.model_picker import default_pair, recorded_pickers, usable
from shiftdemo.ui.common.own_model import OwnModel
from shiftdemo.ui.common.page_parts import PageParts
from shiftdemo.ui.compare import view
from shiftdemo.ui.compare.form import CompareForm, typed_box, typed_parts
from shiftdemo.ui.compare.shown import recorded_shown, shown

MOST_LINES = 8


class CompareTab:
    """The components and handlers of the tab.

    Attributes:
        recorded: ``recorded:NAME`` and a number that is new each time; shows that comparison.
    """

    def __init__(self, parts: PageParts) -> None:
        """Draws the tab."""
        self.context, self.mine = parts.context, {"remembered": parts.remembered, "own": parts.own}
        self.page_look, self.recorded = parts.page_look, gr.State(("", 0))
        gr.Markdown(t(texts.COMPARE_LEAD), elem_classes="sd-lead")
        self.message = message_box()
        self.form = CompareForm(parts.tasks, parts.context.limits)
        self._results()
        self.form.draw_typed()
        self.typed_outputs = drawn("outputs", elem_id="compare-typed-outputs")
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
        with gr.Tabs(elem_classes="sd-tables"):
            with gr.Tab(t("Scores")):
                scores = drawn("table")
            with gr.Tab(t("Differences")):
                differences = drawn("table")
            with gr.Tab(t("Controls")):
                controls = drawn("table")
        self.shown = {"verdict": verdict, "curve": curve, "outputs": examples}
        self.shown |= {"scores": scores, "differences": differences, "controls": controls}

    def _wire(self, changes: list[Any], own: gr.State) -> None:
        form, message = self.form, self.message
        task, pickers = form.some("task"), form.some("base", "shifted", "others")
        mine = self.mine
        wire(changes, self._models, {**task, **mine}, pickers, message, quiet=True)
        wire(own.change, self._more, {**task, **mine}, pickers, message, quiet=True)
        tick = form.some("allow_no_effect")
        # In one answer, so that a press on a button never meets new models and an old text.
        page_look = {"page_look": self.page_look}
        opening = {"status": self.status, **self.shown}
        changed = {**pickers, **tick, **form.some("text"), **opening}
        recorded = {"recorded": self.recorded}
        # Not what is picked: its old value may be none of the new choices.
        chosen = {**task, **mine, **recorded, **page_look}
        wire(form["task"].change, self._for_task, chosen, {**changed, **recorded}, message)
        asked = {**recorded, **mine, **page_look}
        wire(self.recorded.change, self._recorded, asked, {**task, **changed}, message)
        wire([form["base"].input, form["shifted"].input], _untick, {}, tick, message)
        typed = {**task, **form.some("base", "shifted"), **tick, **form.some("text", "offset")}
        status = {**tick, "status": self.status}
        answered = {**status, "run_text": form.run_text, "typed_outputs": self.typed_outputs}
        wire(form.run_text.click, self._typed, typed, answered, message)
        compared = {**status, "run": form.run, "cancel": form.cancel, **self.shown}
        asked = {name: form[name] for name in form if name not in ("text", "offset")}
        wire(form.run.click, self._compare, {**page_look, **asked}, compared, message)
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
        changed = {**_untick(visit), "text": typed_box(visit, task)}
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
                "curve": gr.update(visible=False),
            }
        badge = visit("recorded (not live): {name}", name=result.arms["base"])
        return {"status": None, **shown(visit, result, page_look, badge)}

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
            "text": typed_box(visit, result.task),
            "status": None,
            **recorded_shown(visit, name, page_look),
        }

    async def _typed(
        self,
        visit: Visit,
        task: str,
        base: str,
        shifted: str,
        allow_no_effect: bool,
        text: str,
        offset: Any,
    ) -> AsyncIterator[dict[str, Any]]:
        lines = typed_parts(task, text)
        if not lines:
            raise DataError("api.text_empty_type_sentence")
        if len(lines) > MOST_LINES:
            raise LimitError(
                "compare.there_lines_at_most", n_lines=len(lines), most_lines=MOST_LINES
            )
        _check_pair(base, shifted)
        samples = [self.context.backend.typed_sample(task, line) for line in lines]
        position = whole(offset)

        def work(report: Any, cancel: Any) -> tuple[list[OutputRow], str]:
            models = self.context.backend.pair(task, base, shifted)
            condition = api.trained_condition(task, models)
            moved = condition.moved(samples, position)
            predictions = {
                arm: api.predict_typed(loaded, moved, allow_no_effect)
                for arm, loaded in models.items()
            }
            rows = [
                view.typed_row(sample, {arm: (out[i],) for arm, out in predictions.items()})
                for i, sample in enumerate(samples)
            ]
            return rows, condition.side

        async for job in self.context.jobs.follow(visit.session, work):
            if not job.done.is_set():
                status = {"state": visit("Computing…"), "fraction": None}
                yield {"status": status, "run_text": gr.update(interactive=False)}
        yield {**_tick(job.error), "status": None, "run_text": gr.update(interactive=True)}
        if job.error:
            raise job.error
        rows, side = job.result or ([], "row")
        lead = visit(texts.TYPED_LEADS[side], k=position)
        yield {"status": None, "typed_outputs": view.outputs(visit, rows, [position], lead)}

    async def _compare(
        self, visit: Visit, page_look: str, **values: Any
    ) -> AsyncIterator[dict[str, Any]]:
        base, shifted = values["base"], values["shifted"]
        if recorded_name(base) and recorded_name(base) == recorded_name(shifted):
            yield {"status": None, **recorded_shown(visit, recorded_name(base), page_look)}
            return
        n, most = values["n"], self.context.limits.compare_samples
        if n and n > most:
            raise LimitError("compare.server_compares_at_most_2", most=most, n=n)
        _check_pair(base, shifted, different=True)
        models = self.context.models
        config = self.form.request(values, models.data_of(shifted) or models.data_of(base))
        pairs = models.pairs(base, shifted)

        def work(report: Any, cancel: Any) -> Any:
            if len(pairs) > 1 and not config.others:
                return self.context.run_backend.compare_seeds(config, pairs, report, cancel)
            chosen = [(config.base, config.shifted)] * max(1, len(pairs))
            return self.context.backend.compare_seeds(config, chosen, report, cancel)

        async for job in self.context.jobs.follow(visit.session, work):
            if not job.done.is_set():
                text = visit.translate(job.text) or visit("Loading the models…")
                yield {"status": {"state": text, "fraction": job.fraction}, **_buttons(busy=True)}
        yield {**_tick(job.error), "status": None, **_buttons(busy=False)}
        if isinstance(job.error, Cancelled) or (job.result is None and not job.error):
            yield {"status": {"state": visit("Stopped.")}, **_buttons(busy=False)}
            return
        if job.error:
            raise job.error
        # Drawing takes a while, and other visitors share this event loop.
        drawn_now = await asyncio.to_thread(shown, visit, job.result, page_look)
        yield {"status": None, **_buttons(busy=False), **drawn_now}

    def _cancel(self, visit: Visit) -> dict[str, Any]:
        self.context.jobs.stop(visit.session)
        return {"cancel": gr.update(interactive=False)}


def _check_pair(base: str, shifted: str, different: bool = False) -> None:
    """Raises :class:`ModelError` where there are no two models, or no ``different`` ones."""
    if not base or not shifted:
        raise ModelError("compare.choose_two_models_run")
    if recorded_name(base) or recorded_name(shifted):
        raise ModelError("compare.recorded_without_weights")
    if different and base == shifted:
        raise ModelError("compare.both_models_choose_two", base=base)


def _untick(visit: Visit) -> dict[str, Any]:
    return {"allow_no_effect": gr.update(value=False, visible=False)}


def _tick(error: Exception | None) -> dict[str, Any]:
    """Returns the update of the tick that lets a comparison go on as a control."""
    refused = isinstance(error, NoEffectError)
    return {"allow_no_effect": gr.update(visible=True)} if refused else {}


def _buttons(busy: bool) -> dict[str, Any]:
    """Returns updates of "Compare" and "Cancel", new ones each time."""
    return {"run": gr.update(interactive=not busy), "cancel": gr.update(interactive=busy)}
