"""What a task is: how samples become batches, and outputs become scores."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import torch
from torch import Tensor
from torch.nn import functional as F

from shiftdemo.models import Loaded
from shiftdemo.moving import left_padded, moved_positions
from shiftdemo.registry import Registry
from shiftdemo.tasks.loss import IGNORED, cross_entropy
from shiftdemo.types import PositionPlan, Sample, ShiftedSample


@dataclass(frozen=True, slots=True)
class Batch:
    """Tensors of one step.

    Attributes:
        inputs: what the model is called with; ``input_ids`` and ``attention_mask``
            ``(batch, source_len)``, for a translator ``decoder_input_ids`` ``(batch, target_len)``.
        labels: int64 ``(batch, len)``, −100 where no loss is taken.
        source_offset, target_offset: what is added to the positions, int64 ``(batch,)`` for whole
            rows or ``(batch, len)`` for every token by itself.
        n_tokens: real (non-padding) tokens, source and target together.
    """

    inputs: dict[str, Tensor]
    labels: Tensor
    source_offset: Tensor
    target_offset: Tensor
    n_tokens: int

    def to(self, device: torch.device) -> Batch:
        """Returns the batch on ``device``."""
        return replace(
            self,
            inputs={name: tensor.to(device) for name, tensor in self.inputs.items()},
            labels=self.labels.to(device),
            source_offset=self.source_offset.to(device),
            target_offset=self.target_offset.to(device),
        )


class Task(ABC):
    """One task. A new one is one file with one such class.

    Attributes:
        name: as written on the command line.
        score_name: the main score, in 0 to 100.
    """

    name: ClassVar[str]
    score_name: ClassVar[str]
    title: ClassVar[str]

    @abstractmethod
    def texts(self, samples: Iterable[Sample]) -> Iterable[str]:
        """Yields the texts that a scratch tokenizer is trained on."""

    @abstractmethod
    def labels(self, samples: Iterable[Sample]) -> tuple[str, ...]:
        """Returns the tags that occur, in a fixed order; empty where there are none."""

    @abstractmethod
    def collate(self, loaded: Loaded, samples: Sequence[ShiftedSample]) -> Batch:
        """Returns the batch of ``samples``; truncates to what the model's positions allow."""

    @abstractmethod
    def size(self, loaded: Loaded, sample: Sample) -> int:
        """Returns about how many tokens a sample has, for batching by length."""

    def logits(self, loaded: Loaded, batch: Batch) -> Tensor:
        """Returns ``(batch, n_labels, n_classes)``, a row of logits for each of ``batch.labels``.

        Here for tasks that label tokens; a task that labels something else overrides it.
        """
        return logits(loaded, batch)

    def loss(self, loaded: Loaded, batch: Batch, smoothing: float = 0.0) -> Tensor:
        """Returns the training loss: mean nats per label that counts."""
        out = self.logits(loaded, batch)
        counted = batch.labels != IGNORED
        return cross_entropy(out[counted], batch.labels[counted], smoothing)

    @abstractmethod
    def predict(
        self, loaded: Loaded, samples: Sequence[Sample], offset: int = 0, batch_size: int = 64
    ) -> list[Any]:
        """Returns one output a sample, every sentence starting at position ``offset``."""


TASKS: Registry[Task] = Registry("task")


def logits(loaded: Loaded, batch: Batch) -> Tensor:
    """Returns the model's logits ``(batch, len, n_classes)`` with the batch's offsets applied."""
    whole_rows = batch.source_offset.ndim == 1 and bool(batch.source_offset.any())
    if loaded.positions.encoding == "relative" and whole_rows:
        pad_id = loaded.tokenizer.pad_token_id
        inputs = left_padded(batch.inputs, batch.source_offset, pad_id)
        with moved_positions(loaded.positions, None, batch.target_offset):
            out = loaded.model(**inputs).logits
        if "decoder_input_ids" in inputs:
            return out
        columns = torch.arange(batch.labels.shape[1], device=out.device)
        columns = columns.unsqueeze(0) + batch.source_offset.unsqueeze(1)  # (batch, len)
        return out.gather(1, columns.unsqueeze(-1).expand(-1, -1, out.shape[-1]))
    with moved_positions(loaded.positions, batch.source_offset, batch.target_offset):
        return loaded.model(**batch.inputs).logits


def token_loss(out: Tensor, labels: Tensor, reduction: str = "mean") -> Tensor:
    """Returns the cross-entropy in nats of the labels that count.

    Args:
        out: logits ``(batch, len, n_classes)``.
        labels: ``(batch, len)``, −100 where no loss is taken.
        reduction: ``"mean"`` over labels, ``"sum"``, or ``"none"`` for ``(batch * len,)``.
    """
    return F.cross_entropy(
        out.reshape(-1, out.shape[-1]).float(),
        labels.reshape(-1),
        ignore_index=IGNORED,
        reduction=reduction,
    )


def pad(rows: Sequence[Sequence[int]], value: int) -> Tensor:
    """Returns the rows as one int64 tensor ``(n_rows, longest)``, padded on the right."""
    width = max((len(row) for row in rows), default=0)
    return torch.tensor([[*row, *[value] * (width - len(row))] for row in rows], dtype=torch.long)


def offsets(plans: Sequence[PositionPlan], lengths: Sequence[int], bound: int | None) -> Tensor:
    """Returns what is added to the positions of each row, inside the model's table.

    Args:
        plans: one a row.
        lengths: tokens of each row.
        bound: rows of the position table, or ``None``.

    Returns:
        int64 ``(batch,)`` where every row moves as a whole, else ``(batch, longest)``.
    """
    rows = [plan.ids(n, bound) for plan, n in zip(plans, lengths, strict=True)]
    if all(plan.constant for plan in plans):
        return torch.tensor([ids[0] if ids else 0 for ids in rows], dtype=torch.long)
    return pad([[p - i for i, p in enumerate(ids)] for ids in rows], 0)
