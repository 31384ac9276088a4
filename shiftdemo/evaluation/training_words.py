"""What words and names an arm has seen in training: slices by frequency rest on it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from shiftdemo.core import words as w
from shiftdemo.core.samples import Sample, TaggedSample, mentions

MOST = 200_000  # different words or names that are kept; a file of them stays at a few MB


@dataclass(frozen=True, slots=True)
class TrainingWords:
    """How often each word stood in the training sentences, and which names did.

    Attributes:
        words: in small letters, with how often they occur.
        names: the mentions of tagged sentences, their words joined by spaces.
        complete: whether all of them were kept; otherwise nothing is said of what is missing.
    """

    words: Mapping[str, int] = field(default_factory=dict)
    names: frozenset[str] = frozenset()
    complete: bool = True

    def to_dict(self) -> dict[str, Any]:
        """Returns it as plain JSON values."""
        return {
            "words": dict(self.words),
            "names": sorted(self.names),
            "complete": self.complete,
        }

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> TrainingWords:
        """Returns what :meth:`to_dict` was called on."""
        return cls(dict(plain["words"]), frozenset(plain["names"]), bool(plain["complete"]))


def words_of(sample: Sample) -> Sequence[str]:
    """Returns the words that a model reads of a sample, in small letters."""
    words = sample.words if isinstance(sample, TaggedSample) else w.split(sample.read).words
    return [word.lower() for word in words]


def names_of(sample: Sample) -> list[str]:
    """Returns the mentions of a tagged sentence as text; none of another sample."""
    if not isinstance(sample, TaggedSample) or sample.plain:
        return []
    return [" ".join(sample.words[start:end]) for _, start, end in mentions(sample.tags)]


def training_words(samples: Iterable[Sample]) -> TrainingWords:
    """Returns what is seen in these sentences."""
    words: Counter[str] = Counter()
    names: set[str] = set()
    for sample in samples:
        words.update(words_of(sample))
        names.update(names_of(sample))
    complete = len(words) <= MOST and len(names) <= MOST
    return TrainingWords(dict(words.most_common(MOST)), frozenset(sorted(names)[:MOST]), complete)
