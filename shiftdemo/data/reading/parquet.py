"""Rows of a Parquet file in small batches; pyarrow is imported when a file is opened."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shiftdemo.core.errors import DataError
from shiftdemo.core.messages import Message
from shiftdemo.core.messages import Row as RowPlace
from shiftdemo.core.samples import Sample
from shiftdemo.data.reading.columns import feature_classes, resolve
from shiftdemo.data.reading.lines import Meter, check_unpacked, open_bytes
from shiftdemo.data.reading.report import ReadReport
from shiftdemo.data.reading.rows import Roles, Row
from shiftdemo.data.reading.tagging import ReadOptions

if TYPE_CHECKING:
    import pyarrow as pa
    from pyarrow.parquet import ParquetFile

BATCH_ROWS = 256
# A page of a column may be as large as the column's part of its row group, and is read whole.
MAX_CHUNK = 512 * 2**20
MAX_ROW = 16 * 2**20  # bytes; a list of words counts as if each were as long as the longest


def read_parquet(
    path: Path,
    task: str,
    columns: Mapping[str, str] | None,
    meter: Meter | None,
    max_bytes: int | None = None,
    tags: ReadOptions | None = None,
    report: ReadReport | None = None,
) -> Iterator[Sample]:
    """Yields the samples of a Parquet file, a few hundred rows at a time.

    Args:
        max_bytes: refuse to unpack more than this.
        tags: how tags are to be read.
        report: is told what was read.

    Raises:
        DataError: the file is damaged or no Parquet, or a row or row group is too large.
    """
    with open_bytes(path) as raw:
        file = open_parquet(path.name, raw)
        names, leaves = flat_schema(file)
        by_role = resolve(names, task, columns, path.name)
        classes = class_names(file)
        report = report or ReadReport(path.name)
        report.format = "Parquet"
        report.use(names, by_role)
        roles = Roles(by_role, path.name, task, classes, RowPlace, tags, report)
        wanted = [leaf for column in by_role.values() for leaf in leaves[column]]

        def rows() -> Iterator[Row]:
            return parquet_rows(file, path.name, wanted, None, max_bytes)

        yield from roles.samples(parquet_rows(file, path.name, wanted, meter, max_bytes), rows)


def open_parquet(name: str, raw: Any) -> ParquetFile:
    """Returns the open file.

    Raises:
        DataError: it is no Parquet, or damaged.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    head = raw.read(4)
    if head != b"PAR1":
        if not head:
            raise DataError("parquet.holds_no_samples_empty", name=name)
        raise DataError("parquet.no_parquet_file_whatever", name=name)
    raw.seek(0)
    options = {"pre_buffer": False, "buffer_size": 2**16}
    try:
        schema = pq.ParquetFile(raw, **options).schema
        leaves = [schema.column(at) for at in range(len(schema))]
        # As a dictionary, a long text that a million rows share is held once.
        texts = [leaf.path for leaf in leaves if leaf.physical_type == "BYTE_ARRAY"]
        raw.seek(0)
        file = pq.ParquetFile(raw, read_dictionary=texts, **options)
        flat_schema(file)  # names that are no text show here
        return file
    except (pa.ArrowException, OSError, ValueError):
        raise _damaged(name) from None


def _damaged(name: str, row: int = 0) -> DataError:
    at = Message("parquet.near_row", row=row) if row else ""
    return DataError("parquet.parquet_data_damaged_cut", name=name, at=at)


def flat_schema(file: ParquetFile) -> tuple[list[str], dict[str, list[str]]]:
    """Returns the columns, those inside a struct with a dot, and the stored leaves of each."""
    import pyarrow as pa

    names: list[str] = []
    for item in file.schema_arrow:
        if pa.types.is_struct(item.type):
            names += [f"{item.name}.{inner.name}" for inner in item.type]
        else:
            names.append(item.name)
    paths = [file.schema.column(at).path for at in range(len(file.schema))]
    return names, {
        name: [path for path in paths if path == name or path.startswith(f"{name}.")]
        for name in names
    }


def class_names(file: ParquetFile) -> dict[str, list[str]]:
    """Returns the names of the classes of integer columns, from the hub's feature metadata."""
    metadata = file.schema_arrow.metadata or {}
    try:
        return feature_classes(json.loads(metadata.get(b"huggingface", b"{}"))["info"]["features"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}


def parquet_rows(
    file: ParquetFile,
    name: str,
    wanted: Sequence[str],
    meter: Meter | None,
    max_bytes: int | None = None,
) -> Iterator[Row]:
    """Yields the rows with their numbers, only the stored columns ``wanted``.

    Args:
        max_bytes: refuse to unpack more than this, in one row group or in all rows together: a
            text that is stored once may stand in every row.

    Raises:
        DataError: the data is damaged, or a row or row group is too large.
    """
    import pyarrow as pa

    _check_groups(file, name, set(wanted), max_bytes)
    done, unpacked = [0], 0
    if meter is not None:
        meter.start(file.metadata.num_rows, lambda: done[0])
    try:
        for batch in file.iter_batches(BATCH_ROWS, columns=list(wanted), use_threads=False):
            longest = sum(_longest(column) for column in batch.columns)
            if longest > MAX_ROW:
                raise _too_large(name, done[0] + 1)
            step = max(1, min(BATCH_ROWS, MAX_ROW // max(1, longest)))
            for start in range(0, batch.num_rows, step):
                for row in batch.slice(start, step).to_pylist():
                    done[0] += 1
                    if max_bytes is not None:
                        unpacked += _length(row)
                        check_unpacked(name, unpacked, max_bytes)
                    yield done[0], row
    except (pa.ArrowException, OSError, UnicodeDecodeError):
        raise _damaged(name, done[0] + 1) from None


def _length(value: Any) -> int:
    """Returns how many characters a value holds; a number counts as 8."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, Mapping):
        value = list(value.values())
    return sum(map(_length, value)) if isinstance(value, list) else 8


def _longest(array: pa.Array) -> int:
    """Returns a bound of the bytes that one row becomes in Python."""
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = array.type
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return (pc.max(pc.list_value_length(array)).as_py() or 0) * _longest(array.flatten())
    if pa.types.is_struct(kind):
        return sum(_longest(array.field(at)) for at in range(kind.num_fields))
    if pa.types.is_dictionary(kind):
        return _longest(array.dictionary)
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return pc.max(pc.binary_length(array)).as_py() or 0
    return 8


def _too_large(name: str, row: int) -> DataError:
    return DataError("parquet.row_one_soon_after", name=name, row=row, max_row=MAX_ROW)


def _check_groups(
    file: ParquetFile, name: str, wanted: set[str], max_bytes: int | None = None
) -> None:
    paths = [file.schema.column(at).path for at in range(len(file.schema))]
    for at in range(file.metadata.num_row_groups):
        group = file.metadata.row_group(at)
        whole = 0
        for index in range(min(group.num_columns, len(paths))):
            size = group.column(index).total_uncompressed_size
            whole += size if paths[index] in wanted else 0
            if paths[index] in wanted and size > MAX_CHUNK:
                raise DataError(
                    "parquet.row_group_column_unpacks",
                    name=name,
                    at=at + 1,
                    paths=paths[index],
                    size=size,
                    max_chunk=MAX_CHUNK,
                )
        check_unpacked(name, whole, max_bytes)
