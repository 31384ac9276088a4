"""The Attention tab: what heads attend to, how training moved them, how they follow a shift."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from typing import Any

import gradio as gr

from shiftdemo import api
from shiftdemo.core.errors import DataError, ModelError
from shiftdemo.publishing.attention.page import SCRIPTS
from shiftdemo.ui.attention.form import AttentionForm
from shiftdemo.ui.attention.laboratory import Laboratory, shown
from shiftdemo.ui.attention.many import Many
from shiftdemo.ui.common import texts
from shiftdemo.ui.common.handlers import drawn, message_box, wire
from shiftdemo.ui.common.i18n import Visit, t
from shiftdemo.ui.common.model_picker import default_pair, usable
from shiftdemo.ui.common.own_model import OwnModel
from shiftdemo.ui.common.page_parts import PageParts

# What a press on "Make files" sends: what is seen now, wherever the slider stands.
NOW = "() => [JSON.stringify((window.shiftdemoAttention || {}).asked || {})]"


class AttentionTab:
    """The components and handlers of the tab.

    Attributes:
        asked: another value has the maps shown that the form describes; how far the sentence is
            moved comes with it, ``None`` for what the pair was trained on.
    """

    def __init__(self, parts: PageParts) -> None:
        """Draws the tab."""
        self.context = parts.context
        self.mine = {"remembered": parts.remembered, "own": parts.own}
        self.message = message_box()
        self.form = AttentionForm(parts.tasks)
        self.asked = gr.State((0.0, None))
        self.status = drawn("run")
        self.laboratory = Laboratory(parts.context)
        self.lab = drawn(
            "attention",
            scripts=SCRIPTS,
            elem_id="attention-lab",
            server_functions=[_server_function(self.laboratory)],
        )
        gr.Markdown(t(texts.ATTENTION_NOTE), elem_classes="sd-note")
        self.now = gr.Textbox("", visible="hidden", elem_classes="sd-hidden")
        with gr.Row(elem_classes="sd-bar"):
            self.files = gr.Button(
                t("Make files"),
                visible=False,
                size="sm",
                elem_id="attention-files",
                min_width=160,
                scale=0,
            )
            self.download = gr.DownloadButton(
                "", visible=False, size="sm", elem_id="attention-download", min_width=320, scale=0
            )
        Many(parts, self.form, self.message)
        self.form.own_target()
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
        changed = {**pickers, **form.some("text", "target"), "asked": self.asked}
        changed["target_box"] = form.target_box
        wire(form["task"].input, self._for_task, mine, changed, message)
        inputs = {**form, "asked": self.asked}
        offers = {"files": self.files, "download": self.download}
        drawn_now = {"status": self.status, "lab": self.lab, **offers}
        asked = [form.run.click, form["text"].submit, form["target"].submit, self.asked.change]
        wire(asked, self._run, inputs, drawn_now, message, trigger_mode="always_last")
        wire(self.files.click, self._files, {"now": self.now}, offers, message, js=NOW)

    def opens_with(self, tab: gr.Tab) -> None:
        """Has the maps shown when ``tab``, which holds all this, is opened."""
        mine = {**self.form.some("task"), **self.mine}
        outputs = {**self.form.some("model", "versus"), "asked": self.asked}
        wire(tab.select, self._open, mine, outputs, self.message, quiet=True)

    def _open(self, visit: Visit, task: str, **mine: Any) -> dict[str, Any]:
        """Has the maps shown when the tab opens for the first time, of models picked here."""
        if visit.session in self.context.sessions.looking:
            return {}
        self.expects(visit)
        return {**self._models(visit, task, **mine), "asked": (time.monotonic(), None)}

    def expects(self, visit: Visit) -> None:
        """Says that maps were asked for, so that opening the tab asks for none besides."""
        self.context.sessions.keep_looking(visit.session)

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
        models = self._models(visit, task, **mine)
        asked = {"asked": (time.monotonic(), None)} if models["model"]["value"] else {}
        return {**models, **self.form.example(task), **asked}

    async def _run(
        self, visit: Visit, asked: tuple[float, float | None], **values: Any
    ) -> AsyncIterator[dict[str, Any]]:
        request = self.form.request(values)
        task, backend = request.task, self.context.backend
        if not request.model:
            raise ModelError("attention.there_no_model_yet")
        sample = backend.typed_sample(task, request.text, request.target)
        strength = asked[1]

        def work(report: Any, cancel: Any) -> api.AttentionResult:
            return backend.attend(
                task, request.model, sample, versus=request.versus, strength=strength
            )

        async for job in self.context.jobs.follow(visit.session, work):
            if not job.done.is_set():
                yield {"status": {"state": visit("Computing…"), "fraction": None}}
        if job.error:
            yield {"status": None}
            raise job.error
        if job.result is None:
            return
        refs = [request.model, *([request.versus] if request.versus else [])]
        value = shown(visit, job.result, task, refs)
        offered = {"files": gr.update(visible=True), "download": gr.update(visible=False)}
        yield {"status": None, "lab": value, **offered}

    def _files(self, visit: Visit, now: str) -> dict[str, Any]:
        """Returns the update with which what is seen can be downloaded.

        Args:
            now: what the page's script has last asked with, from anybody.
        """
        try:
            asked = json.loads(now)
        except ValueError:
            asked = None
        if not isinstance(asked, dict) or not asked:
            raise DataError("attention.nothing_to_write")
        content = self.laboratory.files(asked)
        folder = self.context.sessions.files_of(f"{visit.session}/attention")
        path = folder / "attention.zip"
        path.write_bytes(content)
        mb = path.stat().st_size / 1e6
        label = visit("Download the files (page, JSON and NumPy, {mb:.1f} MB)", mb=mb)
        return {"download": gr.update(value=str(path), label=label, visible=True)}


def _server_function(laboratory: Laboratory) -> Any:
    """Returns what the page's script asks; its name is that under which it does."""

    def look(asked: Any) -> dict[str, Any]:
        return laboratory.answer(asked)

    return look
