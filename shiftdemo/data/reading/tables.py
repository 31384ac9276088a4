"""Rows of CSV, TSV and JSONL, one at a time, with the line that each begins on."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from shiftdemo.core.errors import DataError
from shiftdemo.core.messages import Line, Message
from shiftdemo.data.reading.lines import MAX_LINE
from shiftdemo.data.reading.report import ReadReport

# The columns that only our own exports have: there a leading apostrophe is ours, to take off.
_OURS = frozenset(("shift", "params", "seed", "alignment"))
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would take for a formula
MAX_CELL = 131_072  # characters; the csv module's own limit
# What the json and csv modules say of a file, and the keys of the same.
_SAID = {
    "Expecting value": "tables.value",
    "Expecting property name enclosed in double quotes": "tables.property_name",
    "Expecting ':' delimiter": "tables.colon",
    "Expecting ',' delimiter": "tables.comma",
    "Illegal trailing comma before end of object": "tables.trailing_comma_object",
    "Illegal trailing comma before end of array": "tables.trailing_comma_array",
    "Extra data": "tables.extra_data",
    "Unterminated string starting at": "tables.string_without_end",
    "Invalid control character at": "tables.control_character",
    "Invalid \\escape": "tables.escape",
    "Invalid \\uXXXX escape": "tables.u_escape",
    "unexpected end of data": "tables.end_of_data",
    "',' expected after '\"'": "tables.comma_after_quote",
    "';' expected after '\"'": "tables.semicolon_after_quote",
    "new-line character seen in unquoted field - do you need to open the file in "
    "universal-newline mode?": "tables.carriage_return",
    f"field larger than field limit ({MAX_CELL})": "tables.long_field",
}
_DELIMITERS = {",": "tables.a_comma", ";": "tables.a_semicolon", "\t": "tables.a_tab"}


def tab_fields(line: str) -> list[str]:
    """Returns the fields of a line of TSV.

    A quotation mark is text, as in most such files, unless a field is quoted as a whole.
    """
    return [_unquoted(field) for field in line.split("\t")]


def _unquoted(field: str) -> str:
    inner = field[1:-1]
    if len(field) < 2 or field[0] != '"' or field[-1] != '"' or '"' in inner.replace('""', ""):
        return field
    return inner.replace('""', '"')


def header_fields(line: str, delimiter: str) -> list[str]:
    """Returns the column names of a first line; empty where it is no header."""
    if delimiter == "\t":
        fields = tab_fields(line.rstrip("\r\n"))
    else:
        try:
            fields = next(csv.reader([line], delimiter=delimiter), [])
        except csv.Error:  # a field too long for a header
            fields = []
    return [name.strip() for name in fields]


def tab_rows(lines: Iterable[str], first: int = 1) -> Iterator[tuple[int, list[str]]]:
    """Yields the rows of TSV with their line numbers, an empty line as a row without cells."""
    for number, line in enumerate(lines, first):
        yield number, tab_fields(line.rstrip("\r\n")) if line.strip() else []


def comma_rows(
    lines: Iterable[str], name: str, delimiter: str, first: int = 1
) -> Iterator[tuple[int, list[str]]]:
    """Yields the rows of CSV with the number of the line that each begins on.

    A row whose cells are all empty has none.

    Args:
        lines: with their ends, which are text inside a quoted field.
        first: the number of the first line.

    Raises:
        DataError: quotes do not close, or a row is too long.
    """
    held = [0]

    def teacher_forced() -> Iterator[str]:
        for line in lines:
            held[0] += len(line)
            if held[0] > MAX_LINE:  # fields that go on over lines without end
                raise csv.Error(Message("tables.long_row", most=MAX_LINE))
            yield line

    reader = csv.reader(teacher_forced(), delimiter=delimiter, strict=True)
    while True:
        start = reader.line_num + first
        held[0] = 0
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            reason = reason_of(error)
            raise DataError(
                "tables.line_check_quotes", name=name, start=start, error=reason
            ) from None
        yield start, row if any(row) else []


def table_rows(
    rows: Iterable[tuple[int, list[str]]],
    name: str,
    delimiter: str,
    report: ReadReport | None = None,
) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Yields every row after the header as column -> cell; one without cells is empty.

    A row that is the header again is left out, and told to ``report``.

    Raises:
        DataError: a row has not as many fields as the header.
    """
    header: list[str] = []
    ours = False
    for number, row in rows:
        if not row:
            if header:
                yield number, {}
            continue
        if not header:
            header = [column.strip() for column in row]
            ours = set(header) >= _OURS
            continue
        if len(row) > len(header) and not any(row[len(header) :]):
            row = row[: len(header)]  # what a spreadsheet leaves behind
        if len(row) == len(header) and [cell.strip() for cell in row] == header:
            if report is not None:
                report.leave_out("report.header_again", Line(name, number).message)
            continue
        if len(row) != len(header):
            kind = Message(_DELIMITERS[delimiter]) if delimiter in _DELIMITERS else delimiter
            raise DataError(
                "tables.line_has_fields_header",
                name=name,
                number=number,
                n_row=len(row),
                n_header=len(header),
                kind=kind,
            )
        cells = [bare_cell(cell) for cell in row] if ours else row
        yield number, dict(zip(header, cells, strict=True))


def safe_cell(text: str) -> str:
    """Returns a cell that no spreadsheet takes for a formula: an apostrophe goes in front."""
    return "'" + text if text.lstrip("'").startswith(FORMULA) else text


def bare_cell(text: str) -> str:
    """Returns what :func:`safe_cell` was given."""
    return text[1:] if text[:1] == "'" and text.lstrip("'").startswith(FORMULA) else text


def json_rows(lines: Iterable[str], name: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Yields the objects of JSONL with their line numbers.

    Raises:
        DataError: a line is no JSON object.
    """
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line, parse_constant=refuse_constant)
            json.dumps(row, ensure_ascii=False).encode()  # half a surrogate pair is no text
        except (ValueError, RecursionError) as error:
            reason = reason_of(error)
            raise DataError(
                "tables.line_not_json_write", name=name, number=number, reason=reason
            ) from None
        yield number, json_object(row, Line(name, number))


def json_object(row: Any, where: Line) -> Mapping[str, Any]:
    """Returns a row of JSON; of spaCy's ``[text, {"entities": …}]`` the object that it means.

    Raises:
        DataError: it is no object.
    """
    if isinstance(row, list) and len(row) == 2:
        text, marks = row
        if isinstance(text, str) and isinstance(marks, dict) and "entities" in marks:
            return {"text": text, **marks}
    if not isinstance(row, dict):
        raise DataError("tables.line_not_json_object", where=where)
    return row


class _NoJson(ValueError):
    """A number that Python reads and JSON does not have."""


def refuse_constant(constant: str) -> Any:
    raise _NoJson(Message("tables.no_json_value", constant=constant))


def reason_of(error: Exception) -> str:
    """Returns what a module says of a file, as a message where it is known."""
    said = error.args[0] if isinstance(error, (_NoJson, csv.Error)) else getattr(error, "msg", "")
    if isinstance(said, Message):
        return said
    if not said:
        return Message("tables.no_value")
    return Message(_SAID[said]) if said in _SAID else str(said)
