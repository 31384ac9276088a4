"""From outputs and sentence statistics to a comparison: scores, curves, differences, examples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from shiftdemo.core.samples import Sample, TaggedSample
from shiftdemo.core.types import Score
from shiftdemo.evaluation.conditions import Condition
from shiftdemo.evaluation.consistency import Consistency, consistency_of, stayed
from shiftdemo.evaluation.control_results import Controls
from shiftdemo.evaluation.detail import Detail, shifted_index
from shiftdemo.evaluation.in_detail import detail_of
from shiftdemo.evaluation.measure import Measured
from shiftdemo.evaluation.results import Comparison, Moved, OutputRow, judged_arm
from shiftdemo.evaluation.scores import measure_of, score_statistics
from shiftdemo.evaluation.significance import Difference, Measure, paired, paired_mean
from shiftdemo.evaluation.slices import Known, Slice, slices
from shiftdemo.evaluation.summary import summarise
from shiftdemo.evaluation.verdict import Differences
from shiftdemo.models.load import LoadedModel
from shiftdemo.tasks.heads import Task

OUTPUT_ROWS = 100  # sentences whose outputs are kept
_EACH_WAY = 40  # of them those on which the arms differ most, either way


@dataclass(frozen=True, slots=True)
class Setting:
    """What all arms of a comparison share.

    Attributes:
        scored: indices of the samples that have a reference.
        strengths: of the condition, ascending, the first one 0.
        known: what is known of the scored samples besides themselves.
        at_once: whether a second process may help.
    """

    task: Task
    samples: Sequence[Sample]
    scored: list[int]
    condition: Condition
    strengths: tuple[float, ...]
    seed: int
    more_tokens: float | None
    allow_no_effect: bool
    known: Known = field(default_factory=Known)
    at_once: bool = False

    @property
    def references(self) -> list[Sample]:
        """The samples that have a reference."""
        return [self.samples[i] for i in self.scored]

    @property
    def formula(self) -> Measure:
        """How the main score is computed of sums of statistics."""
        return measure_of(self.task, self.task.spec.score_name)


def assemble(
    models: Mapping[str, LoadedModel],
    setting: Setting,
    runs: Mapping[str, Sequence[Measured]],
    controls: Mapping[str, Controls],
    notes: Sequence[str],
    partial: bool = False,
) -> Comparison:
    """Returns the comparison of what the models put out under one condition; not yet judged.

    Args:
        runs: by arm what it gave at each strength.
        controls: of every arm.
        partial: some of the strengths that were asked for are missing.
    """
    task, strengths, condition = setting.task, setting.strengths, setting.condition
    reference, *others = models
    stats = {a: tuple(run.stats for run in runs[a] if run.stats is not None) for a in models}
    differences: dict[str, Differences] = {}
    curves: dict[str, tuple[Score, ...]] = {}
    if setting.scored:
        differences = {a: _differences(setting, stats[reference], stats[a]) for a in others}
        curves = {a: _curve(setting, stats[a]) for a in models}
    found = _slices(setting, runs, stats, reference, judged_arm(others)) if curves else ()
    return Comparison(
        task=task.spec.name,
        arms={arm: loaded.ref for arm, loaded in models.items()},
        n=len(setting.scored),
        seed=setting.seed,
        score_name=task.spec.score_name,
        details=_details(setting, runs) if curves else (),
        strengths=strengths,
        condition=condition,
        curves=curves,
        summaries={
            arm: summarise(scores, stats[arm], strengths, condition, setting.formula, setting.seed)
            for arm, scores in curves.items()
        },
        reference_arm=reference,
        differences=differences,
        controls=controls,
        more_tokens=setting.more_tokens,
        notes=tuple(notes),
        outputs=_outputs(setting, runs, stats, reference, judged_arm(others), found),
        consistency=_consistency(setting, runs),
        slices=found,
        stats=stats if setting.scored else {},
        partial=partial,
    )


def _curve(setting: Setting, stats: Sequence[np.ndarray]) -> tuple[Score, ...]:
    task, scored = setting.task, setting.references
    return tuple(
        score_statistics(task, task.spec.score_name, scored, s, setting.seed) for s in stats
    )


def _details(setting: Setting, runs: Mapping[str, Sequence[Measured]]) -> tuple[Detail, ...]:
    wanted = sorted({0, shifted_index(setting.strengths, setting.condition)})
    return tuple(
        detail_of(
            setting.task,
            {arm: run[index] for arm, run in runs.items()},
            setting.scored,
            setting.seed,
        )
        for index in wanted
    )


def _consistency(
    setting: Setting, runs: Mapping[str, Sequence[Measured]]
) -> dict[str, tuple[Consistency, ...]]:
    found: dict[str, tuple[Consistency, ...]] = {}
    for arm, steps in runs.items():
        stats = [stayed(steps[0].outputs, step.outputs, step.moved) for step in steps]
        known = [part for part in stats if part is not None]
        if len(known) == len(stats):
            found[arm] = tuple(consistency_of(part, setting.seed) for part in known)
    return found


def _differences(
    setting: Setting, before: Sequence[np.ndarray], after: Sequence[np.ndarray]
) -> Differences:
    strengths, seed, condition = setting.strengths, setting.seed, setting.condition
    formula = setting.formula

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


def _slices(
    setting: Setting,
    runs: Mapping[str, Sequence[Measured]],
    stats: Mapping[str, Sequence[np.ndarray]],
    reference: str,
    arm: str,
) -> tuple[Slice, ...]:
    """Returns where the difference of the judged arm comes from, at the shifted strength."""
    if not arm:
        return ()
    index = shifted_index(setting.strengths, setting.condition)
    pair = (reference, arm)

    def test(own: Mapping[str, np.ndarray], formula: Measure | None) -> Difference:
        return paired(own[reference], own[arm], formula or setting.formula, setting.seed)

    read = runs[reference][index].references
    return slices(
        setting.references,
        [read[i] for i in setting.scored],
        {name: [runs[name][index].outputs[i] for i in setting.scored] for name in pair},
        {name: stats[name][index] for name in pair},
        setting.known,
        test,
    )


def _outputs(
    setting: Setting,
    runs: Mapping[str, Sequence[Measured]],
    stats: Mapping[str, Sequence[np.ndarray]],
    reference: str,
    arm: str,
    found: Sequence[Slice],
) -> tuple[OutputRow, ...]:
    """Returns the sentences that are kept, in their order."""
    given = next(iter(runs.values()))  # every arm is given the same
    gains = _gains(setting, stats, reference, arm)  # (n_scored, n_strengths)
    at = {index: row for row, index in enumerate(setting.scored)}
    keys: dict[int, list[str]] = {}
    for one in found:
        for row in one.members:
            keys.setdefault(row, []).append(one.key)
    rows = []
    for index in _kept(setting, gains):
        sample, row = setting.samples[index], at.get(index, -1)
        outputs: dict[str, tuple[Any, ...]] = {
            name: tuple(setting.task.readable(run.outputs[index]) for run in runs[name])
            for name in runs
        }
        moved: tuple[Moved, ...] = ()
        if not setting.condition.moves_positions:
            moved = tuple(_as_moved(run.moved[index].shifted) for run in given)
        first = _as_moved(sample)
        own = tuple(round(float(gain), 2) for gain in gains[row]) if gains.size and row >= 0 else ()
        texts = (first.source, first.words, first.reference)
        rows.append(OutputRow(sample.id, *texts, outputs, moved, own, tuple(keys.get(row, ()))))
    return tuple(rows)


def _gains(
    setting: Setting, stats: Mapping[str, Sequence[np.ndarray]], reference: str, arm: str
) -> np.ndarray:
    """Returns what the judged arm scores more on each sentence, ``(n_scored, n_strengths)``."""
    if not arm or not setting.scored:
        return np.empty((0, 0))
    by_strength = [
        setting.formula(after.astype(np.float64)) - setting.formula(before.astype(np.float64))
        for before, after in zip(stats[reference], stats[arm], strict=True)
    ]
    return np.stack(by_strength, axis=1)


def _kept(setting: Setting, gains: np.ndarray) -> list[int]:
    """Returns the indices of the sentences that are kept: telling ones, and the first ones."""
    kept: dict[int, None] = {}
    if gains.size:
        index = shifted_index(setting.strengths, setting.condition)
        order = np.argsort(gains[:, index], kind="stable").tolist()
        ends = [*order[:_EACH_WAY], *order[::-1][:_EACH_WAY]]
        kept = {setting.scored[row]: None for row in ends if gains[row, index]}
    for number in range(len(setting.samples)):
        if len(kept) >= OUTPUT_ROWS:
            break
        kept[number] = None
    return sorted(kept)


def _as_moved(sample: Sample) -> Moved:
    """Returns what a model reads of a sample, and what it should say."""
    words = sample.words if isinstance(sample, TaggedSample) else ()
    return Moved(sample.read, words, sample.reference)
