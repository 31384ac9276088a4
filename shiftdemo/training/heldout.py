"""Held-out figures while training: loss, token accuracy and the score that logits can tell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch

from shiftdemo.core.samples import Sample
from shiftdemo.evaluation.measure import in_chunks
from shiftdemo.evaluation.scores import measure, statistics
from shiftdemo.models.load import LoadedModel
from shiftdemo.shifts import Shift, apply_shifts
from shiftdemo.tasks.heads import Task, token_loss
from shiftdemo.tasks.heads.loss import IGNORED


class HeldOut(NamedTuple):
    """Loss in nats per label, accuracy of labels and score in 0 to 100."""

    loss: float
    accuracy: float
    score: float
    score_name: str


@torch.inference_mode()
def measure_held_out(
    task: Task, loaded: LoadedModel, samples: Sequence[Sample], shifts: Sequence[Shift], seed: int
) -> HeldOut:
    """Returns how a model does on ``samples`` with every one of ``shifts`` applied to each.

    The score is the task's where logits tell it (:meth:`Task.predictions_from_logits`), and the
    accuracy of labels elsewhere: no text is generated while training.
    """
    total, right, count = 0.0, 0, 0
    read: list[tuple[Sample, Any]] = []
    moved = [apply_shifts(shifts, sample, seed, samples, always=True) for sample in samples]
    for rows in in_chunks(loaded, task, moved):
        part = [moved[i] for i in rows]
        batch = task.collate(loaded, part).to(loaded.device)
        out = task.logits(loaded, batch)
        counted = batch.labels != IGNORED
        best = out.argmax(-1)
        total += float(token_loss(out, batch.labels, reduction="sum"))
        right += int((best == batch.labels)[counted].sum())
        count += int(counted.sum())
        read += task.predictions_from_logits(loaded, part, batch, best)
    loss, accuracy = total / max(1, count), 100.0 * right / max(1, count)
    if not read:
        return HeldOut(loss, accuracy, accuracy, task.spec.accuracy_name)
    references, outputs = [reference for reference, _ in read], [output for _, output in read]
    sums = statistics(task, references, outputs).sum(0)
    return HeldOut(loss, accuracy, measure(task, task.spec.score_name, sums), task.spec.score_name)
