"""Recorded runs that ship with the project; there may be none."""

from __future__ import annotations

import functools
import json
from typing import Any

from shiftdemo.core.assets import ASSETS
from shiftdemo.core.events import RunEvent
from shiftdemo.training.record import EVENTS, read_events

COMPARISON = "comparison.json"


@functools.lru_cache(maxsize=1)
def recorded_events() -> tuple[RunEvent, ...]:
    """Returns the events of the first recorded run, or nothing."""
    for path in sorted((ASSETS / "runs").glob(f"*/{EVENTS}")):
        return tuple(read_events(path.parent))
    return ()


@functools.lru_cache(maxsize=1)
def recorded_comparison() -> dict[str, Any] | None:
    """Returns the first recorded comparison with its ``name``, or ``None``."""
    for path in sorted((ASSETS / "runs").glob(f"*/{COMPARISON}")):
        try:
            values = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        if isinstance(values, dict) and values.get("curves"):
            return {**values, "name": path.parent.name}
    return None
