"""How well cross-attention aligns words: error rates of heads that were picked on other sentences.

A head is the best one of many; scored on the sentences that it was picked on, its error rate would
be too low. It is picked on every other sentence and scored on the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from shiftdemo.core.types import Score
from shiftdemo.evaluation.significance import Difference, interval, paired, resampled_sums

LEAST = 4  # sentences: two to pick on, two to score
SIGNATURE = (
    "AER (Och and Ney 2003), gold links all sure|picked:other half|words:sum keys, mean rows"
)

Rate = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True, slots=True)
class Aligner:
    """A way to read links off cross-attention, and how wrong it is.

    Attributes:
        of: ``head`` or ``layer`` (the mean of its heads).
        way: ``argmax`` or ``threshold``.
        queries: ``predicts`` or ``reads``: which steps stand for a target word.
        head: ``None`` of a layer.
        threshold: 0 to 1; ``None`` of ``argmax``.
        error: the alignment error rate, 0 to 100 %.
    """

    of: str
    way: str
    queries: str
    layer: int
    head: int | None
    threshold: float | None
    error: Score


@dataclass(frozen=True, slots=True)
class AlignmentErrors:
    """Error rates of every arm, best way each.

    Attributes:
        arms: by arm, for ``head`` and ``layer`` with ``argmax`` and ``threshold``.
        differences: of ``shift`` minus ``base``, in the same order; empty with one arm.
    """

    arms: Mapping[str, tuple[Aligner, ...]]
    differences: tuple[Difference, ...] = ()


def alignment_errors(
    counts: Mapping[str, Mapping[str, Sequence[np.ndarray]]],
    thresholds: Sequence[float],
    rate: Rate,
    seed: int = 0,
) -> AlignmentErrors | None:
    """Returns the error rates with their intervals; ``None`` of fewer than 4 sentences.

    Args:
        counts: by arm and ``predicts`` or ``reads`` one array ``(n_layers, n_heads + 1, n_ways,
            3)`` a sentence: right, found and gold links; the last head is the mean of the layer,
            the first way ``argmax`` and the others the thresholds.
        thresholds: of the ways after the first.
        rate: maps sums ``(..., 3)`` to error rates, 0 to 1.
        seed: of the bootstrap.
    """
    if any(len(rows) < LEAST for of in counts.values() for rows in of.values()) or not counts:
        return None
    arms, kept = {}, {}
    for arm, of in counts.items():
        stacked = np.stack([np.stack(list(rows)) for rows in of.values()], 1)
        picked = _picked(stacked, list(of), thresholds, rate, seed)
        arms[arm] = tuple(aligner for aligner, _ in picked)
        kept[arm] = [stats for _, stats in picked]
    differences: tuple[Difference, ...] = ()
    if {"base", "shift"} <= set(kept):
        pairs = zip(kept["base"], kept["shift"], strict=True)
        differences = tuple(paired(a, b, lambda sums: 100 * rate(sums), seed) for a, b in pairs)
    return AlignmentErrors(arms, differences)


def _picked(
    stacked: np.ndarray,
    queries: Sequence[str],
    thresholds: Sequence[float],
    rate: Rate,
    seed: int,
) -> list[tuple[Aligner, np.ndarray]]:
    """Returns the best of each kind, and its counts on the sentences that it is scored on.

    Args:
        stacked: ``(n_sentences, n_queries, n_layers, n_heads + 1, n_ways, 3)``.
    """
    to_pick, to_score = stacked[::2].sum(0), stacked[1::2]
    rates = rate(to_pick)  # (n_queries, n_layers, n_heads + 1, n_ways)
    found = []
    for of, heads in (("head", slice(0, -1)), ("layer", slice(-1, None))):
        for way, ways in (("argmax", slice(0, 1)), ("threshold", slice(1, None))):
            shown = rates[:, :, heads, ways]
            best = np.unravel_index(int(shown.argmin()), shown.shape)
            row, layer, head, number = (int(i) for i in best)
            own = to_score[:, row, layer, heads, ways][:, head, number]
            threshold = None if way == "argmax" else float(thresholds[number])
            n = len(own)
            low, high = interval(100 * rate(resampled_sums(own, seed)), n)
            value = float(100 * rate(own.sum(0).astype(float)))
            error = Score("AER", value, low, high, n, SIGNATURE)
            index = head if of == "head" else None
            aligner = Aligner(of, way, queries[row], layer, index, threshold, error)
            found.append((aligner, own))
    return found
