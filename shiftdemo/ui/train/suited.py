"""What a task or a model wants otherwise than usual, as updates of the Train tab."""

from __future__ import annotations

from typing import Any

import gradio as gr

from shiftdemo.core import suggested
from shiftdemo.experiments.presets import FIRST
from shiftdemo.ui.common.i18n import Visit
from shiftdemo.ui.common.model_picker import trainable

SUITED = ("learning_rate", "steps", "batch_size", "dropout")


def rate_for(visit: Visit, task: str, model: str) -> dict[str, Any]:
    """Returns the update of the learning rate for a model that was chosen."""
    return {"learning_rate": suited(task, model)["learning_rate"]}


def suited(task: str, model: str) -> dict[str, Any]:
    """Returns the settings that suit a run of a task with a model."""
    usual = {name: getattr(FIRST, name) for name in SUITED}
    rate = suggested.learning_rate(model)
    return {**usual, "learning_rate": rate, **suggested.own_settings(task, model)}


def named(visit: Visit, task: str, own: list[list[Any]]) -> dict[str, Any]:
    """Offers the models that the visitor has named; chooses the newest if it was named here."""
    models = trainable(task, own)
    (of, ref, here), *_ = own or [["", "", False]]
    if of != task or not here:
        return {"model": gr.update(choices=models)}
    model = gr.update(choices=models, value=ref)
    return {"model": model, "learning_rate": suited(task, ref)["learning_rate"]}
