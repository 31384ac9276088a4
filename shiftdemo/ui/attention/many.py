"""Attention over many sentences: how many, a bar, and a way to stop it."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Mapping
from typing import Any

import gradio as gr

from shiftdemo.api.attend_corpus import N
from shiftdemo.core.errors import ModelError
from shiftdemo.publishing.attention.corpus_view import corpus_view
from shiftdemo.publishing.attention.page import FIGURES
from shiftdemo.ui.common import texts
from shiftdemo.ui.common.form import Form, clip
from shiftdemo.ui.common.handlers import drawn, wire
from shiftdemo.ui.common.i18n import Visit, t
from shiftdemo.ui.common.page_parts import PageParts
from shiftdemo.ui.common.time_left import time_left

MOST, MOST_OFFSET, BEGIN = 400, 64, 32


class Many:
    """The part of the tab under the laboratory."""

    def __init__(self, parts: PageParts, pair: Form, message: gr.HTML) -> None:
        """Draws it.

        Args:
            pair: the form with task, model and versus.
        """
        self.context = parts.context
        gr.Markdown(t("Over many sentences"), elem_classes="sd-subtitle")
        gr.Markdown(t(texts.ATTENTION_MANY), elem_classes="sd-note")
        with gr.Row(elem_classes="sd-bar"):
            n = gr.Slider(
                10, MOST, value=N, step=10, label=t("Sentences"), min_width=200, elem_id="many-n"
            )
            strength = gr.Slider(
                0, MOST_OFFSET, value=BEGIN, step=1, label=t("Position of the first word")
            )
            self.run = gr.Button(t("Measure"), min_width=120, elem_id="many-run")
            self.cancel = gr.Button(t("Cancel"), interactive=False, min_width=100)
        for slider in (n, strength):
            clip(slider)
        self.status = drawn("run")
        self.shown = drawn("attention_corpus", elem_id="attention-many", scripts=FIGURES)
        asked = {**pair.some("task", "model", "versus"), "n": n, "strength": strength}
        outputs = {"status": self.status, "run": self.run, "cancel": self.cancel}
        outputs["shown"] = self.shown
        wire(self.run.click, self._measure, asked, outputs, message)
        wire(self.cancel.click, self._stop, {}, {"cancel": self.cancel}, message)
        wire(pair["task"].change, _emptied, {}, {"shown": self.shown}, message, quiet=True)

    async def _measure(self, visit: Visit, **values: Any) -> AsyncIterator[dict[str, Any]]:
        if not values["model"]:
            raise ModelError("attention.there_no_model_yet")
        work = self._work(values)
        began = time.monotonic()
        async for job in self.context.jobs.follow(visit.session, work):
            if not job.done.is_set():
                text = visit.translate(job.text) or visit("Loading the models…")
                text += time_left(visit, time.monotonic() - began, job.fraction)
                yield {"status": {"state": text, "fraction": job.fraction}, **_buttons(True)}
        yield {"status": None, **_buttons(False)}
        if job.error:
            raise job.error
        if job.result is None or not job.result.n:
            yield {"status": {"state": visit("Stopped.")}, **_buttons(False)}
            return
        yield {"shown": corpus_view(visit, job.result)}

    def _work(self, values: Mapping[str, Any]) -> Any:
        task, model, versus = values["task"], values["model"], values["versus"] or ""
        n, strength = int(values["n"]), float(values["strength"])

        def work(report: Any, cancel: Any) -> Any:
            backend = self.context.backend
            return backend.attend_corpus(
                task, model, versus, "", strength, n, progress=report, cancel=cancel
            )

        return work

    def _stop(self, visit: Visit) -> dict[str, Any]:
        self.context.jobs.stop(visit.session)
        return {"cancel": gr.update(interactive=False)}


def _emptied(visit: Visit) -> dict[str, Any]:
    return {"shown": None}


def _buttons(busy: bool) -> dict[str, Any]:
    """Returns updates of "Measure" and "Cancel", new ones each time."""
    return {"run": gr.update(interactive=not busy), "cancel": gr.update(interactive=busy)}
