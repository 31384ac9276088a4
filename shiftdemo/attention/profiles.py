"""Attention against where a key stands: relative to the query, and in the sentence.

A profile is a mean over sentences, each counted once; it is streamed, so that a corpus of any
length takes the memory of one sentence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from shiftdemo.attention.head_moves import head_moves
from shiftdemo.attention.head_stats import head_stats
from shiftdemo.core.types import AttentionMap

REACH = 16  # tokens to either side of a query
PLACES = 32  # tokens from the start of the sentence
LEVEL = 0.95


@dataclass(frozen=True)
class Interval:
    """A mean over sentences with its 95 % interval (Student's t), arrays of one shape.

    Attributes:
        n: sentences that each entry is a mean of; where it is below 2 there is no interval, and
            below 1 no mean (NaN).
    """

    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray
    n: np.ndarray


class Means:
    """Running means and variances of arrays, entry by entry; NaN is no observation (Welford)."""

    def __init__(self) -> None:
        """Begins with nothing."""
        self._n: np.ndarray | float = 0.0
        self._mean: np.ndarray | float = 0.0
        self._squares: np.ndarray | float = 0.0

    def add(self, values: np.ndarray) -> None:
        """Takes one observation of every entry."""
        seen = ~np.isnan(values)
        given = np.where(seen, values, 0.0)
        self._n = self._n + seen
        change = np.where(seen, given - self._mean, 0.0)
        self._mean = self._mean + change / np.maximum(self._n, 1)
        self._squares = self._squares + np.where(seen, change * (given - self._mean), 0.0)

    def interval(self) -> Interval:
        """Returns the means of what was added, with their intervals."""
        n, mean = np.asarray(self._n, dtype=float), np.asarray(self._mean, dtype=float)
        mean = np.where(n > 0, mean, np.nan)
        with np.errstate(divide="ignore", invalid="ignore"):
            error = np.sqrt(np.asarray(self._squares) / (n - 1) / n)
            half = error * stdtrit(np.maximum(n - 1, 1), (1 + LEVEL) / 2)
        half = np.where(n > 1, half, np.nan)
        return Interval(mean, mean - half, mean + half, n)


def offset_profile(one: AttentionMap, reach: int = REACH) -> np.ndarray:
    """Returns the mean weight on the key at ``i + d`` of a query at ``i``, by ``d``.

    Returns:
        float64 ``(n_layers, n_heads, 2 * reach + 1)``, ``d`` from ``-reach`` to ``reach``; a mean
        over the queries that have such a key, NaN where none has. Of cross attention ``i`` and
        ``j`` count in the tokens of either sentence.
    """
    n_queries, n_keys = one.weights.shape[2:]
    values = np.full((*one.weights.shape[:2], 2 * reach + 1), np.nan)
    for d in range(-reach, reach + 1):
        rows = np.arange(max(0, -d), min(n_queries, n_keys - d))
        if len(rows):
            values[..., d + reach] = one.weights[:, :, rows, rows + d].mean(-1)
    return values


def place_profile(one: AttentionMap, places: int = PLACES) -> np.ndarray:
    """Returns the mean weight on the key at each place of the sentence.

    Returns:
        float64 ``(n_layers, n_heads, places)``, from the first token on; NaN beyond the last. In
        a causal map a place is averaged over the queries that see it.
    """
    values = np.full((*one.weights.shape[:2], places), np.nan)
    for place in range(min(places, len(one.key_tokens))):
        first = place if one.kind == "decoder" else 0
        values[..., place] = one.weights[:, :, first:, place].mean(-1)
    return values


class Profile:
    """Profiles of one kind of attention of one arm, streamed.

    Attributes:
        offsets, places: see :func:`offset_profile` and :func:`place_profile`.
        average: the first, of the mean over all layers and heads, ``(1, 1, n)``.
        stats: by the names of :mod:`shiftdemo.attention.head_stats`.
        moved: the distance from the map of the same sentence unshifted.
    """

    def __init__(self) -> None:
        """Begins with no sentence."""
        self.offsets, self.places, self.average = Means(), Means(), Means()
        self.moved = Means()
        self.stats: dict[str, Means] = {}

    def add(self, one: AttentionMap, still: AttentionMap | None = None) -> None:
        """Takes a sentence; ``still`` is its map before the shift, over the same tokens."""
        offsets = offset_profile(one)
        self.offsets.add(offsets)
        self.average.add(offsets.mean((0, 1), keepdims=True))
        self.places.add(place_profile(one))
        for name, values in head_stats(one).items():
            self.stats.setdefault(name, Means()).add(values)
        if still is not None:
            self.moved.add(head_moves(still, one))

    def intervals(self) -> Mapping[str, Interval]:
        """Returns everything with its interval, by name."""
        found = {"offsets": self.offsets.interval(), "places": self.places.interval()}
        found["average"] = self.average.interval()
        found |= {name: means.interval() for name, means in self.stats.items()}
        moved = self.moved.interval()
        return {**found, "moved": moved} if moved.mean.ndim else found
