"""The presets of the Train tab: the runs that a first look should begin with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gradio as gr

from shiftdemo.core import suggested
from shiftdemo.ui.common.form import prefixed
from shiftdemo.ui.common.i18n import Visit
from shiftdemo.ui.common.model_picker import trainable
from shiftdemo.ui.train.form import TrainForm

# What a button says, and the model that it chooses.
PRESETS = (
    ("The heart of it: learned positions", "scratch:learned"),
    ("Sinusoidal positions", "scratch:sinusoidal"),
    ("Rotary: a control", "scratch:rotary"),
)
# The run of the README's figure.
PRESET = {"steps": 1500, "batch_size": 64}
SHIFT = "position_offset:max_offset=32,p=0.5"


def preset(form: TrainForm, model: str) -> Callable[[Visit], dict[str, Any]]:
    """Returns the handler of a preset's button; it fills in ``form.controls``."""

    def choose(visit: Visit) -> dict[str, Any]:
        return {
            **PRESET,
            "task": "ner",
            "model": gr.update(choices=trainable("ner"), value=model),
            "learning_rate": suggested.learning_rate(model),
            **prefixed("shift", form.shift.filled("ner", SHIFT)),
        }

    return choose
