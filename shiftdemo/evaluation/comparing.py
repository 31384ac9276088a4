"""Compares models on the same sentences: scores, curves, differences, controls and a verdict."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

from shiftdemo.core.errors import DataError, ModelError
from shiftdemo.core.messages import Message, arm_name
from shiftdemo.core.progress import Cancel, Cancelled, Progress, never, silent
from shiftdemo.core.samples import Sample
from shiftdemo.core.task_spec import TaskSpec
from shiftdemo.evaluation.assembling import Setting, assemble
from shiftdemo.evaluation.conditions import Condition
from shiftdemo.evaluation.control_results import Controls
from shiftdemo.evaluation.controls import source_use
from shiftdemo.evaluation.effects import as_control, check_condition
from shiftdemo.evaluation.measure import Measured
from shiftdemo.evaluation.measuring import runs_of
from shiftdemo.evaluation.results import Comparison, judged
from shiftdemo.evaluation.scores import scorable
from shiftdemo.evaluation.seeds import over_seeds
from shiftdemo.evaluation.slices import Known
from shiftdemo.evaluation.strengths import allowed_strengths
from shiftdemo.evaluation.training_words import TrainingWords
from shiftdemo.models.load import LoadedModel
from shiftdemo.tasks.heads import Task

__all__ = ["Comparison", "compare_models", "over_seeds"]

_CONTROL_SHARE = 0.05  # of the progress bar


def compare_models(
    models: Mapping[str, LoadedModel],
    task: Task,
    samples: Sequence[Sample],
    strengths: Sequence[float] = (),
    seed: int = 0,
    conditions: Sequence[Condition] = (),
    allow_no_effect: bool = False,
    progress: Progress = silent,
    cancel: Cancel = never,
    more_tokens: float | None = None,
    words: TrainingWords | None = None,
    at_once: bool = False,
) -> Comparison:
    """Returns the comparison of several models on the same sentences.

    Stopped by ``cancel``, it holds what was measured by then, if every arm was measured at one
    strength at least; it says so in its notes, and is ``partial``.

    Args:
        models: by arm; the differences are taken against ``base``, or else the first one.
        task: the models' task.
        samples: with references where scores are wanted.
        strengths: of the conditions; see :func:`allowed_strengths`.
        seed: of the intervals, of the shuffled sources and of what operators draw.
        conditions: what the arms were trained on, each is measured on each; empty: position
            offsets, range unknown. The first is the result, the others are in ``also``.
        allow_no_effect: measure models too that shifted positions do not reach, as controls.
        progress: told the share that is done, 0 to 1, and what is being done.
        cancel: asked every few sentences.
        more_tokens: see :class:`shiftdemo.evaluation.verdict.Case`.
        words: of the training of the judged arm; without them no slice is by them.
        at_once: a second process may help on a CPU; the result is the same, to the bit.

    Raises:
        Cancelled: ``cancel`` said so before anything was measured.
        ConfigError: a strength is beyond a model's positions.
        DataError: there are no samples.
        ModelError: there are no models, one is made for another task, or shifted positions do not
            reach it.
        FaultError: they do not reach a model of ours.
    """
    _check(models, task, samples)
    reference = "base" if "base" in models else next(iter(models))
    ordered = {reference: models[reference], **models}
    if allow_no_effect:
        ordered = {arm: as_control(loaded) for arm, loaded in ordered.items()}
    scored = scorable(task, samples)
    known = _known(ordered, task, samples, scored, words)
    settings = []
    for condition in tuple(conditions) or (unknown(task.spec),):
        chosen = allowed_strengths(models.values(), task, samples, condition, strengths)
        what = (task, samples, scored, condition, chosen, seed, more_tokens, allow_no_effect)
        settings.append(Setting(*what, known, at_once))
    comparisons = _under_each(ordered, settings, progress, cancel)
    progress(1.0, Message("comparing.done"))
    return judged(comparisons)


def _under_each(
    models: Mapping[str, LoadedModel],
    settings: Sequence[Setting],
    progress: Progress,
    cancel: Cancel,
) -> list[Comparison]:
    """Returns the comparison under each condition; fewer where it was stopped."""
    comparisons: list[Comparison] = []
    for number, setting in enumerate(settings):

        def part(share: float, text: str, number: int = number) -> None:
            progress((number + share) / len(settings), text)

        try:
            comparisons.append(_under_one(models, setting, part, cancel))
        except Cancelled:
            if not comparisons:
                raise
            missing = Message("comparing.conditions_missing", done=number, total=len(settings))
            comparisons[0] = _stopped(comparisons[0], missing)
            break
        if comparisons[-1].partial:
            break
    return comparisons


def _under_one(
    models: Mapping[str, LoadedModel], setting: Setting, progress: Progress, cancel: Cancel
) -> Comparison:
    """Returns the comparison under one condition."""
    controls, notes = _controls(models, setting, progress, cancel)

    def part(share: float, text: str) -> None:
        progress(_CONTROL_SHARE + (1 - _CONTROL_SHARE) * share, text)

    runs, measured = runs_of(models, setting, part, cancel)
    partial = measured != setting.strengths
    if partial:
        values = {"done": len(measured), "total": len(setting.strengths)}
        notes.append(Message("comparing.strengths_missing", **values))
        setting = dataclasses.replace(setting, strengths=measured)
    notes += _left_as_they_are(setting.condition, next(iter(runs.values())))
    return assemble(models, setting, runs, controls, notes, partial)


def _stopped(comparison: Comparison, note: Message) -> Comparison:
    return dataclasses.replace(comparison, partial=True, notes=(note, *comparison.notes))


def _known(
    models: Mapping[str, LoadedModel],
    task: Task,
    samples: Sequence[Sample],
    scored: Sequence[int],
    words: TrainingWords | None,
) -> Known:
    """Returns what slices need to know of the sentences."""
    cut: set[int] = set()
    for loaded in models.values():
        if task.cut(loaded, samples, training=False).samples:
            cut |= {
                row
                for row, index in enumerate(scored)
                if task.cut(loaded, [samples[index]], training=False).samples
            }
    return Known(words, frozenset(cut))


def unknown(spec: TaskSpec) -> Condition:
    """Returns what models are measured on of which it is not known what they were trained on."""
    return Condition("both" if spec.kind == "seq2seq" else "row")


def _check(models: Mapping[str, LoadedModel], task: Task, samples: Sequence[Sample]) -> None:
    if not samples:
        raise DataError("comparing.there_no_sentences_compare")
    if not models:
        raise ModelError("comparing.there_no_model_compare")
    for arm, loaded in models.items():
        if loaded.task != task.spec.name:
            raise ModelError(
                "comparing.model_arm_made_not",
                ref=loaded.ref,
                arm=arm_name(arm),
                task=loaded.task,
                task_2=task.spec.name,
            )


def _controls(
    models: Mapping[str, LoadedModel], setting: Setting, progress: Progress, cancel: Cancel
) -> tuple[dict[str, Controls], list[str]]:
    controls: dict[str, Controls] = {}
    notes: list[str] = []
    strongest = setting.strengths[-1]
    for number, (arm, loaded) in enumerate(models.items()):
        if cancel():
            raise Cancelled("comparing.comparison_was_stopped_start")
        progress(
            _CONTROL_SHARE * number / len(models),
            Message("comparing.controls_of", arm=arm_name(arm)),
        )
        effect, note = check_condition(
            loaded, setting.condition, strongest, setting.samples, setting.allow_no_effect
        )
        notes += [Message("comparing.of_arm", arm=arm_name(arm), note=note)] if note else []
        try:
            use = source_use(loaded, setting.task, setting.samples, setting.seed)
        except DataError as reason:
            use = None
            notes.append(Message("comparing.of_arm", arm=arm_name(arm), note=reason.message))
        controls[arm] = Controls(effect, use)
        cut = setting.task.cut(loaded, setting.samples, training=False)
        if cut.samples:
            notes.append(Message("comparing.of_arm", arm=arm_name(arm), note=cut.message()))
    n_samples, n_scored = len(setting.samples), len(setting.scored)
    if 0 < n_scored < n_samples:
        notes.append(Message("comparing.scored", n_scored=n_scored, n_samples=n_samples))
    return controls, notes


def _left_as_they_are(condition: Condition, runs: Sequence[Measured]) -> list[str]:
    """Returns a note on the sentences that the operator does not fit, where there are any."""
    counts = {
        run.strength: sum(not sample.applied for sample in run.moved)
        for run in runs
        if run.strength
    }
    if not any(counts.values()):
        return []
    strength, most = max(counts.items(), key=lambda item: item[1])
    reason = next(
        sample.note
        for run in runs
        if run.strength == strength
        for sample in run.moved
        if not sample.applied
    )
    return [
        Message(
            "comparing.sentences_stay_as_they",
            most=most,
            n_moved=len(runs[0].moved),
            dial=condition.dial_name,
            strength=strength,
            operator=condition.operator,
            reason=reason,
        )
    ]
