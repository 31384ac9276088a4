"""The Train tab: two arms side by side, live."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import gradio as gr

from shiftdemo.config import TrainConfig
from shiftdemo.events import RunEvent
from shiftdemo.ui import progress, texts
from shiftdemo.ui.context import Context
from shiftdemo.ui.data_form import DataForm
from shiftdemo.ui.forms import ShiftForm, field_number, further_box, shift_names
from shiftdemo.ui.i18n import Visit, t
from shiftdemo.ui.models import encoding_of, trainable
from shiftdemo.ui.recorded import recorded_events
from shiftdemo.ui.train_config import DEFAULTS, LEARNING_RATES, PRESET, PRESETS, run_config
from shiftdemo.ui.wiring import drawn, message_box, wire
from shiftdemo.viz.style import color_map

EVERY = 0.3
ENDED = ("finished", "cancelled", "failed")
RUNS_REMEMBERED = 6


class TrainTab:
    """The components and handlers of the tab.

    Attributes:
        to_compare: the button that leads to the Compare tab.
    """

    def __init__(
        self,
        page: gr.Blocks,
        context: Context,
        tasks: Sequence[tuple[Any, str]],
        remembered: gr.BrowserState,
        ended: gr.State,
    ) -> None:
        """Draws the tab.

        Args:
            remembered: the visitor's run ids, the newest first; kept by the browser.
            ended: changes when a run has ended, so that other tabs learn of its models.
        """
        self.context, self.remembered, self.ended = context, remembered, ended
        gr.Markdown(t(texts.TRAIN_LEAD), elem_classes="sd-lead")
        with gr.Row(elem_classes="sd-bar sd-presets"):
            self.presets = [gr.Button(t(name), size="sm", min_width=150) for name, _ in PRESETS]
        with gr.Row(elem_classes="sd-split"):
            with gr.Column(scale=2, min_width=300):
                self.message = message_box()
                self._controls(tasks)
            with gr.Column(scale=3, min_width=300):
                self._results()
        self._wire(page)

    def _controls(self, tasks: Sequence[tuple[Any, str]]) -> None:
        limits = self.context.limits
        self.task = gr.Radio(list(tasks), value="ner", label=t("Task"))
        self.model = gr.Dropdown(
            trainable("ner"),
            value="scratch:learned",
            label=t("Model"),
            info=t("scratch: made on the spot, with this position encoding."),
        )
        values = {"max_offset": 32, "p": 0.5}
        self.form = ShiftForm("train", "ner", "position_offset", values)
        self.then = further_box("train")
        with gr.Row():
            self.steps = field_number(
                TrainConfig, "steps", "Steps", DEFAULTS["steps"], limits.steps
            )
            self.seconds = field_number(
                TrainConfig, "seconds", "Time limit", min(600, limits.seconds), limits.seconds
            )
        with gr.Accordion(t("Data"), open=False):
            self.data = DataForm(self.message, train=True, most=limits.train_samples)
        with gr.Accordion(t("More settings"), open=False):
            with gr.Row():
                self.batch = field_number(
                    TrainConfig, "batch_size", "Batch", DEFAULTS["batch_size"], limits.batch_size
                )
                self.rate = field_number(TrainConfig, "learning_rate", "Learning rate")
            self.seeds = gr.Slider(
                1, 5, value=1, step=1, label=t("Seeds"), info=t(texts.SEEDS_HELP)
            )

    def _results(self) -> None:
        with gr.Row():
            self.start = gr.Button(t("Start"), variant="primary", elem_id="train-start")
            self.stop = gr.Button(t("Stop"), interactive=False, elem_id="train-stop")
        self.status = drawn("run", "sd-run-box")
        events = recorded_events()
        train, held_out = progress.plots(events)
        with gr.Column(visible=bool(events)) as self.plots:
            gr.Markdown(t("Training loss, smoothed (lower is better)"), elem_classes="sd-subtitle")
            self.train_plot = _plot(train, "arm", color_map(), "train-plot")
            gr.Markdown(t("Held-out loss, clean and shifted"), elem_classes="sd-subtitle")
            colors = progress.held_out_colors()
            self.held_plot = _plot(held_out, "line", colors, "held-plot")
        self.table = drawn("table", "sd-short")
        self.to_compare = gr.Button(
            t("Compare these two"), variant="primary", interactive=False, elem_id="train-compare"
        )

    def _wire(self, page: gr.Blocks) -> None:
        form, message = self.form, self.message
        picked = [form.picker.change, self.model.change, page.load]
        wire(picked, self._explain, [form.picker, self.model], form.shown, message)
        wire(
            self.task.change,
            self._for_task,
            [self.task, form.picker],
            [self.model, form.picker],
            message,
        )
        wire(self.model.change, _rate_for, [self.model], [self.rate], message)
        settings = [self.task, self.model, self.steps, self.seconds, self.batch, self.rate]
        settings += [self.seeds, self.then, *self.data.inputs, *form.inputs]
        shown = [self.status, self.plots, self.train_plot, self.held_plot, self.table]
        shown += [self.start, self.stop, self.to_compare, self.remembered, self.ended]
        live: dict[str, Any] = {"concurrency_limit": None}
        wire(self.start.click, self._start, [self.remembered, *settings], shown, message, **live)
        wire(page.load, self._resume, [self.remembered], shown, message, **live)
        wire(self.stop.click, self._stop, [self.remembered], [self.stop], message)
        for button, (_, model) in zip(self.presets, PRESETS, strict=True):
            preset = self._preset(model)
            target = [self.task, self.model, form.picker, *preset[1]]
            wire(button.click, preset[0], [], target, message)

    def _explain(self, visit: Visit, operator: str, model: str) -> list[Any]:
        return self.form.show(visit, operator, encoding_of(model))

    def _preset(self, model: str) -> tuple[Any, list[Any]]:
        offsets = [self.form.control("position_offset", name) for name in ("max_offset", "p")]
        numbers = [self.steps, self.batch, *offsets]

        def choose(visit: Visit) -> list[Any]:
            models = gr.update(choices=trainable("ner"), value=model)
            picker = gr.update(choices=self.form.choices("ner"), value="position_offset")
            return ["ner", models, picker, PRESET["steps"], PRESET["batch_size"], 32, 0.5]

        return choose, numbers

    def _for_task(self, visit: Visit, task: str, operator: str) -> list[Any]:
        names = shift_names(task)
        models = trainable(task)
        return [
            gr.update(choices=models, value=models[0]),
            gr.update(
                choices=self.form.choices(task), value=operator if operator in names else names[0]
            ),
        ]

    async def _start(
        self, visit: Visit, remembered: list[str], *values: Any
    ) -> AsyncIterator[list[Any]]:
        config = run_config(values, self.data, self.form)
        run_id = self.context.runs.submit(self.context.limits.check_run(config))
        async for shown in self._follow(visit, run_id, [run_id, *(remembered or [])]):
            yield shown

    async def _resume(self, visit: Visit, remembered: list[str]) -> AsyncIterator[list[Any]]:
        known = [one for one in remembered or [] if self.context.runs.knows(str(one))]
        if known:
            async for shown in self._follow(visit, known[0], known):
                yield shown
            return
        text = visit(texts.TRAIN_EMPTY)
        if recorded_events():
            text = visit(texts.TRAIN_RECORDED)
        status: dict[str, Any] = {"state": text, "fraction": None, "figures": [], "notes": []}
        titled = [gr.update(**titles) for titles in _titles(visit)]
        yield [status, gr.skip(), *titled, *[gr.skip()] * 6]

    async def _follow(
        self, visit: Visit, run_id: str, remembered: list[str]
    ) -> AsyncIterator[list[Any]]:
        runs = self.context.runs
        events: list[RunEvent] = []
        remembered = remembered[:RUNS_REMEMBERED]
        first = True
        while True:
            runs.keep_alive(run_id)
            state = runs.state(run_id)
            new = runs.events(run_id, len(events))
            events += new
            over = state in ENDED
            if first or new or over or state == "queued":
                status = progress.where(visit, events, state, runs.place(run_id))
                train, held_out = progress.plots(events)
                plots: list[Any] = [train, held_out] if new or first else [gr.skip(), gr.skip()]
                if first:
                    of = zip(_titles(visit), plots, strict=True)
                    plots = [gr.update(value=table, **titles) for titles, table in of]
                table = progress.summary(visit, events) if new or first else gr.skip()
                saved = len(self.context.arms_of(run_id)) == 2
                yield [
                    status,
                    gr.update(visible=train is not None),
                    *plots,
                    table,
                    gr.update(interactive=over),
                    gr.update(interactive=not over),
                    gr.update(interactive=over and saved),
                    remembered if first else gr.skip(),
                    run_id if over else gr.skip(),
                ]
            if over:
                return
            first = False
            await asyncio.sleep(EVERY)

    def _stop(self, visit: Visit, remembered: list[str]) -> Any:
        if remembered and self.context.runs.knows(remembered[0]):
            self.context.runs.cancel(remembered[0])
        return gr.update(interactive=False)


def _rate_for(visit: Visit, model: str) -> float:
    return LEARNING_RATES["scratch" if model.startswith("scratch:") else "bundled"]


def _titles(visit: Visit) -> list[dict[str, Any]]:
    """Returns the titles of both plots; Gradio translates labels, but not these."""
    axes = {"x_title": visit("step"), "y_title": visit("loss, nats per token")}
    return [{**axes, "color_title": visit(text)} for text in ("arm", "arm, sentences")]


def _plot(table: Any, line: str, colors: dict[str, str], name: str) -> gr.LinePlot:
    """Returns a live plot of losses, one line for each value of the column ``line``."""
    return gr.LinePlot(
        table,
        x="step",
        y="loss",
        color=line,
        color_map=colors,
        color_title="arm",
        x_title="step",
        y_title="loss, nats per token",
        height=260,
        buttons=[],
        elem_id=name,
    )
