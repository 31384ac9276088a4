"""Sentences of the library in Chinese: errors, notes, and why a run ended.

The library speaks English and knows no language of a visitor. Its sentences have forms, such as
``"There is no file {1}; check the path."``; ``assets/ui/zh_sentences.json`` holds each form with
its Chinese.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Sequence

from shiftdemo.core.assets import ASSETS

_LONGEST = 2000  # characters; anything longer holds more of the visitor's text than of ours
_VALUE = re.compile(r"\{\d\}")
_DEEPEST = 3  # sentences in sentences: a place, what is wrong there, and how to mend it
_SHORT = 10  # characters; a form that says less only joins two others, as "{1}: {2}"


@functools.lru_cache(maxsize=1)
def forms() -> dict[str, str]:
    """Returns the English form of every sentence that has a Chinese one, to that."""
    found: dict[str, str] = json.loads(
        (ASSETS / "ui" / "zh_sentences.json").read_text(encoding="utf-8")
    )
    return found


@functools.lru_cache(maxsize=1)
def _parts() -> list[tuple[list[str], str]]:
    """Returns what stands between the values of each form, in the order to try them.

    Those that say most come first, and those that only join others last, the shortest first.
    """
    found = [(_VALUE.split(english), chinese) for english, chinese in forms().items()]

    def rank(one: tuple[list[str], str]) -> tuple[bool, int]:
        length = sum(map(len, one[0]))
        return length < _SHORT, length if length < _SHORT else -length

    return sorted(found, key=rank)


def in_chinese(sentence: str, depth: int = 0) -> str:
    """Returns a sentence of the library in Chinese, or as it is where its form is not known.

    The values in it, such as names and numbers, stay; one that is such a sentence itself (what is
    wrong, behind the place where) is put into Chinese too.

    Args:
        depth: how many sentences it stands in.
    """
    if len(sentence) > _LONGEST or depth > _DEEPEST:
        return sentence
    for parts, chinese in _parts():
        values = _values(parts, sentence)
        if values is None:
            continue
        told = [in_chinese(value, depth + 1) for value in values]
        if told == values and not any(c.isalpha() for part in parts for c in part):
            continue  # a form of punctuation alone says nothing
        pieces = _VALUE.split(chinese)
        places = [int(place[1]) - 1 for place in _VALUE.findall(chinese)]
        return pieces[0] + "".join(
            told[place] + piece for place, piece in zip(places, pieces[1:], strict=True)
        )
    return sentence


def _values(parts: Sequence[str], sentence: str) -> list[str] | None:
    """Returns what stands between ``parts`` in the sentence; ``None`` where they do not fit.

    Each part is taken at its first place, so that no text, whatever it holds, takes long.
    """
    first, *others = parts
    if not sentence.startswith(first):
        return None
    if not others:
        return [] if sentence == first else None
    at, found = len(first), []
    for number, part in enumerate(others, 1):
        last = number == len(others)
        end = len(sentence) - len(part) if last else sentence.find(part, at)
        if end <= at or not sentence.startswith(part, end):
            return None
        found.append(sentence[at:end])
        at = end + len(part)
    return found
