"""Consistency under shift: how much of an arm's own output stays when its input is shifted.

It needs no reference; a model may be consistently wrong, so it is read beside the score.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

import numpy as np

from shiftdemo.core import words as w
from shiftdemo.core.samples import mentions
from shiftdemo.core.types import Score, ShiftedSample
from shiftdemo.evaluation.significance import N_RESAMPLES, interval, resampled_sums


@dataclass(frozen=True, slots=True)
class Consistency:
    """How much of an arm's output stays at one strength; percentages of its output at strength 0.

    Attributes:
        tokens: tags of words, words of a text, or labels that stay.
        entities: mentions that stay, type and both ends; ``None`` where outputs have none.
    """

    tokens: Score
    entities: Score | None = None


def stayed(
    before: Sequence[Any], after: Sequence[Any], moved: Sequence[ShiftedSample]
) -> np.ndarray | None:
    """Returns what stayed of each output, ``(n, 4)``: tokens and all, mentions and all.

    Words are followed through the shift by the sample's alignment. ``None`` where an output is
    neither tags nor a text.

    Args:
        before, after: the outputs without and with the shift.
        moved: the shifted samples.
    """
    rows = []
    for first, second, sample in zip(before, after, moved, strict=True):
        if isinstance(first, str) and isinstance(second, str):
            rows.append((*_words(first, second), 0, 0))
        elif _is_tags(first) and _is_tags(second):
            rows.append((*_tags(first, second, sample), *_mentions(first, second, sample)))
        else:
            return None
    return np.array(rows, dtype=np.int64).reshape(-1, 4)


def consistency_of(stats: np.ndarray, seed: int) -> Consistency:
    """Returns both shares with their intervals over the sentences."""
    drawn = resampled_sums(stats, seed)
    total, n = stats.sum(0), len(stats)

    def share(name: str, at: int, what: str) -> Score:
        value = 100.0 * float(total[at]) / max(1, int(total[at + 1]))
        low, high = interval(100.0 * drawn[:, at] / np.maximum(drawn[:, at + 1], 1), n)
        how = f"{what}|interval:95% percentile bootstrap|bs:{N_RESAMPLES}|seed:{seed}"
        return Score(name, value, low, high, n, how)

    entities = None
    if total[3]:
        entities = share("entities that stay", 2, "unit:mention of the output at strength 0")
    return Consistency(
        share("tokens that stay", 0, "unit:word of the output at strength 0"), entities
    )


def _is_tags(output: Any) -> bool:
    return isinstance(output, (tuple, list)) and all(isinstance(tag, str) for tag in output)


def _words(first: str, second: str) -> tuple[int, int]:
    """Returns how many words of the first text the second has in the same order, and all."""
    if first == second:
        n = len(w.split(first).words)
        return n, n
    one, other = w.split(first).words, w.split(second).words
    blocks = SequenceMatcher(None, one, other, autojunk=False).get_matching_blocks()
    return sum(block.size for block in blocks), len(one)


def _tags(first: Sequence[str], second: Sequence[str], sample: ShiftedSample) -> tuple[int, int]:
    same = sum(
        new is not None and new < len(second) and first[old] == second[new]
        for old, new in enumerate(sample.alignment)
        if old < len(first)
    )
    return same, len(first)


def _mentions(
    first: Sequence[str], second: Sequence[str], sample: ShiftedSample
) -> tuple[int, int]:
    if not all(tag == "O" or tag[:2] in ("B-", "I-") for tag in (*first, *second)):
        return 0, 0  # tags that are no entity tags
    wanted, kept, place = mentions(first), 0, sample.alignment
    given = set(mentions(second))
    for kind, start, end in wanted:
        new = [to for to in place[start:end] if to is not None]
        together = len(new) == end - start and new[-1] - new[0] == len(new) - 1
        kept += together and (kind, new[0], new[-1] + 1) in given
    return kept, len(wanted)
