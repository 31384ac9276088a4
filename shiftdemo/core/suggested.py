"""Settings that suit a run: the page begins with them, ``finetune --suggested`` takes them."""

from __future__ import annotations

import math
from typing import Any

FROM_SCRATCH, FINE_TUNING = 1e-3, 2e-4  # AdamW; of weights that are drawn, and of trained ones
_MOST_WARMUP = 100
_EVALUATIONS = 12  # points of the held-out curves
EVAL_PART = 100  # held-out sentences of a point before the last
_APART = 10  # steps between two of them, at least


def learning_rate(model: str) -> float:
    """Returns the learning rate that suits a model, by its reference."""
    return FROM_SCRATCH if model.startswith("scratch:") else FINE_TUNING


def warmup(steps: int) -> int:
    """Returns the steps over which the learning rate grows: a tenth of them, 100 at most."""
    return min(_MOST_WARMUP, steps // 10)


def eval_every(steps: int) -> int:
    """Returns after how many steps the held-out figures are taken: twelve times at most.

    Never after fewer than ten: they take as long as some ten steps of a small model.
    """
    return max(_APART, math.ceil(steps / _EVALUATIONS))


def settings(model: str, steps: int) -> dict[str, Any]:
    """Returns all of these, by the names of :class:`~shiftdemo.core.config.TrainConfig`."""
    return {
        "learning_rate": learning_rate(model),
        "warmup": warmup(steps),
        "eval_every": eval_every(steps),
        "eval_part": EVAL_PART,
    }
