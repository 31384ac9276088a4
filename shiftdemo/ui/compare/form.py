"""The controls of the Compare tab, and the comparison that they describe."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import gradio as gr

from shiftdemo.core import suggested
from shiftdemo.core.config import MOST_ARMS, CompareConfig, DataSpec
from shiftdemo.core.errors import NoEffectError
from shiftdemo.core.limits import Limits
from shiftdemo.core.params import params_of
from shiftdemo.core.task_spec import TASKS, default_task
from shiftdemo.ui.common.data_form import FEWEST, RUN, DataForm
from shiftdemo.ui.common.form import Form, part, under, whole
from shiftdemo.ui.common.handlers import go_on_tick
from shiftdemo.ui.common.i18n import Visit, t
from shiftdemo.ui.common.model_picker import other_arms

ONE_A_LINE = "One sentence a line"
ONE_A_PARAGRAPH = "The question on one line, its context on the next, an empty line between two"
BEGIN = 32  # where typed sentences stand at first: where the bundled pair differs
# What the page begins with.
FIRST = CompareConfig(
    default_task(),
    "",
    "",
    DataSpec(size=FEWEST),
    offsets=suggested.OFFSETS,
    n=suggested.COMPARED,
)


class CompareForm(Form):
    """The controls of a :class:`CompareConfig`, named as its fields, and of typed sentences.

    Attributes:
        data: the form within it.
        run, run_text, cancel: the buttons.
    """

    def __init__(self, tasks: Sequence[Any], limits: Limits) -> None:
        """Draws the most used; others follow where the methods are called."""
        first = FIRST
        super().__init__(first)
        self.limits = limits
        with gr.Row(elem_classes="sd-bar"):
            task = gr.Dropdown(list(tasks), value=first.task, label=t("Task"), min_width=180)
            self.add("task", task)
            self.add("base", gr.Dropdown([], label=t("Base model"), min_width=220))
            self.add("shifted", gr.Dropdown([], label=t("Shift-trained model"), min_width=220))
            self.run = gr.Button(
                t("Compare"), variant="primary", min_width=110, size="md", elem_id="compare-run"
            )
            self.cancel = gr.Button(t("Cancel"), interactive=False, min_width=90, size="md")
        self.add("allow_no_effect", go_on_tick(NoEffectError))

    def draw_typed(self) -> None:
        """Draws what is asked of sentences that are typed."""
        gr.Markdown(t("Your own sentences"), elem_classes="sd-subtitle")
        with gr.Row(elem_classes="sd-bar"):
            text = gr.Textbox(
                typed_lines(self.first.task),
                label=t(ONE_A_LINE),
                lines=2,
                max_length=4000,
                elem_id="compare-text",
                min_width=300,
                scale=3,
            )
            self.add("text", text)
            offset = gr.Number(
                BEGIN,
                label=t("First word at position"),
                info=t("0: as it is. Larger: the same words, later positions."),
                minimum=0,
                maximum=100_000,
                precision=0,
                min_width=200,
            )
            self.add("offset", offset)
            self.run_text = gr.Button(t("Show both outputs"), elem_id="compare-typed")

    def draw_settings(self, message: gr.HTML) -> None:
        """Draws which sentences are compared, and where they are placed."""
        with gr.Accordion(t("Which sentences, at which positions"), open=False):
            with gr.Row():
                self.number("n", "Sentences")
                offsets = gr.Textbox(
                    self.first.offsets,
                    label=t("Offsets"),
                    info=t("START:STOP:STEP or a list."),
                    max_length=200,
                    min_width=120,
                )
                self.add("offsets", offsets)
            others = gr.Dropdown(
                [],
                value=[],
                multiselect=True,
                max_choices=MOST_ARMS - 2,
                label=t("Beside them"),
                info=t("Up to two more models, the untrained start of a run for one."),
                elem_id="compare-others",
            )
            self.add("others", others)
            self.data = DataForm(message, False, self.first.data, self["task"], self.limits)
        self.include("data", self.data)

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
            spec = self.data.request(values["task"], data, n)
        return CompareConfig(
            values["task"],
            values["base"] or "",
            values["shifted"] or "",
            dataclasses.replace(spec, train=""),
            offsets=values["offsets"],
            n=n,
            allow_no_effect=values["allow_no_effect"],
            others=other_arms(values["others"]),
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
    """Returns the samples that the box begins with, as :func:`typed_parts` takes them apart."""
    return ("\n\n" if _by_paragraph(task) else "\n").join(TASKS.get(task).typed)


def typed_parts(task: str, text: str) -> list[str]:
    """Returns the samples in the box: one a line, or one a paragraph where a line is no sample."""
    lines = [line.strip() for line in text.splitlines()]
    if _by_paragraph(task):
        lines = [part.strip() for part in "\n".join(lines).split("\n\n")]
    return [line for line in lines if line]


def typed_box(visit: Visit, task: str) -> dict[str, Any]:
    """Returns the update with which the box shows the samples of a task, and says their form."""
    form = ONE_A_PARAGRAPH if _by_paragraph(task) else ONE_A_LINE
    return gr.update(value=typed_lines(task), label=visit(form))


def _by_paragraph(task: str) -> bool:
    return "\n" in TASKS.get(task).typed[0]
