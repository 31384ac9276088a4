"""Sentences that stand in two parts of the data, where they should stand in one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from shiftdemo.core.messages import Message
from shiftdemo.core.samples import QuestionSample, Sample

_SHOWN = 60  # characters of the example


@dataclass(frozen=True, slots=True)
class Shared:
    """Held-out samples whose text is in training too.

    Attributes:
        count, total: how many of how many held-out samples.
        example: the beginning of the first one; empty without any.
    """

    count: int
    total: int
    example: str

    @property
    def text(self) -> str:
        """The finding as a sentence's beginning."""
        return Message("overlap.held_out_sentences_training", count=self.count, total=self.total)


def shared_samples(train: Iterable[Sample], held_out: Sequence[Sample]) -> Shared:
    """Returns how many held-out samples a model has read in training.

    What counts is what it reads: words, text, source, or question and context, whatever stands
    between the words; the reference does not matter.
    """
    seen = {hash(_read(sample)) for sample in train}  # 64 bits each: none of 200,000 meet by chance
    shared = [sample for sample in held_out if hash(_read(sample)) in seen]
    example = _read(shared[0])[:_SHOWN] if shared else ""
    return Shared(len(shared), len(held_out), example)


def _read(sample: Sample) -> str:
    question = f"{sample.question}\n" if isinstance(sample, QuestionSample) else ""
    return " ".join((question + sample.text).split())
