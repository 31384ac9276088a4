"""Compares models on the same sentences: scores, curves, differences, controls and a verdict."""

from __future__ import annotations

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
from shiftdemo.evaluation.measure import Measured, measured
from shiftdemo.evaluation.results import Comparison, judged
from shiftdemo.evaluation.scores import scorable
from shiftdemo.evaluation.seeds import over_seeds
from shiftdemo.evaluation.strengths import allowed_strengths
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
) -> Comparison:
    """Returns the comparison of several models on the same sentences.

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

    Raises:
        Cancelled: ``cancel`` said so.
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
    scored, comparisons = scorable(task, samples), []
    wanted = tuple(conditions) or (unknown(task.spec),)
    for number, condition in enumerate(wanted):
        chosen = allowed_strengths(models.values(), task, samples, condition, strengths)
        setting = Setting(
            task, samples, scored, condition, chosen, seed, more_tokens, allow_no_effect
        )

        def part(share: float, text: str, number: int = number) -> None:
            progress((number + share) / len(wanted), text)

        controls, notes = _controls(ordered, setting, part, cancel)
        runs = _runs(ordered, setting, part, cancel)
        notes += _left_as_they_are(condition, next(iter(runs.values())))
        comparisons.append(assemble(ordered, setting, runs, controls, notes))
    progress(1.0, Message("comparing.done"))
    return judged(comparisons)


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


def _runs(
    models: Mapping[str, LoadedModel], setting: Setting, progress: Progress, cancel: Cancel
) -> dict[str, list[Measured]]:
    runs: dict[str, list[Measured]] = {}
    dial = setting.condition.dial_name
    size = {"n": len(setting.samples), "n_strengths": len(setting.strengths)}
    for number, (arm, loaded) in enumerate(models.items()):

        def tell(fraction: float, arm: str = arm, before: int = number) -> None:
            share = (before + fraction) / len(models)
            text = Message(
                "comparing.part", arm=arm_name(arm), fraction=fraction, dial=dial, **size
            )
            progress(_CONTROL_SHARE + (1 - _CONTROL_SHARE) * share, text)

        steps = measured(
            loaded,
            setting.task,
            setting.samples,
            setting.strengths,
            setting.condition,
            setting.seed,
            tell,
            cancel,
        )
        runs[arm] = list(steps)
    return runs


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
