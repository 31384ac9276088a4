"""What several verbs share: progress, cancelling, loading a model."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from shiftdemo.limits import Limits

if TYPE_CHECKING:
    from shiftdemo.models import Loaded


Report = Callable[[float, str], None]
Cancel = Callable[[], bool]


def silent(fraction: float, text: str) -> None:
    """Reports nothing."""


def never() -> bool:
    return False


def load(ref: str, task: str, limits: Limits | None = None) -> Loaded:
    """Returns the model of a reference; see :func:`shiftdemo.models.load_model`."""
    from shiftdemo.models import load_model

    allowed = limits or Limits()
    return load_model(ref, task, allowed.hub_models, allowed.local_models)
