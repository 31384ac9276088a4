"""What a task does with a model: samples become batches, and outputs become scores."""

from __future__ import annotations

import random
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from shiftdemo.core.samples import Sample
from shiftdemo.core.task_spec import TaskSpec
from shiftdemo.core.types import PositionPlan, ShiftedSample
from shiftdemo.models.load import LoadedModel
from shiftdemo.models.moving import left_padded, moved_positions
from shiftdemo.shifts.applying import unshifted
from shiftdemo.tasks.heads.length import Cut
from shiftdemo.tasks.heads.loss import IGNORED, Losses, cross_entropy
from shiftdemo.tasks.heads.token_words import words_of


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


_MEASURED = 256  # samples that are measured together


class Task(ABC):
    """A task at work: one such class for each head that models have.

    Attributes:
        spec: which task it is.
    """

    def __init__(self, spec: TaskSpec) -> None:
        """Takes the task that it is for."""
        self.spec = spec

    @abstractmethod
    def texts(self, samples: Iterable[Sample]) -> Iterable[str]:
        """Yields the texts that a scratch tokenizer is trained on."""

    @abstractmethod
    def labels(self, samples: Iterable[Sample]) -> tuple[str, ...]:
        """Returns the tags that occur, in a fixed order; empty where there are none."""

    def model_settings(self, samples: Sequence[Sample]) -> dict[str, Any]:
        """Returns what a model that is trained on these samples keeps in its ``config.json``."""
        return {}

    @abstractmethod
    def collate(self, loaded: LoadedModel, samples: Sequence[ShiftedSample]) -> Batch:
        """Returns the batch of ``samples``; truncates to what the model's positions allow."""

    @abstractmethod
    def size(self, loaded: LoadedModel, sample: Sample) -> int:
        """Returns about how many tokens a sample has, at no cost; see also :meth:`lengths`."""

    def sizes(self, loaded: LoadedModel, samples: Sequence[Sample]) -> list[int]:
        """Returns :meth:`size` of each, or their tokens where these are known at no cost."""
        return [self.size(loaded, sample) for sample in samples]

    def lengths(self, loaded: LoadedModel, samples: Sequence[Sample]) -> list[tuple[int, int]]:
        """Returns how many tokens of source and target each sample has as it is; 0: no target."""
        lengths: list[tuple[int, int]] = []
        for start in range(0, len(samples), _MEASURED):
            part = [unshifted(sample) for sample in samples[start : start + _MEASURED]]
            inputs = self.collate(loaded, part).inputs
            source = inputs["attention_mask"].sum(1).tolist()
            target = inputs.get("decoder_attention_mask")
            targets = [0] * len(part) if target is None else target.sum(1).tolist()
            lengths += zip(source, targets, strict=True)
        return lengths

    def logits(self, loaded: LoadedModel, batch: Batch) -> Tensor:
        """Returns ``(batch, n_labels, n_classes)``, a row of logits for each of ``batch.labels``.

        Here for tasks that label tokens; a task that labels something else overrides it.
        """
        return logits(loaded, batch)

    def loss(self, loaded: LoadedModel, batch: Batch, smoothing: float = 0.0) -> Tensor:
        """Returns what training minimises: mean nats per label that counts."""
        return self.losses(loaded, batch, smoothing).objective

    def losses(self, loaded: LoadedModel, batch: Batch, smoothing: float = 0.0) -> Losses:
        """Returns what training minimises, and the loss without its label smoothing."""
        out = self.logits(loaded, batch)
        counted = batch.labels != IGNORED
        return cross_entropy(out[counted], batch.labels[counted], smoothing)

    @abstractmethod
    def ids(self, loaded: LoadedModel, sample: Sample) -> list[int]:
        """Returns the tokens that the model (or its encoder) reads of a sample as it is."""

    def token_words(
        self, loaded: LoadedModel, sample: Sample, ids: Sequence[int]
    ) -> list[int | None]:
        """Returns the word of the sample's text that each of :meth:`ids` belongs to.

        ``None`` of special tokens and prompts; the words of a question in front are -1, -2, …
        """
        return words_of(loaded.tokenizer, ids, sample.text)

    @abstractmethod
    def has_reference(self, loaded: LoadedModel, sample: Sample) -> bool:
        """Whether a loss can be taken on the sample: it has a reference that the model knows."""

    @abstractmethod
    def shuffle_sources(self, samples: Sequence[Sample], rng: random.Random) -> list[Sample]:
        """Returns the samples with what the model reads dealt anew; references stay in place.

        Raises:
            DataError: an exchange would change nothing.
        """

    def neutral(self, loaded: LoadedModel, sample: Sample) -> Sample:
        """Returns the sample where its reference does not matter, with one that the model knows."""
        return sample

    def notes(self, loaded: LoadedModel, samples: Sequence[Sample]) -> tuple[str, ...]:
        """Returns what to know before a run on these samples; nothing for most tasks."""
        return ()

    def cut(self, loaded: LoadedModel, samples: Sequence[Sample], training: bool = True) -> Cut:
        """Returns what of the samples is not read, as they are.

        Args:
            training: by :meth:`collate`; otherwise by :meth:`predict`, which may read in parts.
        """
        return Cut()

    def in_parts(
        self, loaded: LoadedModel, samples: Sequence[Sample], room: int = 0
    ) -> list[Sample]:
        """Returns the samples for training, those that are too long in parts where that is right.

        Args:
            room: positions that are left free in front.
        """
        return list(samples)

    def predictions_from_logits(
        self, loaded: LoadedModel, samples: Sequence[ShiftedSample], batch: Batch, best: Tensor
    ) -> list[tuple[Sample, Any]]:
        """Returns pairs of a reference and an output, where the logits of a batch tell outputs.

        None for tasks whose outputs have to be generated.

        Args:
            samples: of the batch, in its order.
            best: the class with the highest logit of every label, int64 as ``batch.labels``.
        """
        return []

    @abstractmethod
    def predict(
        self, loaded: LoadedModel, samples: Sequence[ShiftedSample], batch_size: int = 64
    ) -> list[Any]:
        """Returns one output a sample: of its shifted words, at the positions that it carries.

        References do not matter. A task without a decoder knows the source's positions alone.

        Raises:
            ConfigError: a sample starts beyond the model's positions.
        """

    def answers(self, loaded: LoadedModel, samples: Sequence[ShiftedSample]) -> list[Any]:
        """Returns the outputs for a few typed samples as a person reads them."""
        return self.predict(loaded, samples)

    def probabilities(
        self, loaded: LoadedModel, samples: Sequence[ShiftedSample]
    ) -> list[tuple[float, ...]]:
        """Returns how sure the model is of each word of its outputs, 0 to 1, a tuple a sample.

        Of tags one a word, of a text one for each of its words (the product of its tokens'), of a
        label one; nothing for a task that does not tell.
        """
        return [()] * len(samples)

    def readable(self, output: Any) -> Any:
        """Returns one output of :meth:`predict` as text, or as a tuple of tags."""
        return output


def _own_logits(out: Any) -> Tensor:
    own_logits: Tensor = out.logits
    return own_logits


def logits(
    loaded: LoadedModel, batch: Batch, read: Callable[[Any], Tensor] = _own_logits
) -> Tensor:
    """Returns the model's logits ``(batch, len, n_classes)`` with the batch's offsets applied.

    Args:
        read: takes them from the model's output, for heads that call them otherwise.
    """
    whole_rows = batch.source_offset.ndim == 1 and bool(batch.source_offset.any())
    if loaded.positions.encoding == "relative" and whole_rows:
        pad_id = loaded.tokenizer.pad_token_id
        inputs = left_padded(batch.inputs, batch.source_offset, pad_id)
        with moved_positions(loaded.positions, None, batch.target_offset):
            out = read(loaded.model(**inputs))
        if "decoder_input_ids" in inputs:
            return out
        columns = torch.arange(batch.inputs["input_ids"].shape[1], device=out.device)
        columns = columns.unsqueeze(0) + batch.source_offset.unsqueeze(1)  # (batch, len)
        return out.gather(1, columns.unsqueeze(-1).expand(-1, -1, out.shape[-1]))
    with moved_positions(loaded.positions, batch.source_offset, batch.target_offset):
        return read(loaded.model(**batch.inputs))


def passed_round(n: int, rng: random.Random) -> list[int]:
    """Returns for each of ``n`` indices the one that it gets its source from, never its own."""
    order = list(range(n))
    rng.shuffle(order)
    source_of = dict(zip(order, [*order[1:], *order[:1]], strict=True))
    return [source_of[index] for index in range(n)]


def cut_end(ids: Sequence[int], most: int) -> list[int]:
    """Returns at most ``most`` tokens; a long row keeps its end token."""
    return list(ids) if len(ids) <= most else [*ids[: most - 1], ids[-1]]


def pad(rows: Sequence[Sequence[int]], value: int) -> Tensor:
    """Returns the rows as one int64 tensor ``(n_rows, longest)``, padded on the right."""
    width = max((len(row) for row in rows), default=0)
    return torch.tensor([[*row, *[value] * (width - len(row))] for row in rows], dtype=torch.long)


def starts(
    loaded: LoadedModel,
    plans: Sequence[PositionPlan],
    lengths: Sequence[int],
    what: str = "sentence",
) -> Tensor:
    """Returns :func:`offsets` of rows to be predicted, which have to start inside the table.

    Args:
        what: a row, in the message.

    Raises:
        ConfigError: a row starts beyond the model's positions.
    """
    first = max((plan.offset for plan in plans if plan.constant), default=0)
    loaded.positions.check(first, max(lengths, default=0), what)
    return offsets(plans, lengths, loaded.positions.table_size)


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
