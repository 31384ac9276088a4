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
    conditions = zip(*((one, *one.also) for one in comparisons), strict=False)
    return judged([_mean(part) for part in conditions])


def _mean(found: Sequence[Comparison]) -> Comparison:
    _check_alike(found)
    first = found[0]
    curves = {arm: _means([one.curves[arm] for one in found]) for arm in first.curves}
    names = {arm: list(scores) for arm, scores in first.scores.items()}
    scores = {
        arm: dict(zip(of, _means([[one.scores[arm][n] for n in of] for one in found]), strict=True))
        for arm, of in names.items()
    }
    seeds = tuple(dataclasses.replace(one, also=()) for one in found)
    return dataclasses.replace(
        first,
        scores=scores,
        curves=curves,
        summaries={
            arm: summarise(first.strengths, curve, first.condition) for arm, curve in curves.items()
        },
        differences={arm: _differences(found, arm) for arm in first.differences},
        types={},
        controls={arm: _worst([one.controls[arm] for one in found]) for arm in first.controls},
        notes=tuple(dict.fromkeys(note for one in found for note in one.notes)),
        n_seeds=len(found),
        of_seeds=seeds,
        stats={},
    )


def _check_alike(found: Sequence[Comparison]) -> None:
    first = found[0]
    for other in found[1:]:
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
    found = []
    for scores in zip(*by_seed, strict=True):
        values = [score.value for score in scores]
        kept = scores[0].signature.partition("|interval:")[0]
        signature = f"{kept}|{how}"
        mean = float(np.mean(values))
        one = Score(scores[0].name, mean, min(values), max(values), scores[0].n, signature)
        found.append(one)
    return tuple(found)


def _differences(found: Sequence[Comparison], arm: str) -> Differences:
    """Returns the differences of an arm over seeds and sentences together."""
    first = found[0]
    formula = measure_of(make_task(first.task), first.score_name)

    def over(places: list[int]) -> Difference | None:
        return _difference(found, arm, places, formula) if places else None

    places = range(len(first.strengths))
    by_offset = (_difference(found, arm, [place], formula) for place in places)
    inside, outside = (
        [place for place in places if where(first.strengths[place])]
        for where in (first.condition.inside, first.condition.outside)
    )
    return Differences(tuple(by_offset), over(inside), over(outside))


def _difference(
    found: Sequence[Comparison], arm: str, places: Sequence[int], formula: Measure
) -> Difference:
    """Returns the difference of the mean score at some strengths."""
    values, draws = [], []
    for one in found:
        sides = [
            np.concatenate([one.stats[of][place] for place in places], axis=1)
            for of in (one.reference_arm, arm)
        ]
        width = sides[0].shape[1] // len(places)
        both = np.concatenate(sides, axis=1)

        def gap(sums: np.ndarray, width: int = width) -> np.ndarray:
            parts = np.split(sums, sums.shape[-1] // width, axis=-1)
            by_side = [formula(part) for part in parts]
            half = len(by_side) // 2
            return np.asarray(np.mean(by_side[half:], axis=0) - np.mean(by_side[:half], axis=0))

        values.append(float(gap(both.sum(0).astype(np.float64))))
        # The same seed draws the same sentences for every training seed.
        draws.append(gap(resampled_sums(both, one.seed)))
    return over_seeds_and_sentences(values, np.mean(draws, axis=0), found[0].n)


def _worst(of_seeds: Sequence[Controls]) -> Controls:
    """Returns the controls of the first seed in which one fails, else the first seed's."""
    for number, controls in enumerate(of_seeds, 1):
        failed = [one for one in (controls.offset, controls.source) if one and not one.ok]
        if failed:
            return Controls(_said_of(controls.offset, number), _said_of(controls.source, number))
    return of_seeds[0]


def _said_of(control: _C, number: int) -> _C:
    if control is None or control.ok:
        return control
    message = Message("seeds.of_seed", number=number, message=control.message)
    return dataclasses.replace(control, message=message)
