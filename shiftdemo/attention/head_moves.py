"""How far apart two attention maps over the same tokens are, head by head."""

from __future__ import annotations

import numpy as np

from shiftdemo.attention.head_stats import counted_rows
from shiftdemo.core.errors import DataError
from shiftdemo.core.types import AttentionMap


def js_distance(one: AttentionMap, other: AttentionMap) -> np.ndarray:
    """Returns the Jensen-Shannon distance of every row, ``(n_layers, n_heads, query_len)``.

    The square root of the divergence with logarithms to base 2 (Endres and Schindelin 2003), from
    0 (equal) to 1 (nothing in common); as :func:`scipy.spatial.distance.jensenshannon`. What
    a row gives to keys that are not shown counts as one more key.

    Raises:
        DataError: the two are not over the same tokens, or not of the same shape.
    """
    if one.weights.shape != other.weights.shape or one.key_tokens != other.key_tokens:
        raise DataError("attention.two_models_read_different")
    hidden = one.outside is not None or other.outside is not None
    p, q = _rows(one, hidden), _rows(other, hidden)
    m = (p + q) / 2
    divergence = (_terms(p, m) + _terms(q, m)) / 2
    distance: np.ndarray = np.sqrt(np.clip(divergence, 0.0, 1.0))
    return distance


def head_moves(one: AttentionMap, other: AttentionMap) -> np.ndarray:
    """Returns the mean of :func:`js_distance` over the rows, ``(n_layers, n_heads)``."""
    mean: np.ndarray = js_distance(one, other).mean(-1)
    return mean


def _rows(one: AttentionMap, hidden: bool) -> np.ndarray:
    """Returns the rows, with one more key where one of the maps has ``outside``."""
    rows = one.weights.astype(np.float64)
    if hidden:
        outside = np.zeros(rows.shape[:-1]) if one.outside is None else one.outside
        rows = np.concatenate([rows, outside[..., None].astype(np.float64)], -1)
    shares: np.ndarray = rows / rows.sum(-1, keepdims=True)
    return shares


def _terms(p: np.ndarray, m: np.ndarray) -> np.ndarray:
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(p > 0, p * np.log2(p / m), 0.0)
    total: np.ndarray = terms.sum(-1)
    return total


def strongest_moved(one: AttentionMap, other: AttentionMap) -> tuple[np.ndarray, int]:
    """Returns in how many rows the strongest key is another one, and of how many.

    Returns:
        int64 ``(n_layers, n_heads)``; of :func:`shiftdemo.attention.head_stats.counted_rows`.
    """
    rows = counted_rows(one)
    moved = one.weights.argmax(-1) != other.weights.argmax(-1)
    return moved[..., rows].sum(-1), int(rows.sum())
