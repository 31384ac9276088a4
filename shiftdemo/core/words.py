"""Text to words and back, without loss.

A word is a run of letters and digits with their accents and vowel signs (hyphens and inner
apostrophes kept), a number with its points and commas, a French elided form with its apostrophe
(``l'``, ``qu'``), an English possessive (``'s``), one CJK character, or one other visible
character as a reader counts them (a family emoji is one). What stands between the words is kept
beside them.
"""

from __future__ import annotations

import functools
import itertools
from dataclasses import dataclass

import regex

_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\uff9f"
_MARK = r"[\p{M}\u200c\u200d]"  # accents and vowel signs that stand by themselves, and joiners
_LETTER = rf"(?:[[\p{{L}}\p{{N}}_]--[{_CJK}]]{_MARK}*)"
_S = rf"[sS\u017f](?!{_LETTER})"  # an s that is a word by itself
_WORD = regex.compile(
    rf"(\p{{Nd}}+(?:[.,]\p{{Nd}}+)+(?!{_LETTER})"
    rf"|[[{_CJK}]--\p{{M}}]{_MARK}*"
    rf"|(?i:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quoiqu)['’](?!{_S}|{_MARK})"
    rf"|['’]{_S}"
    rf"|{_LETTER}+(?:(?:-|['’](?!{_S})){_LETTER}+)*"
    r"|\X)",
    regex.VERSION1,
)
_IS_CJK = regex.compile(rf"[{_CJK}，。、！？；：]")
_AFTER_ELISION = regex.compile(rf"(?!{_S}){_LETTER}", regex.VERSION1)
_ONE = regex.compile(r"\X")  # what a reader counts as one character
_ALONE = regex.compile(r"\p{Grapheme_Cluster_Break=Other}")  # never one with its neighbour
_DIGIT = regex.compile(r"\p{Nd}")
_POINTS = (".", ",")  # part of a number between two digits
_OPENING = "([{«“"
_CLOSING = ".,!?;:)]}%…»”，。、！？；："
_CACHED_CHARS = 40  # longer runs are hardly met twice
_MOST_KNOWN = 50_000


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


_NOTHING = Words((), ("",))


def split(text: str) -> Words:
    """Returns the words of ``text``; ``join(split(text)) == text`` for every string."""
    if not text:
        return _NOTHING
    chunks = text.split()
    known = [_KNOWN[chunk] for chunk in chunks]
    if " ".join(chunks) == text:  # single spaces only, as in nearly every file
        flat = list(itertools.chain.from_iterable(known))
        gaps = flat[::2]
        if gaps:
            gaps[0] = ""
        return Words(tuple(flat[1::2]), (*gaps, ""))
    words: list[str] = []
    gaps = []
    start = 0
    for chunk, pieces in zip(chunks, known, strict=True):
        index = text.index(chunk, start)
        words += pieces[1::2]
        gaps += [text[start:index], *pieces[2::2]]
        start = index + len(chunk)
    return Words(tuple(words), (*gaps, text[start:]))


class _Known(dict[str, tuple[str, ...]]):
    """Runs of visible characters as gap, word, gap, word, …; most are met again."""

    def __missing__(self, chunk: str) -> tuple[str, ...]:
        words = _WORD.findall(chunk)
        pieces = (" ", words[0], *itertools.chain.from_iterable(("", word) for word in words[1:]))
        if len(chunk) <= _CACHED_CHARS:
            if len(self) >= _MOST_KNOWN:
                self.clear()
            self[chunk] = pieces
        return pieces


_KNOWN = _Known()


def join(text: Words) -> str:
    """Returns the text that ``text`` was split from."""
    pieces = [gap + word for gap, word in zip(text.gaps, text.words, strict=False)]
    return "".join(pieces) + text.gaps[-1]


def gap_between(left: str, right: str, then: str = "") -> str:
    """Returns what to write between two words that did not stand together: a space or nothing.

    Args:
        then: the word behind ``right`` if nothing stands between the two: a point or comma with a
            digit on either side would be read as part of one number.
    """
    if right in _POINTS and _DIGIT.match(left[-1:]) and _DIGIT.match(then[:1]):
        return " "
    return _gap(left[-2:], right[:3])


@functools.lru_cache(8192)
def _gap(left: str, right: str) -> str:
    """The last two and the first three characters decide."""
    if not left or not right:
        return ""
    ending, beginning = ending_of(left), beginning_of(right)
    if (ending | beginning) & JOINS and _ONE.fullmatch(left[-1] + right[0]):
        return " "  # an accent would join the word before
    return " " if SPACE_BETWEEN[ending % KINDS][beginning % KINDS] else ""


KINDS = 8  # the kinds of an end of a word are less; flags are added to them:
JOINS = 8  # the end may be one character with what stands beside it
POINT = 16  # the word is a point or comma, part of a number between two digits
# [ending][beginning]: whether a space stands between two words.
SPACE_BETWEEN = (
    (False, False, False, False, False, False),  # an opening bracket
    (True, False, True, False, True, False),  # an apostrophe, not before a letter
    (False, False, False, False, True, True),  # Chinese or Japanese
    (False, False, True, True, True, True),  # anything else
)


def ending_of(word: str) -> int:
    """Returns the row of ``SPACE_BETWEEN`` for a word on the left, plus ``JOINS``."""
    last = word[-1]
    joins = 0 if _ALONE.match(last) else JOINS
    if last in _OPENING:
        return joins
    if last in "'’" and len(word) > 1:
        return joins + 1
    return joins + (2 if _IS_CJK.match(last) else 3)


def beginning_of(word: str) -> int:
    """Returns the column of ``SPACE_BETWEEN`` for a word on the right, plus flags."""
    first, head = word[0], word[:3]
    joins = 0 if _ALONE.match(first) else JOINS
    closing = first in _CLOSING or head in ("'s", "’s")
    kind = 0 if closing else 2 if _IS_CJK.match(first) else 4
    point = POINT if word in _POINTS else 0
    return joins + point + kind + bool(_AFTER_ELISION.match(head))
