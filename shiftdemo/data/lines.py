"""The lines of a text file that a user gave, plain or gzip, with clear faults."""

from __future__ import annotations

import csv
import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from shiftdemo.errors import DataError

MAX_LINE = 1_000_000


def read_lines(path: Path) -> Iterator[str]:
    """Yields the lines of a UTF-8 text file, without their ends and without a byte order mark.

    Raises:
        DataError: the file cannot be opened or is no text; names the line and the mend.
    """
    number = 0
    with _open(path) as handle:
        while True:
            number += 1
            where = f"{path.name}, line {number}"
            try:
                line = handle.readline(MAX_LINE + 1)
            except (OSError, EOFError, zlib.error):
                raise DataError(f"{where}: the gzip data is damaged; pack it again.") from None
            if not line:
                return
            if len(line) > MAX_LINE:
                raise DataError(
                    f"{where} is longer than {MAX_LINE:,} bytes; write one sample a line."
                )
            if b"\0" in line:
                raise DataError(f"{where} holds a zero byte, so this is no UTF-8 text; export it.")
            try:
                yield line.decode("utf-8-sig" if number == 1 else "utf-8").rstrip("\r\n")
            except UnicodeDecodeError:
                raise DataError(f"{where} is not UTF-8; save the file as UTF-8.") from None


def _open(path: Path) -> Any:
    try:
        with open(path, "rb") as raw:
            head = raw.read(4)
        if head == b"PK\x03\x04":
            raise DataError(f"{path.name} is a zip archive, not text; unpack it first.")
        return gzip.open(path, "rb") if head[:2] == b"\x1f\x8b" else open(path, "rb")
    except OSError as error:
        raise DataError(f"{path.name} cannot be opened: {error.strerror}.") from None


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


def tab_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yields the rows of a TSV file with their line numbers."""
    for number, line in enumerate(read_lines(path), 1):
        if line.strip():
            yield number, tab_fields(line)


def comma_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yields the rows of a CSV file with the number of the line that each begins on.

    Raises:
        DataError: quotes do not close, or a field is too long.
    """
    reader = csv.reader((line + "\n" for line in read_lines(path)), strict=True)
    while True:
        start = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise DataError(f"{path.name}, line {start}: {error}; check its quotes.") from None
        if row:
            yield start, row
