"""The lower half of the Build tab: many sentences shifted at once, as a preview and as files."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import gradio as gr

from shiftdemo.core.errors import LimitError, ShiftDemoError
from shiftdemo.core.progress import Cancelled
from shiftdemo.ui.build.form import BuildForm
from shiftdemo.ui.build.set_view import drawn_set
from shiftdemo.ui.build.set_work import FORMATS, BuiltSet, build_files, read_all, to_read
from shiftdemo.ui.build.sources import sized
from shiftdemo.ui.common import texts
from shiftdemo.ui.common.context import Context
from shiftdemo.ui.common.form import whole
from shiftdemo.ui.common.handlers import drawn, message_box, wire
from shiftdemo.ui.common.i18n import Visit, t


class BuildSet:
    """The controls, the preview and the downloads of a whole set."""

    def __init__(self, context: Context, form: BuildForm, page_look: gr.Textbox) -> None:
        """Draws them.

        Args:
            page_look: ``light`` or ``dark`` and the width of the page, set by the browser.
        """
        self.context, self.form = context, form
        gr.Markdown(t("Build a set"), elem_classes="sd-heading")
        gr.Markdown(t(texts.SET_NOTE), elem_classes="sd-note")
        message = message_box()
        with gr.Row(elem_classes="sd-bar"):
            form.draw_set()
            with gr.Column(min_width=200, scale=1):
                button = gr.Button(t("Build the set"), variant="primary")
                stop = gr.Button(t("Cancel"), interactive=False)
        shown = {
            "status": drawn("run"),
            "button": button,
            "stop": stop,
            "counts": drawn("table", "sd-counts"),
            "plot": gr.Plot(visible=False, show_label=False, container=False, elem_id="set-plot"),
            "table": drawn("table", "sd-set"),
        }
        with gr.Row(elem_classes="sd-bar"):
            for name, label in FORMATS.items():
                shown[name] = gr.DownloadButton(label, visible=False, size="sm", min_width=100)
        wire(button.click, self._run, {"page_look": page_look, **form}, shown, message)
        wire(stop.click, self._cancel, {}, {"stop": stop}, message)

    def _cancel(self, visit: Visit) -> dict[str, Any]:
        self.context.jobs.stop(f"{visit.session}/set")
        return {"stop": gr.update(interactive=False)}

    async def _run(
        self, visit: Visit, page_look: str, **values: Any
    ) -> AsyncIterator[dict[str, Any]]:
        n, most = whole(values["n"]), self.context.limits.train_samples
        if not 1 <= n <= most:
            raise LimitError("build.sentences_give", n=n, most=most)
        drawn_anew = drawn_words(values["data.origin"], values["shift.name"])
        request = self.form.request(values, **drawn_anew)
        task, specs = request.task, request.shifts
        size = to_read(task, specs, n)
        spec = sized(request.data, size)

        def work(report: Any, stopped: Any) -> BuiltSet:
            unread = self.context.backend.samples(task, spec, "train", size)
            samples = read_all(unread, size, report, stopped, visit)
            told = self.context.sessions.files_of(visit.session), report, stopped, visit
            return build_files(task, samples, specs, request.seed, *told, n=n)

        try:
            async for job in self.context.jobs.follow(f"{visit.session}/set", work, turns=False):
                if not job.done.is_set():
                    status = {"state": job.text, "fraction": job.fraction}
                    yield {"status": status, **_buttons(busy=True)}
            if isinstance(job.error, Cancelled) or (job.result is None and not job.error):
                yield {"status": {"state": visit("Stopped.")}, **_buttons(busy=False)}
                return
            if job.error:
                raise job.error
        except ShiftDemoError:
            yield {"status": None, **_buttons(busy=False)}
            raise
        shown = await asyncio.to_thread(drawn_set, visit, job.result, task, page_look)
        yield {"status": None, **_buttons(busy=False), **shown}


def _buttons(busy: bool) -> dict[str, Any]:
    """Returns updates of "Build the set" and "Cancel", new ones each time."""
    return {"button": gr.update(interactive=not busy), "stop": gr.update(interactive=busy)}


def drawn_words(origin: str, operator: str) -> dict[str, Any]:
    """Returns what is drawn anew in a set: the worked example's words are hardly in others."""
    if operator == "append_copy" and origin == "worked":
        return {"word": "", "target_word": "", "index": -1}
    return {"index": -1} if operator == "append_copy" else {}
