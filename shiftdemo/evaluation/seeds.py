"""Several seeds of the same run put together: what the bootstrap does not cover."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from shiftdemo.errors import DataError
from shiftdemo.evaluation.comparison import Comparison, as_json
from shiftdemo.types import Score


@dataclass(frozen=True, slots=True)
class SeedMean:
    """Mean curves over runs that differ in their training seed alone.

    Attributes:
        n: number of sentences of each comparison.
        n_seeds: number of runs.
        curves: by arm one score an offset; ``value`` is the mean over the seeds, ``low`` and
            ``high`` are the least and the greatest of them.
        differences: the same for score minus score of ``reference_arm``.
        verdicts: of each run.
    """

    task: str
    arms: tuple[str, ...]
    n: int
    n_seeds: int
    score_name: str
    offsets: tuple[int, ...]
    trained_offset: int | None
    reference_arm: str
    curves: Mapping[str, tuple[Score, ...]]
    differences: Mapping[str, tuple[Score, ...]]
    verdicts: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Returns everything as plain JSON values."""
        plain: dict[str, Any] = as_json(self)
        return plain


def mean_over_seeds(comparisons: Sequence[Comparison]) -> SeedMean:
    """Returns mean, least and greatest score of every arm at every offset.

    Args:
        comparisons: one for each training seed, of the same arms at the same offsets.

    Raises:
        DataError: there are none, or they differ in task, arms, offsets or number of sentences.
    """
    if not comparisons:
        raise DataError("There are no comparisons to take a mean of; give at least one.")
    first = comparisons[0]
    for other in comparisons[1:]:
        _check_alike(first, other)
    curves = {
        arm: _means([[score.value for score in c.curves[arm]] for c in comparisons], first)
        for arm in first.curves
    }
    differences = {
        arm: _means([[d.value for d in c.differences[arm].by_offset] for c in comparisons], first)
        for arm in first.differences
    }
    return SeedMean(
        task=first.task,
        arms=tuple(first.arms),
        n=first.n,
        n_seeds=len(comparisons),
        score_name=first.score_name,
        offsets=first.offsets,
        trained_offset=first.trained_offset,
        reference_arm=first.reference_arm,
        curves=curves,
        differences=differences,
        verdicts=tuple(c.verdict for c in comparisons),
    )


def _check_alike(first: Comparison, other: Comparison) -> None:
    for name in ("task", "offsets", "n", "trained_offset", "reference_arm", "arms"):
        ours, theirs = getattr(first, name), getattr(other, name)
        if name == "arms":  # the models differ from seed to seed, their names do not
            ours, theirs = sorted(ours), sorted(theirs)
        if ours != theirs:
            raise DataError(
                f"The comparisons differ in {name} ({ours} and {theirs}); "
                "compare every seed in the same way."
            )


def _means(by_seed: Sequence[Sequence[float]], first: Comparison) -> tuple[Score, ...]:
    """Returns mean, least and greatest of ``by_seed`` ``(n_seeds, n_offsets)`` at every offset."""
    signature = f"mean of {len(by_seed)} training seeds|interval:least to greatest seed"
    return tuple(
        Score(first.score_name, float(np.mean(at)), min(at), max(at), first.n, signature)
        for at in zip(*by_seed, strict=True)
    )
