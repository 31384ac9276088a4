"""From the controls of the Train tab to a run; its defaults and presets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shiftdemo.config import TrainConfig
from shiftdemo.ui.data_form import DataForm
from shiftdemo.ui.forms import ShiftForm, further

# What a button says, and the model that it chooses.
PRESETS = (
    ("The heart of it: learned positions", "scratch:learned"),
    ("Sinusoidal positions", "scratch:sinusoidal"),
    ("Rotary: a control", "scratch:rotary"),
)
LEARNING_RATES = {"scratch": 1e-3, "bundled": 2e-4}
DEFAULTS = {"steps": 600, "batch_size": 32}  # half a minute for both arms on one core
PRESET = {"steps": 1500, "batch_size": 64}  # the run of the README's figure: two minutes
HELD_OUT = 200


def run_config(values: Sequence[Any], data: DataForm, form: ShiftForm) -> TrainConfig:
    """Returns the run that the controls describe.

    Args:
        values: task, model, steps, seconds, batch size, learning rate, number of seeds, further
            operators, then the values of ``data.inputs`` and of ``form.inputs``.

    Raises:
        ShiftDemoError: a setting is out of its bounds.
    """
    task, model, steps, seconds, batch, rate, seeds, then, *rest = values
    n = len(data.inputs)
    steps = int(steps or 0)
    return TrainConfig(
        task=task,
        model=model,
        data=data.spec(rest[:n], eval_size=HELD_OUT),
        shifts=(form.spec(rest[n:]), *further(then)),
        seeds=tuple(range(int(seeds))),
        steps=steps,
        seconds=float(seconds or 0),
        batch_size=int(batch or 0),
        learning_rate=float(rate or 0),
        warmup=min(100, steps // 10),
        eval_every=max(1, steps // 12),
    )
