"""The presets of the Train tab: the runs that a first look should begin with."""

from __future__ import annotations

from typing import Any

import gradio as gr

from shiftdemo.core import suggested
from shiftdemo.core.config import TrainConfig
from shiftdemo.core.params import ShiftSpec
from shiftdemo.shifts import make_shift
from shiftdemo.ui.common.form import under
from shiftdemo.ui.common.model_picker import trainable
from shiftdemo.ui.train.form import TrainForm

# What a button says, and the model that it chooses.
PRESETS = (
    ("The heart of it: learned positions", "scratch:learned"),
    ("Sinusoidal positions", "scratch:sinusoidal"),
    ("Rotary: a control", "scratch:rotary"),
)
PRESET = TrainConfig()  # the run of the README's figure


def preset(form: TrainForm, model: str) -> dict[str, Any]:
    """Returns the updates of the form that a preset's button makes, by name."""
    spec = PRESET.shifts[0]
    shift = make_shift(spec).name
    given = {"name", *(f"{shift}.{name}" for name in ShiftSpec.parse(spec).params)}
    shown = form.shift.filled(PRESET.task, spec)
    return {
        "task": PRESET.task,
        "model": gr.update(choices=trainable(PRESET.task), value=model),
        "learning_rate": suggested.learning_rate(model),
        "steps": PRESET.steps,
        "batch_size": PRESET.batch_size,
        **under("shift", {name: shown[name] for name in shown if name in given}),
    }
