"""The Attention tab: what each head attends to, in one model or in two and their difference."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import gradio as gr

from shiftdemo import api
from shiftdemo.core.errors import ModelError
from shiftdemo.ui.common import texts
from shiftdemo.ui.common.context import Context
from shiftdemo.ui.common.handlers import drawn, message_box, wire
from shiftdemo.ui.common.i18n import Visit, t
from shiftdemo.ui.common.job import follow
from shiftdemo.ui.common.model_picker import default_pair, usable
from shiftdemo.viz.style import arm_label

KINDS = (("encoder", "encoder"), ("decoder", "decoder"), ("cross", "cross"))
TYPED = {
    "translation": "A man is reading a book in the park.",
    "ner": "Ada Lovelace wrote to Charles Babbage in London.",
    "language_modeling": "She is reading a book in the old garden.",
    "classification": "The film is long and the end is very good.",
}
NARROW = 700
MOST_LAYERS, MOST_HEADS = 48, 64

# What a map is asked for by, and what it changes: attributes of the tab.
ASKED = ("task", "base", "versus", "text", "target", "kind", "layer", "head", "special", "look")
SHOWN = ("status", "layer", "head", "plot", "plot2")


class AttentionTab:
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
        """Draws the tab; the arguments are those of the Compare tab."""
        self.context, self.look = context, look
        gr.Markdown(t(texts.ATTENTION_LEAD), elem_classes="sd-lead")
        self.message = message_box()
        with gr.Row(elem_classes="sd-bar"):
            self.task = gr.Radio(list(tasks), value="ner", label=t("Task"), min_width=260)
            self.base = gr.Dropdown([], label=t("Model"), min_width=220)
            none = [(t("none"), "")]
            self.versus = gr.Dropdown(none, value="", label=t("Compared with"), min_width=220)
        with gr.Row(elem_classes="sd-bar"):
            self.text = gr.Textbox(
                TYPED["ner"], label=t("Sentence"), max_length=2000, elem_id="attention-text"
            )
            self.target = gr.Textbox(
                "",
                label=t("Target (translation only)"),
                placeholder=t("empty: the model's own translation"),
                max_length=2000,
                visible=False,
            )
        with gr.Row(elem_classes="sd-bar"):
            kinds = [(t(label), value) for label, value in KINDS]
            self.kind = gr.Radio(kinds, value="encoder", label=t("Attention"), visible=False)
            self.layer = gr.Dropdown([("0", 0)], value=0, label=t("Layer"), min_width=110)
            self.head = gr.Dropdown(
                [(t("mean of all"), -1), (t("all, small"), -2), ("0", 0)],
                value=-1,
                label=t("Head"),
                min_width=130,
            )
            self.special = gr.Checkbox(True, label=t("special tokens"), min_width=140)
            self.run = gr.Button(
                t("Show attention"), variant="primary", min_width=160, elem_id="attention-run"
            )
        self.status = drawn("run")
        self.plot = gr.Plot(visible=False, show_label=False, container=False, elem_id="heatmap")
        self.plot2 = gr.Plot(visible=False, show_label=False, container=False, elem_id="heatmap2")
        self.note = gr.Markdown(t(texts.ATTENTION_NOTE), elem_classes="sd-note")
        self._wire(page, remembered, ended)

    def _wire(self, page: gr.Blocks, remembered: gr.BrowserState, ended: gr.State) -> None:
        message = self.message
        wire(
            [page.load, remembered.change, ended.change, self.task.change],
            self._models,
            [self.task, remembered],
            [self.base, self.versus],
            message,
            quiet=True,
        )
        changed = [self.text, self.target, self.kind]
        wire(self.task.change, _for_task, [self.task], changed, message)
        inputs = {name: getattr(self, name) for name in ASKED}
        shown = {name: getattr(self, name) for name in SHOWN}
        triggers = [self.run.click, self.text.submit, self.target.submit]
        pickers = [self.kind.input, self.layer.input, self.head.input, self.special.input]
        wire(triggers, self._show, inputs, shown, message, trigger_mode="always_last")
        wire(pickers, self._pick, inputs, shown, message, trigger_mode="always_last")

    def _models(self, visit: Visit, task: str, remembered: list[str]) -> list[Any]:
        choices = usable(self.context, task, remembered or [])
        base, shifted = default_pair(choices)
        second = shifted if shifted != base else ""
        return [
            gr.update(choices=choices, value=base),
            gr.update(choices=[(visit("none"), ""), *choices], value=second or ""),
        ]

    async def _show(self, visit: Visit, values: dict[str, Any]) -> AsyncIterator[dict[str, Any]]:
        """Runs the models and draws what they attend to."""
        task, base, versus, text, target = asked = _asked(values)
        if not base:
            raise ModelError("attention.there_no_model_yet")
        api.typed_sample(task, text, target, limits=self.context.limits)

        def work(report: Any, cancel: Any) -> Any:
            model = self.context.model(base, task)
            other = self.context.model(versus, task) if versus else None
            return api.attend_loaded(task, model, text, target, other, self.context.limits)

        async for job in follow(self.context, visit.session, work):
            if not job.done.is_set():
                status = {"state": visit("Computing…"), "fraction": None}
                yield {"status": status}
        if job.error:
            yield {"status": None}
            raise job.error
        if job.result is not None:
            self.context.keep_maps(visit.session, asked, job.result)
            yield await self._drawn(visit, values, job.result)

    async def _pick(self, visit: Visit, values: dict[str, Any]) -> AsyncIterator[dict[str, Any]]:
        """Draws another head, layer or kind of what was computed; computes where nothing was."""
        asked, found = self.context.maps.get(visit.session, (None, None))
        if asked == _asked(values):
            yield await self._drawn(visit, values, found)
            return
        async for shown in self._show(visit, values):
            yield shown

    async def _drawn(self, visit: Visit, values: dict[str, Any], found: Any) -> dict[str, Any]:
        maps = {one.kind: one for one in found.maps}
        others = {one.kind: one for one in found.versus}
        kind = values["kind"] if values["kind"] in maps else next(iter(maps))
        layers, heads = maps[kind].weights.shape[:2]
        layer = min(int(values["layer"] or 0), layers - 1)
        head = min(int(values["head"]), heads - 1)
        said = visit("target: {text}", text=found.target) if found.target else ""
        shown: Any = {"state": said, "fraction": None} if said else None
        chosen = (maps[kind], others.get(kind), layer, head, values["special"], values["look"])
        # Drawing takes a while, and other visitors share this event loop.
        plot, plot2 = await asyncio.to_thread(self._figures, *chosen)
        pickers = {"layer": _layers(layers, layer), "head": _heads(visit, heads, head)}
        return {"status": shown, **pickers, "plot": plot, "plot2": plot2}

    def _figures(
        self, one: Any, other: Any, layer: int, head: int, special: bool, look: str
    ) -> list[Any]:
        from shiftdemo.viz import attention as viz

        theme, _, width = look.partition(" ")
        theme = "dark" if theme == "dark" else "light"
        narrow = width.isdigit() and int(width) < NARROW
        hidden = gr.update(visible=False)
        if head == -2:
            names = (arm_label("base"), arm_label("shift")) if other else ("", "")
            pairs = zip((one, other), names, strict=True)
            figures = [viz.heads(item, layer, theme, special, name) for item, name in pairs if item]
        elif other is not None:
            chosen = None if head < 0 else head
            columns = 1 if narrow else 3
            figures = [viz.compare(one, other, layer, chosen, theme, special, columns)]
        else:
            figures = [viz.heatmap(one, layer, None if head < 0 else head, theme, special)]
        shown = [gr.update(value=figure, visible=True) for figure in figures]
        return [*shown, hidden][:2]


def _asked(values: dict[str, Any]) -> tuple[str, ...]:
    """Returns what a map depends on; the rest says how it is drawn."""
    return tuple(values[name] or "" for name in ("task", "base", "versus", "text", "target"))


def _for_task(visit: Visit, task: str) -> list[Any]:
    pairs = task == "translation"
    return [TYPED[task], gr.update(visible=pairs, value=""), gr.update(visible=pairs)]


def _layers(n: int, chosen: int) -> Any:
    return gr.update(choices=[(str(i), i) for i in range(min(n, MOST_LAYERS))], value=chosen)


def _heads(visit: Visit, n: int, chosen: int) -> Any:
    first = [(visit("mean of all"), -1), (visit("all, small"), -2)]
    numbered = [(str(i), i) for i in range(min(n, MOST_HEADS))]
    return gr.update(choices=[*first, *numbered], value=chosen)
