"""A robustness curve in a few numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from shiftdemo.core.types import Score
from shiftdemo.evaluation.conditions import Condition
from shiftdemo.evaluation.significance import Measure, interval, resampled_sums


@dataclass(frozen=True, slots=True)
class Summary:
    """A robustness curve in five numbers, in the score's own unit.

    Attributes:
        at_zero: score at strength 0.
        worst_inside: lowest score at strength 0 and the trained ones; ``None`` if nothing was
            trained.
        area: mean height of the curve (trapezoids over the strength, divided by its range).
        outside: mean score of the strengths outside the trained range; ``None`` without any.
        inside: mean score of the strengths that count as trained; ``None`` without any.
    """

    at_zero: Score
    worst_inside: Score | None
    area: Score
    outside: Score | None
    inside: Score | None = None


def summarise(
    scores: Sequence[Score],
    stats: Sequence[np.ndarray],
    strengths: Sequence[float],
    condition: Condition,
    formula: Measure,
    seed: int,
) -> Summary:
    """Returns a curve in five numbers.

    Args:
        scores: the curve.
        stats: sentence statistics at each strength, ``(n_sentences, n_stats)``.
        strengths: ascending, the first one 0.
        formula: of the score.
        seed: of the resamples; a drawn sentence is drawn at every strength.
    """
    drawn = np.stack([formula(resampled_sums(part, seed)) for part in stats])  # (len, n_resamples)
    values = np.array([score.value for score in scores])[:, None]

    def made(how: Callable[[np.ndarray], np.ndarray], what: str) -> Score:
        low, high = interval(how(drawn), scores[0].n)
        first, n = scores[0], scores[0].n
        signature = f"{what}|{first.signature}"
        return Score(first.name, float(how(values)[0]), low, high, n, signature)

    def over(indices: Sequence[int], what: str) -> Score | None:
        chosen = list(indices)
        return made(lambda curve: curve[chosen].mean(0), what) if chosen else None

    indices = range(len(strengths))
    kept = [i for i in indices if not condition.outside(strengths[i])]
    worst = None
    if condition.trained:
        worst = made(lambda curve: curve[kept].min(0), "least of the trained strengths")
    return Summary(
        scores[0],
        worst,
        made(lambda curve: _height(curve, strengths), "area"),
        over([i for i in indices if condition.outside(strengths[i])], "mean outside the range"),
        over([i for i in indices if condition.inside(strengths[i])], "mean inside the range"),
    )


def _height(curve: np.ndarray, strengths: Sequence[float]) -> np.ndarray:
    """Returns the mean height of curves ``(n_strengths, n_curves)``."""
    at = np.asarray(strengths, dtype=np.float64)
    span = at[-1] - at[0]
    if not span:
        return np.asarray(curve[0])
    steps = np.diff(at)[:, None]
    return np.asarray((steps * (curve[1:] + curve[:-1]) / 2).sum(0) / span)
