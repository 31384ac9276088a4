"""The one loop that puts samples through a model: in chunks, so that it can report and be stopped.

Comparisons measure with it what a model puts out, training what its logits say.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from shiftdemo.core.progress import Cancelled
from shiftdemo.core.samples import Sample
from shiftdemo.core.types import Score, ShiftedSample
from shiftdemo.evaluation.conditions import Condition
from shiftdemo.evaluation.scores import scorable, score_statistics, statistics
from shiftdemo.models.load import LoadedModel
from shiftdemo.shifts.applying import unshifted
from shiftdemo.tasks.heads import Task

CHUNK = 64  # sentences between two looks at ``cancel``: well under a second for a small model


@dataclass(frozen=True, slots=True)
class LabelFit:
    """How well the labels of some samples are predicted.

    Attributes:
        stats: nats (negative log-likelihood) and labels of each sample, ``(n_samples, 2)``.
        counts: how often each label occurs.
    """

    stats: np.ndarray
    counts: Counter[int]


@dataclass(frozen=True, slots=True)
class Measured:
    """What a model gave at one strength of a condition.

    Attributes:
        moved: the samples that it was given.
        outputs: one a sample.
        stats: sentence statistics ``(n_scored, n_stats)`` of the samples that can be scored, or
            ``None`` where none can.
        fit: how well the references are predicted; ``None`` where that was not measured.
    """

    strength: float
    moved: list[ShiftedSample]
    outputs: list[Any]
    stats: np.ndarray | None
    fit: LabelFit | None = None

    @property
    def references(self) -> list[Sample]:
        """The shifted samples, with their references."""
        return [sample.shifted for sample in self.moved]


@contextlib.contextmanager
def evaluating(loaded: LoadedModel) -> Iterator[None]:
    """Within it, the model is in evaluation mode (no dropout)."""
    training = loaded.model.training
    loaded.model.eval()
    try:
        yield
    finally:
        loaded.model.train(training)


def without_references(
    loaded: LoadedModel, task: Task, samples: Sequence[Sample]
) -> list[ShiftedSample]:
    """Returns the samples ready for ``collate`` where their references do not matter.

    They get some that the model knows, so a reference with other labels is no obstacle.
    """
    return [unshifted(task.neutral(loaded, sample), 0) for sample in samples]


def in_chunks(
    loaded: LoadedModel,
    task: Task,
    moved: Sequence[ShiftedSample],
    progress: Callable[[int], None] = lambda done: None,
    cancel: Callable[[], bool] = lambda: False,
) -> Iterator[list[int]]:
    """Yields the indices of the samples, 64 of like length at a time: little padding.

    While they are used, the model is in evaluation mode.

    Args:
        progress: told after every chunk how many samples are done.
        cancel: asked before every chunk.

    Raises:
        Cancelled: ``cancel`` said so.
    """
    sizes = task.sizes(loaded, [sample.original for sample in moved])
    order = sorted(range(len(moved)), key=sizes.__getitem__)
    with evaluating(loaded):
        for start in range(0, len(order), CHUNK):
            if cancel():
                raise Cancelled("measure.evaluation_was_stopped_start")
            rows = order[start : start + CHUNK]
            yield rows
            progress(start + len(rows))


def predictions(
    loaded: LoadedModel,
    task: Task,
    moved: Sequence[ShiftedSample],
    progress: Callable[[int], None] = lambda done: None,
    cancel: Callable[[], bool] = lambda: False,
) -> list[Any]:
    """Returns one output a sample.

    Args:
        progress, cancel: see :func:`in_chunks`.

    Raises:
        Cancelled: ``cancel`` said so.
        ConfigError: a sample starts beyond the model's positions.
    """
    all_outputs: list[Any] = [None] * len(moved)
    for rows in in_chunks(loaded, task, moved, progress, cancel):
        outputs = task.predict(loaded, [moved[i] for i in rows], CHUNK)
        for row, output in zip(rows, outputs, strict=True):
            all_outputs[row] = output
    return all_outputs


def at_strength(
    loaded: LoadedModel,
    task: Task,
    moved: Sequence[ShiftedSample],
    scored: Sequence[int],
    strength: float,
    progress: Callable[[int], None] = lambda done: None,
    cancel: Callable[[], bool] = lambda: False,
) -> Measured:
    """Returns outputs and sentence statistics at one strength.

    Args:
        moved: the samples at this strength.
        scored: indices of those that have a reference.
        progress, cancel: see :func:`in_chunks`.

    Raises:
        Cancelled: ``cancel`` said so.
        ConfigError: the strength is beyond the model's positions.
    """
    outputs = predictions(loaded, task, moved, progress, cancel)
    stats = None
    if scored:
        references = [moved[i].shifted for i in scored]
        stats = statistics(task, references, [outputs[i] for i in scored])
    return Measured(strength, list(moved), outputs, stats)


def curve(
    loaded: LoadedModel,
    task: Task,
    samples: Sequence[Sample],
    strengths: Sequence[float],
    condition: Condition,
    name: str = "",
    seed: int = 0,
) -> Iterator[Score]:
    """Yields one score for every strength; samples without a reference are left out.

    Args:
        name: of the score; empty for the task's main one.
        seed: of the intervals, and of what the operator draws.

    Raises:
        ConfigError: a strength is beyond the model's positions, or there is no such score.
    """
    scored = [samples[i] for i in scorable(task, samples)]
    if not scored:
        return
    for strength in strengths:
        moved = condition.moved(scored, strength, seed)
        step = at_strength(loaded, task, moved, range(len(scored)), strength)
        if step.stats is not None:
            references = step.references
            yield score_statistics(task, name or task.spec.score_name, references, step.stats, seed)
