"""What a head attends to, in a few figures: where its weight goes, how far, how spread."""

from __future__ import annotations

import numpy as np

from shiftdemo.core.types import AttentionMap

# Shares of a row's weight, 0 to 1.
SHARES = ("own", "previous", "next", "first", "last", "special")
STATS = (*SHARES, "strongest", "entropy", "distance")


def counted_rows(one: AttentionMap) -> np.ndarray:
    """Returns which rows count, bool ``(query_len,)``: of an encoder those of the sentence.

    All where it has no other; all of a decoder, whose ``<start>`` predicts the first token.
    """
    rows = np.array([word is not None for word in one.query_words])
    if one.kind != "encoder" or not rows.any():
        return np.ones(len(one.query_tokens), dtype=bool)
    return rows


def head_stats(one: AttentionMap) -> dict[str, np.ndarray]:
    """Returns the mean over the rows of each of ``STATS``, float64 ``(n_layers, n_heads)``.

    ``own``, ``previous`` and ``next``: the share on the token itself and on its neighbours;
    ``first`` and ``last``: on the ends of what is shown; ``special``: on tokens that are no part
    of the sentence; ``strongest``: on whatever key has most; ``entropy``: in bits, of the shares
    among the keys shown; ``distance``: the mean of ``|j - i|`` in tokens. Rows of special
    tokens are left out where there are others, but not of a decoder, where each predicts.

    Of cross attention, whose rows and columns are different sentences, ``own``, ``previous``,
    ``next`` and ``distance`` are not there.
    """
    weights = one.weights.astype(np.float64)
    n_queries, n_keys = weights.shape[2:]
    rows = counted_rows(one)
    special = np.array([word is None for word in one.key_words or [0] * n_keys])
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.where(weights > 0, np.log2(weights), 0.0)
    found = {
        "first": weights[..., 0],
        "last": weights[..., -1],
        "special": weights[..., special].sum(-1),
        "strongest": weights.max(-1),
        "entropy": -(weights * logs).sum(-1),
    }
    if one.kind != "cross":
        apart = np.arange(n_keys)[None, :] - np.arange(n_queries)[:, None]
        found["own"], found["previous"], found["next"] = (
            (weights * (apart == k)).sum(-1) for k in (0, -1, 1)
        )
        found["distance"] = (weights * np.abs(apart)).sum(-1)
    return {name: found[name][..., rows].mean(-1) for name in STATS if name in found}
