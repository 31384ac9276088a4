"""The controls of the Attention tab, and the request that they describe."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import gradio as gr

from shiftdemo.api.requests import AttendRequest
from shiftdemo.core.task_spec import TASKS
from shiftdemo.ui.attention.view import ALL, MEAN, heads_of, layers_of
from shiftdemo.ui.common.form import Form
from shiftdemo.ui.common.i18n import t

KINDS = (("encoder", "encoder"), ("decoder", "decoder"), ("cross", "cross"))
# How a result is drawn, which no model is run for.
LOOK = ("kind", "layer", "head", "special")


class AttentionForm(Form):
    """The controls of an :class:`AttendRequest`, named as its fields, and of how it is drawn.

    Attributes:
        run: the button.
    """

    def __init__(self, tasks: Sequence[tuple[Any, str]]) -> None:
        """Draws them."""
        first = AttendRequest()
        super().__init__(first)
        with gr.Row(elem_classes="sd-bar"):
            task = gr.Dropdown(list(tasks), value=first.task, label=t("Task"), min_width=230)
            self.add("task", task)
            self.add("model", gr.Dropdown([], label=t("Model"), min_width=220, scale=2))
            none = [(t("none"), "")]
            versus = gr.Dropdown(none, value="", label=t("Compared with"), min_width=220, scale=2)
            self.add("versus", versus)
            layer = gr.Dropdown(layers_of(1), value=0, label=t("Layer"), min_width=90)
            self.add("layer", layer)
            labels = {MEAN: t("mean of all"), ALL: t("all, small")}
            head = gr.Dropdown(heads_of(1, labels), value=MEAN, label=t("Head"), min_width=150)
            self.add("head", head)
        with gr.Row(elem_classes="sd-bar"):
            text = gr.Textbox(
                TASKS.get(first.task).typed[0],
                label=t("Sentence"),
                max_length=2000,
                elem_id="attention-text",
                min_width=300,
                scale=3,
            )
            self.add("text", text)
            target = gr.Textbox(
                "",
                label=t("Target: its translation or summary"),
                placeholder=t("empty: the model's own"),
                max_length=2000,
                visible=False,
                scale=2,
            )
            self.add("target", target)
            kinds = [(t(label), value) for label, value in KINDS]
            kind = gr.Radio(kinds, value="encoder", label=t("Attention"), visible=False)
            self.add("kind", kind)
            self.add("special", gr.Checkbox(True, label=t("special tokens"), min_width=150))
            self.run = gr.Button(
                t("Show attention"), variant="primary", min_width=160, elem_id="attention-run"
            )

    def request(self, values: Mapping[str, Any]) -> AttendRequest:
        """Returns what is to be looked at."""
        names = ("task", "model", "text", "target", "versus")
        return AttendRequest(**{name: values[name] or "" for name in names})

    def filled(self, request: AttendRequest) -> dict[str, Any]:
        """Returns the updates with which the controls describe ``request``."""
        pairs = TASKS.get(request.task).kind == "seq2seq"
        return {
            "task": request.task,
            "model": request.model,
            "versus": request.versus,
            "text": request.text,
            "target": gr.update(value=request.target, visible=pairs),
            "kind": gr.update(visible=pairs),
        }

    def example(self, task: str) -> dict[str, Any]:
        """Returns the updates with which the controls show the example of a task."""
        shown = self.filled(AttendRequest(task, text=TASKS.get(task).typed[0]))
        return {name: shown[name] for name in ("text", "target", "kind")}
