"""A robustness curve in a few numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from shiftdemo.core.types import Score
from shiftdemo.evaluation.conditions import Condition


@dataclass(frozen=True, slots=True)
class Summary:
    """A robustness curve in four numbers, in the score's own unit.

    Attributes:
        at_zero: score at strength 0.
        worst_inside: lowest score at strength 0 and the trained ones; ``None`` if nothing was
            trained.
        area: mean height of the curve (trapezoids over the strength, divided by its range).
        outside: mean score of the strengths outside the trained range; ``None`` without any.
    """

    at_zero: float
    worst_inside: float | None
    area: float
    outside: float | None


def summarise(strengths: Sequence[float], scores: Sequence[Score], condition: Condition) -> Summary:
    """Returns a curve in four numbers.

    Args:
        strengths: ascending, the first one 0.
    """
    values = [score.value for score in scores]
    outside = [v for k, v in zip(strengths, values, strict=True) if condition.outside(k)]
    inside = [v for k, v in zip(strengths, values, strict=True) if not condition.outside(k)]
    span = strengths[-1] - strengths[0]
    steps = zip(strengths, strengths[1:], values, values[1:], strict=False)
    area = sum((k2 - k1) * (v1 + v2) / 2 for k1, k2, v1, v2 in steps)
    return Summary(
        values[0],
        min(inside) if condition.trained else None,
        area / span if span else values[0],
        float(np.mean(outside)) if outside else None,
    )
