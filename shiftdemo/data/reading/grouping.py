"""Tables with one word a row, as on Kaggle, to rows of sentences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

from shiftdemo.core.errors import DataError
from shiftdemo.data.reading.columns import lookup
from shiftdemo.data.reading.lines import MAX_LINE
from shiftdemo.data.reading.report import ReadReport

Row = tuple[int, Mapping[str, Any]]
_LOOKED_AT = 2_000_000  # rows that are looked at, to see whether each holds one word


def is_word(value: Any) -> bool:
    """Whether a cell holds one word, and not a sentence or a list."""
    if not isinstance(value, str):
        return False
    return bool(value.strip()) and not value.lstrip().startswith("[") and len(value.split()) == 1


def one_word_rows(rows: Iterable[Row], words: str, tags: str, report: ReadReport) -> bool:
    """Returns whether every row holds one word and rows without any cell part the sentences.

    Where every row holds one word and nothing parts them, that is remarked in ``report``.
    """
    n = breaks = 0
    try:
        for number, row in rows:
            if not row:
                breaks += n > 0
                continue
            if not (is_word(_cell(row, words)) and is_word(_cell(row, tags))):
                return False
            n += 1
            if number > _LOOKED_AT:
                break
    except DataError:  # told in its place, when the rows are read
        pass
    if n > 1 and not breaks:
        report.remark("report.one_word_rows", name=report.name, n=n)
    return breaks > 0


def grouped(rows: Iterable[Row], words: str, tags: str, by: str) -> Iterator[Row]:
    """Yields one row a sentence, its words and tags as lists; rows of sentences stay as they are.

    Args:
        by: the column that tells the sentence, in every row or in its first one alone; empty: a
            row without any cell ends a sentence.

    Raises:
        DataError: a sentence has no end.
    """
    rows = iter(rows)
    first = next(rows, None)
    if first is None:
        return
    rows = chain([first], rows)
    if first[1] and not is_word(_cell(first[1], words)):
        yield from rows
        return
    held: dict[str, list[Any]] = {words: [], tags: []}
    start, current, size = first[0], None, 0
    for number, row in rows:
        told = _cell(row, by) if by and row else None
        ends = not row if not by else told not in (None, "", current)
        if ends and held[words]:
            yield start, held
            held = {words: [], tags: []}
        if ends:
            size = 0
            current = told
        if not row:
            continue
        if not held[words]:
            start = number
        for column in (words, tags):
            value = _cell(row, column)
            size += len(str(value))
            held[column].append(value)
        if size > MAX_LINE:
            raise DataError("grouping.no_end", name=f"{start}", most=MAX_LINE)
    if held[words]:
        yield start, held


def _cell(row: Mapping[str, Any], column: str) -> Any:
    try:
        value = lookup(row, column)
    except KeyError:
        return None
    return value.strip() if isinstance(value, str) else value
