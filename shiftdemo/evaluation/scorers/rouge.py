"""ROUGE of summaries (Lin 2004), counted by torchmetrics.

torchmetrics gives what Google's rouge-score gives (a test compares them) and is released
regularly; it needs neither nltk nor its downloads for these three scores.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from shiftdemo.core import words as w
from shiftdemo.core.samples import Sample, TranslationSample
from shiftdemo.evaluation.scorers.bleu_chrf import scorable
from shiftdemo.evaluation.scorers.means import library, mean_score

__all__ = ["MEASURES", "count", "scorable", "signature"]

_KEYS = {"ROUGE-L": "rougeL", "ROUGE-1": "rouge1", "ROUGE-2": "rouge2"}


def _own_words(text: str) -> list[str]:
    """Returns the words that ROUGE counts where the alphabet is not Latin."""
    return [word for word in w.split(text).words if any(map(str.isalnum, word))]


def _reference(sample: Sample) -> str:
    return sample.target if isinstance(sample, TranslationSample) else ""


def _is_latin(samples: Sequence[Sample]) -> bool:
    """Whether most letters are those that ROUGE's own tokenizer keeps, a to z."""
    letters = [c for sample in samples for c in _reference(sample).lower() if c.isalpha()]
    return 2 * sum(c.isascii() for c in letters) >= len(letters)


def count(samples: Sequence[Sample], predictions: Sequence[str]) -> np.ndarray:
    """Returns the F-measures of each summary, each 0 to 1, and a 1.

    Returns:
        float64 ``(n_summaries, 4)``: ROUGE-L, ROUGE-1, ROUGE-2, and the number of summaries.
    """
    from torchmetrics.functional.text.rouge import rouge_score

    how: dict[str, Any] = {"rouge_keys": tuple(_KEYS.values())}
    if not _is_latin(samples):
        how |= {"normalizer": str.lower, "tokenizer": _own_words}
    rows = []
    for sample, prediction in zip(samples, predictions, strict=True):
        scores = rouge_score(prediction, _reference(sample), **how)
        rows.append([*(float(scores[f"{key}_fmeasure"]) for key in _KEYS.values()), 1.0])
    return np.array(rows, dtype=np.float64)


MEASURES: dict[str, tuple[list[int], Callable[[np.ndarray], np.ndarray]]] = {
    name: ([index, len(_KEYS)], mean_score) for index, name in enumerate(_KEYS)
}


def signature(name: str, samples: Sequence[Sample]) -> str:
    """Returns how a score was computed."""
    tokens = "rouge (a-z, 0-9, lower case)" if _is_latin(samples) else "words (CJK by character)"
    how = f"measure:F1|tok:{tokens}|stemmer:no|average:mean of summaries"
    return f"{_KEYS[name]}|{how}|{library()}"
