"""Recorded runs that ship with the project; there may be none."""

from __future__ import annotations

import functools
import json

from shiftdemo.core.assets import ASSETS
from shiftdemo.core.errors import DataError
from shiftdemo.core.events import RunEvent
from shiftdemo.evaluation.results import Comparison
from shiftdemo.training.record import read_events
from shiftdemo.training.run_folder import RunFolder


def _runs() -> list[RunFolder]:
    return [RunFolder(path) for path in sorted((ASSETS / "runs").glob("*"))]


@functools.lru_cache(maxsize=1)
def recorded_events() -> tuple[RunEvent, ...]:
    """Returns the events of the first recorded run, or nothing."""
    for run in _runs():
        if run.events.is_file():
            return tuple(read_events(run.path))
    return ()


@functools.lru_cache(maxsize=1)
def recorded_comparison() -> tuple[str, Comparison] | None:
    """Returns the name of the first recorded run that has a comparison, and that comparison."""
    for run in _runs():
        try:
            values = json.loads(run.comparison.read_text(encoding="utf-8"))
            comparison = Comparison.from_dict(values)
        except (OSError, ValueError, DataError):
            continue
        if comparison.curves:
            return run.path.name, comparison
    return None
