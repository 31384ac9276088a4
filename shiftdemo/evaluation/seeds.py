"""Several seeds of one run put together: what a bootstrap of the sentences does not cover."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TypeVar

import numpy as np

from shiftdemo.core.errors import DataError
from shiftdemo.core.messages import Message
from shiftdemo.evaluation.control_results import Controls, OffsetEffect, SourceUse
from shiftdemo.evaluation.results import Comparison, judged
from shiftdemo.evaluation.scorers.entities import strict_f1
from shiftdemo.evaluation.scores import measure_of
from shiftdemo.evaluation.seed_interval import over_seeds_and_sentences
from shiftdemo.evaluation.seed_means import (
    mean_consistency,
    mean_details,
    mean_scores,
    mean_summary,
    noise_of,
)
from shiftdemo.evaluation.significance import Difference, Measure, resampled_sums
from shiftdemo.evaluation.slices import OF_MENTIONS, Slice, corrected
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
    of_arm = {arm: [one.curves[arm] for one in comparisons] for arm in first.curves}
    seeds = tuple(dataclasses.replace(comparison, also=(), costs={}) for comparison in comparisons)
    whole = [arm for arm in first.consistency if all(arm in c.consistency for c in comparisons)]
    return dataclasses.replace(
        first,
        details=mean_details([comparison.details for comparison in comparisons]),
        curves={arm: mean_scores(curves) for arm, curves in of_arm.items()},
        summaries={arm: mean_summary([c.summaries[arm] for c in comparisons]) for arm in of_arm},
        differences={arm: _differences(comparisons, arm) for arm in first.differences},
        controls={
            arm: _worst([comparison.controls[arm] for comparison in comparisons])
            for arm in first.controls
        },
        consistency={
            arm: mean_consistency([c.consistency[arm] for c in comparisons]) for arm in whole
        },
        slices=_slices(comparisons),
        noise=noise_of(of_arm[first.reference_arm]) if of_arm else (),
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
    pairs = [
        tuple(
            np.concatenate([comparison.stats[of][index] for index in indices], axis=1)
            for of in (comparison.reference_arm, arm)
        )
        for comparison in comparisons
    ]
    return _over_seeds(pairs, formula, len(indices), comparisons)


def _over_seeds(
    pairs: Sequence[tuple[np.ndarray, ...]],
    formula: Measure,
    parts: int,
    comparisons: Sequence[Comparison],
) -> Difference:
    """Returns a difference over seeds and sentences.

    Args:
        pairs: of each seed the statistics of both arms, ``(n, parts * n_stats)``.
        parts: strengths over whose scores the mean is taken.
    """
    values, draws = [], []
    for sides, comparison in zip(pairs, comparisons, strict=True):
        both = np.concatenate(sides, axis=1)

        def gap(sums: np.ndarray) -> np.ndarray:
            by_side = [formula(part) for part in np.split(sums, 2 * parts, axis=-1)]
            return np.asarray(np.mean(by_side[parts:], axis=0) - np.mean(by_side[:parts], axis=0))

        values.append(float(gap(both.sum(0).astype(np.float64))))
        # The same seed draws the same sentences for every training seed.
        draws.append(gap(resampled_sums(both, comparison.seed)))
    n = min(len(sides[0]) for sides in pairs)
    return over_seeds_and_sentences(values, np.mean(draws, axis=0), n)


def _slices(comparisons: Sequence[Comparison]) -> tuple[Slice, ...]:
    """Returns the slices that every seed has, with differences over seeds and sentences."""
    first = comparisons[0]
    pair = (first.reference_arm, first.judged)
    main = measure_of(make_task(first.task), first.score_name)
    tables = [{(one.kind, one.name): one for one in c.slices} for c in comparisons]
    found = []
    for name, one in tables[0].items():
        if all(name in table for table in tables):
            of_seeds = [tuple(table[name].stats[arm] for arm in pair) for table in tables]
            formula = strict_f1 if one.kind in OF_MENTIONS else main
            difference = _over_seeds(of_seeds, formula, 1, comparisons)
            found.append(dataclasses.replace(one, difference=difference))
    return corrected(found)


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
