"""Attention of what somebody typed, for tests."""

from __future__ import annotations

from typing import Any

from shiftdemo.api import typed_sample
from shiftdemo.attention.weights import attend
from shiftdemo.core.types import AttentionMap
from shiftdemo.models.load import LoadedModel
from shiftdemo.tasks.heads import Task


def attend_typed(
    loaded: LoadedModel, task: Task, text: str, target: str = "", **options: Any
) -> list[AttentionMap]:
    """Returns the attention over the sample that a typed text is."""
    return attend(loaded, task, typed_sample(task.spec.name, text, target), **options)
