"""Attention of what somebody typed, for tests."""

from __future__ import annotations

from shiftdemo.api import typed_sample
from shiftdemo.api.attend import with_target
from shiftdemo.attention.weights import attend
from shiftdemo.core.types import AttentionMap
from shiftdemo.models.load import LoadedModel
from shiftdemo.shifts.applying import starting_at
from shiftdemo.tasks.heads import Task


def attend_typed(
    loaded: LoadedModel, task: Task, text: str, target: str = "", offset: int = 0
) -> list[AttentionMap]:
    """Returns the attention over the sample that a typed text is."""
    sample = with_target(task, loaded, typed_sample(task.spec.name, text, target))
    return list(attend(loaded, task, starting_at(sample, offset)).maps)
