"""The words of one side of a sample with their spaces, while operators move them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from operator import sub

from shiftdemo.core import words as w


class WordRow:
    """The words of one side, their spaces, and where the words of the original stand now.

    Attributes:
        words: the words now.
        alignment: ``alignment[i]`` is the index now of word ``i`` of the original, or ``None``.
        changed: whether the text has to be written anew.
    """

    __slots__ = ("_gaps", "alignment", "changed", "words")

    def __init__(self, words: Sequence[str], gaps: Sequence[str] | None = None) -> None:
        """Args: gaps: as in :class:`~shiftdemo.core.words.Words`; ``None`` without a text."""
        self.words: Sequence[str] = words
        self.alignment: Sequence[int | None] = range(len(words))
        self.changed = False
        self._gaps = gaps

    def rearrange(self, order: Sequence[int]) -> None:
        """Makes the words at the indices ``order`` the words, each as often as it is named.

        The first mention of an index is the word itself, later ones are copies.
        """
        old, n = self.words, len(order)
        self.words = words = list(map(old.__getitem__, order))
        gaps = self._gaps
        if gaps is not None:
            rearranged = list(map(gaps.__getitem__, order))
            steps = map(sub, order[1:], order)
            for index in [i for i, step in enumerate(steps, 1) if step != 1][::-1]:
                # a seam: these words did not stand together
                rearranged[index] = _seam(words[index - 1], words, rearranged, index)
            rearranged[0] = gaps[0]
            self._gaps = [*rearranged, gaps[-1]]
        first = dict(zip(order[::-1], range(n - 1, -1, -1), strict=True))
        self.alignment = [first.get(i) for i in self.alignment]  # type: ignore[arg-type]
        self.changed = True

    def rotate(self, cut: int) -> None:
        """Puts the words from ``cut`` on in front, for ``0 < cut < len(words)``."""
        words, gaps, n = self.words, self._gaps, len(self.words)
        self.words = [*words[cut:], *words[:cut]]
        if gaps is not None:
            seam = _seam(words[-1], words[:cut], gaps)
            self._gaps = [gaps[0], *gaps[cut + 1 : n], seam, *gaps[1:cut], gaps[n]]
        by = n - cut
        self.alignment = [None if i is None else (i + by) % n for i in self.alignment]
        self.changed = True

    def append(self, index: int) -> None:
        """Copies the word at ``index`` to the end; after it stands what stood at the end."""
        word = self.words[index]
        if self._gaps is not None:
            gap = w.gap_between(self.words[-1], word)
            self._gaps = [*self._gaps[:-1], self._gaps[-1] + gap, ""]
        self.words = [*self.words, word]
        self.changed = True

    def prepend(self, words: Sequence[str]) -> None:
        """Puts new words in front."""
        gaps = [w.gap_between(a, b) for a, b in zip(("", *words), words, strict=False)]
        self.prepend_side(WordRow(words, [*gaps, ""]))

    def prepend_side(self, other: WordRow) -> None:
        """Puts the words of ``other`` in front, a space between them and what was there."""
        by = len(other.words)
        if self._gaps is not None and other._gaps is not None:
            between = other._gaps[-1] + self._gaps[0]
            if by and self.words and not between:
                between = _seam(other.words[-1], self.words, self._gaps)
            self._gaps = [*other._gaps[:-1], between, *self._gaps[1:]]
        if not by:
            return
        self.words = [*other.words, *self.words]
        self.alignment = [None if i is None else i + by for i in self.alignment]
        self.changed = True

    def text(self) -> str:
        """Returns the running text."""
        gaps = self._gaps or ()
        return "".join(chain.from_iterable(zip(gaps, self.words, strict=False))) + gaps[-1]


def _seam(left: str, words: Sequence[str], gaps: Sequence[str], at: int = 0) -> str:
    """Returns what to write between ``left`` and ``words[at]``, which did not stand together."""
    touches = at + 1 < len(words) and not gaps[at + 1]
    return w.gap_between(left, words[at], words[at + 1] if touches else "")
