"""The Build tab: one sample before and after a shift."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gradio as gr

from shiftdemo import api
from shiftdemo.ui.common import texts
from shiftdemo.ui.build.sources import WORKED, BuildData, shown
from shiftdemo.ui.build.set import BuildSet
from shiftdemo.ui.build.view import view_of
from shiftdemo.ui.common.context import Context
from shiftdemo.ui.common.form import ShiftForm, extra_operators, extra_operators_box, part, prefixed, shift_names
from shiftdemo.ui.common.i18n import Visit, t
from shiftdemo.ui.common.handlers import drawn, message_box, wire

# Word, target word and place of the word that is copied in the worked examples. The pair of the
# published one is a and modèle, which are not aligned with one another.
WORKED_WORDS = {
    "translation": ("", "modèle", 6),
    "ner": ("", "", 7),
    "language_modeling": ("", "", 3),
    "classification": ("", "", 9),
}


class BuildTab:
    """The components and handlers of the tab."""

    def __init__(
        self, page: gr.Blocks, context: Context, tasks: Sequence[tuple[Any, str]], look: gr.Textbox
    ) -> None:
        """Draws the tab; ``look`` is ``light`` or ``dark``, set by the browser."""
        with gr.Row(elem_classes="sd-split"):
            with gr.Column(scale=4, min_width=300):
                self.task = gr.Radio(list(tasks), value="translation", label=t("Task"))
                self.data = BuildData(context.limits)
                values = {"target_word": WORKED_WORDS["translation"][1]}
                self.form = ShiftForm(
                    "build", "translation", "append_copy", values, hidden=("p",), dials=True
                )
                self._further()
            with gr.Column(scale=9, min_width=300, elem_classes="sd-figure-column"):
                self.form.draw_dials()
                self.message = message_box()
                self.view = drawn("build", "sd-tall")
                self.form.about.render()
        self._wire(page)
        BuildSet(context, self.form, self.data, self._own, look)

    @property
    def _own(self) -> dict[str, Any]:
        return {"task": self.task, "seed": self.seed, "then": self.then}

    def _further(self) -> None:
        self.then = extra_operators_box("build")
        self.seed = gr.Number(
            0,
            label=t("Seed of the draws"),
            info=t("The same seed draws the same shift."),
            minimum=0,
            maximum=2**31 - 1,
            precision=0,
        )

    def _wire(self, page: gr.Blocks) -> None:
        form, data, message = self.form, self.data, self.message
        names = ("word", "target_word", "index")
        words = [form.control("append_copy", name) for name in names]
        wire(
            data.origin.change, _controls, [data.origin, self.task], [*data.groups, *words], message
        )
        picked = [form.picker.change, page.load]
        wire(picked, form.show, [form.picker], form.shown, message)
        changed = [data.text, data.target, form.picker, *words]
        asked = [self.task, form.picker, data.origin]
        wire(self.task.change, self._for_task, asked, changed, message)
        # A word that is pointed at by its place takes its aligned target word along.
        words[2].input(None, None, words[:2], js="() => ['', '']", api_visibility="private")
        data.file.wire(self.task, message)
        inputs = {
            **self._own,
            **prefixed("data", data.controls),
            **prefixed("shift", form.controls),
        }
        changes = [item.change for item in (*self._own.values(), *form.controls.values())]
        triggers = [page.load, *changes, *data.triggers]
        # Past the queue, because a moved slider has to be answered at once.
        at_once: dict[str, Any] = {"trigger_mode": "always_last", "queue": False}
        wire(triggers, self._show, inputs, [self.view], message, clears=True, **at_once)
        # The network takes its time; a clock runs over the figure meanwhile.
        slow: dict[str, Any] = {"show_progress": "full", "clears": True}
        wire(data.hub.load.click, self._show, inputs, [self.view], message, **slow)

    def _for_task(self, visit: Visit, task: str, operator: str, origin: str) -> list[Any]:
        names = shift_names(task)
        picker = gr.update(
            choices=self.form.choices(task), value=operator if operator in names else names[0]
        )
        return [*WORKED[task], picker, *_words_of(origin, task)]

    def _show(self, visit: Visit, values: dict[str, Any]) -> dict[str, Any]:
        task, source = values["task"], part("data", values)
        spec = self.form.spec(part("shift", values), p=1)
        specs = [spec, *extra_operators(values["then"])]
        sample, others = self.data.sample(task, source, api.joins_samples(task, specs))
        seed = int(values["seed"] or 0)
        rows = api.build_shifted(task, [sample], specs, seed, others, always=True)
        view = view_of(visit, next(rows), task)
        if source["origin"] == "worked" and view["kind"] == "translation" and "word=modèle" in spec:
            view["note"] = f"{view['note']} {visit(texts.WORKED_NOTE)}".strip()
        return view


def _controls(visit: Visit, origin: str, task: str) -> list[Any]:
    return [*shown(origin), *_words_of(origin, task)]


def _words_of(origin: str, task: str) -> tuple[str, str, int]:
    """Returns the words to copy: those of the worked example, else the first of the sentence."""
    return WORKED_WORDS[task] if origin == "worked" else ("", "", 0)
