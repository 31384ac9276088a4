"""The user's files: JSONL, CSV, TSV, CoNLL (plain or gzip) and Parquet, to samples.

Columns are guessed from their names or mapped (:mod:`shiftdemo.data.reading.columns`). A file
without a header whose lines hold a word first and a tag last, with blank lines between the
sentences, is read as CoNLL; a headerless TSV of two columns is read as translation pairs, or as
texts and labels; a plain text file is read as one text a line.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial, reduce
from itertools import islice
from pathlib import Path

from shiftdemo.core.errors import DataError
from shiftdemo.core.messages import Line, Message, with_and
from shiftdemo.core.samples import Sample, TranslationSample
from shiftdemo.core.task_spec import TASKS
from shiftdemo.data.reading.columns import (
    flat_names,
    has_tags,
    match_names,
    resolve,
    wanted_columns,
)
from shiftdemo.data.reading.conll import read_conll
from shiftdemo.data.reading.languages import with_languages
from shiftdemo.data.reading.lines import Meter, check_encoding, read_lines
from shiftdemo.data.reading.parquet import read_parquet
from shiftdemo.data.reading.rows import Roles, make_sample
from shiftdemo.data.reading.tables import comma_rows, header_fields, json_rows, tab_rows, table_rows

TEXT_SUFFIXES = (".csv", ".tsv", ".txt", ".conll", ".conllu", ".bio", ".iob", "")
JSON_SUFFIXES = (".jsonl", ".json", ".ndjson")
_DELIMITERS = {".csv": (",", ";", "\t"), ".tsv": ("\t",)}


@dataclass(frozen=True)
class _Source:
    """One text file and how to read it; ``lines`` opens it again each time."""

    name: str
    suffix: str
    task: str
    columns: Mapping[str, str]
    lines: Callable[..., Iterator[str]]
    meter: Meter | None


def iter_samples(
    path: str | Path,
    task: str = "",
    columns: Mapping[str, str] | None = None,
    encoding: str = "",
    meter: Meter | None = None,
    max_bytes: int | None = None,
) -> Iterator[Sample]:
    """Yields the samples of a file one at a time; memory does not grow with the file.

    Spaces around a source, a target or a text are taken off. Of languages a pair has those that
    its columns are called by, else what :func:`shiftdemo.data.reading.languages.with_languages`
    finds.

    Args:
        path: a ``.jsonl``, ``.csv``, ``.tsv``, ``.conll`` or ``.txt`` file, or one of them
            gzipped, or a ``.parquet`` file.
        task: name of the task; the file must hold its kind of sample. Empty: whichever fits.
        columns: role -> column name, ``translation.en`` for a nested one; other columns
            are inferred. In a file without a header the names are the numbers 1, 2, …
        encoding: of the characters; empty: UTF-8, or UTF-16 with its mark.
        meter: is told how far the reading is.
        max_bytes: refuse to unpack more than this.

    Raises:
        DataError: the file or a line of it cannot be used; names the line and the mend.
        ConfigError: there is no such encoding or role.
    """
    path = checked_path(path)
    check_encoding(encoding)
    return _not_none(_records(path, task, columns or {}, encoding, meter, max_bytes), path, task)


def read_samples(
    path: str | Path,
    task: str = "",
    limit: int | None = None,
    columns: Mapping[str, str] | None = None,
    encoding: str = "",
    max_bytes: int | None = None,
) -> list[Sample]:
    """Returns the samples of a file, at most ``limit``; see :func:`iter_samples`."""
    samples = with_languages(iter_samples(path, task, columns, encoding, max_bytes=max_bytes))
    return list(samples if limit is None else islice(samples, max(1, limit)))


def checked_path(path: str | Path) -> Path:
    """Returns the path of a file that is there.

    Raises:
        DataError: there is none, or nothing in it; a folder is called a folder.
    """
    path = Path(path)
    if os.path.isfile(path):  # also false for a name that no system admits
        if not os.path.getsize(path):
            raise DataError("files.empty_bytes_save_export", path=path.name)
        return path
    name = str(path)
    name = name if len(name) <= 120 else f"…{name[-120:]}"
    if os.path.isdir(path):
        raise DataError("files.there_no_file_folder", name=name)
    raise DataError("files.there_no_file_check", name=name)


def _not_none(samples: Iterator[Sample], path: Path, task: str) -> Iterator[Sample]:
    first = next(samples, None)
    if first is None:
        raise DataError(
            "files.holds_no_samples", path=path.name, wanted_columns=wanted_columns(task)
        )
    yield first
    yield from samples


def suffix_of(path: Path) -> str:
    """Returns the suffix in small letters, the one before ``.gz`` where it is gzipped."""
    parts = [part.lower() for part in path.suffixes]
    if parts and parts[-1] == ".gz":
        parts.pop()
    return parts[-1] if parts else ""


def _records(
    path: Path,
    task: str,
    columns: Mapping[str, str],
    encoding: str,
    meter: Meter | None,
    max_bytes: int | None,
) -> Iterator[Sample]:
    suffix = suffix_of(path)
    if suffix == ".parquet":
        return read_parquet(path, task, columns, meter, max_bytes)
    lines = partial(read_lines, path, encoding, max_bytes=max_bytes)
    source = _Source(path.name, suffix, task, columns, lines, meter)
    if suffix in JSON_SUFFIXES:
        return _from_json(source)
    if suffix in TEXT_SUFFIXES:
        return _from_text(source)
    raise DataError("files.files_kind_not_read", path=path.name, suffix=suffix)


def _from_json(source: _Source) -> Iterator[Sample]:
    rows = json_rows(source.lines(meter=source.meter), source.name)
    roles: Roles | None = None
    for number, row in rows:
        if roles is None:
            where = Line(source.name, number)
            by_role = resolve(flat_names(row), source.task, source.columns, where)
            roles = Roles(by_role, source.name, source.task)
        yield roles.sample(number, row)


def _from_text(source: _Source) -> Iterator[Sample]:
    first = next(source.lines(), "")
    delimiter, names = choose_delimiter(first, source.suffix, source.task, source.columns)
    if _is_table(source, names):
        by_role = resolve(names, source.task, source.columns, Line(source.name, 1))
        lines = source.lines(meter=source.meter, keep_ends=True)
        rows = tab_rows(lines) if delimiter == "\t" else comma_rows(lines, source.name, delimiter)
        roles = Roles(by_role, source.name, source.task)
        yield from roles.samples(table_rows(rows, source.name, delimiter))
    elif not has_tags(source.task):
        yield from _plain_fields(source)
    else:
        yield from read_conll(source.lines(meter=source.meter), source.name)


def _is_table(source: _Source, names: list[str]) -> bool:
    """Tells whether the first line is a header."""
    if source.columns:  # 1, 2, … are the columns of a file that has no header
        numbers = all(name.isdecimal() for name in source.columns.values())
        return not (numbers and source.suffix != ".csv")
    if source.suffix == ".tsv":
        return bool(match_names(names, source.task) or match_names(names))
    return source.suffix == ".csv"


def choose_delimiter(
    first: str, suffix: str, task: str, columns: Mapping[str, str]
) -> tuple[str, list[str]]:
    """Returns the delimiter under which the first line is a header, and its names."""
    options = _DELIMITERS.get(suffix, ("\t",))
    wanted = {name.strip().lower() for name in columns.values()}
    headers = {option: header_fields(first, option) for option in options}
    for option, names in headers.items():
        if wanted and wanted <= {name.lower() for name in names}:
            return option, names
    for option, names in headers.items():
        if match_names(names, task):
            return option, names
    return max(headers.items(), key=lambda item: (len(item[1]), item[0] == options[0]))


def _plain_fields(source: _Source) -> Iterator[Sample]:
    """Yields the samples of a file without a header: one a line, its parts between tabs."""
    parts = TASKS.get(source.task).columns
    positions = [int(source.columns.get(role, at)) for at, role in enumerate(parts, 1)]
    for number, line in enumerate(source.lines(meter=source.meter), 1):
        if not line.strip():
            continue
        fields = line.split("\t")
        where, n_fields = Line(source.name, number), len(fields)
        if not source.columns and len(fields) != len(parts):
            wanted = reduce(lambda a, b: Message("files.and_tab", first=a, second=b), parts)
            raise DataError("files.write", where=where, n_fields=n_fields, wanted=wanted)
        if not 1 <= min(positions) <= max(positions) <= len(fields):
            asked = with_and([str(position) for position in positions])
            raise DataError("files.columns_were_asked", where=where, n_fields=n_fields, asked=asked)
        values = [fields[position - 1].strip() for position in positions]
        yield make_sample(f"{source.name}-{number}", parts, values, Line(source.name, number))


def parallel_lines(source: Path, target: Path) -> list[Sample]:
    """Returns pairs from two files of one sentence a line, line *n* translating line *n*.

    Raises:
        DataError: the files differ in length.
    """
    left, right = list(read_lines(source)), list(read_lines(target))
    if len(left) != len(right):
        raise DataError(
            "files.has_lines_they_must",
            source=source.name,
            n_left=len(left),
            target=target.name,
            n_right=len(right),
        )
    pairs = (
        TranslationSample(f"{source.name}-{n}", a.strip(), b.strip())
        for n, (a, b) in enumerate(zip(left, right, strict=True), 1)
        if a.strip() and b.strip()
    )
    return list(with_languages(pairs))
