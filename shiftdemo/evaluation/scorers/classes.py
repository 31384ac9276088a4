"""Scores of classified texts: accuracy and macro F1 over the classes of the references."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from shiftdemo.core.samples import Sample, TextSample


def _label(sample: Sample) -> str:
    return sample.label if isinstance(sample, TextSample) else ""


def scorable(samples: Sequence[Sample]) -> list[int]:
    """Returns the indices of the samples that have a label."""
    return [index for index, sample in enumerate(samples) if _label(sample)]


def count(samples: Sequence[Sample], predictions: Sequence[str]) -> np.ndarray:
    """Returns for each class whether it is right, predicted and gold.

    Returns:
        int64 ``(n_sentences, 3 * n_classes)``; the classes are those of the references in
        alphabetical order, so that the statistics of several models stand side by side.
    """
    names = sorted({_label(sample) for sample in samples})
    gold = np.array([[_label(sample) == name for name in names] for sample in samples])
    predicted = np.array([[prediction == name for name in names] for prediction in predictions])
    table = np.stack([gold & predicted, predicted, gold], axis=-1)  # (n_sentences, n_classes, 3)
    return table.reshape(len(samples), -1).astype(np.int64)


def _by_class(s: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Returns right, predicted and gold, each ``(..., n_classes)``."""
    s = np.asarray(s, dtype=np.float64)
    table = s.reshape(*s.shape[:-1], -1, 3)
    return table[..., 0], table[..., 1], table[..., 2]


def accuracy(s: np.ndarray) -> np.ndarray:
    """Returns the share of what is right, 0 to 100, of sums ``(..., 3 * n_classes)``."""
    right, _, gold = _by_class(s)
    return np.asarray(100.0 * right.sum(-1) / np.maximum(gold.sum(-1), 1))


def macro_f1(s: np.ndarray) -> np.ndarray:
    """Returns the mean F1 of the classes, 0 to 100, of sums ``(..., 3 * n_classes)``."""
    right, predicted, gold = _by_class(s)
    both = predicted + gold
    f1 = np.where(both > 0, 200.0 * right / np.maximum(both, 1), 0.0)
    # A resample may hold nothing of a class; the mean is over the others then.
    return np.asarray(f1.sum(-1) / np.maximum((both > 0).sum(-1), 1))


CLASSES_ARE = "unit:text"


def class_counts(
    samples: Sequence[Sample], predictions: Sequence[str]
) -> tuple[list[str], np.ndarray]:
    """Returns the classes of the references, and what :func:`count` counts of each.

    Returns:
        Names in alphabetical order, and int64 ``(n_sentences, n_classes, 3)``.
    """
    names = sorted({_label(sample) for sample in samples})
    return names, count(samples, predictions).reshape(len(samples), -1, 3)


ALL = slice(None)
MEASURES: dict[str, tuple[slice, Callable[[np.ndarray], np.ndarray], str]] = {
    "accuracy": (ALL, accuracy, "unit:text"),
    "macro F1": (ALL, macro_f1, "unit:text|classes:those of the references|average:macro"),
}


def signature(name: str, samples: Sequence[Sample]) -> str:
    """Returns how a score was computed."""
    return MEASURES[name][2]
