"""A run's events as a table for the live plot, and how long the run still takes."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from shiftdemo.core.events import (
    EvalLogged,
    RunCancelled,
    RunEvent,
    RunFailed,
    RunFinished,
    RunResumed,
    RunStarted,
    StepLogged,
)
from shiftdemo.viz.style import arm_label

COLUMNS = ("step", "value", "arm", "kind", "seed")
TRAIN, TRAIN_RAW = "train", "train, every step"
CLEAN, SHIFTED = "held-out clean", "held-out shifted"
KINDS = (TRAIN, TRAIN_RAW, CLEAN, SHIFTED)  # losses, and the held-out score
MAX_ROWS = 1500
SMOOTHING = 0.9
_WINDOW = 40  # steps over which the speed is taken
_ENDINGS = {RunFinished: "finished", RunCancelled: "cancelled", RunFailed: "failed"}

Points = list[tuple[int, float]]


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
        learning_rate: of the last step.
        memory: of all processes of the run, MiB; 0 when not known.
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
    learning_rate: float = 0.0
    memory: float = 0.0


class RunHistory:
    """What a run's events tell so far. It grows with them: none is looked at twice.

    Attributes:
        begun: how the run began, or ``None`` yet.
        ending: how it ended, or ``None`` yet.
        evals: the held-out figures in order.
    """

    def __init__(self, events: Iterable[RunEvent] = (), smoothing: float = SMOOTHING) -> None:
        """Takes the first events.

        Args:
            smoothing: weight of the past in the moving average of the training loss, 0 to below
                1; the average is corrected for its start (Kingma and Ba 2015).
        """
        self.begun: RunStarted | None = None
        self.ending: RunEvent | None = None
        self.evals: list[EvalLogged] = []
        self._smoothing = smoothing
        self._means: dict[tuple[int, str], tuple[float, float]] = {}
        self._lines: dict[int, dict[tuple[str, str], Points]] = defaultdict(
            lambda: defaultdict(list)
        )
        self._recent: deque[StepLogged] = deque(maxlen=_WINDOW * 4 + 1)
        self._tokens = 0
        self._logged_last: int | None = None
        self._last: StepLogged | None = None
        self.add(events)

    def add(self, events: Iterable[RunEvent]) -> None:
        """Takes further events."""
        for event in events:
            if isinstance(event, StepLogged):
                self._add_step(event)
            elif isinstance(event, EvalLogged):
                self.evals.append(event)
                lines = self._lines[event.seed]
                clean, shifted = scores_of(event)
                lines[CLEAN, event.arm].append((event.step, clean))
                lines[SHIFTED, event.arm].append((event.step, shifted))
                self._logged_last = event.seed
            elif isinstance(event, RunStarted):
                self.begun = event
            elif isinstance(event, RunResumed):
                self.ending = None
                self._recent.clear()  # the clock stood still between
            elif type(event) in _ENDINGS:
                self.ending = event

    def _add_step(self, event: StepLogged) -> None:
        key = (event.seed, event.arm)
        mean, weight = self._means.get(key, (0.0, 0.0))
        mean = self._smoothing * mean + (1 - self._smoothing) * event.loss
        weight = self._smoothing * weight + (1 - self._smoothing)
        self._means[key] = (mean, weight)
        lines = self._lines[event.seed]
        lines[TRAIN_RAW, event.arm].append((event.step, event.loss))
        lines[TRAIN, event.arm].append((event.step, mean / weight))
        self._recent.append(event)
        self._tokens += event.tokens
        self._last, self._logged_last = event, event.seed

    def table(
        self, seed: int | None = None, raw: bool = False, max_rows: int = MAX_ROWS
    ) -> pd.DataFrame:
        """Returns training losses (nats per label) and held-out scores, one row a point.

        Args:
            seed: whose figures; ``None`` for the seed that logged last.
            raw: also give the training loss of every single step.
            max_rows: above it every line is thinned out evenly; its first and last points stay.

        Returns:
            Columns ``step`` (int), ``value`` (float), ``arm`` (its name on the page), ``kind``
            (one of ``KINDS``) and ``seed`` (int); sorted by kind, arm and step. Empty before any
            event.
        """
        seed = self._logged_last if seed is None else seed
        lines = {
            key: points
            for key, points in (self._lines.get(seed, {}) if seed is not None else {}).items()
            if raw or key[0] != TRAIN_RAW
        }
        most = max(2, max_rows // max(1, len(lines)))
        rows = [
            (step, value, arm_label(arm), kind, seed)
            for kind, arm in sorted(lines, key=lambda key: (KINDS.index(key[0]), key[1]))
            for step, value in thin(lines[kind, arm], most)
        ]
        table = pd.DataFrame(rows, columns=list(COLUMNS))
        return table.astype({"step": int, "value": float, "arm": str, "kind": str, "seed": int})

    def eta(self) -> Eta:
        """Returns how far the run is, and how long it still takes."""
        begun, ending, last = self.begun, self.ending, self._last
        if begun is None or last is None:
            return self._quiet()
        seeds = list(dict.fromkeys(seed for seed, _ in self._means))
        per_seed = int(begun.config.get("steps", begun.steps))
        step = (len(seeds) - 1) * per_seed + last.step
        speed, tokens = self._speed(len({arm for _, arm in self._means}))
        left: float | None = None
        if speed > 0:
            left = max(0.0, (begun.steps - step) / speed)
            if limit := float(begun.config.get("seconds") or 0.0):
                left = min(left, max(0.0, limit - last.seconds))
        fraction = min(1.0, step / begun.steps)
        if left is not None and last.seconds + left > 0:
            fraction = max(fraction, last.seconds / (last.seconds + left))
        now = (step, begun.steps, last.seed)
        more: Any = {"learning_rate": last.learning_rate, "memory": last.memory}
        if ending is None:
            return Eta("running", *now, last.seconds, speed, tokens, left, fraction, **more)
        state, seconds = _ENDINGS[type(ending)], _seconds(ending)
        speed, tokens = (step / seconds, self._tokens / seconds) if seconds > 0 else (0.0, 0.0)
        return Eta(state, *now, seconds, speed, tokens, 0.0, 1.0, _message(ending), **more)

    def _quiet(self) -> Eta:
        """Returns the state of a run without a single step."""
        steps = self.begun.steps if self.begun else 0
        if self.ending is None:
            return Eta("starting", 0, steps, None, 0.0, 0.0, 0.0, None, 0.0)
        state = _ENDINGS[type(self.ending)]
        seconds = _seconds(self.ending)
        return Eta(state, 0, steps, None, seconds, 0.0, 0.0, 0.0, 1.0, _message(self.ending))

    def _speed(self, n_arms: int) -> tuple[float, float]:
        """Returns steps (of all arms together) and tokens a second over the last steps."""
        recent = [e for e in self._recent if self._last and e.seed == self._last.seed]
        recent = recent[-(_WINDOW * n_arms + 1) :]
        seconds = recent[-1].seconds - recent[0].seconds if recent else 0.0
        done = recent[1:]
        if seconds <= 0 or len(done) < n_arms:  # the arms of one step are logged at once
            return 0.0, 0.0
        return len(done) / max(1, n_arms) / seconds, sum(e.tokens for e in done) / seconds


def scores_of(event: EvalLogged) -> tuple[float, float]:
    """Returns the held-out score, clean and shifted; of old logs, which have none, the accuracy."""
    if event.score_name:
        return event.clean_score, event.shifted_score
    return event.clean_accuracy, event.shifted_accuracy


def thin(points: Sequence[Any], most: int) -> list[Any]:
    """Returns at most ``most`` (at least 2) of ``points``, evenly apart, both ends among them."""
    if len(points) <= most:
        return list(points)
    last = len(points) - 1
    return [points[round(i * last / (most - 1))] for i in range(most)]


def _seconds(ending: RunEvent) -> float:
    return float(getattr(ending, "seconds", 0.0))


def _message(ending: RunEvent) -> str:
    message: str = getattr(ending, "message", "") or getattr(ending, "reason", "")
    return message
