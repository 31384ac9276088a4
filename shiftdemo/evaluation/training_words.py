"""What words and names an arm has seen in training: slices by frequency rest on it.

Digests are kept and not the words, so that a run, or a bundled pair, passes on no text of its data.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from shiftdemo.core import words as w
from shiftdemo.core.samples import Sample, TaggedSample, mentions

MOST = 200_000  # different words or names that are kept; a file of them stays at a few MB
_BYTES = 5  # of a digest: that any two of 200,000 words share one has a chance of 2 in 100
_DIGESTS = f"blake2b-{8 * _BYTES}"


@dataclass(frozen=True, slots=True)
class TrainingWords:
    """How often each word stood in the training sentences, and which names did.

    Attributes:
        words: digests of words in small letters, with how often these occur.
        names: digests of the mentions of tagged sentences, their words joined by spaces.
        complete: whether all of them were kept; otherwise nothing is said of what is missing.
    """

    words: Mapping[str, int] = field(default_factory=dict)
    names: frozenset[str] = frozenset()
    complete: bool = True

    @classmethod
    def of(
        cls, words: Mapping[str, int], names: Iterable[str] = (), complete: bool = True
    ) -> TrainingWords:
        """Returns words with how often they occur, and names."""
        counts = {_digest(word): n for word, n in words.items()}
        return cls(counts, frozenset(map(_digest, names)), complete)

    def count(self, word: str) -> int:
        """Returns how often a word in small letters stood in the training sentences."""
        return self.words.get(_digest(word), 0)

    def knows(self, name: str) -> bool:
        """Whether a name was tagged as a mention in the training sentences."""
        return _digest(name) in self.names

    def to_dict(self) -> dict[str, Any]:
        """Returns it as plain JSON values."""
        return {
            "digests": _DIGESTS,
            "words": dict(self.words),
            "names": sorted(self.names),
            "complete": self.complete,
        }

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> TrainingWords:
        """Returns what :meth:`to_dict` was called on; earlier versions wrote the words."""
        make = cls if plain.get("digests") == _DIGESTS else cls.of
        return make(dict(plain["words"]), frozenset(plain["names"]), bool(plain["complete"]))


def read_words(path: Path) -> TrainingWords | None:
    """Returns what :meth:`TrainingWords.to_dict` left in a file; ``None`` where it is not there."""
    try:
        return TrainingWords.from_dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(errors="surrogatepass"), digest_size=_BYTES).hexdigest()


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
    return TrainingWords.of(dict(words.most_common(MOST)), sorted(names)[:MOST], complete)
