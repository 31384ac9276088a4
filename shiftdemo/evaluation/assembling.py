"""From outputs and sentence statistics to a comparison: scores, curves, differences, examples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from shiftdemo.core.types import (
    QuestionSample,
    Sample,
    Score,
    TaggedSample,
    TextSample,
    TranslationSample,
)
from shiftdemo.evaluation.conditions import Condition
from shiftdemo.evaluation.results import Comparison, OutputRow
from shiftdemo.evaluation.robustness import Measured, summarise
from shiftdemo.evaluation.scorers.entities import TypeRow
from shiftdemo.evaluation.scores import by_type, measure_of, score_names, score_statistics
from shiftdemo.evaluation.significance import Difference, paired, paired_mean
from shiftdemo.evaluation.verdict import Controls, Differences
from shiftdemo.models.load import LoadedModel
from shiftdemo.tasks import Task

OUTPUT_ROWS = 100  # sentences whose outputs are kept


@dataclass(frozen=True, slots=True)
class Setting:
    """What all arms of a comparison share.

    Attributes:
        scored: places of the samples that have a reference.
    """

    task: Task
    samples: Sequence[Sample]
    scored: list[int]
    condition: Condition
    offsets: tuple[int, ...]
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
        runs: by arm what it gave at each offset.
        controls: of every arm.
    """
    task, offsets, condition = setting.task, setting.offsets, setting.condition
    reference, *others = models
    stats = {a: tuple(run.stats for run in runs[a] if run.stats is not None) for a in models}
    differences: dict[str, Differences] = {}
    curves: dict[str, tuple[Score, ...]] = {}
    if setting.scored:
        differences = {a: _differences(setting, stats[reference], stats[a]) for a in others}
        curves = {a: _curve(setting, stats[a]) for a in models}
    return Comparison(
        task=task.name,
        arms={arm: loaded.ref for arm, loaded in models.items()},
        n=len(setting.scored),
        seed=setting.seed,
        score_name=task.score_name,
        scores={arm: _all_scores(setting, stats[arm][0]) for arm in curves},
        offsets=offsets,
        condition=condition,
        curves=curves,
        summaries={arm: summarise(offsets, scores, condition) for arm, scores in curves.items()},
        reference_arm=reference,
        differences=differences,
        types={arm: _types(setting, runs[arm][0]) for arm in curves},
        controls=controls,
        more_tokens=setting.more_tokens,
        notes=tuple(notes),
        outputs=_outputs(task, setting.samples, runs),
        stats=stats if setting.scored else {},
    )


def _curve(setting: Setting, stats: Sequence[np.ndarray]) -> tuple[Score, ...]:
    task, scored = setting.task, setting.references
    return tuple(score_statistics(task, task.score_name, scored, s, setting.seed) for s in stats)


def _all_scores(setting: Setting, stats: np.ndarray) -> dict[str, Score]:
    task, scored = setting.task, setting.references
    names = score_names(task)
    return {name: score_statistics(task, name, scored, stats, setting.seed) for name in names}


def _types(setting: Setting, run: Measured) -> tuple[TypeRow, ...]:
    return by_type(setting.task, setting.references, [run.outputs[i] for i in setting.scored])


def _differences(
    setting: Setting, before: Sequence[np.ndarray], after: Sequence[np.ndarray]
) -> Differences:
    offsets, seed, condition = setting.offsets, setting.seed, setting.condition
    formula = measure_of(setting.task, setting.task.score_name)

    def mean_over(places: list[int]) -> Difference | None:
        if not places:
            return None
        parts = [[stats[i] for i in places] for stats in (before, after)]
        return paired_mean(parts[0], parts[1], formula, seed)

    return Differences(
        tuple(paired(a, b, formula, seed) for a, b in zip(before, after, strict=True)),
        mean_over([i for i, k in enumerate(offsets) if condition.inside(k)]),
        mean_over([i for i, k in enumerate(offsets) if condition.outside(k)]),
    )


def _outputs(
    task: Task, samples: Sequence[Sample], runs: Mapping[str, Sequence[Measured]]
) -> tuple[OutputRow, ...]:
    rows = []
    for place, sample in enumerate(samples[:OUTPUT_ROWS]):
        outputs: dict[str, tuple[Any, ...]] = {
            arm: tuple(task.readable(run.outputs[place]) for run in runs[arm]) for arm in runs
        }
        if isinstance(sample, TaggedSample):
            text, words = " ".join(sample.words), sample.words
            rows.append(OutputRow(sample.id, text, words, sample.tags, outputs))
        elif isinstance(sample, TranslationSample):
            rows.append(OutputRow(sample.id, sample.source, (), sample.target, outputs))
        elif isinstance(sample, TextSample):
            rows.append(OutputRow(sample.id, sample.text, (), sample.label, outputs))
        elif isinstance(sample, QuestionSample):
            asked = f"{sample.question}\n{sample.context}"
            rows.append(OutputRow(sample.id, asked, (), " / ".join(sample.answers), outputs))
    return tuple(rows)
