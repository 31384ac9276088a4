"""The controls of the Build tab, and the request that they describe."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import gradio as gr

from shiftdemo.api.requests import BuildRequest
from shiftdemo.core.limits import Limits
from shiftdemo.core.task_spec import WorkedExample
from shiftdemo.shifts import make_shift
from shiftdemo.ui.build.sources import BuildData, worked
from shiftdemo.ui.common.form import Form, part, under, whole
from shiftdemo.ui.common.i18n import t
from shiftdemo.ui.common.shift_form import ShiftForm, extra_operators, extra_operators_box

WORDS = ("word", "target_word", "index")


class BuildForm(Form):
    """The controls of a :class:`BuildRequest`, named as its fields.

    Attributes:
        data, shift: the forms within it.
    """

    def __init__(self, tasks: Sequence[tuple[Any, str]], limits: Limits) -> None:
        """Draws the controls of one sample; others follow where the methods are called."""
        first = BuildRequest()
        super().__init__(first)
        self.limits = limits
        self.add("task", gr.Radio(list(tasks), value=first.task, label=t("Task")))
        self.data = BuildData(limits)
        self.include("data", self.data)
        values = {"target_word": worked(first.task).target_word}
        self.shift = ShiftForm(
            "build", first.task, first.shifts[0], values, hidden=("p",), dials=True
        )
        self.add("then", extra_operators_box("build"))
        self.number("seed", "Seed of the draws", minimum=0, maximum=2**31 - 1, min_width=160)

    def draw_dials(self) -> None:
        """Draws the operators' dials."""
        self.shift.draw_dials()
        self.include("shift", self.shift)

    def draw_set(self) -> None:
        """Draws what only a whole set needs."""
        self.number("n", "Sentences", minimum=1, maximum=self.limits.train_samples, min_width=140)
        share = gr.Slider(
            0,
            1,
            value=1,
            step=0.05,
            label=t("Share p"),
            info=t("Share of the samples that are shifted (0 to 1)."),
            min_width=260,
        )
        self.add("share", share)

    def request(self, values: Mapping[str, Any], **forced: Any) -> BuildRequest:
        """Returns what the controls describe; without those of a set every sample is shifted.

        Args:
            forced: parameters of the operator that take these values.

        Raises:
            ShiftDemoError: a file is missing, or a number is out of its bounds.
        """
        task, data = values["task"], part("data", values)
        shift = self.shift.spec(part("shift", values), p=values.get("share", 1), **forced)
        return BuildRequest(
            task=task,
            origin=data["origin"],
            text=data["text"],
            target=data["target"],
            data=self.data.spec(task, data),
            index=whole(data["index"]),
            shifts=(shift, *extra_operators(values["then"])),
            seed=whole(values["seed"]),
            n=whole(values.get("n", self.first.n)),
        )

    def filled(self, request: BuildRequest) -> dict[str, Any]:
        """Returns the updates with which the controls describe ``request``, files apart."""
        first, *more = request.shifts
        return {
            "task": request.task,
            **under("data", self.data.filled(request)),
            **under("shift", self.shift.filled(request.task, first)),
            "then": " ".join(more),
            "seed": request.seed,
            "n": request.n,
            "share": make_shift(first).share,
        }


def words_of(origin: str, task: str) -> dict[str, Any]:
    """Returns the words to copy: those of the worked example, else the first of the sentence."""
    example = worked(task) if origin == "worked" else WorkedExample("")
    return {f"shift.append_copy.{name}": getattr(example, name) for name in WORDS}
