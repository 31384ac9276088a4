"""What of a Chinese sentence is still English."""

from __future__ import annotations

import re

# What is no English: quoted text, files, flags, references, and names of formats and of values.
_NAMES = re.compile(
    r"""'[^']*'|"[^"]*"|\{[^}]*\}|“[^”]*”|--[\w-]+|hub:\S+|scratch:\w+|bundled:\w+|[\w-]*\.\w+"""
)
_WORD = re.compile(r"[A-Za-z][A-Za-z']+")
_KNOWN = frozenset(
    "BIO TYPE UTF JSON JSONL CSV TSV CoNLL Parquet Arrow PDF SQLite Excel Office Python pickle "
    "zip gzip bzip2 bzip xz zstd latin cp gb18030 gb shift_jis jis shift BOM NaN null uXXXX NAME "
    "source target words tags text label question context answer Hub".split()
)


def english_in(shown: str, *names: str) -> list[str]:
    """Returns the words of a Chinese sentence that are English and no names.

    Args:
        names: further names, several in one with spaces between.
    """
    known = _KNOWN | set(" ".join(names).split())
    return [word for word in _WORD.findall(_NAMES.sub(" ", shown)) if word not in known]
