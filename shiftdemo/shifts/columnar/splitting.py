"""Many texts to words at once, vectorised: :func:`shiftdemo.core.words.split` for each of them.

A text is cut at its spaces, and every distinct run of visible characters is looked up once.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from shiftdemo.core import words as w
from shiftdemo.shifts.draws import ranges

GAPS = {"": 0, " ": 1}  # the gaps that nearly every text has, by number
_OTHER_GAP = 2
_CACHED_CHARS = 40  # as in shiftdemo.core.words
_MOST_KNOWN = 50_000
# Words, what stands before each and after the last, and three bytes a word: its ending, its
# beginning (as of shiftdemo.core.words) and the number of the gap before it.
_Chunk: TypeAlias = "tuple[tuple[str, ...], tuple[str, ...], bytes]"


@dataclass(slots=True)
class Gaps:
    """What stands between the words of running texts, for ``w`` distinct words and ``n`` texts.

    Attributes:
        different: the gaps that there are; the first two are those of ``GAPS``.
        before: for each index in the columns the number of the gap before its word, int64.
        last: for each row the number of the gap after its last word, int64 ``(n,)``.
        ending, beginning: of each distinct word, as of :mod:`shiftdemo.core.words`, uint8 ``(w,)``.
    """

    different: pa.Array
    before: np.ndarray
    last: np.ndarray
    ending: np.ndarray
    beginning: np.ndarray


class SplitTexts:
    """Running texts, each cut into its words; what is not asked for is not made.

    Attributes:
        offsets: the words of text r have the indices ``offsets[r] … offsets[r+1]`` in the columns,
            int64 ``(n + 1,)``.
    """

    def __init__(self, texts: pa.Array) -> None:
        """Args: texts: the texts, strings ``(n,)``."""
        self._texts = texts
        self._known, self._index, starts, self._whole = _chunks(texts)
        self._words = list(map(itemgetter(0), self._known))
        self._sizes = np.fromiter(map(len, self._words), np.int64, len(self._words))
        self._counts = self._sizes[self._index]
        self.offsets = offsets_of(self._counts)[starts]

    def words(self) -> tuple[pa.Array, np.ndarray]:
        """Returns the distinct words (some may be there twice), and which stands at each index."""
        words = list(itertools.chain.from_iterable(self._words))
        starts = np.cumsum(self._sizes) - self._sizes
        return pa.array(words, pa.string()), ranges(starts[self._index], self._counts)

    def gaps(self, word: np.ndarray) -> Gaps:
        """Returns what stands between the words; ``word`` says which stands at each index."""
        facts = np.frombuffer(b"".join(map(itemgetter(2), self._known)), np.uint8).reshape(-1, 3)
        gaps, numbers = _other_gaps(facts[:, 2], self._known)
        before = numbers[word]
        # A run has a space before it, but not where it is the first.
        before[self.offsets[:-1][(np.diff(self.offsets) > 0) & ~self._whole]] = GAPS[""]
        last = np.zeros(len(self._texts), np.int64)
        for row in np.flatnonzero(self._whole).tolist():
            gap = _KNOWN[self._texts[row].as_py()][1][-1]
            last[row] = gaps.setdefault(gap, len(gaps))
        different = pa.array(list(gaps), pa.string())
        return Gaps(different, before, last, *facts[:, :2].T.copy())


def offsets_of(sizes: np.ndarray) -> np.ndarray:
    """Returns where each row begins, and where the last one ends, int64 ``(n + 1,)``."""
    offsets = np.zeros(len(sizes) + 1, np.int64)
    np.cumsum(sizes, out=offsets[1:])
    return offsets


def _other_gaps(kinds: np.ndarray, known: Sequence[_Chunk]) -> tuple[dict[str, int], np.ndarray]:
    """Returns every gap with its number, and the number before each distinct word."""
    gaps, numbers = dict(GAPS), kinds.astype(np.int64)
    if _OTHER_GAP in kinds:
        before = itertools.chain.from_iterable(gaps[:-1] for _, gaps, _ in known)
        other = [gap for gap in before if gap not in GAPS]
        numbers[kinds == _OTHER_GAP] = [gaps.setdefault(gap, len(gaps)) for gap in other]
    return gaps, numbers


def _chunks(texts: pa.Array) -> tuple[list[_Chunk], np.ndarray, np.ndarray, np.ndarray]:
    """Returns the different runs of visible characters, and which stands at each index.

    The third array says where the indices of each text begin, and the fourth which texts are one
    run as a whole: those where not just single spaces stand between the runs.
    """
    chunks = pc.split_pattern(texts, " ")
    code, counts = chunks.values.dictionary_encode(), chunks.value_lengths().to_numpy()
    different = code.dictionary.to_pylist()
    known: list[Any] = list(map(_KNOWN.get, different))
    whole = np.zeros(len(texts), bool)
    if None in known:
        odd = [i for i, chunk in enumerate(different) if known[i] is None and not _alone(chunk)]
        rows = np.repeat(np.arange(len(texts)), counts)
        whole[rows[np.isin(code.indices.to_numpy(), odd)]] = True
        whole &= (counts > 1) | (pc.utf8_length(texts).to_numpy() > 0)  # no words at all
        if whole.any():
            alone = pa.array([[text] for text in texts.filter(whole).to_pylist()], chunks.type)
            index = np.where(whole, len(texts) + np.cumsum(whole) - 1, np.arange(len(texts)))
            chunks = pa.concat_arrays([chunks, alone]).take(pa.array(index))
            code = chunks.values.dictionary_encode()
        known = list(map(_KNOWN.__getitem__, code.dictionary.to_pylist()))
    return known, code.indices.to_numpy(), chunks.offsets.to_numpy(), whole


def _alone(chunk: str) -> bool:
    """Returns whether it is one run of visible characters."""
    return chunk.split() == [chunk]


class _Known(dict[str, _Chunk]):
    """Runs of visible characters that were met before."""

    def __missing__(self, chunk: str) -> _Chunk:
        parts, alone = w.split(chunk), _alone(chunk)
        gaps = (" ", *parts.gaps[1:]) if alone else parts.gaps
        facts = bytes(
            itertools.chain.from_iterable(
                (w.ending_of(word), w.beginning_of(word), GAPS.get(gap, _OTHER_GAP))
                for word, gap in zip(parts.words, gaps, strict=False)
            )
        )
        entry = (parts.words, gaps, facts)
        if alone and len(chunk) <= _CACHED_CHARS:
            if len(self) >= _MOST_KNOWN:
                self.clear()
            self[chunk] = entry
        return entry


_KNOWN = _Known()
