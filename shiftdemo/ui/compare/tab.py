"""The Compare tab: outputs side by side, scores with intervals, the robustness curve."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Sequence
from typing import Any

import gradio as gr

from shiftdemo import api
from shiftdemo.core.config import CompareConfig, DataSpec
from shiftdemo.core.errors import DataError, LimitError, ModelError, NoEffectError
from shiftdemo.core.progress import Cancelled
from shiftdemo.evaluation.results import Comparison, OutputRow
from shiftdemo.experiments.recorded import recorded_comparison
from shiftdemo.ui.common import texts
from shiftdemo.ui.common.context import Context
from shiftdemo.ui.common.data_form import RUN, DataForm
from shiftdemo.ui.common.form import field_number, part, prefixed
from shiftdemo.ui.common.handlers import drawn, go_on_tick, message_box, wire
from shiftdemo.ui.common.i18n import Visit, t
from shiftdemo.ui.common.job import follow
from shiftdemo.ui.common.model_picker import default_pair, usable
from shiftdemo.ui.compare import view
from shiftdemo.viz.style import arm_label

MOST_LINES = 8
RESULTS = ("verdict", "curve", "scores", "differences", "controls", "outputs")
TYPED = {
    "translation": "A man is reading a book in the park.\nThe children are playing.",
    "ner": "Ada Lovelace wrote to Charles Babbage in London.\nAnna went to Paris.",
    "language_modeling": "The old man went to the river.\nThey are reading a",
    "classification": "The film is long and the end is very good.\nThey hate the bad weather.",
}


class CompareTab:
    """The components and handlers of the tab."""

    def __init__(
        self,
        page: gr.Blocks,
        context: Context,
        tasks: Sequence[tuple[Any, str]],
        remembered: gr.BrowserState,
        ended: gr.State,
        look: gr.Textbox,
    ) -> None:
        """Draws the tab.

        Args:
            remembered: the visitor's run ids.
            ended: changes when a run has ended.
            look: ``light`` or ``dark`` and the width of the page, set by the browser.
        """
        self.context, self.remembered, self.look = context, remembered, look
        gr.Markdown(t(texts.COMPARE_LEAD), elem_classes="sd-lead")
        self.message = message_box()
        self.allow = go_on_tick(NoEffectError)
        with gr.Row(elem_classes="sd-split"):
            with gr.Column(scale=2, min_width=300):
                self._controls(tasks)
            with gr.Column(scale=3, min_width=300):
                self._results()
        self._wire(page, ended)

    def _controls(self, tasks: Sequence[tuple[Any, str]]) -> None:
        self.task = gr.Radio(list(tasks), value="ner", label=t("Task"))
        self.base = gr.Dropdown([], label=t("Base model"), info=t(texts.PICK_HELP))
        self.shifted = gr.Dropdown([], label=t("Shift-trained model"), info=t(texts.PICK_HELP))
        gr.Markdown(t("Your own sentences"), elem_classes="sd-subtitle")
        self.text = gr.Textbox(
            TYPED["ner"],
            label=t("One sentence a line"),
            lines=3,
            max_length=4000,
            elem_id="compare-text",
        )
        self.offset = gr.Number(
            0,
            label=t("First word at position"),
            info=t("0: as it is. Larger: the same words, later positions."),
            minimum=0,
            maximum=100_000,
            precision=0,
        )
        self.run_text = gr.Button(t("Show both outputs"), elem_id="compare-typed")
        gr.Markdown(t("Many sentences"), elem_classes="sd-subtitle")
        with gr.Row():
            self.n = field_number(CompareConfig, "n", "Sentences", 200)
            self.offsets = gr.Textbox(
                "0,1,2,4,8,16,32,64",
                label=t("Offsets"),
                info=t("START:STOP:STEP or a list."),
                max_length=200,
                min_width=120,
            )
        with gr.Accordion(t("Data"), open=False):
            self.data = DataForm(self.message, train=False)
        with gr.Row():
            self.run = gr.Button(t("Compare"), variant="primary", elem_id="compare-run")
            self.cancel = gr.Button(t("Cancel"), interactive=False)

    def _results(self) -> None:
        self.typed_outputs = drawn("outputs")
        self.status = drawn("run")
        self.verdict = drawn("verdict")
        self.curve = gr.Plot(visible=False, show_label=False, container=False, elem_id="curve")
        self.scores = drawn("table")
        self.differences = drawn("table")
        self.controls = drawn("table")
        self.outputs = drawn("outputs")

    def _wire(self, page: gr.Blocks, ended: gr.State) -> None:
        message = self.message
        pickers = [self.base, self.shifted]
        wire(
            [page.load, self.remembered.change, ended.change, self.task.change],
            self._models,
            [self.task, self.remembered],
            pickers,
            message,
            quiet=True,
        )
        wire(self.task.change, lambda visit, task: TYPED[task], [self.task], [self.text], message)
        other = [self.task.change, self.base.input, self.shifted.input]
        wire(other, lambda _: gr.update(value=False, visible=False), [], [self.allow], message)
        chosen = self._named("task", "base", "shifted", "allow")
        typed = {**chosen, **self._named("text", "offset")}
        answered = self._named("allow", "status", "run_text", "typed_outputs")
        wire(self.run_text.click, self._typed, typed, answered, message)
        shown = self._named("status", "run", "cancel", *RESULTS)
        inputs = {**chosen, **self._named("look", "n", "offsets")}
        inputs |= prefixed("data", self.data.controls)
        allow = self._named("allow")
        wire(self.run.click, self._compare, inputs, {**allow, **shown}, message)
        wire(self.cancel.click, self._cancel, [], [self.cancel], message)
        wire(self.look.change, self._opening, [self.look], shown, message, quiet=True)

    def _named(self, *names: str) -> dict[str, Any]:
        return {name: getattr(self, name) for name in names}

    def _models(self, visit: Visit, task: str, remembered: list[str]) -> list[Any]:
        choices = usable(self.context, task, remembered or [])
        base, shifted = default_pair(choices)
        return [gr.update(choices=choices, value=one) for one in (base, shifted)]

    def _opening(self, visit: Visit, look: str) -> dict[str, Any]:
        recorded = recorded_comparison()
        if recorded is None:
            text = visit(texts.COMPARE_EMPTY)
            status: dict[str, Any] = {"state": text, "fraction": None, "figures": [], "notes": []}
            return {"status": status}
        name, result = recorded
        badge = visit("recorded run (not live): {name}", name=name)
        return {"status": None, **self._shown(visit, result, look, badge)}

    def _shown(
        self, visit: Visit, result: Comparison, look: str, badge: str = ""
    ) -> dict[str, Any]:
        from shiftdemo.viz.robustness import curve_figure

        theme = "dark" if look.startswith("dark") else "light"
        curve: Any = gr.update(visible=False)
        if result.curves:
            figure = curve_figure(
                view.curves(result),
                result.n_seeds,
                theme,
                visit.translate,
                lambda arm: visit(arm_label(arm)),
            )
            curve = gr.update(value=figure, visible=True)
        lead = visit("The first sentences:")
        examples = view.outputs(visit, result.outputs, result.strengths, lead)
        return {
            "verdict": view.verdict(visit, result, badge),
            "curve": curve,
            "scores": view.scores(visit, result) if result.scores else None,
            "differences": view.differences(visit, result),
            "controls": view.controls(visit, result),
            "outputs": examples if result.outputs else None,
        }

    def _pair(self, task: str, base: str, shifted: str, different: bool = False) -> dict[str, Any]:
        if not base or not shifted:
            raise ModelError("compare.choose_two_models_run")
        if different and base == shifted:
            raise ModelError("compare.both_models_choose_two", base=base)
        return {
            "base": self.context.model(base, task),
            "shift": self.context.model(shifted, task),
        }

    async def _typed(self, visit: Visit, values: dict[str, Any]) -> AsyncIterator[dict[str, Any]]:
        task, base, shifted = (values[name] for name in ("task", "base", "shifted"))
        lines = [line.strip() for line in values["text"].splitlines() if line.strip()]
        if not lines:
            raise DataError("api.text_empty_type_sentence")
        if len(lines) > MOST_LINES:
            raise LimitError(
                "compare.there_lines_at_most", n_lines=len(lines), most_lines=MOST_LINES
            )
        samples = [api.typed_sample(task, line, limits=self.context.limits) for line in lines]
        offset = int(values["offset"] or 0)

        def work(report: Any, cancel: Any) -> tuple[list[OutputRow], str]:
            models = self._pair(task, base, shifted)
            condition = api.trained_condition(task, models)
            moved = condition.moved(samples, offset)
            allow = values["allow"]
            found = {arm: api.predict_typed(one, moved, allow) for arm, one in models.items()}
            rows = [
                view.typed_row(sample, {arm: (out[i],) for arm, out in found.items()})
                for i, sample in enumerate(samples)
            ]
            return rows, condition.side

        async for job in follow(self.context, visit.session, work):
            if not job.done.is_set():
                status = {"state": visit("Computing…"), "fraction": None}
                yield {"status": status, "run_text": gr.update(interactive=False)}
        ready = {"status": None, "run_text": gr.update(interactive=True)}
        yield {"allow": _tick(job.error), **ready}
        if job.error:
            raise job.error
        rows, side = job.result or ([], "row")
        lead = visit(texts.TYPED_LEADS[side], k=offset)
        yield {"status": None, "typed_outputs": view.outputs(visit, rows, [offset], lead)}

    async def _compare(self, visit: Visit, values: dict[str, Any]) -> AsyncIterator[dict[str, Any]]:
        config = self._config(values)
        task, base, shifted = config.task, config.base, config.shifted
        pairs = self.context.pairs(base, shifted)

        def work(report: Any, cancel: Any) -> Any:
            if len(pairs) > 1:
                own = self.context.run_limits
                return api.compare_seeds(config, pairs, report, cancel, own)
            models = self._pair(task, base, shifted, different=True)
            limits = self.context.limits
            return api.compare_loaded(config, models, report, cancel, limits=limits)

        async for job in follow(self.context, visit.session, work):
            if not job.done.is_set():
                text = job.text or visit("Loading the models…")
                status = {"state": text, "fraction": job.fraction}
                yield {"status": status, **_buttons(busy=True)}
        yield {"allow": _tick(job.error), "status": None, **_buttons(busy=False)}
        if isinstance(job.error, Cancelled) or (job.result is None and not job.error):
            yield {"status": {"state": visit("Stopped.")}, **_buttons(busy=False)}
            return
        if job.error:
            raise job.error
        # Drawing takes a while, and other visitors share this event loop.
        shown = await asyncio.to_thread(self._shown, visit, job.result, values["look"])
        yield {"status": None, **_buttons(busy=False), **shown}

    def _config(self, values: dict[str, Any]) -> CompareConfig:
        """Returns the comparison that the controls describe.

        Raises:
            ShiftDemoError: a setting is out of its bounds.
        """
        n, base, shifted = values["n"], values["base"] or "", values["shifted"] or ""
        data = part("data", values)
        if n and n > self.context.limits.compare_samples:
            most = self.context.limits.compare_samples
            raise LimitError("compare.server_compares_at_most_2", most=most, n=n)
        if data["origin"] == RUN:
            own = self.context.data_of(shifted) or self.context.data_of(base)
            spec = dataclasses.replace(own or DataSpec(), eval_size=max(8, int(n or 0)))
        else:
            spec = self.data.spec({**data, "size": 16}, int(n or 0))
        return CompareConfig(
            values["task"],
            base,
            shifted,
            dataclasses.replace(spec, train=""),
            offsets=values["offsets"],
            n=int(n or 0),
            allow_no_effect=values["allow"],
        )

    def _cancel(self, visit: Visit) -> Any:
        self.context.stop_job(visit.session)
        return gr.update(interactive=False)


def _buttons(busy: bool) -> dict[str, Any]:
    """Returns updates of "Compare" and "Cancel", new ones each time."""
    return {"run": gr.update(interactive=not busy), "cancel": gr.update(interactive=busy)}


def _tick(error: Exception | None) -> Any:
    """Returns the update of the tick that lets a comparison go on as a control."""
    return gr.update(visible=True) if isinstance(error, NoEffectError) else gr.skip()
