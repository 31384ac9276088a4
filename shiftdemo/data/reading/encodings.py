"""Encodings of characters: which there are, and which reads the bytes of a file.

charset-normalizer guesses the latter.
"""

from __future__ import annotations

import codecs
import re
from typing import Any

from shiftdemo.core.errors import ConfigError, DataError
from shiftdemo.core.messages import Message

# What people's files are in, the most usual first: of several that read the bytes equally well
# the first is named.
ENCODINGS = (
    "cp1252",
    "gb18030",
    "shift_jis",
    "big5",
    "euc_kr",
    "cp1251",
    "koi8_r",
    "cp1250",
    "cp1253",
    "cp1254",
    "cp1255",
    "cp1256",
)
_CLOSE = 0.02  # of mess (0 to 1), within which two readings are taken for equal


# Python's codecs also hold ciphers, archives and escapes; only character sets are let through.
_TEXT_CODECS = re.compile(
    r"ascii|utf-8(-sig)?|utf-(16|32)(-[lb]e)?|iso8859-\d+|cp\d+|koi8-[rtu]|mac-\w+|gb2312|gbk|"
    r"gb18030|big5(hkscs)?|shift_jis\w*|euc_\w+|iso2022_\w+|johab|tis-620|kz1048|ptcp154"
)


class EncodingError(DataError):
    """Bytes that are none of an encoding.

    Attributes:
        guess: an encoding that reads them; empty where none is known.
    """

    def __init__(self, guess: str, **values: Any) -> None:
        """Makes the error of its values."""
        super().__init__("lines.not", **values)
        self.guess = guess


def check_encoding(name: str) -> str:
    """Returns the codec's own name for a character encoding; empty stays empty.

    Raises:
        ConfigError: there is no such character encoding.
    """
    if not name:
        return ""
    try:
        codec = codecs.lookup(name).name if name.isascii() and "\0" not in name else ""
    except LookupError:
        codec = ""
    if not _TEXT_CODECS.fullmatch(codec):
        encodings = Message("lines.encodings")
        raise ConfigError("lines.there_no_text_encoding", name=name[:40], encodings=encodings)
    return "utf-8" if codec == "utf-8-sig" else codec


def guess_encoding(data: bytes) -> str:
    """Returns the encoding that makes the most likely text of some bytes, or ``""``.

    Args:
        data: from the first line that is no UTF-8 on; a character at their end may be cut.
    """
    from charset_normalizer import from_bytes

    matches = from_bytes(data, cp_isolation=list(ENCODINGS))
    found = {
        name: match
        for match in matches
        for name in match.could_be_from_charset
        if name in ENCODINGS
    }
    if not found:
        return ""
    best = min(match.chaos for match in found.values())
    near = [name for name in ENCODINGS if name in found and found[name].chaos <= best + _CLOSE]
    return max(near, key=lambda name: (found[name].coherence, -ENCODINGS.index(name)))
