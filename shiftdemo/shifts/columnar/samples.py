"""Samples as columns, before and after shifts; rows become objects when asked for."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa

from shiftdemo.core import words as w
from shiftdemo.core.messages import joined
from shiftdemo.core.samples import Sample, TaggedSample, TextSample, TranslationSample
from shiftdemo.core.types import PLAIN_INPUTS, ShiftedSample, StepInputs
from shiftdemo.shifts.base import Shift
from shiftdemo.shifts.columnar.word_columns import WordColumns

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class SampleColumns:
    """Samples of one kind.

    Attributes:
        kind: their class.
        ids: their ids.
        source: their running texts; of tagged samples ``None`` where ``samples`` are given.
        target: the translations, else ``None``.
        samples: the samples themselves; ``None``: they are made of the columns when asked for.
    """

    kind: type[Sample]
    ids: list[str]
    source: list[str] | None
    target: list[str] | None = None
    samples: Sequence[Any] | None = None

    @classmethod
    def of(cls, samples: Sequence[Sample]) -> SampleColumns:
        """Returns the columns of samples that are all of one kind, at least one."""
        kind, every = type(samples[0]), list[Any](samples)
        ids = [sample.id for sample in every]
        if kind is TaggedSample:
            return cls(kind, ids, None, None, every)
        if kind is TextSample:
            return cls(kind, ids, [sample.text for sample in every], None, every)
        source = [sample.source for sample in every]
        return cls(kind, ids, source, [sample.target for sample in every], every)

    def __getitem__(self, row: int) -> Any:
        """Returns a sample."""
        if self.samples is not None:
            return self.samples[row]
        texts = self.source or ()
        if self.kind is TextSample:
            return TextSample(self.ids[row], texts[row])
        if self.kind is TranslationSample:
            return TranslationSample(self.ids[row], texts[row], (self.target or ())[row])
        words = w.split(texts[row]).words
        return TaggedSample(self.ids[row], words, ("O",) * len(words))

    def sides(self) -> tuple[WordColumns, WordColumns | None, WordColumns | None]:
        """Returns the words of the source, those of the target and the tags."""
        if self.source is None:
            samples = self.samples or ()
            words = WordColumns.of_lists([sample.words for sample in samples])
            return words, None, WordColumns.of_lists([sample.tags for sample in samples])
        source = WordColumns.of_texts(pa.array(self.source, pa.string()))
        if self.kind is TaggedSample:
            return source.without_text(), None, source.tagged("O")
        if self.target is None:
            return source, None, None
        return source, WordColumns.of_texts(pa.array(self.target, pa.string())), None


@dataclass(frozen=True, slots=True)
class Applied:
    """What one operator did.

    Attributes:
        rows: the rows that it was applied to, bool ``(n,)``.
        draws: as of :meth:`Shift.apply`, a value or one a row.
    """

    shift: Shift
    rows: np.ndarray
    draws: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ShiftedColumns:
    """Samples before and after one or several shifts; a row is a :class:`ShiftedSample`.

    Attributes:
        original: the samples as they came.
        source: their running texts now, of tagged samples their words: one list a row.
        tags: of tagged samples the tags now.
        moved: which rows have another text than the original, or the same one written anew.
        steps: what each operator did, in order.
        seed, epoch, feed: as of ``ShiftedSample``; fields of ``feed`` may be an array.
        alignment, target_alignment: a list a row, as of ``ShiftedSample``.
        notes: which rows a note is for, and the note.
    """

    original: SampleColumns
    source: pa.Array
    tags: pa.Array | None
    moved: np.ndarray
    steps: tuple[Applied, ...]
    seed: int
    epoch: int
    alignment: pa.Array
    target_alignment: pa.Array | None
    feed: StepInputs
    notes: tuple[tuple[np.ndarray, str], ...]

    def __len__(self) -> int:
        """Returns the number of rows."""
        return len(self.original.ids)

    def __iter__(self) -> Iterator[ShiftedSample]:
        """Yields the samples."""
        n = len(self)
        steps = [
            (step.shift, step.rows.tolist(), {k: _cells(v, n) for k, v in step.draws.items()})
            for step in self.steps
        ]
        specs = tuple([step.shift.spec for step in self.steps])
        notes = [(rows.tolist(), note) for rows, note in self.notes]
        columns = zip(
            self._shifted(),
            _lists(self.alignment, n),
            _lists(self.target_alignment, n),
            _feeds(self.feed, n),
            strict=True,
        )
        for row, ((original, shifted), alignment, target_alignment, feed) in enumerate(columns):
            params: dict[str, Any] = {}
            done = []
            for shift, rows, draws in steps:
                if rows[row]:
                    params |= shift.written
                    params.update((key, cells[row]) for key, cells in draws.items())
                    done.append(shift.spec)
            yield ShiftedSample(
                original,
                shifted,
                specs,
                " + ".join(done),
                params,
                self.seed,
                self.epoch,
                alignment or (),
                target_alignment,
                feed,
                bool(done),
                joined([note for rows, note in notes if rows[row]]),
            )

    def _shifted(self) -> Iterator[tuple[Sample, Sample]]:
        """Yields each sample before and after."""
        source, tags = self.source.to_pylist(), self.tags.to_pylist() if self.tags else None
        alignment = self.alignment
        for row, moved in enumerate(self.moved.tolist()):
            original = self.original[row]
            if not moved:
                yield original, original
            elif isinstance(original, TaggedSample):
                words = tuple(source[row]), tuple(tags[row] if tags else ())
                yield original, TaggedSample(original.id, *words, original.plain)
            elif isinstance(original, TextSample):
                yield original, TextSample(original.id, source[row], original.label)
            else:
                links = original.links
                if links:
                    to = alignment[row].as_py()
                    links = tuple([(to[s], t) for s, t in links if to[s] is not None])
                langs = original.source_lang, original.target_lang
                pair = source[row], original.target
                shifted = TranslationSample(original.id, *pair, *langs, links, original.lang_by)
                yield original, shifted


def _cells(value: Any, n: int) -> list[Any]:
    """Returns a column, of which each cell may be the same."""
    return value.tolist() if isinstance(value, np.ndarray) else [value] * n


def _lists(column: pa.Array | None, n: int) -> Iterator[tuple[int | None, ...] | None]:
    """Yields the rows of a column of lists, or ``None`` for each."""
    if column is None:
        yield from [None] * n
        return
    flat, ends = column.values.to_pylist(), column.offsets.to_pylist()
    for start, end in itertools.pairwise(ends):
        yield tuple(flat[start:end])


def _feeds(feed: StepInputs, n: int) -> list[StepInputs]:
    """Returns the feed of each row."""
    return [PLAIN_INPUTS] * n if feed is PLAIN_INPUTS else _rows(feed, n)


def _rows(value: T, n: int) -> list[T]:
    """Returns the frozen value of each row, of one whose fields may be arrays."""
    items = dataclasses.fields(value)  # type: ignore[arg-type]
    columns = []
    for item in items:
        field = getattr(value, item.name)
        nested = dataclasses.is_dataclass(field)
        columns.append(_rows(field, n) if nested else _cells(field, n))
    return [type(value)(*cells) for cells in zip(*columns, strict=True)]
