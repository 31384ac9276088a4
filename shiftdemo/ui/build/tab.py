"""The Build tab: one sample before and after a shift."""

from __future__ import annotations

from typing import Any

import gradio as gr

from shiftdemo import api
from shiftdemo.shifts import SHIFTS
from shiftdemo.ui.build.form import BuildForm, words_of
from shiftdemo.ui.build.set import BuildSet
from shiftdemo.ui.build.sources import shown, worked
from shiftdemo.ui.build.view import view_of
from shiftdemo.ui.common import texts
from shiftdemo.ui.common.form import begun_with
from shiftdemo.ui.common.handlers import drawn, message_box, wire
from shiftdemo.ui.common.i18n import Visit
from shiftdemo.ui.common.page_parts import PageParts
from shiftdemo.ui.common.shift_form import about, shift_names


class BuildTab:
    """The components and handlers of the tab."""

    def __init__(self, parts: PageParts) -> None:
        """Draws the tab."""
        with gr.Row(elem_classes="sd-split"):
            with gr.Column(scale=4, min_width=300):
                self.form = BuildForm(parts.tasks, parts.context.limits)
            with gr.Column(scale=9, min_width=300, elem_classes="sd-figure-column"):
                self.form.draw_dials()
                self.message = message_box()
                self.view = drawn("build", "sd-tall")
                self.form.shift.about.render()
        self._wire(parts.page)
        BuildSet(parts.context, self.form, parts.page_look)

    def _wire(self, page: gr.Blocks) -> None:
        form, shift, message = self.form, self.form.shift, self.message
        words = {name: form[name] for name in words_of("typed", self.form.first.task)}
        task, origin = {"task": form["task"]}, {"origin": form["data.origin"]}
        groups = {**form.data.groups, **words}
        wire(origin["origin"].change, _controls, {**origin, **task}, groups, message)
        picker = {"name": shift.picker}
        wire(shift.picker.change, shift.show, picker, shift.shown, message)
        typed = form.some("data.text", "data.target", "shift.name")
        asked = {**task, **origin, "operator": shift.picker}
        wire(form["task"].change, self._for_task, asked, {**typed, **words}, message)
        # A word that is pointed at by its index takes its aligned target word along.
        first, second, index = words.values()
        index.input(None, None, [first, second], js="() => ['', '']", api_visibility="private")
        form.data.file.wire(form["task"], message)
        # Past the queue, because a moved slider has to be answered at once.
        at_once: dict[str, Any] = {"trigger_mode": "always_last", "queue": False}
        own = [form[name].change for name in form if not name.startswith("data.hub.")]
        view = {"view": self.view}
        wire(own, self._show, {**form}, view, message, clears=True, **at_once)
        first = {**view, "about": shift.about}
        wire(page.load, self._begin, {}, first, message, quiet=True, queue=False)
        # The network takes its time; a clock runs over the figure meanwhile.
        slow: dict[str, Any] = {"show_progress": "full", "clears": True}
        wire(form.data.hub.load.click, self._show, {**form}, view, message, **slow)

    def _for_task(self, visit: Visit, task: str, operator: str, origin: str) -> dict[str, Any]:
        names, example = shift_names(task), worked(task)
        chosen = operator if operator in names else names[0]
        picker = gr.update(choices=self.form.shift.choices(task), value=chosen)
        typed = {"data.text": example.text, "data.target": example.target}
        return {**typed, "shift.name": picker, **words_of(origin, task)}

    def _begin(self, visit: Visit) -> dict[str, Any]:
        values = begun_with(self.form)
        return {**self._show(visit, **values), "about": about(visit, values["shift.name"])}

    def _show(self, visit: Visit, **values: Any) -> dict[str, Any]:
        operator = values["shift.name"]
        if operator in SHIFTS and operator not in shift_names(values["task"]):
            return {}  # the operator of the task before; the one of this task follows at once
        request = self.form.request(values)
        task, specs = request.task, request.shifts
        sample, others = self.form.data.sample(request, api.joins_samples(task, specs))
        rows = api.build_shifted(task, [sample], specs, request.seed, others, always=True)
        view = view_of(visit, next(rows), task)
        is_published = request.origin == "worked" and bool(worked(task).target_word)
        if is_published and f"word={worked(task).target_word}" in specs[0]:
            view["note"] = f"{view['note']} {visit(texts.WORKED_NOTE)}".strip()
        return {"view": view}


def _controls(visit: Visit, origin: str, task: str) -> dict[str, Any]:
    return {**shown(origin), **words_of(origin, task)}
