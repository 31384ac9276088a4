"""Typed sentences through several models, side by side, under any shift that has a strength."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from shiftdemo.api.build import typed_context
from shiftdemo.api.compare import predict_typed, trained_condition
from shiftdemo.core.samples import Sample
from shiftdemo.core.task_spec import TASKS

if TYPE_CHECKING:
    from shiftdemo.evaluation.conditions import Condition
    from shiftdemo.evaluation.typed import TypedOutput
    from shiftdemo.models.load import LoadedModel


def typed_condition(task: str, models: Mapping[str, LoadedModel], spec: str) -> Condition:
    """Returns what typed sentences are moved by.

    Args:
        models: ``base`` and ``shift`` among them.
        spec: of an operator; empty or ``position_offset`` alone: offsets of the side that the
            models were trained on.

    Raises:
        ConfigError: it is no operator of the task, or has no strength.
    """
    from shiftdemo.evaluation.conditions import OFFSET, condition_asked

    if spec in ("", OFFSET):
        return trained_condition(task, models)
    return condition_asked(spec, task, TASKS.get(task).kind == "seq2seq")


def compare_typed(
    task: str,
    models: Mapping[str, LoadedModel],
    samples: Sequence[Sample],
    condition: Condition,
    strength: float,
    seed: int = 0,
    allow_no_effect: bool = False,
) -> tuple[TypedOutput, ...]:
    """Returns what every model makes of each sentence at one strength of a condition.

    Args:
        models: by arm.
        seed: of what the operator draws.
        allow_no_effect: answer also where an offset does not reach a model.

    Raises:
        ShiftDemoError: the strength is out of bounds, or does not reach a model.
    """
    from shiftdemo.evaluation.typed import TypedOutput
    from shiftdemo.models.load import torch_threads
    from shiftdemo.tasks.heads import make_task

    others = typed_context(task) if strength and condition.shift(strength).joins else ()
    moved = condition.moved(samples, strength, seed, others)
    outputs = {arm: predict_typed(one, moved, allow_no_effect) for arm, one in models.items()}
    head = make_task(task)
    with torch_threads(1):
        sure = {arm: head.probabilities(one, moved) for arm, one in models.items()}
    return tuple(
        TypedOutput(
            one.original,
            one.shifted,
            {arm: own[index] for arm, own in outputs.items()},
            {arm: own[index] for arm, own in sure.items()},
            "" if one.applied else one.note,
        )
        for index, one in enumerate(moved)
    )
