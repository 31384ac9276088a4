"""Rows to text: JSONL, CSV and CoNLL, and what each of them cannot hold."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from shiftdemo.core.errors import DataError
from shiftdemo.data.reading.lines import MAX_LINE
from shiftdemo.data.reading.tables import MAX_CELL, safe_cell

Row = Mapping[str, Any]


def jsonl_lines(rows: Iterable[Row]) -> Iterator[str]:
    """Yields an object a line; holds every sample, of up to 1,000,000 bytes a line."""
    for row in rows:
        line = json.dumps(row, ensure_ascii=False) + "\n"
        if len(line) > MAX_LINE // 4 and len(line.encode()) > MAX_LINE:
            raise DataError("writers.sample_longer_than_line", row=row.get("id"))
        yield line


def csv_lines(rows: Iterable[Row]) -> Iterator[str]:
    """Yields a header and a line a row; lists and objects are JSON inside their cells.

    A text that a spreadsheet would take for a formula gets an apostrophe in front, which our own
    reader takes off again.

    Raises:
        DataError: a zero byte or a cell of over 131,072 characters, which CSV cannot hold.
    """
    header: list[str] = []
    for row in rows:
        if not header:
            header = list(row)
            yield _csv_line(header)
        cells = [_cell(row.get(name)) for name in header]
        if any("\0" in cell or len(cell) > MAX_CELL for cell in cells):
            raise DataError("writers.sample_has_zero_byte", row=row.get("id"), max_cell=MAX_CELL)
        yield _csv_line(cells)


def _csv_line(cells: list[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerow(cells)
    return buffer.getvalue()


def _cell(value: Any) -> str:
    """Returns the text of a cell."""
    if isinstance(value, (list, tuple, dict)):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, str):
        return safe_cell(value)
    return "" if value is None else str(value)


def conll_lines(rows: Iterable[Row]) -> Iterator[str]:
    """Yields a tagged sentence at a time: comment lines, ``word<TAB>tag`` lines, an empty line.

    Every other column of the row is a comment ``# key = value`` above the sentence: printable
    text as it is, anything else as JSON.

    Raises:
        DataError: the row has no tags; or a word holds a tab, a line break or a zero byte, or
            begins with ``-DOCSTART-``, which CoNLL cannot hold.
    """
    for row in rows:
        if "tags" not in row:
            raise DataError("writers.sample_has_no_tags", row=row.get("id"))
        pairs = list(zip(row["words"], row["tags"], strict=True))
        for word, tag in pairs:
            _check_word(row.get("id"), word, tag)
        notes = "".join(
            f"# {key} = {_note(value)}\n"
            for key, value in row.items()
            if key not in ("words", "tags") and value is not None
        )
        yield notes + "".join(f"{word}\t{tag}\n" for word, tag in pairs) + "\n"


def _check_word(identity: Any, word: str, tag: str) -> None:
    bad = any(sign in text for sign in "\t\n\r\0" for text in (word, tag))
    if bad or word.startswith("-DOCSTART-") or not word.strip() or tag != tag.strip():
        raise DataError(
            "writers.sample_conll_cannot_hold", identity=identity, word=word[:40], tag=tag[:40]
        )


def _note(value: Any) -> str:
    if isinstance(value, str) and value.isprintable() and value == value.strip():
        return value
    readable = json.dumps(value, ensure_ascii=False)
    return readable if readable.isprintable() else json.dumps(value)  # one line, whatever it holds
