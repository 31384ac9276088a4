"""Recorded runs that ship with the project: what ``tools/record_runs.py`` left in ``assets/runs``.

An arm of one is referred to as ``recorded:NAME/ARM``; its weights are not kept.
"""

from __future__ import annotations

import functools
import json

from shiftdemo.core.assets import ASSETS
from shiftdemo.core.events import RunEvent
from shiftdemo.evaluation.results import Comparison
from shiftdemo.training.record import read_events
from shiftdemo.training.run_folder import RunFolder

RECORDED = "recorded:"
RUNS = ASSETS / "runs"
PAIRS = "pairs"  # comparisons of the bundled pairs, by task


@functools.lru_cache(maxsize=1)
def recorded_names() -> tuple[str, ...]:
    """Returns the names of the runs that were recorded with their events."""
    return tuple(sorted(path.parent.name for path in RUNS.glob("*/events.jsonl")))


def recorded_name(ref: str | None) -> str:
    """Returns the run that ``recorded:NAME`` or ``recorded:NAME/ARM`` names, ``""`` for none.

    No name of a request becomes a path: only the runs that are known do.
    """
    name = (ref or "").removeprefix(RECORDED).partition("/")[0]
    return name if (ref or "").startswith(RECORDED) and name in recorded_names() else ""


@functools.lru_cache(maxsize=16)
def recorded_events(name: str) -> tuple[RunEvent, ...]:
    """Returns the events of a recorded run."""
    return tuple(read_events(RUNS / name))


@functools.lru_cache(maxsize=16)
def recorded_comparison(name: str) -> Comparison:
    """Returns the comparison of a recorded run's arms, with the sentences that differ most."""
    return Comparison.from_dict(
        json.loads(RunFolder(RUNS / name).comparison.read_text(encoding="utf-8"))
    )


@functools.lru_cache(maxsize=4)
def recorded_pair(task: str) -> Comparison | None:
    """Returns a comparison of a task's bundled pair on the built-in corpus, if it was recorded."""
    path = RUNS / PAIRS / f"{task}.json"
    if not path.is_file():
        return None
    return Comparison.from_dict(json.loads(path.read_text(encoding="utf-8")))
