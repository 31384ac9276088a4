"""What a file holds, before anything is built: its columns, the guess, its first rows."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from shiftdemo.core.task_spec import TASKS
from shiftdemo.data.reading.columns import flat_names, has_tags, lookup, match_names
from shiftdemo.data.reading.conll import read_conll
from shiftdemo.data.reading.files import JSON_SUFFIXES, checked_path, choose_delimiter, suffix_of
from shiftdemo.data.reading.lines import open_bytes, read_lines
from shiftdemo.data.reading.parquet import flat_schema, open_parquet, parquet_rows
from shiftdemo.data.reading.rows import Row
from shiftdemo.data.reading.tables import comma_rows, json_rows, tab_rows, table_rows

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
    suffix = suffix_of(path)
    if suffix == ".parquet":
        with open_bytes(path) as raw:
            file = open_parquet(path.name, raw)
            names, leaves = flat_schema(file)
            wanted = [leaf for name in names for leaf in leaves[name]]
            rows = list(islice(parquet_rows(file, path.name, wanted, None, max_bytes), n))
        return _table(names, rows, task)
    read = partial(read_lines, path, encoding, max_bytes=max_bytes)
    if suffix in JSON_SUFFIXES:
        rows = list(islice(json_rows(read(), path.name), n))
        return _table(flat_names(rows[0][1]) if rows else [], rows, task)
    return _text(path, suffix, task, n, read)


def _text(
    path: Path, suffix: str, task: str, n: int, read: Callable[..., Iterator[str]]
) -> dict[str, Any]:
    first = next(read(), "")
    delimiter, names = choose_delimiter(first, suffix, task, {})
    lines = read(keep_ends=True)
    if suffix == ".csv" or (suffix == ".tsv" and (match_names(names, task) or match_names(names))):
        cells = tab_rows(lines) if delimiter == "\t" else comma_rows(lines, path.name, delimiter)
        return _table(names, list(islice(table_rows(cells, path.name, delimiter), n)), task)
    if not has_tags(task):
        parts = TASKS.get(task).columns
        table = [fields for _, fields in islice(tab_rows(lines), n)]
        numbers = [str(at + 1) for at in range(max(map(len, table), default=0))]
        guess = dict(zip(parts, numbers, strict=True)) if len(numbers) == len(parts) else {}
        shown = [[_shown(cell) for cell in row] for row in table]
        return {"columns": numbers, "guess": guess, "rows": shown}
    tagged = islice(read_conll(read(), path.name), n)
    shown = [[_shown(" ".join(sample.words)), _shown(" ".join(sample.tags))] for sample in tagged]
    guess = {"words": "words", "tags": "tags"}
    return {"columns": ["words", "tags"], "guess": guess, "rows": shown}


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
