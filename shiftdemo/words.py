"""Text to words and back, without loss.

A word is a run of letters and digits (hyphens and inner apostrophes kept), a French elided form
with its apostrophe (``l'``, ``qu'``), an English possessive (``'s``), one CJK character, or one
other visible character. What stands between the words is kept beside them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\uff9f"
_LETTER = rf"(?:(?![{_CJK}])\w)"
_S = rf"s(?!{_LETTER})"  # an s that is a word by itself
_WORD = re.compile(
    rf"[{_CJK}]"
    rf"|(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quoiqu)['’](?!{_S})(?=\w|\s|\Z)"
    rf"|['’]{_S}"
    rf"|{_LETTER}+(?:(?:-|['’](?!{_S})){_LETTER}+)*"
    r"|\S",
    re.IGNORECASE,
)
_IS_CJK = re.compile(rf"[{_CJK}，。、！？；：]")
_AFTER_ELISION = re.compile(rf"(?!{_S})\w", re.IGNORECASE)
_OPENING = "([{«“"
_CLOSING = ".,!?;:)]}%…»”，。、！？；："


@dataclass(frozen=True, slots=True)
class Words:
    """Words and what stands in front of each.

    Attributes:
        words: the words, in order.
        gaps: ``len(words) + 1`` strings; ``gaps[i]`` stands before word ``i`` and the last one
            after the last word.
    """

    words: tuple[str, ...]
    gaps: tuple[str, ...]


def split(text: str) -> Words:
    """Returns the words of ``text``; ``join(split(text)) == text`` for every string."""
    words: list[str] = []
    gaps: list[str] = []
    end = 0
    for match in _WORD.finditer(text):
        gaps.append(text[end : match.start()])
        words.append(match.group())
        end = match.end()
    gaps.append(text[end:])
    return Words(tuple(words), tuple(gaps))


def join(text: Words) -> str:
    """Returns the text that ``text`` was split from."""
    pieces = [gap + word for gap, word in zip(text.gaps, text.words, strict=False)]
    return "".join(pieces) + text.gaps[-1]


def gap_between(left: str, right: str) -> str:
    """Returns what to write between two words that did not stand together: a space or nothing."""
    if not left or not right or left[-1] in _OPENING:
        return ""
    if left[-1] in "'’" and len(left) > 1:
        return "" if _AFTER_ELISION.match(right) else " "
    if right[0] in _CLOSING or right in ("'s", "’s"):
        return ""
    return "" if _IS_CJK.match(left[-1]) and _IS_CJK.match(right) else " "


def from_words(words: Sequence[str]) -> str:
    """Returns running text for ``words``: spaces between, none before closing punctuation."""
    text = ""
    left = ""
    for word in words:
        text += gap_between(left, word) + word
        left = word
    return text
