"""The presets of the Train tab: the runs that a first look should begin with."""

from __future__ import annotations

from dataclasses import replace

from shiftdemo.core import suggested
from shiftdemo.core.config import DataSpec, TrainConfig
from shiftdemo.core.model_refs import bundled_refs
from shiftdemo.core.task_spec import first_task

_TRANSLATOR = bundled_refs(first_task())[0]
FROM_SCRATCH = TrainConfig()  # the run of the README's figure
# 300 steps of a model that translates already: the second half of the promise, in a minute.
TRANSLATOR = TrainConfig(
    task=first_task(),
    model=_TRANSLATOR,
    shifts=("position_offset:max_offset=48,p=0.5",),
    steps=300,
    seconds=300,
    learning_rate=suggested.learning_rate(_TRANSLATOR),
    warmup=suggested.warmup(300),
    data=DataSpec(eval_size=200),
)
# What a button says, and the run that it describes.
PRESETS = (
    ("The heart of it: learned positions", FROM_SCRATCH),
    ("Sinusoidal positions", replace(FROM_SCRATCH, model="scratch:sinusoidal")),
    ("Rotary: a control", replace(FROM_SCRATCH, model="scratch:rotary")),
    ("Translation: a trained model", TRANSLATOR),
)
