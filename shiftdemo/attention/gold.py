"""Attention against gold: word alignment of a translation, and the answer to a question."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from shiftdemo.core import words as w
from shiftdemo.core.samples import QuestionSample
from shiftdemo.core.types import AttentionMap

THRESHOLDS = (0.1, 0.2, 0.3, 0.4, 0.5)


def word_weights(cross: AttentionMap, n_source: int, n_target: int, reads: bool) -> np.ndarray:
    """Returns cross attention between words: a sum over keys, a mean over queries.

    Args:
        n_source, n_target: words of either side.
        reads: a target word's queries are the steps that read it; otherwise those that predict
            it, which is what a translator knows when it decides.

    Returns:
        float64 ``(n_layers, n_heads, n_target, n_source)``; 0 for a word without a token.
    """
    owners = cross.query_words if reads else (*cross.query_words[1:], None)
    rows = _mean_of(owners, n_target)  # (n_target, query_len)
    columns = _sum_of(cross.key_words, n_source)  # (n_source, key_len)
    weights: np.ndarray = rows @ cross.weights.astype(np.float64) @ columns.T
    return weights


def _sum_of(words: Sequence[int | None], n: int) -> np.ndarray:
    matrix = np.zeros((n, len(words)))
    for index, word in enumerate(words):
        if word is not None and 0 <= word < n:
            matrix[word, index] = 1.0
    return matrix


def _mean_of(words: Sequence[int | None], n: int) -> np.ndarray:
    matrix = _sum_of(words, n)
    mean: np.ndarray = matrix / np.maximum(matrix.sum(1, keepdims=True), 1.0)
    return mean


def link_counts(weights: np.ndarray, links: Collection[tuple[int, int]]) -> np.ndarray:
    """Returns what an alignment error rate is made of, for every head and every way.

    Args:
        weights: from :func:`word_weights`.
        links: gold pairs ``(source word, target word)``, all of them sure.

    Returns:
        int64 ``(n_layers, n_heads + 1, n_ways, 3)``: links found that are right, links found,
        gold links. The last "head" is the mean of the layer. The ways to read links off: each
        target word's strongest source word, then all over each of ``THRESHOLDS``.
    """
    heads = np.concatenate([weights, weights.mean(1, keepdims=True)], 1)
    gold = np.zeros(heads.shape[2:], dtype=bool)
    for source, target in links:
        gold[target, source] = True
    strongest = np.arange(heads.shape[3]) == heads.argmax(-1)[..., None]
    found = [strongest & (heads > 0), *(heads >= threshold for threshold in THRESHOLDS)]
    counts = [
        np.stack([(one & gold).sum((-2, -1)), one.sum((-2, -1))], -1) for one in found
    ]  # (n_layers, n_heads + 1, 2) each
    both = np.stack(counts, 2)
    total = np.full((*both.shape[:-1], 1), gold.sum())
    return np.concatenate([both, total], -1).astype(np.int64)


def error_rate(sums: np.ndarray) -> np.ndarray:
    """Returns the alignment error rate of summed counts ``(..., 3)``, 0 to 1; lower is better.

    ``1 - 2 * right / (found + gold)``: that of Och and Ney (2003) where every gold link is sure.
    """
    total = sums[..., 1] + sums[..., 2]
    rate: np.ndarray = 1.0 - 2.0 * sums[..., 0] / np.maximum(total, 1)
    return rate


def answer_share(one: AttentionMap, sample: QuestionSample) -> tuple[np.ndarray, float] | None:
    """Returns how much of the question's attention is on the (first) answer.

    Returns:
        The mean over the question's tokens of the weight on the answer's, ``(n_layers,
        n_heads)``, and what it would be if every token got the same; ``None``: there is no
        answer, or it is not among the tokens.
    """
    if not sample.answers:
        return None
    inside = _words_between(sample.context, sample.starts[0], len(sample.answers[0]))
    keys = [i for i, word in enumerate(one.key_words) if word in inside]
    rows = [i for i, word in enumerate(one.query_words) if word is not None and word < 0]
    if not keys or not rows:
        return None
    share = one.weights[:, :, rows][:, :, :, keys].sum(-1).mean(-1)
    return share, len(keys) / len(one.key_tokens)


def _words_between(text: str, start: int, length: int) -> set[int]:
    split, at, found = w.split(text), 0, set()
    for index, (gap, word) in enumerate(zip(split.gaps, split.words, strict=False)):
        at += len(gap)
        if at < start + length and at + len(word) > start:
            found.add(index)
        at += len(word)
    return found
