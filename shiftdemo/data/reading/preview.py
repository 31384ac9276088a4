"""What a file holds, before anything is built: its columns, the guess, its first rows."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from shiftdemo.core.errors import DataError
from shiftdemo.data.reading.columns import has_tags, lookup, match_names
from shiftdemo.data.reading.conll import comment, fields_of, layout_of
from shiftdemo.data.reading.files import checked_path
from shiftdemo.data.reading.grouping import Row
from shiftdemo.data.reading.headerless import guessed, parts_of
from shiftdemo.data.reading.lines import open_bytes
from shiftdemo.data.reading.opening import TextFile, suffix_of
from shiftdemo.data.reading.parquet import flat_schema, open_parquet, parquet_rows

MOST_LINES = 10_000  # of CoNLL that tell which column is which
MAX_SHOWN = 200  # characters of a cell


def guess_columns(path_or_names: str | Path | Iterable[str], task: str = "") -> dict[str, str]:
    """Returns role -> column, as far as the names tell; empty where they tell too little.

    Args:
        path_or_names: the path of a file, or the names of its columns in order.
    """
    if isinstance(path_or_names, (str, Path)):
        guess: dict[str, str] = preview(path_or_names, task, 1)["guess"]
        return guess
    return match_names(list(path_or_names), task)


def preview(
    path: str | Path,
    task: str = "",
    n: int = 5,
    encoding: str = "",
    max_bytes: int | None = None,
) -> dict[str, Any]:
    """Returns what a page shows before building.

    Args:
        n: rows that are shown.
        max_bytes: refuse to unpack more than this.

    Returns:
        ``columns``: their names, nested ones with a dot, numbers where there is no header;
        ``guess``: role -> column, empty where the user has to map them;
        ``rows``: the first ``n`` rows, each a list of texts in the order of ``columns``.

    Raises:
        DataError: the file cannot be read at all.
    """
    path = checked_path(path)
    if suffix_of(path) == ".parquet":
        with open_bytes(path) as raw:
            file = open_parquet(path.name, raw)
            names, leaves = flat_schema(file)
            wanted = [leaf for name in names for leaf in leaves[name]]
            rows = list(islice(parquet_rows(file, path.name, wanted, None, max_bytes), n))
        return _table(names, rows, task)
    text = TextFile(path, task, {}, encoding, max_bytes)
    table = text.table()
    if table is not None:
        return _table(table.names, list(islice((row for row in table.rows() if row[1]), n)), task)
    if has_tags(task):
        return _conll(text, n)
    width, chosen = guessed(text)
    first = [line.split("\t") for line in islice(filter(str.strip, text.lines()), n)]
    numbers = [str(at + 1) for at in range(max(map(len, first), default=0))]
    fits = len(numbers) == width
    guess = {role: str(at + 1) for role, at in zip(parts_of(text), chosen, strict=True) if fits}
    return {"columns": numbers, "guess": guess, "rows": [list(map(_shown, row)) for row in first]}


def _conll(text: TextFile, n: int) -> dict[str, Any]:
    head = list(islice(text.lines(), MOST_LINES))  # a fault of the file is told at once
    words = list(islice(_word_lines(iter(head)), n))
    numbers = [str(at + 1) for at in range(max(map(len, words), default=0))]
    try:
        guess = layout_of(head, text.name, {}).columns
    except DataError:
        guess = {}  # the user has to say which column is which
    return {"columns": numbers, "guess": guess, "rows": [list(map(_shown, row)) for row in words]}


def _word_lines(lines: Iterator[str]) -> Iterator[list[str]]:
    for line in lines:
        if line.strip() and not line.startswith("-DOCSTART-") and not comment(line):
            yield fields_of(line)


def _table(names: list[str], rows: list[Row], task: str) -> dict[str, Any]:
    cells = [[_shown(_value(row, name)) for name in names] for _, row in rows]
    return {"columns": names, "guess": match_names(names, task), "rows": cells}


def _value(row: Mapping[str, Any], name: str) -> Any:
    try:
        return lookup(row, name)
    except KeyError:
        return ""


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 1] + "…"
