"""The words of many sentences at once, as columns, while operators move them."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from shiftdemo.core import words as w
from shiftdemo.shifts.columnar.splitting import GAPS, Gaps, SplitTexts, offsets_of

_SPACE_BETWEEN = np.array(w.SPACE_BETWEEN, np.int64)


class WordColumns:
    """What :class:`shiftdemo.shifts.word_row.WordRow` is for a sentence, for many: one a row.

    Attributes:
        offsets: the words of row r stand at ``offsets[r] … offsets[r+1]``, int64 ``(n + 1,)``.
        index: for every word of the originals its index in its row now, or -1; int64.
        original_offsets: as ``offsets``, of the originals.
    """

    def __init__(self, offsets: np.ndarray) -> None:
        """Is made by one of the methods below.

        Args:
            offsets: as the attribute.
        """
        self.offsets = self.original_offsets = offsets
        self.index = np.arange(offsets[-1]) - np.repeat(offsets[:-1], self.n_words)
        self._moved = False
        self._words: pa.Array = None  # the words that there are
        self._word: np.ndarray = self.index  # which of them stands at each index, int64
        self._gaps: Gaps | None = None
        self._texts: pa.Array | None = None  # the running texts, until a word moves
        self._split: SplitTexts | None = None  # these texts, until a word moves

    @classmethod
    def of_texts(cls, texts: pa.Array) -> WordColumns:
        """Returns the columns of running texts, split as by :func:`shiftdemo.core.words.split`."""
        split = SplitTexts(texts)
        sides = cls(split.offsets)
        sides._texts, sides._split = texts, split
        return sides

    @classmethod
    def of_words(cls, words: pa.Array, word: np.ndarray, offsets: np.ndarray) -> WordColumns:
        """Returns rows without a running text.

        Args:
            words: the words that there are, each of them once or several times.
            word: which of them stands at each index, int64.
            offsets: as the attribute.
        """
        sides = cls(offsets)
        sides._words, sides._word = words, word
        return sides

    @classmethod
    def of_lists(cls, rows: Sequence[Sequence[str]]) -> WordColumns:
        """Returns the columns of sentences that are words already."""
        code = pa.array(list(itertools.chain.from_iterable(rows)), pa.string()).dictionary_encode()
        sizes = np.fromiter(map(len, rows), np.int64, len(rows))
        word = code.indices.to_numpy().astype(np.int64)
        return cls.of_words(code.dictionary, word, offsets_of(sizes))

    def without_text(self) -> WordColumns:
        """Returns the same words with no running text."""
        self._read()
        return WordColumns.of_words(self._words, self._word, self.offsets)

    def tagged(self, tag: str) -> WordColumns:
        """Returns rows with one tag in the place of every word."""
        return WordColumns.of_words(pa.array([tag]), np.zeros_like(self.index), self.offsets)

    def _read(self) -> None:
        """Makes the columns that only words that move need."""
        if self._split is not None:
            self._words, self._word = self._split.words()
            self._gaps, self._split = self._split.gaps(self._word), None

    @property
    def n_words(self) -> np.ndarray:
        """The number of words of each row, int64 ``(n,)``."""
        return np.diff(self.offsets)

    def starting_with(self, prefix: str) -> np.ndarray:
        """Returns which words begin so, bool."""
        return pc.starts_with(self._words, prefix).to_numpy(zero_copy_only=False)[self._word]

    def rearrange(self, order: np.ndarray, counts: np.ndarray) -> None:
        """Makes the words at ``order`` the words, as :meth:`WordRow.rearrange` does.

        Args:
            order: indices in the columns, int64 ``(counts.sum(),)``, row after row.
            counts: how many words each row has then; not 0 where it has some now.
        """
        self._read()
        word, offsets = self._word[order], offsets_of(counts)
        if self._gaps is not None:
            self._gaps.before = self._gaps_after(self._gaps, order, word, offsets)
        first = np.full(len(self._word), -1)
        # Of several mentions the first is the word itself, so it is written last.
        first[order[::-1]] = (np.arange(len(order)) - np.repeat(offsets[:-1], counts))[::-1]
        if self._moved:
            starts = np.repeat(self.offsets[:-1], np.diff(self.original_offsets))
            stays = self.index >= 0
            first = np.where(stays, first[np.where(stays, starts + self.index, 0)], -1)
        self.index, self._moved = first, True
        self._word, self.offsets, self._texts = word, offsets, None

    def _gaps_after(
        self, gaps: Gaps, order: np.ndarray, word: np.ndarray, offsets: np.ndarray
    ) -> np.ndarray:
        """Returns what stands before each word once the indices ``order`` stand in this order."""
        before = gaps.before[order]
        seam = np.flatnonzero(np.diff(order) != 1) + 1  # these words did not stand together
        ending, beginning = gaps.ending[word[seam - 1]], gaps.beginning[word[seam]]
        before[seam] = _SPACE_BETWEEN[ending % w.KINDS, beginning % w.KINDS]
        there = np.diff(offsets) > 0
        touches = np.append(before == GAPS[""], False)  # the word before
        touches[offsets] = False
        look = ((ending | beginning) & w.JOINS > 0) | (beginning & w.POINT > 0) & touches[seam + 1]
        for at in seam[look].tolist():
            words = self._words.take(pa.array(word[at - 1 : at + 1 + touches[at + 1]]))
            before[at] = GAPS[w.gap_between(*words.to_pylist())]
        before[offsets[:-1][there]] = gaps.before[self.offsets[:-1][there]]
        return before

    def text(self) -> pa.Array:
        """Returns the running texts, of columns that came from texts."""
        gaps = self._gaps
        if self._texts is not None or gaps is None:
            return self._texts
        n_rows, n_gaps = len(gaps.last), len(gaps.different)
        starts = 2 * self.offsets + np.arange(n_rows + 1)  # gap, word, gap, word, …, gap
        piece = np.empty(starts[-1], np.int64)
        at = np.arange(0, 2 * len(self._word), 2) + np.repeat(np.arange(n_rows), self.n_words)
        piece[at], piece[at + 1] = gaps.before, self._word + n_gaps
        piece[starts[1:] - 1] = gaps.last
        pieces = pa.concat_arrays([gaps.different, self._words]).take(pa.array(piece))
        ends = np.frombuffer(pieces.buffers()[1], np.int32)[starts]
        return pa.StringArray.from_buffers(n_rows, pa.py_buffer(ends), pieces.buffers()[2])

    def words(self) -> pa.Array:
        """Returns the words, a list a row."""
        return pa.ListArray.from_arrays(_int32(self.offsets), self._words.take(self._word))

    def alignment(self) -> pa.Array:
        """Returns for every row where each of its original words stands now, or null."""
        indices = pa.array(self.index.astype(np.int32), mask=self.index < 0)
        return pa.ListArray.from_arrays(_int32(self.original_offsets), indices)


def _int32(offsets: np.ndarray) -> pa.Array:
    return pa.array(offsets.astype(np.int32))
