"""The controls of the Compare tab, and the comparison that they describe."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import gradio as gr

from shiftdemo.api.compare import MOST_SHIFTS
from shiftdemo.core import suggested
from shiftdemo.core.config import MOST_ARMS, CompareConfig, DataSpec
from shiftdemo.core.errors import NoEffectError
from shiftdemo.core.limits import Limits
from shiftdemo.core.params import params_of
from shiftdemo.core.task_spec import default_task
from shiftdemo.evaluation.conditions import measurable
from shiftdemo.ui.common.data_form import FEWEST, RUN, DataForm
from shiftdemo.ui.common.form import Form, part, under, whole
from shiftdemo.ui.common.handlers import go_on_tick
from shiftdemo.ui.common.i18n import t
from shiftdemo.ui.common.model_picker import other_arms

# What the page begins with.
FIRST = CompareConfig(
    default_task(),
    "",
    "",
    DataSpec(size=FEWEST),
    n=suggested.COMPARED,
)


class CompareForm(Form):
    """The controls of a :class:`CompareConfig`, named as its fields.

    Attributes:
        data: the form within it.
        run, cancel: the buttons.
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

    def draw_settings(self, message: gr.HTML) -> None:
        """Draws which sentences are compared, and where they are placed."""
        with gr.Accordion(t("Which sentences, at which positions"), open=False):
            with gr.Row():
                self.number("n", "Sentences")
                self._strengths("offsets", "Offsets", "START:STOP:STEP or a list; of positions.")
            with gr.Row():
                shifts = gr.Dropdown(
                    measurable(self.first.task),
                    value=[],
                    multiselect=True,
                    max_choices=MOST_SHIFTS,
                    allow_custom_value=True,
                    label=t("Tested under"),
                    info=t("Nothing: what the models were trained on. Several make a table."),
                    min_width=220,
                    elem_id="compare-shifts",
                )
                self.add("shifts", shifts)
                self._strengths("strengths", "Strengths", "Of those operators; empty: the usual.")
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

    def _strengths(self, name: str, label: str, info: str) -> None:
        box = gr.Textbox(
            getattr(self.first, name),
            label=t(label),
            info=t(info),
            max_length=200,
            min_width=120,
            placeholder="0,1,4,16,32",
        )
        self.add(name, box)

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
            shifts=tuple(values["shifts"] or ()),
            strengths=values["strengths"],
            n=n,
            allow_no_effect=values["allow_no_effect"],
            others=other_arms(values["others"]),
        )

    def filled(self, config: CompareConfig) -> dict[str, Any]:
        """Returns the updates with which the controls describe ``config``."""
        plain = ("task", "base", "shifted", "n", "offsets", "strengths")
        allow = config.allow_no_effect
        return {
            **{name: getattr(config, name) for name in plain},
            "shifts": gr.update(choices=measurable(config.task), value=list(config.shifts)),
            "allow_no_effect": gr.update(value=allow, visible=allow),
            **under("data", self.data.filled(config.data)),
        }
