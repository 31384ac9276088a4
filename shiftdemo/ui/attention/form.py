"""The controls of the Attention tab, and the request that they describe."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import gradio as gr

from shiftdemo.api.requests import AttendRequest
from shiftdemo.core.task_spec import TASKS
from shiftdemo.ui.common.form import Form
from shiftdemo.ui.common.i18n import t


class AttentionForm(Form):
    """The controls of an :class:`AttendRequest`, named as its fields.

    Attributes:
        run: the button.
        target_box: what holds the box of the target, which not every task has.
    """

    def __init__(self, tasks: Sequence[tuple[Any, str]]) -> None:
        """Draws them."""
        first = AttendRequest()
        super().__init__(first)
        with gr.Row(elem_classes="sd-bar"):
            task = gr.Dropdown(list(tasks), value=first.task, label=t("Task"), min_width=160)
            self.add("task", task)
            self.add("model", gr.Dropdown([], label=t("Model"), min_width=230, scale=1))
            none = [(t("none"), "")]
            versus = gr.Dropdown(none, value="", label=t("Compared with"), min_width=250, scale=1)
            self.add("versus", versus)
            spec = TASKS.get(first.task)
            text = gr.Textbox(
                spec.typed[0],
                label=t("Sentence"),
                max_length=20_000,
                max_lines=3,
                elem_id="attention-text",
                min_width=240,
                scale=2,
            )
            self.add("text", text)
            self.run = gr.Button(
                t("Show attention"), variant="primary", min_width=150, elem_id="attention-run"
            )

    def own_target(self) -> None:
        """Draws the box for a target of one's own, where there can be one."""
        pairs = TASKS.get(self.first.task).kind == "seq2seq"
        with gr.Accordion(t("A target of your own"), open=False, visible=pairs) as box:
            target = gr.Textbox(
                "",
                label=t("Target: its translation or summary"),
                placeholder=t("empty: the model's own"),
                max_length=20_000,
                elem_id="attention-target",
            )
            self.add("target", target)
        self.target_box = box

    def request(self, values: Mapping[str, Any]) -> AttendRequest:
        """Returns what is to be looked at."""
        names = ("task", "model", "text", "target", "versus")
        return AttendRequest(**{name: values[name] or "" for name in names})

    def filled(self, request: AttendRequest) -> dict[str, Any]:
        """Returns the updates with which the controls describe ``request``."""
        return {
            "task": request.task,
            "model": request.model,
            "versus": request.versus,
            "text": request.text,
            "target": request.target,
        }

    def box(self, task: str) -> Any:
        """Returns the update with which the box of the target is there where it can be used."""
        return gr.update(visible=TASKS.get(task).kind == "seq2seq")

    def example(self, task: str) -> dict[str, Any]:
        """Returns the updates with which the controls show the example of a task."""
        shown = self.filled(AttendRequest(task, text=TASKS.get(task).typed[0]))
        kept = {name: shown[name] for name in ("text", "target")}
        return {**kept, "target_box": self.box(task)}
