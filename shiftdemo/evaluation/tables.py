"""Scores by class: entity types, single tags or labels, with averages and what is taken for what.

Precision, recall and F1 of every class come from one count a sentence, so that their intervals are
those of the same resampled sentences.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from shiftdemo.core.types import Score
from shiftdemo.evaluation.significance import N_RESAMPLES, interval, resampled_sums

MOST_CONFUSED = 24  # classes of a confusion matrix; rarer ones are counted together
OTHER = "(other)"
OUTSIDE = "O"
_FIGURES = ("precision", "recall", "F1")


@dataclass(frozen=True, slots=True)
class TypeRow:
    """One row of a table by class; the scores are percentages.

    Attributes:
        type: the class: an entity type, a tag or a label, or which average it is.
        support: how often the references have it: mentions, words or texts.
        predicted: the same of the outputs.
    """

    type: str
    precision: Score
    recall: Score
    f1: Score
    support: int
    predicted: int


@dataclass(frozen=True, slots=True)
class TagTable:
    """Scores of every tag, word by word, in the layout that tutorials print.

    Attributes:
        tags: those that occur in references or outputs, in alphabetical order.
        averages: ``micro avg`` and ``macro avg`` with ``O``, as tutorials print them, and the same
            ``without O``, which is what says something of entities.
    """

    tags: tuple[TypeRow, ...]
    averages: tuple[TypeRow, ...]


@dataclass(frozen=True, slots=True)
class Confusion:
    """How often a word (or text) of one class is given another one.

    Attributes:
        labels: the classes, the most frequent 24; others are ``(other)``.
        counts: ``counts[gold][predicted]``.
    """

    labels: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]


def class_rows(
    names: Sequence[str], counts: np.ndarray, seed: int, how: str
) -> tuple[TypeRow, ...]:
    """Returns a row for each class.

    Args:
        counts: right, predicted and gold of every sentence, ``(n_sentences, n_classes, 3)``.
        seed: of the resamples.
        how: what is counted, as signatures write it.
    """
    if not names:
        return ()
    sums, draws = _sums(counts, seed)
    return tuple(
        _row(name, sums[index], draws[:, index], len(counts), f"{how}|class:{name}", seed)
        for index, name in enumerate(names)
    )


def tag_counts(
    gold: Sequence[Sequence[str]], predicted: Sequence[Sequence[str]]
) -> tuple[list[str], np.ndarray]:
    """Returns the tags of references and outputs, and what is counted of each, word by word.

    Returns:
        Names in alphabetical order, and right, predicted and gold ``(n_sentences, n_tags, 3)``.
    """
    names = sorted({tag for side in (gold, predicted) for tags in side for tag in tags})
    index = {name: at for at, name in enumerate(names)}
    counts = np.zeros((len(gold), len(names), 3), dtype=np.int64)
    for row, (wanted, given) in enumerate(zip(gold, predicted, strict=True)):
        for tag, guess in zip(wanted, given, strict=True):
            counts[row, index[tag], 0] += tag == guess
            counts[row, index[guess], 1] += 1
            counts[row, index[tag], 2] += 1
    return names, counts


def tag_table(
    gold: Sequence[Sequence[str]], predicted: Sequence[Sequence[str]], seed: int
) -> TagTable:
    """Returns the table by tag; as in scikit-learn the precision of one never given is 0.

    Args:
        gold, predicted: the tags of every sentence.
        seed: of the resamples.
    """
    names, counts = tag_counts(gold, predicted)
    rows = class_rows(names, counts, seed, "unit:word")
    averages: list[TypeRow] = []
    for suffix, kept in (
        ("", list(range(len(names)))),
        (" without O", [at for at, name in enumerate(names) if name != OUTSIDE]),
    ):
        if kept and (not suffix or len(kept) < len(names)):
            averages += _averages(counts[:, kept], seed, suffix)
    return TagTable(rows, tuple(averages))


def _averages(counts: np.ndarray, seed: int, suffix: str) -> list[TypeRow]:
    how = "unit:word|O left out" if suffix else "unit:word|O counted"
    sums, draws = _sums(counts, seed)
    micro = _row(
        f"micro avg{suffix}", sums.sum(0), draws.sum(1), len(counts), f"{how}|average:micro", seed
    )
    values, drawn = ([figure.mean(-1) for figure in _figures(of)] for of in (sums[None], draws))
    scores = _scores(
        [float(value[0]) for value in values], drawn, len(counts), f"{how}|average:macro", seed
    )
    return [micro, TypeRow(f"macro avg{suffix}", *scores, micro.support, micro.predicted)]


def confusion(gold: Sequence[Sequence[str]], predicted: Sequence[Sequence[str]]) -> Confusion:
    """Returns how often each class was given which one.

    Args:
        gold, predicted: of every sentence the classes of its words, or its one label.
    """
    pairs = Counter(
        pair
        for wanted, given in zip(gold, predicted, strict=True)
        for pair in zip(wanted, given, strict=True)
    )
    seen: Counter[str] = Counter()
    for (wanted, given), n in pairs.items():
        seen[wanted] += n
        seen[given] += n
    kept = sorted(name for name, _ in seen.most_common(MOST_CONFUSED))
    labels = [*kept, OTHER] if len(kept) < len(seen) else kept
    index = {name: at for at, name in enumerate(labels)}
    counts = np.zeros((len(labels), len(labels)), dtype=np.int64)
    for (wanted, given), n in pairs.items():
        counts[index.get(wanted, -1), index.get(given, -1)] += n
    return Confusion(tuple(labels), tuple(map(tuple, counts.tolist())))


def _sums(counts: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Returns the sums ``(n_classes, 3)``, and those of every resample, in front."""
    n, classes = counts.shape[:2]
    draws = resampled_sums(counts.reshape(n, -1), seed).reshape(-1, classes, 3)
    return counts.sum(0).astype(np.float64), draws


def _figures(sums: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Returns precision, recall and F1, each ``(...)``, of sums ``(..., 3)``."""
    right, predicted, gold = sums[..., 0], sums[..., 1], sums[..., 2]
    return (
        100.0 * right / np.maximum(predicted, 1),
        100.0 * right / np.maximum(gold, 1),
        200.0 * right / np.maximum(predicted + gold, 1),
    )


def _row(name: str, sums: np.ndarray, draws: np.ndarray, n: int, how: str, seed: int) -> TypeRow:
    values = [float(figure) for figure in _figures(sums)]
    scores = _scores(values, _figures(draws), n, how, seed)
    return TypeRow(name, *scores, support=int(sums[2]), predicted=int(sums[1]))


def _scores(
    values: Sequence[float], drawn: Sequence[np.ndarray], n: int, how: str, seed: int
) -> tuple[Score, Score, Score]:
    signature = f"{how}|interval:95% percentile bootstrap|bs:{N_RESAMPLES}|seed:{seed}"
    first, second, third = (
        Score(name, value, *interval(draws, n), n, signature)
        for name, value, draws in zip(_FIGURES, values, drawn, strict=True)
    )
    return first, second, third
