"""Loading a model as the limits allow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shiftdemo.core.limits import Limits

if TYPE_CHECKING:
    from shiftdemo.models.load import LoadedModel


def load(ref: str, task: str, limits: Limits | None = None) -> LoadedModel:
    """Returns the model of a reference; see :func:`shiftdemo.models.load.load_model`."""
    from shiftdemo.models.load import load_model

    allowed = limits or Limits()
    return load_model(ref, task, allowed.hub_models, allowed.local_models)
