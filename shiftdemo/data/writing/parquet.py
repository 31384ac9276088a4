"""Rows to Parquet, a few thousand at a time."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shiftdemo.core.errors import DataError

if TYPE_CHECKING:
    import pyarrow as pa

GROUP_ROWS = 4096

# Columns whose type the first rows may not tell, because they are often empty.
_TYPES = {
    **dict.fromkeys(("alignment", "target_alignment"), "list<int32>"),
    **dict.fromkeys(("words", "tags", "original_words", "original_tags", "specs"), "list<string>"),
    **dict.fromkeys(("source_offset", "target_offset", "target_length", "epoch"), "int32"),
    **dict.fromkeys(
        ("id", "source", "target", "shift", "params", "note", "feed", "original_links"), "string"
    ),
    **dict.fromkeys(("question", "context", "original_context"), "string"),
    "answers": "answers",
    "original_starts": "list<int32>",
    "seed": "int64",
    "applied": "bool",
    "changed": "bool",
}


def write_parquet(rows: Iterable[Mapping[str, Any]], path: Path) -> int:
    """Writes rows to a file in row groups of 4,096; returns how many.

    ``alignment`` is ``list<int32>``, words and tags are ``list<string>``; an object such as
    ``params`` is a string of JSON. Parquet holds every sample.

    Raises:
        DataError: a later row does not fit the columns of the first ones.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = iter(rows)
    group = list(islice(rows, GROUP_ROWS))
    schema = schema_of(group)
    count = 0
    try:
        with pq.ParquetWriter(path, schema, compression="zstd") as writer:
            while group:
                count += len(group)
                plain = [dict(zip(schema.names, _plain(row, schema), strict=True)) for row in group]
                writer.write_table(pa.Table.from_pylist(plain, schema), GROUP_ROWS)
                group = list(islice(rows, GROUP_ROWS))
    except (pa.ArrowException, OverflowError) as error:
        raise DataError("parquet.parquet_rows_before_do", count=count, error=error) from None
    return count


def schema_of(rows: list[Mapping[str, Any]]) -> pa.Schema:
    """Returns the types of the columns, from their names and the values that are there."""
    import pyarrow as pa

    types = {
        "string": pa.string(),
        "bool": pa.bool_(),
        "int32": pa.int32(),
        "int64": pa.int64(),
        "double": pa.float64(),
        "list<int32>": pa.list_(pa.int32()),
        "list<string>": pa.list_(pa.string()),
        "answers": pa.struct(  # as in SQuAD
            [("text", pa.list_(pa.string())), ("answer_start", pa.list_(pa.int32()))]
        ),
    }
    names = list(rows[0]) if rows else ["id", "shift", "params", "seed", "alignment"]
    chosen = {name: _TYPES.get(name) or _type([row.get(name) for row in rows]) for name in names}
    return pa.schema([(name, types[kind]) for name, kind in chosen.items()])


def _type(values: list[Any]) -> str:
    """Returns the type of a column that only its values tell; a mixture is JSON in a string."""
    there = [value for value in values if value is not None]
    if not there:
        return "string"
    kinds = {type(value) for value in there}
    if kinds == {bool}:
        return "bool"
    if kinds == {int}:
        return "int64"
    if kinds <= {int, float}:
        return "double"
    if kinds <= {list, tuple}:
        inner = {type(item) for value in there for item in value}
        return "list<string>" if inner == {str} else "string"
    return "string"


def _plain(row: Mapping[str, Any], schema: pa.Schema) -> Iterator[Any]:
    import pyarrow as pa

    for item in schema:
        value = row.get(item.name)
        if pa.types.is_string(item.type) and not isinstance(value, str) and value is not None:
            value = json.dumps(value, ensure_ascii=False)
        yield value
