"""``compare``: two models on the same sentences."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shiftdemo.api.trained import (
    Training,
    conditions_of,
    more_tokens,
    ranges_of,
    training_of,
    words_in,
)
from shiftdemo.core.config import CompareConfig
from shiftdemo.core.errors import ConfigError, LimitError
from shiftdemo.core.limits import Limits
from shiftdemo.core.messages import Message
from shiftdemo.core.progress import Cancel, Cancelled, Progress, never, silent
from shiftdemo.core.samples import Sample
from shiftdemo.core.task_spec import TASKS
from shiftdemo.core.types import ShiftedSample
from shiftdemo.data.load import load_samples
from shiftdemo.data.reading.report import ReadReport

if TYPE_CHECKING:
    from shiftdemo.evaluation.comparing import Comparison
    from shiftdemo.evaluation.conditions import Condition
    from shiftdemo.models.load import LoadedModel

MOST_SHIFTS = 4  # operators that are measured at a time; each costs a whole comparison


def compare_loaded(
    config: CompareConfig,
    models: dict[str, LoadedModel],
    progress: Progress = silent,
    cancel: Cancel = never,
    samples: Sequence[Sample] | None = None,
    limits: Limits | None = None,
) -> Comparison:
    """Compares models that are loaded already, by arm; see :meth:`Backend.compare`."""
    from shiftdemo.evaluation.comparing import compare_models
    from shiftdemo.models.load import torch_threads, versions
    from shiftdemo.tasks.heads import make_task

    limits = limits or Limits()
    check(config, limits)
    report = ReadReport()
    if samples is None:
        data = dataclasses.replace(config.data, eval_size=max(8, config.n))
        samples = load_samples(config.task, data, "test", config.n, limits, report)
    task = make_task(config.task, config.data)
    base, shifted, *others = (training_of(models[arm].ref) for arm in config.models)
    trainings = (shifted, base, *others)
    decoder = task.spec.kind == "seq2seq"
    conditions, notes, strengths = _asked(config, decoder, trainings)
    with torch_threads(1):
        comparison = compare_models(
            models,
            task,
            samples,
            strengths,
            config.seed,
            conditions,
            config.allow_no_effect,
            progress,
            cancel,
            more_tokens(base, shifted),
            words_in(shifted),
            at_once=True,
        )
    of_arms = dict(zip(config.models, (base, shifted, *others), strict=True))
    costs = {arm: one.cost for arm, one in of_arms.items() if one is not None and one.cost}
    read = report.to_dict() if report.name else {}
    notes = (*(report.sentences() if read else ()), *notes)
    notes = (*notes, *comparison.notes)
    comparison, *also = (
        dataclasses.replace(one, ranges=ranges_of(of_arms, one.condition, decoder))
        for one in (comparison, *comparison.also)
    )
    return dataclasses.replace(
        comparison,
        also=tuple(also),
        notes=notes,
        read=read,
        costs=costs,
        config=dataclasses.asdict(config),
        versions=versions(),
    )


def _asked(
    config: CompareConfig, decoder: bool, trainings: Sequence[Training | None]
) -> tuple[tuple[Condition, ...], tuple[str, ...], tuple[float, ...]]:
    """Returns the conditions that are measured, notes on them, and the strengths asked for."""
    from shiftdemo.evaluation.conditions import condition_asked
    from shiftdemo.evaluation.strengths import strengths_from

    if config.offsets and config.strengths:
        raise ConfigError("compare.give_offsets_strengths_not")
    if config.offsets:
        strengths = strengths_from(config.offsets)
    else:
        strengths = strengths_from(config.strengths, "strengths.strengths", whole=False)
    conditions, notes = conditions_of(trainings, decoder, offsets=bool(config.offsets))
    if not config.shifts:
        return conditions, notes, strengths
    wanted = []
    for spec in config.shifts:
        asked = condition_asked(spec, config.task, decoder)
        if config.offsets and asked.operator != "position_offset":
            raise ConfigError("compare.offsets_those_position_offset", operator=asked.operator)
        if asked.trained is None:  # it names no strength: the range is that of the run
            same = (c.trained for c in conditions if c.operator == asked.operator)
            asked = dataclasses.replace(asked, trained=next(same, None))
        wanted.append(asked)
    return tuple(dict.fromkeys(wanted)), (), strengths


def check(config: CompareConfig, limits: Limits) -> None:
    """Refuses a comparison that is larger than the server allows, or of data that it reads not."""
    if config.n > limits.compare_samples:
        raise LimitError("compare.server_compares_at_most", compare_samples=limits.compare_samples)
    if len(config.shifts) > MOST_SHIFTS:
        raise LimitError("compare.most_shifts", n=len(config.shifts), most=MOST_SHIFTS)
    limits.check_data(config.data)


def trained_condition(task: str, models: Mapping[str, LoadedModel]) -> Condition:
    """Returns the position offsets that typed sentences are moved by.

    Args:
        models: ``base`` and ``shift``; what the second was trained on comes first.
    """
    from shiftdemo.evaluation.comparing import unknown

    spec = TASKS.get(task)
    trainings = (training_of(models[arm].ref) for arm in ("shift", "base"))
    conditions, _ = conditions_of(trainings, spec.kind == "seq2seq", offsets=True)
    return conditions[0] if conditions else unknown(spec)


def pairs_of(folder: Path, base: str = "base", shifted: str = "shift") -> list[tuple[str, str]]:
    """Returns the models of two arms of a finetune's folder, a pair for each seed that has both."""
    from shiftdemo.training.run_folder import RunFolder

    return [(str(first), str(second)) for first, second in RunFolder(folder).pairs(base, shifted)]


def over_pairs(
    compare: Callable[[CompareConfig, Progress, Cancel], Comparison],
    config: CompareConfig,
    pairs: Sequence[tuple[str, str]],
    progress: Progress,
    cancel: Cancel,
) -> Comparison:
    """Returns the comparison of several pairs of models, one a training seed, together."""
    from shiftdemo.evaluation.comparing import over_seeds

    notes: tuple[str, ...] = ()
    if config.others and len(pairs) > 1:  # they are of one seed
        notes = (Message("compare.others_first_seed", n=len(pairs)),)
        pairs = pairs[:1]
    comparisons: list[Comparison] = []
    for number, (base, shifted) in enumerate(pairs):

        def part(fraction: float, text: str, number: int = number) -> None:
            label = text
            if len(pairs) > 1:
                label = Message("seeds.part", number=number + 1, n=len(pairs), text=text)
            progress((number + fraction) / len(pairs), label)

        pair = dataclasses.replace(config, base=base, shifted=shifted)
        try:
            comparison = compare(pair, part, cancel)
        except Cancelled:
            if not comparisons:
                raise
            comparison = None
        if comparison is None or (comparison.partial and comparisons):
            missing = Message("compare.seeds_missing", done=len(comparisons), total=len(pairs))
            notes = (*notes, missing)
            break
        comparisons.append(comparison)
        if comparison.partial:
            break
    result = over_seeds(comparisons)
    result = dataclasses.replace(result, config=dataclasses.asdict(config))
    if len(comparisons) < len(pairs):
        result = dataclasses.replace(result, partial=True)
    return dataclasses.replace(result, notes=(*notes, *result.notes))


def predict_typed(
    model: LoadedModel,
    moved: Sequence[ShiftedSample],
    allow_no_effect: bool = False,
    known: bool = False,
) -> list[Any]:
    """Returns the model's output for each sample as a person reads it: text, tags or a label.

    A language model's is how well it predicts the text, and how it would continue.

    Args:
        moved: the samples, shifted or not.
        allow_no_effect: answer also where an offset does not reach the model.
        known: that these offsets reach it and lie within its positions; it is not looked at again.

    Raises:
        ShiftDemoError: an offset is beyond the model's positions, or does not reach it.
    """
    from shiftdemo.evaluation.effects import as_control, check_offset
    from shiftdemo.models.load import torch_threads
    from shiftdemo.tasks.heads import make_task

    with torch_threads(1):
        places = [(s.feed.source.offset, s.feed.target.offset) for s in moved]
        furthest = max(places, default=(0, 0))
        if any(furthest) and not known:  # they need not all start at one position
            furthest_ones = [s for s, place in zip(moved, places, strict=True) if place == furthest]
            check_offset(model, furthest_ones, allow_no_effect)
        asked = as_control(model) if allow_no_effect else model
        return make_task(model.task).answers(asked, moved)
