"""Which word of a text each of its tokens belongs to."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import Any, TypeAlias

from shiftdemo.core import words as w

Owner: TypeAlias = "int | None"
_SPECIAL_BEFORE = 2  # tokens that may stand before the text: a start token, a language's


def words_of(
    tokenizer: Any, ids: Sequence[int], text: str, prompt: str = "", target: bool = False
) -> list[Owner]:
    """Returns the index of the word of each token, ``None`` of a special one.

    Args:
        ids: the tokens that a model reads: special ones, the prompt and the text, which may have
            been cut.
        text: its words are those of :func:`shiftdemo.core.words.split`.
        prompt: what stands before it.
        target: the tokens are those of a target, for tokenizers that know two languages.
    """
    ends = word_ends(text)
    owners: list[Owner] = []
    for span in _spans(tokenizer, ids, prompt + text, target):
        if span is None or span[1] <= len(prompt) or not ends:
            owners.append(None)
        else:
            start, end = (at - len(prompt) for at in span)
            owners.append(word_at(text, ends, max(start, 0), end))
    return owners


def word_ends(text: str) -> list[int]:
    """Returns the character after each word of a text."""
    split = w.split(text)
    return list(
        accumulate(len(g) + len(word) for g, word in zip(split.gaps, split.words, strict=False))
    )


def word_at(text: str, ends: Sequence[int], start: int, end: int) -> int:
    """Returns the word in which some characters of a text begin; spaces belong to the next one.

    Args:
        ends: from :func:`word_ends`; at least one.
    """
    while start < end - 1 and text[start].isspace():
        start += 1
    return min(bisect_right(ends, start), len(ends) - 1)


def _spans(
    tokenizer: Any, ids: Sequence[int], text: str, target: bool
) -> list[tuple[int, int] | None]:
    """Returns the characters of each token, ``None`` of those that are none of the text."""
    given: dict[str, Any] = {"text_target": text} if target else {"text": text}
    found: tuple[int, int, list[tuple[int, int]]] = (0, 0, [])
    for split in (False, True):  # what looks like a special token may have been read as text
        if not tokenizer.is_fast:
            break
        options = {"add_special_tokens": False, "return_offsets_mapping": True, "verbose": False}
        encoded = tokenizer(**given, **options, split_special_tokens=split)
        own = encoded.input_ids
        for start in range(min(_SPECIAL_BEFORE, len(ids)) + 1):
            same = _same(ids[start:], own)
            if same > found[1]:
                found = (start, same, encoded.offset_mapping)
    if not found[1]:
        return _decoded(tokenizer, ids)
    start, same, spans = found
    inside: list[tuple[int, int] | None] = [(a, b) for a, b in spans[:same]]
    return [None] * start + inside + [None] * (len(ids) - start - same)


def _same(one: Sequence[int], other: Sequence[int]) -> int:
    """Returns by how many tokens two rows begin alike."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((i for i, (a, b) in pairs if a != b), min(len(one), len(other)))


def _decoded(tokenizer: Any, ids: Sequence[int]) -> list[tuple[int, int] | None]:
    """Returns the same from what longer and longer beginnings decode to."""
    special, before = set(tokenizer.all_special_ids), 0
    spans: list[tuple[int, int] | None] = []
    for n, token in enumerate(ids, 1):
        if token in special:
            spans.append(None)
            continue
        after = len(tokenizer.decode(ids[:n], skip_special_tokens=True).strip())
        spans.append((min(before, max(after - 1, 0)), max(after, 1)))
        before = max(after, before)
    return spans
