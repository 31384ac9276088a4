"""Exact match and F1 of extracted answers (Rajpurkar et al. 2016), counted by torchmetrics.

Lower case, without punctuation and articles, as in SQuAD's own script; the best of several gold
answers counts. A question that has no answer is answered right by saying nothing (Rajpurkar et
al. 2018). transformers 5 has no such functions any more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from shiftdemo.core.samples import QuestionSample, Sample
from shiftdemo.evaluation.scorers.means import library, mean_score


def _gold(sample: Sample) -> tuple[str, ...]:
    return sample.answers if isinstance(sample, QuestionSample) else ()


def scorable(samples: Sequence[Sample]) -> list[int]:
    """Returns the indices of all questions, if one of them at least has a gold answer."""
    return list(range(len(samples))) if any(map(_gold, samples)) else []


def count(samples: Sequence[Sample], predictions: Sequence[str]) -> np.ndarray:
    """Returns exact match and token F1 of each answer, each 0 to 1, and a 1.

    Returns:
        float64 ``(n_questions, 3)``.
    """
    from torchmetrics.functional.text.squad import squad

    rows = []
    for sample, prediction in zip(samples, predictions, strict=True):
        # SQuAD 2: without an answer the gold one is empty
        answers: dict[str, Any] = {"text": list(_gold(sample)) or [""]}
        scores = squad(
            {"prediction_text": prediction, "id": sample.id}, {"answers": answers, "id": sample.id}
        )
        rows.append([float(scores["exact_match"]) / 100, float(scores["f1"]) / 100, 1.0])
    return np.array(rows, dtype=np.float64)


MEASURES: dict[str, tuple[list[int], Callable[[np.ndarray], np.ndarray]]] = {
    "answer F1": ([1, 2], mean_score),
    "exact match": ([0, 2], mean_score),
}


def signature(name: str, samples: Sequence[Sample]) -> str:
    """Returns how a score was computed."""
    how = "norm:SQuAD (lower case, no punctuation, no articles)|gold:best|average:mean of questions"
    return f"{how}|{library()}"
