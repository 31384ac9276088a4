"""Scores of tags that are no entity tags, word by word: macro F1 and token accuracy."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from shiftdemo.core.samples import Sample
from shiftdemo.evaluation.scorers import classes
from shiftdemo.evaluation.scorers.entities import tags_of


def scorable(samples: Sequence[Sample]) -> list[int]:
    """Returns the indices of the samples that have tags."""
    return [index for index, sample in enumerate(samples) if tags_of(sample)]


def count(samples: Sequence[Sample], predictions: Sequence[Sequence[str]]) -> np.ndarray:
    """Returns for each tag of the references how many words are right, predicted and gold.

    Returns:
        int64 ``(n_sentences, 3 * n_tags)``, the tags in alphabetical order.
    """
    names = {tag: at for at, tag in enumerate(_names(samples))}
    table = np.zeros((len(samples), len(names), 3), dtype=np.int64)
    for row, (sample, predicted) in enumerate(zip(samples, predictions, strict=True)):
        for gold, guess in zip(tags_of(sample), predicted, strict=True):
            table[row, names[gold], 2] += 1
            table[row, names[gold], 0] += gold == guess
            if guess in names:
                table[row, names[guess], 1] += 1
    return table.reshape(len(samples), -1)


def _names(samples: Sequence[Sample]) -> list[str]:
    return sorted({tag for sample in samples for tag in tags_of(sample)})


CLASSES_ARE = "unit:word"


def class_counts(
    samples: Sequence[Sample], predictions: Sequence[Sequence[str]]
) -> tuple[list[str], np.ndarray]:
    """Returns the tags of the references, and what :func:`count` counts of each.

    Returns:
        Names in alphabetical order, and int64 ``(n_sentences, n_tags, 3)``.
    """
    return _names(samples), count(samples, predictions).reshape(len(samples), -1, 3)


MEASURES: dict[str, tuple[slice, Callable[[np.ndarray], np.ndarray], str]] = {
    "macro F1": (
        classes.ALL,
        classes.macro_f1,
        "unit:word|tags:those of the references|average:macro",
    ),
    "token accuracy": (classes.ALL, classes.accuracy, "unit:word|O counted"),
}


def signature(name: str, samples: Sequence[Sample]) -> str:
    """Returns how a score was computed."""
    return MEASURES[name][2]
