"""Means over a few training seeds, with intervals that say how little a few seeds tell."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence

import numpy as np
from scipy.special import stdtr, stdtrit

from shiftdemo.evaluation.significance import LEVEL, POWER, Difference


def mean_interval(values: Sequence[float]) -> tuple[float, float]:
    """Returns the mean and half the width of its 95 % interval, by Student's t.

    Args:
        values: one a seed, at least one; from one alone the half width is infinite.
    """
    n = len(values)
    mean = statistics.fmean(values)
    if n < 2:
        return mean, math.inf
    t = float(stdtrit(n - 1, (1 + LEVEL) / 2))
    return mean, t * statistics.stdev(values) / math.sqrt(n)


def over_seeds_and_sentences(
    values: Sequence[float], draws: np.ndarray, n_sentences: int
) -> Difference:
    """Returns the mean difference over seeds, with the variance of seeds and of sentences.

    Resampling three seeds would find two thirds of their variance and trust it as if it came from
    many. So the variance between the seeds and the one that a bootstrap of the sentences finds
    are added, and the interval is Student's t with the degrees of freedom of that sum
    (Satterthwaite 1946). What seeds and sentences share counts twice: a little too wide.

    Args:
        values: the difference of each seed, at least two.
        draws: the mean over the seeds in every resample of the sentences, ``(n_resamples,)``.
        n_sentences: that were resampled.
    """
    n_seeds = len(values)
    mean = statistics.fmean(values)
    of_seeds = statistics.variance(values) / n_seeds
    of_sentences = float(np.var(draws))
    total = of_seeds + of_sentences
    how = f"mean of {n_seeds} training seeds|interval:95% Student's t over seeds and sentences"
    if total == 0.0:
        p_value = 1.0 if mean == 0 else 0.0
        return Difference(mean, mean, mean, p_value, n_sentences, how, 0.0)
    freedom = total**2 / (of_seeds**2 / (n_seeds - 1) + of_sentences**2 / max(1, n_sentences - 1))
    error = math.sqrt(total)
    half = float(stdtrit(freedom, (1 + LEVEL) / 2)) * error
    p_value = 2.0 * float(stdtr(freedom, -abs(mean) / error))
    detectable = half + float(stdtrit(freedom, POWER)) * error
    return Difference(mean, mean - half, mean + half, p_value, n_sentences, how, detectable)


def further_seed(values: Sequence[float]) -> tuple[float, float]:
    """Returns the ends of the interval in which a further seed falls in 95 of 100 cases.

    That is Student's prediction interval, ``mean ± t s sqrt(1 + 1/n)`` (Geisser 1993): of three
    seeds it is wide, because they say little of how much seeds differ.

    Args:
        values: one a seed, at least two.
    """
    n = len(values)
    mean = statistics.fmean(values)
    t = float(stdtrit(n - 1, (1 + LEVEL) / 2))
    half = t * statistics.stdev(values) * math.sqrt(1 + 1 / n)
    return mean - half, mean + half
