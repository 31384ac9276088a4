"""A run's events as a table for the live plot, and how long the run still takes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from shiftdemo.events import (
    EvalLogged,
    RunCancelled,
    RunEvent,
    RunFailed,
    RunFinished,
    RunStarted,
    StepLogged,
)
from shiftdemo.viz.style import arm_label

COLUMNS = ("step", "loss", "arm", "kind", "seed")
TRAIN, TRAIN_RAW = "train", "train, every step"
CLEAN, SHIFTED = "held-out clean", "held-out shifted"
KINDS = (TRAIN, TRAIN_RAW, CLEAN, SHIFTED)
MAX_ROWS = 1500
_WINDOW = 40  # steps over which the speed is taken
_ENDINGS = {RunFinished: "finished", RunCancelled: "cancelled", RunFailed: "failed"}


def loss_table(
    events: Iterable[RunEvent],
    seed: int | None = None,
    smoothing: float = 0.9,
    raw: bool = False,
    max_rows: int = MAX_ROWS,
) -> pd.DataFrame:
    """Returns the losses of a run, one row a point, in nats per token.

    Args:
        seed: whose losses; ``None`` for the seed that logged last.
        smoothing: weight of the past in the moving average of the training loss, 0 to below 1;
            the average is corrected for its start (Kingma and Ba 2015).
        raw: also give the training loss of every single step.
        max_rows: above it every line is thinned out evenly; its first and last points stay.

    Returns:
        Columns ``step`` (int), ``loss`` (float), ``arm`` (its name on the page), ``kind`` (one
        of ``KINDS``) and ``seed`` (int); sorted by kind, arm and step. Empty before any event.
    """
    logged = [event for event in events if isinstance(event, StepLogged | EvalLogged)]
    if logged and seed is None:
        seed = logged[-1].seed
    lines = _lines([event for event in logged if event.seed == seed])
    for kind, arm in list(lines):
        if kind == TRAIN_RAW:
            lines[TRAIN, arm] = _smooth(lines[kind, arm], smoothing)
            if not raw:
                del lines[kind, arm]
    most = max(2, max_rows // max(1, len(lines)))
    rows = [
        (step, loss, arm_label(arm), kind, seed)
        for kind, arm in sorted(lines, key=lambda key: (KINDS.index(key[0]), key[1]))
        for step, loss in thin(lines[kind, arm], most)
    ]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    return table.astype({"step": int, "loss": float, "arm": str, "kind": str, "seed": int})


def _lines(
    logged: Iterable[StepLogged | EvalLogged],
) -> dict[tuple[str, str], list[tuple[int, float]]]:
    """Returns the points ``(step, loss)`` by kind and arm."""
    lines: dict[tuple[str, str], list[tuple[int, float]]] = defaultdict(list)
    for event in logged:
        if isinstance(event, StepLogged):
            lines[TRAIN_RAW, event.arm].append((event.step, event.loss))
        else:
            lines[CLEAN, event.arm].append((event.step, event.clean_loss))
            lines[SHIFTED, event.arm].append((event.step, event.shifted_loss))
    return lines


def _smooth(points: Sequence[tuple[int, float]], smoothing: float) -> list[tuple[int, float]]:
    smoothed, mean, weight = [], 0.0, 0.0
    for step, loss in points:
        mean = smoothing * mean + (1 - smoothing) * loss
        weight = smoothing * weight + (1 - smoothing)
        smoothed.append((step, mean / weight))
    return smoothed


def thin(points: Sequence[Any], most: int) -> list[Any]:
    """Returns at most ``most`` (at least 2) of ``points``, evenly apart, both ends among them."""
    if len(points) <= most:
        return list(points)
    last = len(points) - 1
    return [points[round(i * last / (most - 1))] for i in range(most)]


@dataclass(frozen=True, slots=True)
class Eta:
    """How far a run is.

    Attributes:
        state: ``starting``, ``running``, ``finished``, ``cancelled`` or ``failed``.
        step, steps: steps done and to do of one arm, all seeds together.
        seed: the seed in training, or ``None``.
        seconds: since the run began.
        steps_per_second: of the last steps, all arms of a step together; 0 when not known.
        tokens_per_second: the same in real (non-padding) tokens.
        seconds_left: to the last step or the time limit; ``None`` when not known.
        fraction: 0 to 1; 1 once the run has ended.
        message: why it ended, in English; empty before.
    """

    state: str
    step: int
    steps: int
    seed: int | None
    seconds: float
    steps_per_second: float
    tokens_per_second: float
    seconds_left: float | None
    fraction: float
    message: str = ""


def eta(events: Iterable[RunEvent]) -> Eta:
    """Returns how far the run of ``events`` is, and how long it still takes."""
    events = list(events)
    begun = next((e for e in events if isinstance(e, RunStarted)), None)
    logged = [e for e in events if isinstance(e, StepLogged)]
    ending = next((e for e in reversed(events) if type(e) in _ENDINGS), None)
    if begun is None or not logged:
        return _quiet(begun, ending)
    last = logged[-1]
    seeds = list(dict.fromkeys(e.seed for e in logged))
    per_seed = int(begun.config.get("steps", begun.steps))
    step = (len(seeds) - 1) * per_seed + last.step
    speed, tokens = _speed(logged, len(begun.arms))
    left: float | None = None
    if speed > 0:
        left = max(0.0, (begun.steps - step) / speed)
        if limit := float(begun.config.get("seconds") or 0.0):
            left = min(left, max(0.0, limit - last.seconds))
    fraction = min(1.0, step / begun.steps)
    if left is not None and last.seconds + left > 0:
        fraction = max(fraction, last.seconds / (last.seconds + left))
    if ending is None:
        return Eta(
            "running", step, begun.steps, last.seed, last.seconds, speed, tokens, left, fraction
        )
    return Eta(
        _ENDINGS[type(ending)],
        step,
        begun.steps,
        last.seed,
        _seconds(ending),
        speed,
        tokens,
        0.0,
        1.0,
        _message(ending),
    )


def _quiet(begun: RunStarted | None, ending: RunEvent | None) -> Eta:
    """Returns the state of a run without a single step."""
    steps = begun.steps if begun else 0
    if ending is None:
        return Eta("starting", 0, steps, None, 0.0, 0.0, 0.0, None, 0.0)
    state = _ENDINGS[type(ending)]
    return Eta(state, 0, steps, None, _seconds(ending), 0.0, 0.0, 0.0, 1.0, _message(ending))


def _seconds(ending: RunEvent) -> float:
    return float(getattr(ending, "seconds", 0.0))


def _message(ending: RunEvent) -> str:
    return str(getattr(ending, "message", "") or getattr(ending, "reason", ""))


def _speed(logged: Sequence[StepLogged], n_arms: int) -> tuple[float, float]:
    """Returns steps (of all arms together) and tokens a second over the last steps."""
    recent = [e for e in logged[-(_WINDOW * n_arms + 1) :] if e.seed == logged[-1].seed]
    seconds = recent[-1].seconds - recent[0].seconds
    if seconds <= 0:
        return 0.0, 0.0
    done = recent[1:]
    return len(done) / max(1, n_arms) / seconds, sum(e.tokens for e in done) / seconds
