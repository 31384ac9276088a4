"""What a model does not read of samples that are longer than it reads at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from shiftdemo.core.messages import Message


@dataclass(frozen=True, slots=True)
class Cut:
    """What of some samples a model does not read, because it reads no more at once.

    Attributes:
        samples: that lost something.
        words, mentions: that were lost; 0 for tasks whose words have no labels.
        tokens: that were lost.
    """

    samples: int = 0
    tokens: int = 0
    words: int = 0
    mentions: int = 0

    def message(self) -> Message:
        """Returns it as a part of a sentence."""
        if self.words:
            values = {"words": self.words, "mentions": self.mentions}
            return Message("cut.words", samples=self.samples, tokens=self.tokens, **values)
        return Message("cut.tokens", samples=self.samples, tokens=self.tokens)


def lost(lengths: Iterable[int], most: int) -> Cut:
    """Returns what is lost of rows of so many tokens, of which ``most`` are read."""
    over = [length - most for length in lengths if length > most]
    return Cut(len(over), sum(over))


def may_exceed(text: str, most: int) -> bool:
    """Whether a text may have more than ``most`` tokens: no token is shorter than a byte."""
    return len(text) + 8 > most and len(text.encode()) + 8 > most  # 8: special tokens
