"""What of a Chinese sentence is still English."""

from __future__ import annotations

import re

# What is no English: quoted text, files, flags, references, and names of formats and of values.
_NAMES = re.compile(
    r"""'[^']*'|"[^"]*"|\{[^}]*\}|“[^”]*”|--[\w-]+|hub:\S+|scratch:\w+|bundled:\w+|[\w-]*\.\w+"""
)
_WORD = re.compile(r"[A-Za-z][\w']+", re.ASCII)
_KNOWN = frozenset(
    "BIO TYPE UTF JSON JSONL CSV TSV CoNLL Parquet Arrow PDF Excel Office Python pickle zip gzip "
    "bzip2 xz zstd latin cp1252 gb18030 shift_jis NaN null NAME Hub "
    "source target words tags text label question context answer "
    "BIO IOB1 IOB2 IO BIOES BILOU BMES conlleval F1 none".split()
)


def english_in(shown: str, *names: str) -> list[str]:
    """Returns the words of a Chinese sentence that are English and no names.

    Args:
        names: further names, several in one with spaces between.
    """
    known = _KNOWN | set(" ".join(names).split())
    return [word for word in _WORD.findall(_NAMES.sub(" ", shown)) if word not in known]
