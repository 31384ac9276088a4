"""The presets of the Train tab: the runs that a first look should begin with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gradio as gr

from shiftdemo.core import suggested
from shiftdemo.ui.common.i18n import Visit
from shiftdemo.ui.common.model_picker import trainable
from shiftdemo.ui.train.form import TrainForm

# What a button says, and the model that it chooses.
PRESETS = (
    ("The heart of it: learned positions", "scratch:learned"),
    ("Sinusoidal positions", "scratch:sinusoidal"),
    ("Rotary: a control", "scratch:rotary"),
)
PRESET = {"steps": 1500, "batch_size": 64}  # the run of the README's figure


def preset(form: TrainForm, model: str) -> tuple[Callable[[Visit], list[Any]], list[Any]]:
    """Returns the handler of a preset's button, and the components that it fills in."""
    offsets = [form.shift.control("position_offset", name) for name in ("max_offset", "p")]
    targets = [form.task, form.model, form.rate, form.shift.picker, form.steps, form.batch]

    def choose(visit: Visit) -> list[Any]:
        models = gr.update(choices=trainable("ner"), value=model)
        picker = gr.update(choices=form.shift.choices("ner"), value="position_offset")
        sizes = [PRESET["steps"], PRESET["batch_size"]]
        return ["ner", models, suggested.learning_rate(model), picker, *sizes, 32, 0.5]

    return choose, [*targets, *offsets]
