"""Words as rows of tokens; a long sentence in overlapping windows, or for training in parts."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

from shiftdemo.core.samples import TaggedSample
from shiftdemo.models.load import LoadedModel

MAX_TOKENS = 256
OVERLAP = 64  # tokens that two windows share
_REMEMBERED = 50_000  # sentences, some 100 MB
_LEAST = 16  # tokens of a window; with less room the model's own bound tells of it


@dataclass(frozen=True, slots=True)
class WordWindow:
    """A part of a sentence as tokens.

    Attributes:
        ids: the tokens, special ones and the padding of a late answer counted.
        first: word -> index of its first piece in the row.
        margin: word -> tokens between it and the nearer end of the window that is no end of the
            sentence.
    """

    ids: list[int]
    first: dict[int, int]
    margin: dict[int, int]


def bound(loaded: LoadedModel, offset: int = 0) -> int:
    """Returns the most tokens of a row that begins at a position."""
    table = loaded.positions.table_size
    if table is None:
        return MAX_TOKENS - loaded.output_delay
    room = table - offset if table - offset >= _LEAST else table
    return min(MAX_TOKENS, room) - loaded.output_delay


def word_windows(
    loaded: LoadedModel, sentences: Sequence[Sequence[str]], offsets: Sequence[int]
) -> list[list[WordWindow]]:
    """Returns the windows of each sentence; one where all of it fits.

    A word that vanishes in normalisation is in none.

    Args:
        offsets: the position that each sentence begins at.
    """
    if not sentences:
        return []
    late = [loaded.tokenizer.pad_token_id] * loaded.output_delay
    rows = zip(encoded(loaded, sentences), offsets, strict=True)
    return [_windows(*row, bound(loaded, offset), late) for row, offset in rows]


_Row = tuple[list[int], list[int | None]]


def encoded(loaded: LoadedModel, sentences: Sequence[Sequence[str]]) -> list[_Row]:
    """Returns the tokens of each sentence, and the word that each belongs to."""
    memo = loaded.memo  # another thread may end the remembering meanwhile
    if memo is None:
        return _encode(loaded, sentences)
    keys = [tuple(words) for words in sentences]
    known = {key: row for key in dict.fromkeys(keys) if (row := memo.get(key)) is not None}
    new = [key for key in dict.fromkeys(keys) if key not in known]
    if new:
        made = dict(zip(new, _encode(loaded, new), strict=True))
        known |= made
        if len(memo) + len(made) > _REMEMBERED:
            memo.clear()
        memo.update(made)
    return [known[key] for key in keys]


def _encode(loaded: LoadedModel, sentences: Sequence[Sequence[str]]) -> list[_Row]:
    found = loaded.tokenizer(
        [list(words) or [""] for words in sentences], is_split_into_words=True, verbose=False
    )
    rows = []
    for row, words in enumerate(sentences):
        own = [w if w is not None and w < len(words) else None for w in found.word_ids(row)]
        rows.append((found.input_ids[row], own))
    return rows


def _windows(
    ids: Sequence[int], owners: Sequence[int | None], most: int, late: list[int]
) -> list[WordWindow]:
    fits = len(ids) <= most
    inside = [] if fits else [index for index, word in enumerate(owners) if word is not None]
    if not inside:
        kept = list(ids[:most])
        first = _first(owners[:most])
        return [WordWindow([*kept, *late], first, dict.fromkeys(first, len(kept)))]
    head, tail = list(ids[: inside[0]]), list(ids[inside[-1] + 1 :])
    begin, end = inside[0], inside[-1] + 1
    room = max(1, most - len(head) - len(tail))
    step = max(1, room - min(OVERLAP, room // 4))
    windows, start = [], begin
    while True:
        stop = min(start + room, end)
        first = {word: at + len(head) for word, at in _first(owners[start:stop]).items()}
        word = owners[start]
        if start > begin and word is not None and word == owners[start - 1]:
            first.pop(word, None)  # the window begins inside it
        margin = {}
        for word, at in first.items():
            before = at - len(head) if start > begin else most
            after = stop - start - (at - len(head)) if stop < end else most
            margin[word] = min(before, after)
        windows.append(WordWindow([*head, *ids[start:stop], *tail, *late], first, margin))
        if stop >= end:
            return windows
        start += step


def _first(owners: Sequence[int | None]) -> dict[int, int]:
    first: dict[int, int] = {}
    for index, word in enumerate(owners):
        if word is not None:
            first.setdefault(word, index)
    return first


def parts_of(loaded: LoadedModel, sample: TaggedSample, most: int) -> list[TaggedSample]:
    """Returns a sentence in parts of at most ``most`` tokens; itself where it is not longer.

    A mention is cut only where it alone is longer than a part.
    """
    encoded = loaded.tokenizer(list(sample.words), is_split_into_words=True, verbose=False)
    sizes = [0] * len(sample.words)
    for word in encoded.word_ids(0):
        if word is not None and word < len(sizes):
            sizes[word] += 1
    special = len(encoded.input_ids) - sum(sizes)
    if len(encoded.input_ids) <= most:
        return [sample]
    parts: list[TaggedSample] = []
    start = 0
    while start < len(sizes):
        stop, size = start, special
        while stop < len(sizes) and (stop == start or size + sizes[stop] <= most):
            size += sizes[stop]
            stop += 1
        cut = stop
        while cut < len(sizes) and cut > start + 1 and sample.tags[cut].startswith("I-"):
            cut -= 1
        stop = cut if cut > start + 1 or cut == len(sizes) else stop
        parts.append(_part(sample, start, stop, len(parts)))
        start = stop
    return parts


def _part(sample: TaggedSample, start: int, stop: int, number: int) -> TaggedSample:
    tags = list(sample.tags[start:stop])
    if not sample.plain and tags[0].startswith("I-"):  # a mention longer than a part
        tags[0] = f"B-{tags[0][2:]}"
    words = sample.words[start:stop]
    return dataclasses.replace(
        sample, id=f"{sample.id}/{number + 1}", words=words, tags=tuple(tags)
    )
