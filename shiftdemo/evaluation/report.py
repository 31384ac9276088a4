"""Compares models on the same sentences: scores, curves, differences, controls and a verdict."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from shiftdemo.errors import DataError, ModelError
from shiftdemo.evaluation.comparison import Comparison, OutputRow
from shiftdemo.evaluation.controls import source_use
from shiftdemo.evaluation.effects import as_control, check_offset
from shiftdemo.evaluation.entities import TypeRow
from shiftdemo.evaluation.predict import Cancelled
from shiftdemo.evaluation.robustness import Measured, allowed_offsets, measured, summarise
from shiftdemo.evaluation.scores import (
    by_type,
    measure_of,
    scorable,
    score_names,
    score_statistics,
)
from shiftdemo.evaluation.seeds import SeedMean, mean_over_seeds
from shiftdemo.evaluation.significance import Difference, paired, paired_mean
from shiftdemo.evaluation.verdict import Controls, Differences, judge
from shiftdemo.models import Loaded
from shiftdemo.tasks import Task
from shiftdemo.types import (
    QuestionSample,
    Sample,
    Score,
    TaggedSample,
    TextSample,
    TranslationSample,
)

__all__ = ["Comparison", "SeedMean", "compare_models", "mean_over_seeds"]

OUTPUT_ROWS = 100  # sentences whose outputs are kept
_CONTROL_SHARE = 0.05  # of the progress bar

Report = Callable[[float, str], None]


@dataclass(frozen=True, slots=True)
class _Setting:
    """What all arms of a comparison share."""

    task: Task
    samples: Sequence[Sample]
    scored: list[int]  # places of the samples that have a reference
    offsets: tuple[int, ...]
    seed: int
    trained_offset: int | None
    allow_no_effect: bool = False

    @property
    def references(self) -> list[Sample]:
        return [self.samples[i] for i in self.scored]


def compare_models(
    models: Mapping[str, Loaded],
    task: Task,
    samples: Sequence[Sample],
    offsets: Sequence[int] = (),
    seed: int = 0,
    trained_offset: int | None = None,
    allow_no_effect: bool = False,
    progress: Report = lambda fraction, text: None,
    cancel: Callable[[], bool] = lambda: False,
) -> Comparison:
    """Returns the comparison of several models on the same sentences.

    Args:
        models: by arm; the differences are taken against ``base``, or else the first one.
        task: the models' task.
        samples: with references where scores are wanted.
        offsets: positions of the first token; 0 is always measured; empty for the default ones.
        seed: of the intervals and of the shuffled sources.
        trained_offset: the greatest offset in training, where it is known.
        allow_no_effect: measure models too that offsets do not reach, as controls.
        progress: told the share that is done, 0 to 1, and what is being done.
        cancel: asked every few sentences.

    Raises:
        Cancelled: ``cancel`` said so.
        ConfigError: an offset is beyond a model's positions.
        DataError: there are no samples.
        ModelError: there are no models, one is made for another task, or offsets do not reach it.
        FaultError: offsets do not reach a model of ours.
    """
    _check(models, task, samples)
    reference = "base" if "base" in models else next(iter(models))
    ordered = {reference: models[reference], **models}
    if allow_no_effect:
        ordered = {arm: as_control(loaded) for arm, loaded in ordered.items()}
    chosen = allowed_offsets(models.values(), task, samples, offsets)
    scored = scorable(task, samples)
    setting = _Setting(task, samples, scored, chosen, seed, trained_offset, allow_no_effect)
    controls, notes = _controls(ordered, setting, progress, cancel)
    runs = _runs(ordered, setting, progress, cancel)
    result = _assemble(ordered, setting, runs, controls, notes)
    progress(1.0, "done")
    return result


def _check(models: Mapping[str, Loaded], task: Task, samples: Sequence[Sample]) -> None:
    if not samples:
        raise DataError("There are no sentences to compare on; give at least one.")
    if not models:
        raise ModelError("There is no model to compare; give at least one.")
    for arm, loaded in models.items():
        if loaded.task != task.name:
            raise ModelError(
                f"The model {loaded.ref} of arm {arm} is made for {loaded.task}, "
                f"not for {task.name}; choose one for {task.name}."
            )


def _controls(
    models: Mapping[str, Loaded], setting: _Setting, progress: Report, cancel: Callable[[], bool]
) -> tuple[dict[str, Controls], list[str]]:
    found: dict[str, Controls] = {}
    notes: list[str] = []
    furthest = setting.offsets[-1]
    for number, (arm, loaded) in enumerate(models.items()):
        if cancel():
            raise Cancelled("The comparison was stopped; start it again to see scores.")
        progress(_CONTROL_SHARE * number / len(models), f"{arm}: controls")
        effect = None
        if furthest:
            effect = check_offset(loaded, setting.samples, furthest, setting.allow_no_effect)
        try:
            use = source_use(loaded, setting.task, setting.samples, setting.seed)
        except DataError as reason:
            use = None
            notes.append(f"{arm}: {reason}")
        found[arm] = Controls(effect, use)
    n_samples, n_scored = len(setting.samples), len(setting.scored)
    if 0 < n_scored < n_samples:
        notes.append(f"Scored: the {n_scored} of {n_samples} sentences that have a reference.")
    return found, notes


def _runs(
    models: Mapping[str, Loaded], setting: _Setting, progress: Report, cancel: Callable[[], bool]
) -> dict[str, list[Measured]]:
    runs: dict[str, list[Measured]] = {}
    size = f"{len(setting.samples)} sentences at {len(setting.offsets)} offsets"
    for number, (arm, loaded) in enumerate(models.items()):

        def tell(fraction: float, arm: str = arm, before: int = number) -> None:
            share = (before + fraction) / len(models)
            text = f"{arm}: {fraction:.0%} of {size}"
            progress(_CONTROL_SHARE + (1 - _CONTROL_SHARE) * share, text)

        steps = measured(loaded, setting.task, setting.samples, setting.offsets, tell, cancel)
        runs[arm] = list(steps)
    return runs


def _assemble(
    models: Mapping[str, Loaded],
    setting: _Setting,
    runs: Mapping[str, Sequence[Measured]],
    controls: Mapping[str, Controls],
    notes: Sequence[str],
) -> Comparison:
    task, offsets, bound = setting.task, setting.offsets, setting.trained_offset
    reference, *others = models
    stats = {a: [run.stats for run in runs[a] if run.stats is not None] for a in models}
    differences: dict[str, Differences] = {}
    curves: dict[str, tuple[Score, ...]] = {}
    if setting.scored:
        differences = {a: _differences(setting, stats[reference], stats[a]) for a in others}
        curves = {a: _curve(setting, stats[a]) for a in models}
    judged = "shift" if "shift" in differences else next(iter(differences), "")
    n = len(setting.scored)
    return Comparison(
        task=task.name,
        arms={arm: loaded.ref for arm, loaded in models.items()},
        n=n,
        seed=setting.seed,
        score_name=task.score_name,
        scores={arm: _all_scores(setting, stats[arm][0]) for arm in curves},
        offsets=offsets,
        trained_offset=bound,
        curves=curves,
        summaries={arm: summarise(offsets, scores, bound) for arm, scores in curves.items()},
        reference_arm=reference,
        differences=differences,
        types={arm: _types(setting, runs[arm][0]) for arm in curves},
        controls=controls,
        verdict_detail=judge(task.score_name, n, differences.get(judged), controls, bound, judged),
        notes=tuple(notes),
        outputs=_outputs(task, setting.samples, runs),
    )


def _curve(setting: _Setting, stats: Sequence[np.ndarray]) -> tuple[Score, ...]:
    task, scored = setting.task, setting.references
    return tuple(score_statistics(task, task.score_name, scored, s, setting.seed) for s in stats)


def _all_scores(setting: _Setting, stats: np.ndarray) -> dict[str, Score]:
    task, scored = setting.task, setting.references
    names = score_names(task)
    return {name: score_statistics(task, name, scored, stats, setting.seed) for name in names}


def _types(setting: _Setting, run: Measured) -> tuple[TypeRow, ...]:
    return by_type(setting.task, setting.references, [run.outputs[i] for i in setting.scored])


def _differences(
    setting: _Setting, before: Sequence[np.ndarray], after: Sequence[np.ndarray]
) -> Differences:
    offsets, seed = setting.offsets, setting.seed
    formula = measure_of(setting.task, setting.task.score_name)

    def mean_over(places: list[int]) -> Difference | None:
        if not places:
            return None
        parts = [[stats[i] for i in places] for stats in (before, after)]
        return paired_mean(parts[0], parts[1], formula, seed)

    bound = offsets[-1] if setting.trained_offset is None else setting.trained_offset
    return Differences(
        tuple(paired(a, b, formula, seed) for a, b in zip(before, after, strict=True)),
        mean_over([i for i, k in enumerate(offsets) if 1 <= k <= bound]),
        mean_over([i for i, k in enumerate(offsets) if k > bound]),
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
