"""The lines of a text file that a user gave, plain or gzip, with clear faults.

Lines end at a line feed alone: U+2028 and its like are text. Nothing is ever held but one line,
whatever the file claims to be.
"""

from __future__ import annotations

import codecs
import gzip
import io
import os
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

from shiftdemo.core.errors import DataError
from shiftdemo.core.messages import Line, Message
from shiftdemo.data.reading.encodings import EncodingError, check_encoding, guess_encoding

MAX_LINE = 1_000_000  # bytes; a sample is shorter by far
MAX_RATIO = 200  # text packs 3 to 20 times smaller; deflate could claim 1,032 times
_RATIO_FROM = 64 * 2**20  # bytes unpacked before the ratio is looked at
_BLOCK = 2**16  # bytes
_GUESSED_FROM = 2**16  # bytes that an encoding is guessed from

# What the first bytes of a file that is no text give away: the keys of what it is called.
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"PK\x03\x04", "lines.zip"),
    (b"PK\x05\x06", "lines.empty_zip"),
    (b"PAR1", "lines.parquet"),
    (b"ARROW1", "lines.arrow"),
    (b"\x80\x02", "lines.pickle"),
    (b"\x80\x03", "lines.pickle"),
    (b"\x80\x04", "lines.pickle"),
    (b"\x80\x05", "lines.pickle"),
    (b"\xd0\xcf\x11\xe0", "lines.office"),
    (b"%PDF-", "lines.pdf"),
    (b"BZh", "lines.bzip2"),
    (b"\xfd7zXZ", "lines.xz"),
    (b"\x28\xb5\x2f\xfd", "lines.zstd"),
    (b"SQLite format 3", "lines.database"),
)


class Meter:
    """How far a file is read; asked while it is being read.

    Attributes:
        fraction: 0 to 1, by bytes of the file as it lies on the disk or by rows of Parquet;
            ``None`` where the end is not known.
    """

    def __init__(self) -> None:
        self._total = 0
        self._done: Callable[[], int] | None = None

    def start(self, total: int, done: Callable[[], int]) -> None:
        """Begins: ``done()`` counts up to ``total``."""
        self._total, self._done = total, done

    @property
    def fraction(self) -> float | None:
        """See the class."""
        if self._done is None or self._total <= 0:
            return None
        try:
            return min(1.0, self._done() / self._total)
        except ValueError:  # the file is closed: all of it was read
            return 1.0


def read_lines(
    path: Path,
    encoding: str = "",
    meter: Meter | None = None,
    max_bytes: int | None = None,
    keep_ends: bool = False,
) -> Iterator[str]:
    """Yields the lines of a text file without a byte order mark.

    Args:
        encoding: of the characters; empty: UTF-8, or UTF-16 where the file begins with its mark.
        meter: is told how far the reading is.
        max_bytes: refuse to unpack more than this.
        keep_ends: leave the line ends (they are text inside a quoted field of CSV).

    Raises:
        DataError: the file cannot be opened or is no text; names the line and the mend.
        ConfigError: there is no such encoding.
    """
    for line in _pieces(path, encoding, meter, max_bytes, _decoded):
        yield line if keep_ends else line.rstrip("\r\n")


def read_chunks(
    path: Path, encoding: str = "", meter: Meter | None = None, max_bytes: int | None = None
) -> Iterator[str]:
    """Yields the characters of a text file in pieces, wherever its lines end; see above."""
    yield from _pieces(path, encoding, meter, max_bytes, _blocks)


def _pieces(
    path: Path,
    encoding: str,
    meter: Meter | None,
    max_bytes: int | None,
    split: Callable[[str, Any, str, bool], Iterator[str]],
) -> Iterator[str]:
    encoding = check_encoding(encoding)
    with open_bytes(path) as raw:
        head = raw.read(4)
        raw.seek(0)
        size = os.fstat(raw.fileno()).st_size
        if meter is not None:
            meter.start(size, raw.tell)
        packed = head[:2] == b"\x1f\x8b"
        handle: Any = gzip.GzipFile(fileobj=raw) if packed else raw
        number = 0
        unpacked = 0
        try:
            start = handle.peek(16)[:16]
            refuse_binary(path.name, start)
            codec = encoding or _from_mark(start)
            for piece in split(path.name, handle, codec, bool(encoding)):
                number += piece.count("\n")
                unpacked += len(piece)
                if packed:
                    _check_size(path.name, unpacked, raw.tell(), max_bytes)
                yield piece
        except (OSError, EOFError, zlib.error):
            if not packed:
                raise DataError(
                    "lines.line_cannot_read", path=path.name, number=number + 1
                ) from None
            raise DataError(
                "lines.line_gzip_data_damaged", path=path.name, number=number + 1
            ) from None


def encoding_of(path: Path, given: str = "") -> str:
    """Returns the encoding in which a text file is read, as people write it."""
    if given:
        return check_encoding(given).upper().replace("_", "-")
    with open_bytes(path) as raw:
        packed = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        try:
            head = gzip.GzipFile(fileobj=raw).read(4) if packed else raw.read(4)
        except (OSError, EOFError, zlib.error):
            return "UTF-8"  # told when it is read
    return _from_mark(head).upper()


def open_bytes(path: Path) -> IO[bytes]:
    """Opens a file for reading.

    Raises:
        DataError: the system does not let us.
    """
    try:
        return open(path, "rb")
    except OSError as error:
        raise DataError(
            "lines.cannot_opened_check_permissions", path=path.name, strerror=error.strerror
        ) from None


def refuse_binary(name: str, head: bytes) -> None:
    """Says what a file is that is no text.

    Raises:
        DataError: its first bytes are those of a well-known binary format.
    """
    kind = next((kind for magic, kind in _MAGIC if head.startswith(magic)), None)
    if kind:
        raise DataError("lines.text", name=name, kind=Message(kind))


def _from_mark(head: bytes) -> str:
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    return "utf-8"


def check_unpacked(name: str, unpacked: int, most: int | None) -> None:
    """Checks how many bytes a file has come to so far.

    Raises:
        DataError: they are more than ``most``.
    """
    if most is not None and unpacked > most:
        raise DataError("lines.unpacks_more_than_bytes", name=name, most=most)


def _check_size(name: str, unpacked: int, packed: int, most: int | None) -> None:
    check_unpacked(name, unpacked, most)
    if unpacked > _RATIO_FROM and unpacked > MAX_RATIO * packed:
        raise DataError("lines.unpacks_over_times_size", name=name, max_ratio=MAX_RATIO)


def _decoded(name: str, handle: Any, codec: str, named: bool) -> Iterator[str]:
    """Yields lines with their ends; no more than one line is ever held."""
    if "\n".encode(codec) == b"\n":
        return _by_bytes(name, handle, codec, named)
    return _by_characters(name, handle, codec)


def _by_bytes(name: str, handle: Any, codec: str, named: bool) -> Iterator[str]:
    first, number = "utf-8-sig" if codec == "utf-8" else codec, 0
    while line := handle.readline(MAX_LINE + 1):
        number += 1
        where = Line(name, number)
        _check_length(where, len(line))
        if b"\0" in line:
            raise DataError("lines.holds_zero_byte_so", where=where)
        try:
            yield line.decode(first if number == 1 else codec)
        except UnicodeDecodeError:
            raise _undecoded(where, codec, named, line + handle.read(_GUESSED_FROM)) from None


def _undecoded(where: str, codec: str, named: bool, data: bytes) -> EncodingError:
    """Returns the error of bytes that are none of an encoding, with one that reads them."""
    guess = "" if named else guess_encoding(data)
    if named:
        mend = Message("lines.name_another")
    elif guess:
        mend = Message("lines.name_guess", guess=guess)
    else:
        mend = Message("lines.name_it", encodings=Message("lines.encodings"))
    return EncodingError(guess, where=where, upper=codec.upper(), mend=mend)


def _blocks(name: str, handle: Any, codec: str, named: bool) -> Iterator[str]:
    """Yields the characters of a file as they come."""
    decoder = codecs.getincrementaldecoder("utf-8-sig" if codec == "utf-8" else codec)()
    number = 1
    while True:
        block = handle.read(_BLOCK)
        if b"\0" in block and "\n".encode(codec) == b"\n":
            raise DataError("lines.holds_zero_byte_so", where=Line(name, number))
        try:
            text = decoder.decode(block, final=not block)
            text.encode()  # half a surrogate pair is no text
        except UnicodeError:
            raise _undecoded(Line(name, number), codec, named, block) from None
        yield text
        number += text.count("\n")
        if not block:
            return


def _by_characters(name: str, handle: Any, codec: str) -> Iterator[str]:
    """As :func:`_by_bytes` where a line feed is more than one byte: UTF-16 and UTF-32."""
    number = 0
    with io.TextIOWrapper(handle, codec, errors="surrogatepass", newline="\n") as text:
        while True:
            number += 1
            where = Line(name, number)
            try:
                line = text.readline(MAX_LINE + 1)
                line.encode()  # half a surrogate pair is no text
            except UnicodeError:
                raise DataError(
                    "lines.not_save_file_as", where=where, upper=codec.upper()
                ) from None
            if not line:
                return
            _check_length(where, len(line))
            if "\0" in line:
                raise DataError("lines.holds_zero_byte_so", where=where)
            yield line.removeprefix("\ufeff") if number == 1 else line


def _check_length(where: str, length: int) -> None:
    if length > MAX_LINE:
        raise DataError("lines.longer_than_bytes_write", where=where, max_line=MAX_LINE)
