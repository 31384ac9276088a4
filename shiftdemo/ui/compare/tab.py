"""The Compare tab: outputs side by side, scores with intervals, the robustness curve."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import gradio as gr

from shiftdemo import api
from shiftdemo.core.errors import DataError, LimitError, ModelError, NoEffectError
from shiftdemo.core.progress import Cancelled
from shiftdemo.evaluation.results import Comparison, OutputRow
from shiftdemo.experiments.recorded import recorded_comparison
from shiftdemo.ui.common import texts
from shiftdemo.ui.common.form import whole
from shiftdemo.ui.common.handlers import drawn, message_box, wire
from shiftdemo.ui.common.i18n import Visit, t
from shiftdemo.ui.common.model_picker import default_pair, usable
from shiftdemo.ui.common.page_parts import PageParts
from shiftdemo.ui.compare import view
from shiftdemo.ui.compare.examples import telling_rows, telling_strength
from shiftdemo.ui.compare.form import CompareForm, typed_lines

MOST_LINES = 8
NARROW = 640  # pixels, as in the style sheet
HEIGHT = 312  # of the curve, so that it is whole on a small laptop's screen


class CompareTab:
    """The components and handlers of the tab."""

    def __init__(self, parts: PageParts) -> None:
        """Draws the tab."""
        self.context, self.remembered = parts.context, parts.remembered
        self.page_look = parts.page_look
        gr.Markdown(t(texts.COMPARE_LEAD), elem_classes="sd-lead")
        self.message = message_box()
        self.form = CompareForm(parts.tasks)
        self._results()
        self.form.draw_typed()
        self.typed_outputs = drawn("outputs", elem_id="compare-typed-outputs")
        self.form.draw_settings(self.message)
        self._wire(parts.page, parts.ended)

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

    def _wire(self, page: gr.Blocks, ended: gr.State) -> None:
        form, message = self.form, self.message
        task, pickers = form.some("task"), form.some("base", "shifted")
        mine = {"remembered": self.remembered}
        changes = [page.load, self.remembered.change, ended.change]
        wire(changes, self._models, {**task, **mine}, pickers, message, quiet=True)
        tick = form.some("allow_no_effect")
        # In one answer, so that a press on a button never meets new models and an old text.
        changed = {**pickers, **tick, **form.some("text")}
        wire(form["task"].change, self._for_task, {**task, **mine}, changed, message)
        wire([form["base"].input, form["shifted"].input], _untick, {}, tick, message)
        typed = {**task, **pickers, **tick, **form.some("text", "offset")}
        status = {**tick, "status": self.status}
        answered = {**status, "run_text": form.run_text, "typed_outputs": self.typed_outputs}
        wire(form.run_text.click, self._typed, typed, answered, message)
        page_look = {"page_look": self.page_look}
        compared = {**status, "run": form.run, "cancel": form.cancel, **self.shown}
        asked = {name: form[name] for name in form if name not in ("text", "offset")}
        wire(form.run.click, self._compare, {**page_look, **asked}, compared, message)
        wire(form.cancel.click, self._cancel, {}, {"cancel": form.cancel}, message)
        opening = {"status": self.status, **self.shown}
        wire(self.page_look.change, self._opening, page_look, opening, message, quiet=True)

    def _models(self, visit: Visit, task: str, remembered: list[str]) -> dict[str, Any]:
        choices = usable(visit, self.context, task, remembered or [])
        base, shifted = default_pair(choices)
        return {
            "base": gr.update(choices=choices, value=base),
            "shifted": gr.update(choices=choices, value=shifted),
        }

    def _for_task(self, visit: Visit, task: str, remembered: list[str]) -> dict[str, Any]:
        models = self._models(visit, task, remembered)
        return {**models, **_untick(visit), "text": typed_lines(task)}

    def _opening(self, visit: Visit, page_look: str) -> dict[str, Any]:
        recorded = recorded_comparison()
        if recorded is None:
            text = visit(texts.COMPARE_EMPTY)
            status: dict[str, Any] = {"state": text, "fraction": None, "figures": [], "notes": []}
            return {"status": status}
        name, result = recorded
        badge = visit("recorded run (not live): {name}", name=name)
        return {"status": None, **_shown(visit, result, page_look, badge)}

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
        lines = [line.strip() for line in text.splitlines() if line.strip()]
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
        n, most = values["n"], self.context.limits.compare_samples
        if n and n > most:
            raise LimitError("compare.server_compares_at_most_2", most=most, n=n)
        _check_pair(base, shifted, different=True)
        own = self.context.models.data_of(shifted) or self.context.models.data_of(base)
        config = self.form.request(values, own)
        pairs = self.context.models.pairs(base, shifted)

        def work(report: Any, cancel: Any) -> Any:
            if len(pairs) > 1:
                return self.context.run_backend.compare_seeds(config, pairs, report, cancel)
            return self.context.backend.compare(config, report, cancel)

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
        shown = await asyncio.to_thread(_shown, visit, job.result, page_look)
        yield {"status": None, **_buttons(busy=False), **shown}

    def _cancel(self, visit: Visit) -> dict[str, Any]:
        self.context.jobs.stop(visit.session)
        return {"cancel": gr.update(interactive=False)}


def _check_pair(base: str, shifted: str, different: bool = False) -> None:
    """Raises :class:`ModelError` where there are no two models, or no ``different`` ones."""
    if not base or not shifted:
        raise ModelError("compare.choose_two_models_run")
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


def _shown(visit: Visit, result: Comparison, page_look: str, badge: str = "") -> dict[str, Any]:
    """Returns the updates of what is drawn of a comparison."""
    from shiftdemo.viz.robustness import curve_figure

    theme, _, width = page_look.partition(" ")
    curve: Any = gr.update(visible=False)
    if result.curves:
        figure = curve_figure(
            view.curves(result),
            result.n_seeds,
            "dark" if theme == "dark" else "light",
            visit.translate,
            visit.arm,
            narrow=width.isdigit() and int(width) < NARROW,
            height=HEIGHT,
        )
        curve = gr.update(value=figure, visible=True)
    first = telling_strength(result)
    lead = visit("Sentences on which the two differ most:")
    rows = telling_rows(result, first)
    examples = view.outputs(visit, rows, result.strengths, lead, first)
    return {
        "verdict": view.verdict(visit, result, badge),
        "curve": curve,
        "scores": view.scores(visit, result) if result.scores else None,
        "differences": view.differences(visit, result),
        "controls": view.controls(visit, result),
        "outputs": examples if result.outputs else None,
    }
