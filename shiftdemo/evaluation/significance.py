"""Bootstrap intervals and paired tests from statistics that were counted once a sentence.

For intervals sentences are drawn with replacement; a score is micro, so its statistics are summed
over the drawn sentences and the score is computed from the sums (Koehn 2004). For p-values the two
outputs of a sentence change sides at random (Noreen 1989; Riezler and Maxwell 2005; sacreBLEU's
``--paired-ar``): that keeps its level with few sentences too, where a bootstrap does not. No
n-gram is counted twice. Both cover the choice of the test sentences, and no training variance.

A percentile interval of few sentences is too narrow, as a normal one is where Student's t belongs;
its percentiles are moved out as far as the t of n - 1 lies outside the normal one (Hesterberg 2015,
"What Teachers Should Know about the Bootstrap", section 5.3). At 400 sentences that is nothing.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from scipy.special import ndtr, ndtri, stdtrit

N_RESAMPLES = 1000
LEVEL = 0.95
POWER = 0.80  # of the test that :attr:`Difference.detectable` is about
_BLOCK = 4_000_000  # draws at a time: bounds the memory of the weights to some 64 MB
_KEPT = 4_000_000  # draws whose weights are kept for the next score, 32 MB

Measure: TypeAlias = Callable[[np.ndarray], np.ndarray]
"""Maps sums of statistics ``(..., n_stats)`` to scores ``(...)``."""


@dataclass(frozen=True, slots=True)
class Difference:
    """How much better *b* scores than *a* on the same sentences.

    Attributes:
        value: score of *b* minus score of *a*, in the score's own unit.
        low, high: the ends of the 95 % paired bootstrap interval.
        p_value: two-sided, by approximate randomisation: the share of exchanges whose difference
            lies at least as far from 0 as the observed one.
        n: sentences.
        signature: how interval and p-value were computed.
        detectable: the least true difference that 80 of 100 such comparisons would find (p below
            0.05 before any correction), in the score's own unit (Cohen 1988).
    """

    value: float
    low: float
    high: float
    p_value: float
    n: int = 0
    signature: str = ""
    detectable: float = math.nan


def resampled_sums(stats: np.ndarray, seed: int, n_resamples: int = N_RESAMPLES) -> np.ndarray:
    """Returns the summed statistics of every resample, float64 ``(n_resamples, n_stats)``.

    Args:
        stats: ``(n_sentences, n_stats)``, at least one sentence.
        seed: the same seed and number of sentences draw the same sentences, so that arms and
            offsets can be compared sentence by sentence.
    """
    n = len(stats)
    values = np.asarray(stats, dtype=np.float64)
    if n * n_resamples <= _KEPT:
        return _kept_weights(n, seed, n_resamples) @ values
    return np.concatenate([weights @ values for weights in _weights(n, seed, n_resamples)])


def _weights(n: int, seed: int, n_resamples: int) -> Iterator[np.ndarray]:
    """Yields how often each sentence is drawn: multinomial weights ``(rows, n)``, in blocks."""
    rng = np.random.default_rng(seed)
    block = max(1, _BLOCK // n)
    for start in range(0, n_resamples, block):
        rows = min(block, n_resamples - start)
        drawn = rng.integers(0, n, size=(rows, n))
        drawn += n * np.arange(rows)[:, None]
        counts = np.bincount(drawn.ravel(), minlength=rows * n)
        yield counts.reshape(rows, n).astype(np.float64)


@functools.lru_cache(maxsize=4)  # every score of a comparison is of the same draws
def _kept_weights(n: int, seed: int, n_resamples: int) -> np.ndarray:
    weights = np.concatenate(list(_weights(n, seed, n_resamples)))
    weights.setflags(write=False)
    return weights


def interval(values: np.ndarray, n: int) -> tuple[float, float]:
    """Returns the ends of the 95 % percentile interval of resampled values ``(n_resamples,)``.

    Args:
        n: sentences that were resampled; of few of them the percentiles lie further out.
    """
    tail = (1 - LEVEL) / 2
    if n > 1:
        tail = float(ndtr(math.sqrt(n / (n - 1)) * stdtrit(n - 1, tail)))
    low, high = np.quantile(values, [tail, 1 - tail])
    return float(low), float(high)


def paired(
    stats_a: np.ndarray,
    stats_b: np.ndarray,
    measure: Measure,
    seed: int,
    n_resamples: int = N_RESAMPLES,
) -> Difference:
    """Returns the paired bootstrap difference *b* − *a* over the same sentences.

    Args:
        stats_a, stats_b: ``(n_sentences, n_stats)``, row *i* of both about sentence *i*.
        measure: maps sums ``(..., n_stats)`` to scores ``(...)``.
        seed: of the resamples and the exchanges.
    """
    if stats_a.shape != stats_b.shape or not len(stats_a):
        raise ValueError(f"statistics {stats_a.shape} and {stats_b.shape} are not paired")
    width = stats_a.shape[1]
    both = np.concatenate([stats_a, stats_b], axis=1).astype(np.float64)

    def gap(sums: np.ndarray) -> np.ndarray:
        return np.asarray(measure(sums[..., width:]) - measure(sums[..., :width]))

    value, n = float(gap(both.sum(0))), len(both)
    draws = gap(resampled_sums(both, seed, n_resamples))
    low, high = interval(draws, n)
    exchanged = gap(_exchanged_sums(both, width, seed, n_resamples))
    # The tolerance keeps rounding from making two equal systems differ.
    extreme = int((np.abs(exchanged) >= abs(value) - 1e-9).sum())
    how = f"paired|interval:95% percentile bootstrap|p:approximate randomisation|bs:{n_resamples}"
    least = (float(ndtri((1 + LEVEL) / 2)) + float(ndtri(POWER))) * float(np.std(draws))
    p_value = (extreme + 1) / (n_resamples + 1)
    return Difference(value, low, high, p_value, n, f"{how}|seed:{seed}", least)


def _exchanged_sums(both: np.ndarray, width: int, seed: int, n: int) -> np.ndarray:
    """Returns the sums ``(n, 2 * width)`` after a random half of the rows has changed sides."""
    rng = np.random.default_rng((seed, 1))  # other draws than the bootstrap's
    first, second = both[:, :width], both[:, width:]
    sums = np.empty((n, 2 * width))
    block = max(1, _BLOCK // len(both))
    for start in range(0, n, block):
        rows = min(block, n - start)
        change = rng.integers(0, 2, size=(rows, len(both))).astype(np.float64)
        moved = change @ (second - first)  # (rows, width)
        sums[start : start + rows] = np.concatenate(
            [first.sum(0) + moved, second.sum(0) - moved], axis=1
        )
    return sums


def holm(p_values: Sequence[float]) -> list[float]:
    """Returns the p-values of tests that are read together, corrected (Holm 1979).

    Where each that stays below 0.05 is believed, any is believed wrongly in at most 5 % of cases.
    """
    corrected, least = [0.0] * len(p_values), 0.0
    for rank, index in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        least = max(least, min(1.0, (len(p_values) - rank) * p_values[index]))
        corrected[index] = least
    return corrected


def benjamini_hochberg(p_values: Sequence[float]) -> list[float]:
    """Returns the p-values of tests that look for something, corrected (Benjamini, Hochberg 1995).

    Of those that stay below 0.05, on average at most 5 % are believed wrongly.
    """
    corrected, least = [0.0] * len(p_values), 1.0
    ranked = sorted(range(len(p_values)), key=p_values.__getitem__, reverse=True)
    for after, index in enumerate(ranked):
        least = min(least, p_values[index] * len(p_values) / (len(p_values) - after))
        corrected[index] = least
    return corrected


def paired_mean(
    stats_a: Sequence[np.ndarray],
    stats_b: Sequence[np.ndarray],
    measure: Measure,
    seed: int,
) -> Difference:
    """Returns the paired difference of the mean score over several conditions.

    Args:
        stats_a, stats_b: one ``(n_sentences, n_stats)`` for each condition (offset); a drawn
            sentence is drawn in every condition.
    """
    width = stats_a[0].shape[1]

    def mean(sums: np.ndarray) -> np.ndarray:
        parts = [measure(sums[..., i * width : (i + 1) * width]) for i in range(len(stats_a))]
        return np.asarray(np.mean(parts, axis=0))

    return paired(np.concatenate(stats_a, axis=1), np.concatenate(stats_b, axis=1), mean, seed)
