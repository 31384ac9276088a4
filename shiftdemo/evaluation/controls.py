"""Shuffled sources: a model that ignores its source is perfectly flat, and not robust."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

import torch

from shiftdemo.core.errors import DataError
from shiftdemo.core.messages import Message
from shiftdemo.core.samples import Sample
from shiftdemo.evaluation.control_results import SourceUse
from shiftdemo.evaluation.measure import evaluating
from shiftdemo.models.load import LoadedModel
from shiftdemo.shifts.applying import unshifted
from shiftdemo.tasks.heads import Task, token_loss
from shiftdemo.tasks.heads.loss import IGNORED

SOURCE_MARGIN = 0.10  # the loss with shuffled sources is at least this share higher
SOURCE_SAMPLES = 256
_BATCH = 64


def source_use(
    loaded: LoadedModel, task: Task, samples: Sequence[Sample], seed: int = 0
) -> SourceUse:
    """Returns whether the loss gets clearly worse when the sources are shuffled.

    What is shuffled is the task's to say: see its :meth:`Task.shuffle_sources`.

    Args:
        samples: the first 256 that have a reference which the model can be scored on.
        seed: of the exchange.

    Raises:
        DataError: fewer than two samples can be used, or an exchange changes nothing.
    """
    usable = [sample for sample in samples if task.has_reference(loaded, sample)][:SOURCE_SAMPLES]
    if len(usable) < 2:
        raise DataError("controls.shuffled_source_control_needs")
    mixed = task.shuffle_sources(usable, random.Random(f"{seed}/sources"))
    loss, shuffled_loss = (_mean_loss(loaded, task, part) for part in (usable, mixed))
    ok = math.isfinite(loss) and shuffled_loss >= (1 + SOURCE_MARGIN) * loss
    message = Message(
        "source.uses" if ok else "source.hardly",
        reads=Message(task.spec.reads),
        shuffled=Message(task.spec.shuffled),
        loss=loss,
        shuffled_loss=shuffled_loss,
    )
    return SourceUse(loss, shuffled_loss, ok, message)


def _mean_loss(loaded: LoadedModel, task: Task, samples: Sequence[Sample]) -> float:
    ordered = sorted(samples, key=lambda sample: task.size(loaded, sample))
    total, count = 0.0, 0
    with evaluating(loaded), torch.inference_mode():
        for start in range(0, len(ordered), _BATCH):
            part = [unshifted(sample, 0) for sample in ordered[start : start + _BATCH]]
            batch = task.collate(loaded, part).to(loaded.device)
            total += float(token_loss(task.logits(loaded, batch), batch.labels, reduction="sum"))
            count += int((batch.labels != IGNORED).sum())
    return total / max(1, count)
