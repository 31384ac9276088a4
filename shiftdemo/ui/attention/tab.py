"""The Attention tab: what each head attends to, in one model or in two and their difference."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import gradio as gr

from shiftdemo import api
from shiftdemo.core.errors import ModelError
from shiftdemo.ui.attention.form import LOOK, AttentionForm
from shiftdemo.ui.attention.view import Look, drawn_maps
from shiftdemo.ui.common import texts
from shiftdemo.ui.common.form import whole
from shiftdemo.ui.common.handlers import drawn, message_box, wire
from shiftdemo.ui.common.i18n import Visit, t
from shiftdemo.ui.common.model_picker import default_pair, usable
from shiftdemo.ui.common.own_model import OwnModel
from shiftdemo.ui.common.page_parts import PageParts


class AttentionTab:
    """The components and handlers of the tab.

    Attributes:
        asked: another value has the maps shown that the form describes.
    """

    def __init__(self, parts: PageParts) -> None:
        """Draws the tab."""
        self.context, self.page_look = parts.context, parts.page_look
        self.mine = {"remembered": parts.remembered, "own": parts.own}
        self.message = message_box()
        self.form = AttentionForm(parts.tasks)
        self.asked = gr.State(0.0)
        self.status = drawn("run")
        self.plot = gr.Plot(visible=False, show_label=False, container=False, elem_id="heatmap")
        self.plot2 = gr.Plot(visible=False, show_label=False, container=False, elem_id="heatmap2")
        gr.Markdown(t(texts.ATTENTION_LEAD), elem_classes="sd-note")
        gr.Markdown(t(texts.ATTENTION_NOTE), elem_classes="sd-note")
        OwnModel(parts, self.form["task"], self.message, trainable=False)
        self._wire(parts)

    def _wire(self, parts: PageParts) -> None:
        form, message = self.form, self.message
        task, pickers = form.some("task"), form.some("model", "versus")
        mine = {**task, **self.mine}
        changes = [parts.page.load, parts.remembered.change, parts.ended.change]
        wire(changes, self._models, mine, pickers, message, quiet=True)
        wire(parts.own.change, self._more, mine, pickers, message, quiet=True)
        # In one answer, so that a press on the button never meets a new model and an old sentence.
        changed = {**pickers, **form.some("text", "target", "kind")}
        wire(form["task"].change, self._for_task, mine, changed, message)
        inputs = {**form, "page_look": self.page_look}
        shown = {"status": self.status, **form.some("layer", "head")}
        shown |= {"plot": self.plot, "plot2": self.plot2}
        asked = [form.run.click, form["text"].submit, form["target"].submit, self.asked.change]
        last: dict[str, Any] = {"trigger_mode": "always_last"}
        wire(asked, self._run, inputs, shown, message, **last)
        picked = [form[name].input for name in LOOK]
        wire(picked, self._draw, inputs, shown, message, **last)

    def opens_with(self, tab: gr.Tab) -> None:
        """Has the maps shown when ``tab``, which holds all this, is opened."""
        mine = {**self.form.some("task"), **self.mine}
        shown = {**self.form.some("model", "versus"), "asked": self.asked}
        wire(tab.select, self._open, mine, shown, self.message, quiet=True)

    def _open(self, visit: Visit, task: str, **mine: Any) -> dict[str, Any]:
        """Has the maps shown when the tab opens for the first time, of models picked here."""
        if visit.session in self.context.sessions.maps:
            return {}
        self.expects(visit)
        return {**self._models(visit, task, **mine), "asked": time.monotonic()}

    def expects(self, visit: Visit) -> None:
        """Says that maps were asked for, so that opening the tab asks for none besides."""
        self.context.sessions.keep_maps(visit.session, None, None)

    def _more(self, visit: Visit, task: str, **mine: Any) -> dict[str, Any]:
        choices = usable(visit, self.context, task, *mine.values())
        versus = gr.update(choices=[(visit("none"), ""), *choices])
        return {"model": gr.update(choices=choices), "versus": versus}

    def _models(self, visit: Visit, task: str, **mine: Any) -> dict[str, Any]:
        choices = usable(visit, self.context, task, *mine.values())
        base, shifted = default_pair(choices)
        second = shifted if shifted != base else ""
        return {
            "model": gr.update(choices=choices, value=base),
            "versus": gr.update(choices=[(visit("none"), ""), *choices], value=second or ""),
        }

    def _for_task(self, visit: Visit, task: str, **mine: Any) -> dict[str, Any]:
        return {**self._models(visit, task, **mine), **self.form.example(task)}

    async def _draw(
        self, visit: Visit, page_look: str, **values: Any
    ) -> AsyncIterator[dict[str, Any]]:
        """Draws the last result in another way; models run only where another one is asked for."""
        request, result = self.context.sessions.maps.get(visit.session, (None, None))
        if request == self.form.request(values):
            yield await asyncio.to_thread(drawn_maps, visit, result, _look(page_look, values))
            return
        async for shown in self._run(visit, page_look, **values):
            yield shown

    async def _run(
        self, visit: Visit, page_look: str, **values: Any
    ) -> AsyncIterator[dict[str, Any]]:
        request = self.form.request(values)
        task, backend = request.task, self.context.backend
        if not request.model:
            raise ModelError("attention.there_no_model_yet")
        sample = backend.typed_sample(task, request.text, request.target)

        def work(report: Any, cancel: Any) -> api.AttentionResult:
            return backend.attend(task, request.model, sample, versus=request.versus)

        async for job in self.context.jobs.follow(visit.session, work):
            if not job.done.is_set():
                yield {"status": {"state": visit("Computing…"), "fraction": None}}
        if job.error:
            yield {"status": None}
            raise job.error
        if job.result is None:
            return
        self.context.sessions.keep_maps(visit.session, request, job.result)
        yield await asyncio.to_thread(drawn_maps, visit, job.result, _look(page_look, values))


def _look(page_look: str, values: dict[str, Any]) -> Look:
    layer, head = whole(values["layer"]), int(values["head"])
    return Look(values["kind"], layer, head, values["special"], page_look)
