"""Many samples of one kind while operators work on them: :class:`EditableSample`, vectorised."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np

from shiftdemo.core.messages import Message
from shiftdemo.core.types import PLAIN_INPUTS, StepInputs
from shiftdemo.shifts.columnar.word_columns import WordColumns
from shiftdemo.shifts.draws import HashRandoms, ranges
from shiftdemo.shifts.notes import left_out


class EditableSamples:
    """What :class:`shiftdemo.shifts.editing.EditableSample` is for a sample, for many.

    Its members have the names of ``EditableSample``'s and arrays in the place of numbers, one a
    row, so an operator with ``columnar`` is written once for both. A row that ``need`` refuses is
    left as it is by everything that follows in the same operator.

    Attributes:
        source, target, tags, feed: as of ``EditableSample``.
        moved: which rows' words were rearranged, bool ``(n,)``.
        notes: which rows a note is for, and the note.
        operator: the name of the operator that works now.
    """

    def __init__(
        self,
        source: WordColumns,
        target: WordColumns | None,
        tags: WordColumns | None,
        rng: HashRandoms,
    ) -> None:
        """Args: tags: the tags in the place of the words, of tagged samples."""
        self.source, self.target, self.tags = source, target, tags
        self._rng, self._feed = rng, PLAIN_INPUTS
        self.moved = np.zeros(len(rng.active), bool)
        self.notes: list[tuple[np.ndarray, str]] = []
        self.operator = ""
        self._cached_units: tuple[np.ndarray, np.ndarray, np.ndarray] | None = None

    @property
    def feed(self) -> StepInputs:
        """As of ``EditableSample``; a field may be an array, one number a row."""
        return self._feed

    @feed.setter
    def feed(self, feed: StepInputs) -> None:
        self._feed = _merged(self._rng.active, feed, self._feed)

    @property
    def answer(self) -> WordColumns | None:
        """As of ``EditableSample``; samples with neither target nor tags are plain texts."""
        return self.source if self.target is None and self.tags is None else self.target

    @property
    def n_words(self) -> np.ndarray:
        """The number of (source) words."""
        return self.source.n_words

    @property
    def n_target_words(self) -> np.ndarray | int:
        """The number of words of the answers, 0 where there are none."""
        answer = self.answer
        return 0 if answer is None else answer.n_words

    def need(self, there: Any, reason: str, **values: Any) -> None:
        """Leaves rows as they are where ``there`` is false; see :meth:`EditableSample.need`."""
        rows = self._rng.active & ~np.asarray(there, bool)
        if rows.any():
            self.refuse(rows, left_out(self.operator, Message(reason, **values)))

    def refuse(self, rows: np.ndarray, note: str) -> None:
        """Leaves these rows as they are."""
        if rows.any():
            self.notes.append((rows, note))
            self._rng.active &= ~rows

    def need_words(self) -> None:
        """See :meth:`need`."""
        self.need(self.n_words > 0, "shifts.no_words")

    def _units(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Returns the first word of every unit, its number of words, and the units of each row."""
        if self._cached_units is None:
            n = self.source.offsets[-1]
            starts, counts = np.arange(n), self.n_words
            if self.tags is not None and (inside := self.tags.starting_with("I-")).any():
                starts = np.flatnonzero(~inside)
                counts = np.diff(np.searchsorted(starts, self.source.offsets))
            self._cached_units = starts, np.diff(np.append(starts, n)), counts
        return self._cached_units

    def unit_draws(self, rng: HashRandoms) -> np.ndarray:
        """Returns a number in ``[0, 1)`` for every unit, 0 where the row is left as it is."""
        counts = self._units()[2]
        drawn = np.zeros(counts.sum())
        drawn[np.repeat(rng.active, counts)] = rng.uniforms(np.where(rng.active, counts, 0))
        return drawn

    def sort_units(self, u: np.ndarray, rank: Callable[[Any, Any], Any]) -> np.ndarray:
        """As :meth:`EditableSample.sort_units`."""
        counts = self._units()[2]
        starts = np.cumsum(counts) - counts
        index = np.arange(len(u)) - np.repeat(starts, counts)
        ranks = np.where(np.repeat(self._rng.active, counts), rank(index, u), index)
        order = _sorted_in_rows(ranks, counts)
        self._take_units(order, counts)
        moves, there = np.zeros(len(counts), np.int64), counts > 0
        if there.any():
            moves[there] = np.maximum.reduceat(np.abs(order - np.arange(len(u))), starts[there])
        return moves

    def repeat_units(self, u: np.ndarray, copies: Callable[[Any], Any], rng: HashRandoms) -> None:
        """As :meth:`EditableSample.repeat_units`."""
        counts, active = self._units()[2], rng.active
        times = np.where(np.repeat(active, counts), copies(u), 1).astype(np.int64)
        total = np.append(0, np.cumsum(times))
        ends = np.append(0, np.cumsum(counts))
        left = np.diff(total[ends])
        rng.active = active & (left == 0)
        if rng.active.any():
            kept = (ends[:-1] + rng.randint(0, counts - 1))[rng.active]
            times[kept] = 1
            left = np.where(rng.active, 1, left)
        rng.active = active
        self._take_units(np.repeat(np.arange(len(u)), times), left)

    def _take_units(self, order: np.ndarray, counts: np.ndarray) -> None:
        """Makes the units at ``order`` the sentences, ``counts`` of them in each row."""
        starts, sizes, _ = self._units()
        if len(starts) == self.source.offsets[-1]:  # each word is by itself
            self._rearrange(order, counts)
            return
        sizes = sizes[order]
        ends = np.append(0, np.cumsum(sizes))[np.append(0, np.cumsum(counts))]
        self._rearrange(ranges(starts[order], sizes), np.diff(ends))

    def _rearrange(self, order: np.ndarray, counts: np.ndarray) -> None:
        self.source.rearrange(order, counts)
        if self.tags is not None:
            self.tags.rearrange(order, counts)
        self.moved |= self._rng.active
        self._cached_units = None

    def unit_at(self, index: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """As :meth:`EditableSample.unit_at`."""
        offsets, n = self.source.offsets[:-1], self.n_words
        starts, sizes, _ = self._units()
        inside = self._rng.active & (index < n)
        unit = np.searchsorted(starts, offsets[inside] + index[inside], "right") - 1
        start, end = index.copy(), index.copy()
        start[inside] = starts[unit] - offsets[inside]
        end[inside] = start[inside] + sizes[unit]
        return start, end

    def rotate(self, cut: np.ndarray) -> None:
        """As :meth:`EditableSample.rotate`."""
        offsets, counts = self.source.offsets, self.n_words
        row = np.repeat(np.arange(len(counts)), counts)
        start, cut = offsets[:-1][row], np.where(self._rng.active, cut, 0)[row]
        index = np.arange(offsets[-1]) - start
        self._rearrange(start + (index + cut) % counts[row], counts)


def _sorted_in_rows(ranks: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Returns the order that sorts each row by rank, equal ranks in the order that they had."""
    row = np.repeat(np.arange(len(counts)), counts)
    low, high = (float(ranks.min()), float(ranks.max())) if len(ranks) else (0.0, 0.0)
    base = row * (np.ceil(high - low) + 1)
    keys = ranks + base
    if np.array_equal(keys - base, ranks):  # nothing was rounded: one sort for all the rows
        return np.argsort(keys, kind="stable")
    return np.lexsort((ranks, row))


def _merged(rows: np.ndarray, new: Any, old: Any) -> Any:
    """Returns ``new`` in ``rows`` and ``old`` in the others, field by field."""
    if new is old or rows.all():
        return new
    if dataclasses.is_dataclass(new):
        names = [item.name for item in dataclasses.fields(new)]
        fields = {n: _merged(rows, getattr(new, n), getattr(old, n)) for n in names}
        return dataclasses.replace(new, **fields)  # type: ignore[type-var]
    column = np.empty(len(rows), object)
    for part, value in ((rows, new), (~rows, old)):
        column[part] = value[part] if isinstance(value, np.ndarray) else [value] * part.sum()
    return column
