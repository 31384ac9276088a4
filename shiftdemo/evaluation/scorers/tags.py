"""Scores of tags that are no entity tags, word by word: macro F1 and token accuracy."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from shiftdemo.core.samples import Sample
from shiftdemo.evaluation.scorers import classes
from shiftdemo.evaluation.scorers.entities import TypeRow, tags_of


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


def per_type(samples: Sequence[Sample], predictions: Sequence[Sequence[str]]) -> list[TypeRow]:
    """Returns the scores of every tag of the references, in alphabetical order."""
    sums = count(samples, predictions).sum(0)
    return [
        classes.type_row(name, row)
        for name, row in zip(_names(samples), sums.reshape(-1, 3), strict=True)
    ]


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
