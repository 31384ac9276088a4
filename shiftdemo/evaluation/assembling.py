"""From outputs and sentence statistics to a comparison: scores, curves, differences, examples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from shiftdemo.core.samples import Sample, TaggedSample
from shiftdemo.core.types import Score
from shiftdemo.evaluation.conditions import Condition
from shiftdemo.evaluation.control_results import Controls
from shiftdemo.evaluation.measure import Measured
from shiftdemo.evaluation.results import Comparison, Moved, OutputRow
from shiftdemo.evaluation.scorers.entities import TypeRow
from shiftdemo.evaluation.scores import by_type, measure_of, score_names, score_statistics
from shiftdemo.evaluation.significance import Difference, paired, paired_mean
from shiftdemo.evaluation.summary import summarise
from shiftdemo.evaluation.verdict import Differences
from shiftdemo.models.load import LoadedModel
from shiftdemo.tasks.heads import Task

OUTPUT_ROWS = 100  # sentences whose outputs are kept


@dataclass(frozen=True, slots=True)
class Setting:
    """What all arms of a comparison share.

    Attributes:
        scored: indices of the samples that have a reference.
        strengths: of the condition, ascending, the first one 0.
    """

    task: Task
    samples: Sequence[Sample]
    scored: list[int]
    condition: Condition
    strengths: tuple[float, ...]
    seed: int
    more_tokens: float | None
    allow_no_effect: bool

    @property
    def references(self) -> list[Sample]:
        """The samples that have a reference."""
        return [self.samples[i] for i in self.scored]


def assemble(
    models: Mapping[str, LoadedModel],
    setting: Setting,
    runs: Mapping[str, Sequence[Measured]],
    controls: Mapping[str, Controls],
    notes: Sequence[str],
) -> Comparison:
    """Returns the comparison of what the models put out under one condition; not yet judged.

    Args:
        runs: by arm what it gave at each strength.
        controls: of every arm.
    """
    task, strengths, condition = setting.task, setting.strengths, setting.condition
    reference, *others = models
    stats = {a: tuple(run.stats for run in runs[a] if run.stats is not None) for a in models}
    differences: dict[str, Differences] = {}
    curves: dict[str, tuple[Score, ...]] = {}
    if setting.scored:
        differences = {a: _differences(setting, stats[reference], stats[a]) for a in others}
        curves = {a: _curve(setting, stats[a]) for a in models}
    return Comparison(
        task=task.spec.name,
        arms={arm: loaded.ref for arm, loaded in models.items()},
        n=len(setting.scored),
        seed=setting.seed,
        score_name=task.spec.score_name,
        scores={arm: _all_scores(setting, stats[arm][0]) for arm in curves},
        strengths=strengths,
        condition=condition,
        curves=curves,
        summaries={arm: summarise(strengths, scores, condition) for arm, scores in curves.items()},
        reference_arm=reference,
        differences=differences,
        types={arm: _types(setting, runs[arm][0]) for arm in curves},
        controls=controls,
        more_tokens=setting.more_tokens,
        notes=tuple(notes),
        outputs=_outputs(setting, runs),
        stats=stats if setting.scored else {},
    )


def _curve(setting: Setting, stats: Sequence[np.ndarray]) -> tuple[Score, ...]:
    task, scored = setting.task, setting.references
    return tuple(
        score_statistics(task, task.spec.score_name, scored, s, setting.seed) for s in stats
    )


def _all_scores(setting: Setting, stats: np.ndarray) -> dict[str, Score]:
    task, scored = setting.task, setting.references
    names = score_names(task)
    return {name: score_statistics(task, name, scored, stats, setting.seed) for name in names}


def _types(setting: Setting, run: Measured) -> tuple[TypeRow, ...]:
    return by_type(setting.task, setting.references, [run.outputs[i] for i in setting.scored])


def _differences(
    setting: Setting, before: Sequence[np.ndarray], after: Sequence[np.ndarray]
) -> Differences:
    strengths, seed, condition = setting.strengths, setting.seed, setting.condition
    formula = measure_of(setting.task, setting.task.spec.score_name)

    def mean_over(indices: list[int]) -> Difference | None:
        if not indices:
            return None
        parts = [[stats[i] for i in indices] for stats in (before, after)]
        return paired_mean(parts[0], parts[1], formula, seed)

    return Differences(
        tuple(paired(a, b, formula, seed) for a, b in zip(before, after, strict=True)),
        mean_over([i for i, k in enumerate(strengths) if condition.inside(k)]),
        mean_over([i for i, k in enumerate(strengths) if condition.outside(k)]),
    )


def _outputs(setting: Setting, runs: Mapping[str, Sequence[Measured]]) -> tuple[OutputRow, ...]:
    task = setting.task
    given = next(iter(runs.values()))  # every arm is given the same
    rows = []
    for index, sample in enumerate(setting.samples[:OUTPUT_ROWS]):
        outputs: dict[str, tuple[Any, ...]] = {
            arm: tuple(task.readable(run.outputs[index]) for run in runs[arm]) for arm in runs
        }
        moved: tuple[Moved, ...] = ()
        if not setting.condition.moves_positions:
            moved = tuple(_as_moved(run.moved[index].shifted) for run in given)
        first = _as_moved(sample)
        rows.append(
            OutputRow(sample.id, first.source, first.words, first.reference, outputs, moved)
        )
    return tuple(rows)


def _as_moved(sample: Sample) -> Moved:
    """Returns what a model reads of a sample, and what it should say."""
    words = sample.words if isinstance(sample, TaggedSample) else ()
    return Moved(sample.read, words, sample.reference)
