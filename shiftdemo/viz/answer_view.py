"""Answers to one sentence as plain JSON, marked where they are not as at position 0."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shiftdemo.core.samples import mentions
from shiftdemo.core.words import split
from shiftdemo.viz.diff import DIFFERENT, Segment, mark_words


def answer_view(text: str, output: Any, first: Any) -> dict[str, Any]:
    """Returns one output as pieces, and how much of it has changed.

    Args:
        text: the sentence, whose words tags stand for.
        output: a text, or one tag a word.
        first: the same arm's output at position 0.

    Returns:
        ``pieces``: ``text``, ``changed``, of tagged words ``after`` (what follows them) and, of
        mentions, ``type``; ``changed`` and ``of``: how many words differ from position 0, and of
        how many.
    """
    if isinstance(output, str):
        return _text_view(output, first)
    return _tags_view(text, output, first)


def _text_view(output: str, first: str) -> dict[str, Any]:
    marked = mark_words(output, first)
    # Words that are gone leave nothing to mark, so both sides are counted.
    n, new, gone = (
        len(split(first).words),
        _different(marked),
        _different(mark_words(first, output)),
    )
    pieces = [{"text": text, "changed": mark == DIFFERENT} for text, mark in marked]
    return {"pieces": pieces, "changed": min(n, max(new, gone)), "of": n}


def _different(marked: Sequence[Segment]) -> int:
    return sum(len(split(text).words) for text, mark in marked if mark == DIFFERENT)


def _tags_view(text: str, tags: Sequence[str], first: Sequence[str]) -> dict[str, Any]:
    parts, pieces = split(text), []
    words, gaps = parts.words, parts.gaps
    for kind, start, end in _spans(len(words), tags):
        shown = "".join(words[i] + gaps[i + 1] for i in range(start, end - 1)) + words[end - 1]
        changed = any(tags[i] != first[i] for i in range(start, end))
        pieces.append({"text": shown, "type": kind, "changed": changed, "after": gaps[end]})
    return {
        "pieces": pieces,
        "changed": sum(a != b for a, b in zip(tags, first, strict=True)),
        "of": len(words),
    }


def _spans(n: int, tags: Sequence[str]) -> list[tuple[str, int, int]]:
    """Returns mentions and what stands between them, word by word, in order.

    A mention that begins with ``I-`` is one too: it is what the model says.
    """
    found = {start: (kind, start, end) for kind, start, end in mentions(tags, lenient=True)}
    spans, index = [], 0
    while index < n:
        span = found.get(index, ("", index, index + 1))
        spans.append(span)
        index = span[2]
    return spans


def curve_view(
    strengths: Sequence[float], curves: Any, trained: tuple[float, float] | None
) -> dict[str, Any]:
    """Returns a robustness curve as plain values: by arm ``values``, ``low`` and ``high``.

    Args:
        curves: by arm one score for each strength.
    """
    return {
        "offsets": list(strengths),
        "trained": list(trained) if trained else None,
        "arms": {
            arm: {
                name: [round(getattr(score, name), 2) for score in scores]
                for name in ("value", "low", "high")
            }
            for arm, scores in curves.items()
        },
    }
