"""Recorded runs that ship with the project; there may be none."""

from __future__ import annotations

import functools
import json

from shiftdemo.core.assets import ASSETS
from shiftdemo.core.errors import DataError
from shiftdemo.core.events import RunEvent
from shiftdemo.evaluation.results import Comparison
from shiftdemo.training.record import EVENTS, read_events

COMPARISON = "comparison.json"


@functools.lru_cache(maxsize=1)
def recorded_events() -> tuple[RunEvent, ...]:
    """Returns the events of the first recorded run, or nothing."""
    for path in sorted((ASSETS / "runs").glob(f"*/{EVENTS}")):
        return tuple(read_events(path.parent))
    return ()


@functools.lru_cache(maxsize=1)
def recorded_comparison() -> tuple[str, Comparison] | None:
    """Returns the name of the first recorded run that has a comparison, and that comparison."""
    for path in sorted((ASSETS / "runs").glob(f"*/{COMPARISON}")):
        try:
            values = json.loads(path.read_text(encoding="utf-8"))
            found = Comparison.from_dict(values)
        except (OSError, ValueError, DataError):
            continue
        if found.curves:
            return path.parent.name, found
    return None
