"""What a model puts out for samples: in chunks, so that it can report and be stopped."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from shiftdemo.core.progress import Cancelled
from shiftdemo.core.types import Sample, ShiftedSample, Start
from shiftdemo.models.load import LoadedModel
from shiftdemo.shifts.base import unshifted
from shiftdemo.tasks import Task

CHUNK = 64  # sentences between two looks at ``cancel``: well under a second for a small model


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


def predictions(
    loaded: LoadedModel,
    task: Task,
    samples: Sequence[Sample],
    offset: Start = 0,
    progress: Callable[[int], None] = lambda done: None,
    cancel: Callable[[], bool] = lambda: False,
) -> list[Any]:
    """Returns one output a sample, every sentence starting at ``offset``.

    Args:
        progress: told after every chunk how many samples are done.
        cancel: asked before every chunk.

    Raises:
        Cancelled: ``cancel`` said so.
        ConfigError: ``offset`` is beyond the model's positions.
    """
    # Sentences of like length together, over all chunks: little padding.
    order = sorted(range(len(samples)), key=lambda i: task.size(loaded, samples[i]))
    found: list[Any] = [None] * len(samples)
    with evaluating(loaded):
        for start in range(0, len(order), CHUNK):
            if cancel():
                raise Cancelled("The evaluation was stopped; start it again to see scores.")
            rows = order[start : start + CHUNK]
            outputs = task.predict(loaded, [samples[i] for i in rows], offset, CHUNK)
            for row, output in zip(rows, outputs, strict=True):
                found[row] = output
            progress(start + len(rows))
    return found
