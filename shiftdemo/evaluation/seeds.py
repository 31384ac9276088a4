"""Several seeds of one run put together: what a bootstrap of the sentences does not cover."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TypeVar

import numpy as np

from shiftdemo.core.errors import DataError
from shiftdemo.core.messages import Message
from shiftdemo.core.types import Score
from shiftdemo.evaluation.control_results import Controls, OffsetEffect, SourceUse
from shiftdemo.evaluation.results import Comparison, judged
from shiftdemo.evaluation.scores import measure_of
from shiftdemo.evaluation.seed_interval import over_seeds_and_sentences
from shiftdemo.evaluation.significance import Difference, Measure, resampled_sums
from shiftdemo.evaluation.summary import summarise
from shiftdemo.evaluation.verdict import Differences
from shiftdemo.tasks.heads import make_task

_C = TypeVar("_C", OffsetEffect | None, SourceUse | None)
_ALIKE = ("task", "strengths", "n", "seed", "condition", "reference_arm", "arms")


def over_seeds(comparisons: Sequence[Comparison]) -> Comparison:
    """Returns one comparison for the training, from those of its seeds; one alone as it is.

    Args:
        comparisons: one for each training seed, of the same arms on the same sentences.

    Raises:
        DataError: there are none, or they differ in what was measured.
    """
    if not comparisons:
        raise DataError("seeds.there_no_comparisons_take")
    if len(comparisons) == 1:
        return comparisons[0]
    conditions = zip(*((comparison, *comparison.also) for comparison in comparisons), strict=False)
    return judged([_mean(part) for part in conditions])


def _mean(comparisons: Sequence[Comparison]) -> Comparison:
    _check_alike(comparisons)
    first = comparisons[0]
    curves = {
        arm: _means([comparison.curves[arm] for comparison in comparisons]) for arm in first.curves
    }
    names = {arm: list(scores) for arm, scores in first.scores.items()}
    scores = {
        arm: dict(
            zip(
                of,
                _means([[comparison.scores[arm][n] for n in of] for comparison in comparisons]),
                strict=True,
            )
        )
        for arm, of in names.items()
    }
    seeds = tuple(dataclasses.replace(comparison, also=()) for comparison in comparisons)
    return dataclasses.replace(
        first,
        scores=scores,
        curves=curves,
        summaries={
            arm: summarise(first.strengths, curve, first.condition) for arm, curve in curves.items()
        },
        differences={arm: _differences(comparisons, arm) for arm in first.differences},
        types={},
        controls={
            arm: _worst([comparison.controls[arm] for comparison in comparisons])
            for arm in first.controls
        },
        notes=tuple(dict.fromkeys(note for comparison in comparisons for note in comparison.notes)),
        n_seeds=len(comparisons),
        of_seeds=seeds,
        stats={},
    )


def _check_alike(comparisons: Sequence[Comparison]) -> None:
    first = comparisons[0]
    for other in comparisons[1:]:
        for name in _ALIKE:
            ours, theirs = getattr(first, name), getattr(other, name)
            if name == "arms":  # the models differ from seed to seed, their names do not
                ours, theirs = sorted(ours), sorted(theirs)
            if ours != theirs:
                raise DataError(
                    "seeds.comparisons_differ_compare_every", name=name, ours=ours, theirs=theirs
                )


def _means(by_seed: Sequence[Sequence[Score]]) -> tuple[Score, ...]:
    """Returns mean, least and greatest of ``by_seed`` ``(n_seeds, n_scores)`` for each score."""
    how = f"mean of {len(by_seed)} training seeds|interval:least to greatest seed"
    means = []
    for scores in zip(*by_seed, strict=True):
        values = [score.value for score in scores]
        kept = scores[0].signature.partition("|interval:")[0]
        signature = f"{kept}|{how}"
        mean = float(np.mean(values))
        mean_score = Score(scores[0].name, mean, min(values), max(values), scores[0].n, signature)
        means.append(mean_score)
    return tuple(means)


def _differences(comparisons: Sequence[Comparison], arm: str) -> Differences:
    """Returns the differences of an arm over seeds and sentences together."""
    first = comparisons[0]
    formula = measure_of(make_task(first.task), first.score_name)

    def over(indices: list[int]) -> Difference | None:
        return _difference(comparisons, arm, indices, formula) if indices else None

    indices = range(len(first.strengths))
    by_offset = (_difference(comparisons, arm, [index], formula) for index in indices)
    inside, outside = (
        [index for index in indices if where(first.strengths[index])]
        for where in (first.condition.inside, first.condition.outside)
    )
    return Differences(tuple(by_offset), over(inside), over(outside))


def _difference(
    comparisons: Sequence[Comparison], arm: str, indices: Sequence[int], formula: Measure
) -> Difference:
    """Returns the difference of the mean score at some strengths."""
    values, draws = [], []
    for comparison in comparisons:
        sides = [
            np.concatenate([comparison.stats[of][index] for index in indices], axis=1)
            for of in (comparison.reference_arm, arm)
        ]
        width = sides[0].shape[1] // len(indices)
        both = np.concatenate(sides, axis=1)

        def gap(sums: np.ndarray, width: int = width) -> np.ndarray:
            parts = np.split(sums, sums.shape[-1] // width, axis=-1)
            by_side = [formula(part) for part in parts]
            half = len(by_side) // 2
            return np.asarray(np.mean(by_side[half:], axis=0) - np.mean(by_side[:half], axis=0))

        values.append(float(gap(both.sum(0).astype(np.float64))))
        # The same seed draws the same sentences for every training seed.
        draws.append(gap(resampled_sums(both, comparison.seed)))
    return over_seeds_and_sentences(values, np.mean(draws, axis=0), comparisons[0].n)


def _worst(of_seeds: Sequence[Controls]) -> Controls:
    """Returns the controls of the first seed in which one fails, else the first seed's."""
    for number, controls in enumerate(of_seeds, 1):
        failed = [
            control for control in (controls.offset, controls.source) if control and not control.ok
        ]
        if failed:
            return Controls(_said_of(controls.offset, number), _said_of(controls.source, number))
    return of_seeds[0]


def _said_of(control: _C, number: int) -> _C:
    if control is None or control.ok:
        return control
    message = Message("seeds.of_seed", number=number, message=control.message)
    return dataclasses.replace(control, message=message)
