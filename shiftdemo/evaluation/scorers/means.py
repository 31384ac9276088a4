"""Scores that are means over the samples of what torchmetrics counts for each."""

from __future__ import annotations

import functools
from importlib.metadata import version

import numpy as np


def mean_score(sums: np.ndarray) -> np.ndarray:
    """Returns the mean, 0 to 100, of ``(..., 2)``: summed figures of 0 to 1, and how many."""
    return np.asarray(100.0 * sums[..., 0] / np.maximum(sums[..., 1], 1))


@functools.cache
def library() -> str:
    """Returns the library and its version, as the signatures name them."""
    return f"version:torchmetrics {version('torchmetrics')}"
