"""Lists and spans in one cell or field, as people's tools write them."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from shiftdemo.core import words as w
from shiftdemo.core.errors import DataError

# A list as Python or NumPy prints it: quoted texts or whole numbers, commas or not.
_ITEM = re.compile(
    r"""\s*(?:(?P<text>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|(?P<number>-?\d+))\s*(?:,|(?=[\s'"\]])|$)""",
    re.DOTALL,
)
_ARRAY = re.compile(r"array\((\[.*\])(?:,\s*dtype=[\w.<>|']+)?\)", re.DOTALL)
_LABELS = ("label", "type", "tag", "entity_group", "entity", "class")
_STARTS = ("start", "start_offset", "begin", "start_char")
_ENDS = ("end", "end_offset", "end_char")


def listed(text: str) -> list[Any] | None:
    """Returns the list that a cell holds, as JSON, Python or NumPy writes it; else ``None``."""
    text = text.strip()
    array = _ARRAY.fullmatch(text)
    text = array[1] if array else text
    if not text.startswith("[") or not text.endswith("]"):
        return None
    try:
        value = json.loads(text)
        return value if isinstance(value, list) else None
    except (ValueError, RecursionError):
        pass
    inner, items, at = text[1:-1].strip(), [], 0
    while at < len(inner):
        match = _ITEM.match(inner, at)
        if match is None or match.end() == at:
            return None
        if match["text"] is not None:
            try:
                items.append(ast.literal_eval(match["text"]))
            except (ValueError, SyntaxError):
                return None
        else:
            items.append(int(match["number"]))
        at = match.end()
    return items


class Span(NamedTuple):
    """Characters of a text and the type of what they name."""

    start: int
    end: int
    kind: str


def spans_of(value: Any) -> list[Span] | None:
    """Returns the spans of a field as Doccano, Prodigy, spaCy or the hub write them.

    ``None`` where it holds none: ``[[0, 4, "PER"]]``, ``[{"start": 0, "end": 4, "label": "PER"}]``
    and ``{"entities": …}`` are some, and an empty list is none to be marked.
    """
    if isinstance(value, Mapping):
        value = next((value[key] for key in ("entities", "spans", "ents") if key in value), None)
    if not isinstance(value, list):
        return None
    spans = [_span(item) for item in value]
    return None if None in spans else [span for span in spans if span is not None]


def _span(item: Any) -> Span | None:
    if isinstance(item, Mapping):
        found = [_first(item, names) for names in (_STARTS, _ENDS, _LABELS)]
    elif isinstance(item, list) and len(item) == 3:
        found = item if isinstance(item[0], int) else [item[1], item[2], item[0]]
    else:
        return None
    start, end, kind = found
    if isinstance(kind, list) and len(kind) == 1:  # Label Studio
        kind = kind[0]
    whole = type(start) is int and type(end) is int
    return Span(start, end, kind) if whole and isinstance(kind, str) and kind else None


def _first(item: Mapping[str, Any], names: Sequence[str]) -> Any:
    return next((item[name] for name in names if name in item), None)


class Marked(NamedTuple):
    """A text as words with IOB2 tags.

    Attributes:
        cut: spans that began or ended inside a word, each as it stands in the text.
        overlapping: spans that share a word with one before them, and were left out.
    """

    words: tuple[str, ...]
    tags: tuple[str, ...]
    cut: list[str]
    overlapping: list[str]


def marked(text: str, spans: Sequence[Span], tokens: Any = None) -> Marked:
    """Returns the words of a text, tagged by the spans of characters.

    A span that cuts a word marks all of it; of spans that overlap the longest counts.

    Args:
        tokens: Prodigy's, each with ``text``, ``start`` and ``end``; otherwise the text is split.

    Raises:
        DataError: a span is empty or reaches beyond the text.
    """
    places = _places(text, tokens)
    tags = ["O"] * len(places)
    cut, overlapping = [], []
    for span in sorted(spans, key=lambda one: (one.start - one.end, one.start)):
        if not 0 <= span.start < span.end <= len(text):
            raise DataError("cells.span_outside", start=span.start, end=span.end, size=len(text))
        named = text[span.start : span.end]
        start = span.start + len(named) - len(named.lstrip())
        end = span.end - (len(named) - len(named.rstrip()))
        inside = [i for i, (_, a, b) in enumerate(places) if a < end and b > start]
        if not inside:
            continue
        if any(tags[i] != "O" for i in inside):
            overlapping.append(named[:40])
            continue
        if places[inside[0]][1] < start or places[inside[-1]][2] > end:
            cut.append(named[:40])
        for number, i in enumerate(inside):
            tags[i] = f"{'I' if number else 'B'}-{span.kind}"
    return Marked(tuple(word for word, _, _ in places), tuple(tags), cut, overlapping)


def _places(text: str, tokens: Any) -> list[tuple[str, int, int]]:
    """Returns the words of a text with their first character and the one after their last."""
    if isinstance(tokens, list) and tokens:
        return [(t["text"], t["start"], t["end"]) for t in tokens]
    found = w.split(text)
    places, at = [], 0
    for gap, word in zip(found.gaps, found.words, strict=False):
        at += len(gap)
        places.append((word, at, at + len(word)))
        at += len(word)
    return places
