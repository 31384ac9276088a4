"""Dialogues as text: one turn a line, each with the mark of its speaker in front."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

_TURN = re.compile(r"^[ \t]*(?P<mark>[^\s:：][^:：\n]{0,30})[:：][ \t]*", re.MULTILINE)
_MARKS = ("role", "from", "speaker", "author")
_SAID = ("content", "value", "text", "utterance")
_SPEAKERS = ("A", "B")


def replies(text: str) -> list[tuple[int, int]]:
    """Returns the characters of the replies, ``(start, end)``, without the marks in front.

    A reply is a turn that does not have the mark of the first turn; ``A: Hello.`` is a turn, and
    lines without a mark go on with the one before.
    """
    turns = list(_TURN.finditer(text))
    if not turns:
        return []
    ends = [turn.start() for turn in turns[1:]] + [len(text)]
    spans = []
    for turn, end in zip(turns, ends, strict=True):
        said = text[turn.end() : end].rstrip()
        if turn["mark"].strip() != turns[0]["mark"].strip() and said:
            spans.append((turn.end(), turn.end() + len(said)))
    return spans


def dialogue_text(turns: Iterable[Any]) -> str | None:
    """Returns turns as text, a line each; ``None`` where they are none.

    Args:
        turns: texts, which two speakers say in turn, or objects with a speaker and what is said,
            as ``{"role": "user", "content": "Hello."}``.
    """
    lines = []
    for number, turn in enumerate(turns):
        if isinstance(turn, str):
            mark, said = _SPEAKERS[number % 2], turn
        elif isinstance(turn, Mapping):
            mark, said = (_first(turn, names) for names in (_MARKS, _SAID))
        else:
            return None
        if not isinstance(mark, str) or not isinstance(said, str):
            return None
        lines.append(f"{mark}: {' '.join(said.split())}")
    return "\n".join(lines) if lines else None


def _first(turn: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    return next((turn[name] for name in names if name in turn), None)
