"""A text file that a user gave: whether it is a table, and its rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path

from shiftdemo.core.errors import DataError
from shiftdemo.core.messages import Line, with_and
from shiftdemo.core.messages import Row as RowPlace
from shiftdemo.data.reading.columns import flat_names, has_tags, match_names
from shiftdemo.data.reading.grouping import Row
from shiftdemo.data.reading.json_documents import document_rows, is_document
from shiftdemo.data.reading.lines import Meter, encoding_of, read_chunks, read_lines
from shiftdemo.data.reading.report import ReadReport
from shiftdemo.data.reading.tables import comma_rows, header_fields, json_rows, tab_rows, table_rows

_CONLL = (".conll", ".conllu", ".bio", ".iob", ".iob2")
TEXT_SUFFIXES = (".csv", ".tsv", ".txt", *_CONLL, "")
JSON_SUFFIXES = (".jsonl", ".json", ".ndjson")
_DELIMITERS = {".csv": (",", ";", "\t"), ".tsv": ("\t",)}
_SEPARATOR = re.compile(r'"?sep=(?P<sign>[^\s\w]|\t)"?\s*', re.IGNORECASE)  # Excel's first line


@dataclass(frozen=True)
class Table:
    """The rows of a file; ``rows`` opens it each time, and is told a meter and a report."""

    format: str
    names: list[str]
    rows: Callable[..., Iterator[Row]]
    where: Line
    place: type[Line] = Line


@dataclass(frozen=True)
class TextFile:
    """A text file and how it is to be read."""

    path: Path
    task: str = ""
    columns: Mapping[str, str] | None = None
    encoding: str = ""
    max_bytes: int | None = None

    @property
    def name(self) -> str:
        """Its name."""
        return self.path.name

    @cached_property
    def suffix(self) -> str:
        """See :func:`suffix_of`."""
        return suffix_of(self.path)

    @cached_property
    def codec(self) -> str:
        """The encoding of its characters."""
        return encoding_of(self.path, self.encoding)

    def lines(self, meter: Meter | None = None, keep_ends: bool = False) -> Iterator[str]:
        """Yields its lines."""
        return read_lines(self.path, self.encoding, meter, self.max_bytes, keep_ends)

    def table(self, report: ReadReport | None = None) -> Table | None:
        """Returns the table that it is, or ``None``.

        Raises:
            DataError: two columns have one name.
        """
        if self.suffix in JSON_SUFFIXES:
            return self._json()
        first = next(self.lines(), "")
        sign = _SEPARATOR.fullmatch(first)
        if sign:
            first = next(islice(self.lines(), 1, None), "")
            if report is not None:
                report.remark("report.separator", name=self.name, sign=sign["sign"])
        options = (sign["sign"],) if sign else _DELIMITERS.get(self.suffix, ("\t",))
        delimiter, names = choose_delimiter(first, options, self.task, self.columns or {})
        if not self._has_header(names, bool(sign)):
            return None
        _check_names(names, self.task, self.columns or {}, Line(self.name, 1 + bool(sign)))
        skipped = int(bool(sign))

        def rows(meter: Meter | None = None, told: ReadReport | None = None) -> Iterator[Row]:
            lines = islice(self.lines(meter, keep_ends=True), skipped, None)
            if delimiter == "\t":
                cells = tab_rows(lines, 1 + skipped)
            else:
                cells = comma_rows(lines, self.name, delimiter, 1 + skipped)
            return table_rows(cells, self.name, delimiter, told)

        kind = "TSV" if delimiter == "\t" else "CSV"
        return Table(kind, names, rows, Line(self.name, 1 + skipped))

    def _json(self) -> Table:
        whole = not self._short()
        if not whole:
            head = list(islice((line for line in self.lines() if line.strip()), 2))
            whole = bool(head) and is_document(head[0], len(head) > 1)

        def rows(meter: Meter | None = None, told: ReadReport | None = None) -> Iterator[Row]:
            if whole:
                chunks = read_chunks(self.path, self.encoding, meter, self.max_bytes)
                return document_rows(chunks, self.name)
            return json_rows(self.lines(meter), self.name)

        number, first = next(rows(), (1, {}))
        names = flat_names(first)
        if whole:
            return Table("JSON", names, rows, RowPlace(self.name, number), RowPlace)
        return Table("JSON lines", names, rows, Line(self.name, number))

    def _short(self) -> bool:
        """Whether its first lines are as short as lines of samples are."""
        try:
            next((line for line in self.lines() if line.strip()), "")
        except DataError:
            start = "".join(islice(read_chunks(self.path, self.encoding), 1)).lstrip(
                "\ufeff \r\n\t"
            )
            return not start.startswith("[") and '"data"' not in start
        return True

    def _has_header(self, names: list[str], separated: bool) -> bool:
        """Tells whether the first line is a header."""
        if self.suffix == ".csv" or separated:
            return True
        known = bool(match_names(names, self.task) or match_names(names))
        if self.suffix in _CONLL and has_tags(self.task):
            return False
        if self.columns:  # 1, 2, … are the columns of a file that has no header
            numbers = all(name.isdecimal() for name in self.columns.values())
            return not numbers or (known and self.suffix == ".tsv")
        return known and self.suffix == ".tsv"


def suffix_of(path: Path) -> str:
    """Returns the suffix in small letters, the one before ``.gz`` where it is gzipped."""
    parts = [part.lower() for part in path.suffixes]
    if parts and parts[-1] == ".gz":
        parts.pop()
    return parts[-1] if parts else ""


def choose_delimiter(
    first: str, options: tuple[str, ...], task: str, columns: Mapping[str, str]
) -> tuple[str, list[str]]:
    """Returns the delimiter under which the first line is a header, and its names."""
    wanted = {name.strip().lower() for name in columns.values()}
    headers = {option: header_fields(first, option) for option in options}
    for option, names in headers.items():
        if wanted and wanted <= {name.lower() for name in names}:
            return option, names
    for option, names in headers.items():
        if match_names(names, task):
            return option, names
    return max(headers.items(), key=lambda item: (len(item[1]), item[0] == options[0]))


def _check_names(names: list[str], task: str, columns: Mapping[str, str], where: Line) -> None:
    """Refuses a header that has one of the columns twice that are read."""
    same = [name.strip().lower() for name in names]
    used = {
        name.strip().lower() for name in (*match_names(names, task).values(), *columns.values())
    }
    for name in used:
        places = [str(at) for at, other in enumerate(same, 1) if other == name]
        if len(places) > 1:
            raise DataError(
                "opening.two_of_one_name", where=where, name=name[:40], places=with_and(places)
            )
