"""The controls of the Compare tab, and the comparison that they describe."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import gradio as gr

from shiftdemo.core.config import CompareConfig, DataSpec
from shiftdemo.core.params import params_of
from shiftdemo.core.task_spec import TASKS, default_task
from shiftdemo.ui.common import texts
from shiftdemo.ui.common.data_form import FEWEST, RUN, DataForm
from shiftdemo.ui.common.form import Form, part, under, whole
from shiftdemo.ui.common.i18n import t

# What the page begins with.
FIRST = CompareConfig(
    default_task(), "", "", DataSpec(size=FEWEST), offsets="0,1,2,4,8,16,32,64", n=200
)


class CompareForm(Form):
    """The controls of a :class:`CompareConfig`, named as its fields, and of typed sentences.

    Attributes:
        data: the form within it.
        run, run_text, cancel: the buttons.
    """

    def __init__(self, message: gr.HTML, allow: gr.Checkbox, tasks: Sequence[Any]) -> None:
        """Draws them, but for ``allow``: the tick to go on as a control, which stands above."""
        first = FIRST
        super().__init__(first)
        self.add("task", gr.Radio(list(tasks), value=first.task, label=t("Task")))
        info = t(texts.PICK_HELP)
        self.add("base", gr.Dropdown([], label=t("Base model"), info=info))
        self.add("shifted", gr.Dropdown([], label=t("Shift-trained model"), info=info))
        self.add("allow_no_effect", allow)
        gr.Markdown(t("Your own sentences"), elem_classes="sd-subtitle")
        self._typed(typed_lines(first.task))
        gr.Markdown(t("Many sentences"), elem_classes="sd-subtitle")
        with gr.Row():
            self.number("n", "Sentences")
            offsets = gr.Textbox(
                first.offsets,
                label=t("Offsets"),
                info=t("START:STOP:STEP or a list."),
                max_length=200,
                min_width=120,
            )
            self.add("offsets", offsets)
        with gr.Accordion(t("Data"), open=False):
            self.data = DataForm(message, train=False, first=first.data)
        self.include("data", self.data)
        with gr.Row():
            self.run = gr.Button(t("Compare"), variant="primary", elem_id="compare-run")
            self.cancel = gr.Button(t("Cancel"), interactive=False)

    def _typed(self, first: str) -> None:
        text = gr.Textbox(
            first,
            label=t("One sentence a line"),
            lines=3,
            max_length=4000,
            elem_id="compare-text",
        )
        self.add("text", text)
        offset = gr.Number(
            0,
            label=t("First word at position"),
            info=t("0: as it is. Larger: the same words, later positions."),
            minimum=0,
            maximum=100_000,
            precision=0,
        )
        self.add("offset", offset)
        self.run_text = gr.Button(t("Show both outputs"), elem_id="compare-typed")

    def request(self, values: Mapping[str, Any], own: DataSpec | None = None) -> CompareConfig:
        """Returns the comparison that the controls describe.

        Args:
            own: the data of the arms' run, for sentences as in the run.

        Raises:
            ShiftDemoError: a file is missing, or a number is out of its bounds.
        """
        n, data = whole(values["n"]), part("data", values)
        if data["origin"] == RUN:
            fewest = int(params_of(DataSpec)["eval_size"].low or 0)
            spec = dataclasses.replace(own or DataSpec(), eval_size=max(fewest, n))
        else:
            spec = self.data.request(data, n)
        return CompareConfig(
            values["task"],
            values["base"] or "",
            values["shifted"] or "",
            dataclasses.replace(spec, train=""),
            offsets=values["offsets"],
            n=n,
            allow_no_effect=values["allow_no_effect"],
        )

    def filled(self, config: CompareConfig) -> dict[str, Any]:
        """Returns the updates with which the controls describe ``config``."""
        plain = ("task", "base", "shifted", "n", "offsets")
        allow = config.allow_no_effect
        return {
            **{name: getattr(config, name) for name in plain},
            "allow_no_effect": gr.update(value=allow, visible=allow),
            **under("data", self.data.filled(config.data)),
        }


def typed_lines(task: str) -> str:
    """Returns the sentences that the box begins with, one a line."""
    return "\n".join(TASKS.get(task).typed)
