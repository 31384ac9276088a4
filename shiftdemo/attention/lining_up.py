"""The same words of a sentence before and after a shift, so that the same ones are compared."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from shiftdemo.core.types import PLAIN_INPUTS, AttentionMap, ShiftedSample

Words = Sequence["int | None"]


def is_still(sample: ShiftedSample) -> bool:
    """Whether a model reads the sample as it was: the same words at the usual positions."""
    return sample.shifted == sample.original and sample.feed == PLAIN_INPUTS


def same_tokens(
    before: Words, after: Words, alignment: Sequence[int | None]
) -> tuple[list[int], list[int]]:
    """Returns the tokens that stand for the same thing in two rows, as indices of both.

    A word whose pieces are more or fewer in the other row is left out, as is one that is gone;
    special tokens are the same in order, from the start and (the last one) from the end.

    Args:
        before, after: the word of each token; see :class:`AttentionMap`.
        alignment: for each word before the shift where it stands after it, or ``None``.
    """
    pieces = _pieces(after)
    first: list[int] = []
    second: list[int] = []
    for word, places in _pieces(before).items():
        if word is None:
            continue
        moved = word if word < 0 else (alignment[word] if word < len(alignment) else None)
        other = pieces.get(moved, []) if moved is not None else []
        if len(other) == len(places):
            first += places
            second += other
    ours, theirs = _special(before), _special(after)
    first += [a for a, _ in zip(ours, theirs, strict=False)]
    second += [b for _, b in zip(ours, theirs, strict=False)]
    order = sorted(range(len(first)), key=first.__getitem__)
    return [first[i] for i in order], [second[i] for i in order]


def _pieces(words: Words) -> dict[int | None, list[int]]:
    found: dict[int | None, list[int]] = defaultdict(list)
    for index, word in enumerate(words):
        found[word].append(index)
    return found


def _special(words: Words) -> list[int]:
    """Returns the special tokens, the last one first where it ends the row."""
    own = [index for index, word in enumerate(words) if word is None]
    ends = bool(own) and own[-1] == len(words) - 1 and len(words) > 1
    return [own[-1], *own[:-1]] if ends else own


def rows_of(maps: Sequence[AttentionMap]) -> dict[str, Words]:
    """Returns the words of the tokens of ``source`` and ``target`` that maps are over."""
    first, last = maps[0], maps[-1]
    if len(maps) == 1:
        return {"source": first.key_words}
    return {"source": first.key_words, "target": last.query_words}


def lined_up(
    still: Sequence[AttentionMap], moved: Sequence[AttentionMap], sample: ShiftedSample
) -> tuple[dict[str, list[int]], dict[str, list[int]]]:
    """Returns the tokens that both readings have, by side: in the one before and the one after."""
    alignments = {"source": sample.alignment, "target": sample.target_alignment or ()}
    ours, theirs = rows_of(still), rows_of(moved)
    before: dict[str, list[int]] = {}
    after: dict[str, list[int]] = {}
    for side, words in ours.items():
        before[side], after[side] = same_tokens(words, theirs[side], alignments[side])
    return before, after
