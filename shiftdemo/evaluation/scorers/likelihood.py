"""How well a language model predicts texts: perplexity and token accuracy."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from shiftdemo.core.samples import Sample, TextSample
from shiftdemo.tasks.heads.causal_lm import TextFit

# Perplexities of two models compare only where both cut texts into the same tokens.
_UNIT = "unit:token of the model, end token counted"


def scorable(samples: Sequence[Sample]) -> list[int]:
    """Returns the indices of the texts: each is its own reference."""
    return [
        index
        for index, sample in enumerate(samples)
        if isinstance(sample, TextSample) and sample.text.strip()
    ]


def count(samples: Sequence[Sample], predictions: Sequence[TextFit]) -> np.ndarray:
    """Returns nats, tokens and tokens predicted, float64 ``(n_sentences, 3)``."""
    rows = [(fit.nats, fit.n_tokens, fit.n_right) for fit in predictions]
    return np.array(rows, dtype=np.float64)


def _accuracy(s: np.ndarray) -> np.ndarray:
    return np.asarray(100.0 * s[..., 2] / np.maximum(s[..., 1], 1))


def _perplexity(s: np.ndarray) -> np.ndarray:
    return np.exp(s[..., 0] / np.maximum(s[..., 1], 1))


MEASURES: dict[str, tuple[slice, Callable[[np.ndarray], np.ndarray], str]] = {
    "token accuracy": (slice(0, 3), _accuracy, f"{_UNIT}|greedy choice"),
    "perplexity": (slice(0, 3), _perplexity, f"{_UNIT}|exp of mean nats|lower is better"),
}


def signature(name: str, samples: Sequence[Sample]) -> str:
    """Returns how a score was computed."""
    return MEASURES[name][2]
