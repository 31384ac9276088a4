"""The user's files: JSONL, JSON, CSV, TSV, CoNLL (plain or gzip) and Parquet, to samples.

Columns are guessed from their names or mapped (:mod:`shiftdemo.data.reading.columns`). A file
without a header whose lines hold a word and a tag, with blank lines between the sentences, is read
as CoNLL; a headerless TSV is read as translation pairs, or as texts and labels; a plain text file
is read as one text a line.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path

from shiftdemo.core.errors import DataError
from shiftdemo.core.samples import Sample
from shiftdemo.data.reading.columns import columns_of, has_tags, resolve
from shiftdemo.data.reading.conll import read_conll
from shiftdemo.data.reading.headerless import dialogues, plain_fields
from shiftdemo.data.reading.languages import with_languages
from shiftdemo.data.reading.line_pairs import language_of, line_pairs, partner
from shiftdemo.data.reading.lines import Meter, check_encoding
from shiftdemo.data.reading.opening import JSON_SUFFIXES, TEXT_SUFFIXES, TextFile, suffix_of
from shiftdemo.data.reading.parquet import read_parquet
from shiftdemo.data.reading.report import ReadReport, told
from shiftdemo.data.reading.rows import Roles
from shiftdemo.data.reading.tagging import ReadOptions


def iter_samples(
    path: str | Path,
    task: str = "",
    columns: Mapping[str, str] | None = None,
    encoding: str = "",
    meter: Meter | None = None,
    max_bytes: int | None = None,
    tags: ReadOptions | None = None,
    report: ReadReport | None = None,
) -> Iterator[Sample]:
    """Yields the samples of a file one at a time; memory does not grow with the file.

    Spaces around a source, a target or a text are taken off. Of languages a pair has those that
    its columns are called by, else what :func:`shiftdemo.data.reading.languages.with_languages`
    finds. Pairs with an empty side are left out, and counted in ``report``.

    Args:
        path: a ``.jsonl``, ``.json``, ``.csv``, ``.tsv``, ``.conll`` or ``.txt`` file, or one of
            them gzipped, or a ``.parquet`` file; of translation pairs also one of two files of a
            sentence a line whose endings are their languages, as ``train.en`` by ``train.fr``.
        task: name of the task; the file must hold its kind of sample. Empty: whichever fits.
        columns: role -> column name, ``translation.en`` for a nested one, or its number from 1;
            other columns are inferred.
        encoding: of the characters; empty: UTF-8, or UTF-16 with its mark.
        meter: is told how far the reading is.
        max_bytes: refuse to unpack more than this.
        tags: how tags are to be read; otherwise their scheme is recognised.
        report: is told what was read, and what was left out.

    Raises:
        DataError: the file or a line of it cannot be used; names the line and the mend.
        ConfigError: there is no such encoding or role.
    """
    path = checked_path(path)
    check_encoding(encoding)
    report = report or ReadReport()
    report.name = path.name
    tags, columns = tags or ReadOptions(), columns or {}
    suffix = suffix_of(path)
    if suffix == ".parquet":
        samples = read_parquet(path, task, columns, meter, max_bytes, tags, report)
    elif language_of(path) and "source" in columns_of(task):
        samples = line_pairs(path, partner(path), encoding, meter, max_bytes, report)
    elif suffix in (*JSON_SUFFIXES, *TEXT_SUFFIXES) or language_of(path):
        file = TextFile(path, task, columns, encoding, max_bytes)
        report.encoding = file.codec
        samples = _of_text(file, meter, tags, report)
    else:
        raise DataError("files.files_kind_not_read", path=path.name, suffix=suffix)
    return told(samples, path.name, task, report)


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


def _of_text(
    file: TextFile, meter: Meter | None, tags: ReadOptions, report: ReadReport
) -> Iterator[Sample]:
    table = file.table(report)
    if table is not None:
        names = table.names
        if not names:
            return
        by_role = resolve(names, file.task, file.columns, table.where)
        report.format = table.format
        report.use(names, by_role)
        roles = Roles(by_role, file.name, file.task, None, table.place, tags, report)
        yield from roles.samples(table.rows(meter, report), table.rows)
    elif has_tags(file.task):
        yield from read_conll(
            lambda: file.lines(meter), report, file.columns, tags, lambda: file.lines()
        )
    elif tags.dialogues and columns_of(file.task) == ("text",):
        yield from dialogues(file, meter, report)
    else:
        yield from plain_fields(file, meter, report)


def parallel_lines(source: Path, target: Path) -> list[Sample]:
    """Returns pairs from two files of one sentence a line, line *n* translating line *n*.

    Raises:
        DataError: one file has more lines than the other.
    """
    return list(with_languages(line_pairs(source, target)))
