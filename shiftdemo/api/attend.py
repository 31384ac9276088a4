"""``attend``: attention of one sentence, or of many, in one or two models."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, MutableMapping, Sequence
from typing import TYPE_CHECKING

from shiftdemo.api.build import typed_context
from shiftdemo.api.compare import trained_condition
from shiftdemo.api.typed import typed_condition
from shiftdemo.core.errors import ConfigError
from shiftdemo.core.limits import Limits
from shiftdemo.core.messages import Message
from shiftdemo.core.samples import Sample, TranslationSample
from shiftdemo.publishing.attention.results import AttentionResult

if TYPE_CHECKING:
    from shiftdemo.attention.weights import Reading
    from shiftdemo.evaluation.conditions import Condition
    from shiftdemo.models.load import LoadedModel
    from shiftdemo.tasks.heads import Task

MOST_OFFSET = 64  # of the slider, where the models' positions go so far


def models_of(model: LoadedModel, versus: LoadedModel | None) -> dict[str, LoadedModel]:
    """Returns one or two models by the arm that they are shown as."""
    return {"base": model} | ({"shift": versus} if versus is not None else {})


def moving(task: str, models: Mapping[str, LoadedModel], shift: str) -> Condition:
    """Returns what a sentence is moved by; see :func:`shiftdemo.api.typed.typed_condition`."""
    pair = {"base": models["base"], "shift": models.get("shift", models["base"])}
    return typed_condition(task, pair, shift) if shift else trained_condition(task, pair)


def attend_loaded(
    task: str,
    models: Mapping[str, LoadedModel],
    sample: Sample,
    shift: str = "",
    strength: float | None = 0,
    masked: Sequence[int] = (),
    window: tuple[int, int] = (0, 0),
    limits: Limits | None = None,
    stills: MutableMapping[str, Reading] | None = None,
) -> AttentionResult:
    """Returns the attention of models that are loaded already; see :meth:`Backend.attend`.

    Args:
        stills: by arm what the models make of the sentence unshifted, where it is known; what is
            not is added, so that the next strength of the same sentence takes half the time.
    """
    from shiftdemo.attention.looking import Window, look
    from shiftdemo.models.load import torch_threads
    from shiftdemo.tasks.heads import make_task

    head, limits = make_task(task), limits or Limits()
    with torch_threads(1):
        sample = with_target(head, models["base"], sample)
        condition = moving(task, models, shift)
        most = _most(head, models, sample, condition)
        if strength is None:
            strength = _begin(condition, most)
        others = typed_context(task) if strength and condition.shift(strength).joins else ()
        [moved] = condition.moved([sample], strength, others=others)
        cut = Window(*window, size=limits.attention_tokens)
        arms, strips = look(models, head, moved, masked, cut, stills)
    left = max(arm.now.cut for arm in arms.values())
    notes: tuple[str, ...] = (Message("attention.tokens_cut", n=left),) if left else ()
    if strength and not moved.applied and moved.note:
        notes += (moved.note,)
    refs = {arm: loaded.ref for arm, loaded in models.items()}
    found = (sample, moved, condition, strength, most, arms, strips, tuple(masked), notes, refs)
    return AttentionResult(*found)


def with_target(head: Task, model: LoadedModel, sample: Sample) -> Sample:
    """Returns a pair with a target: its own, or where that is empty what the model generates."""
    from shiftdemo.shifts.applying import unshifted

    if not isinstance(sample, TranslationSample) or sample.target.strip():
        return sample
    target = head.predict(model, [unshifted(sample)])[0]
    return dataclasses.replace(sample, target=target, links=None)


def _most(
    head: Task, models: Mapping[str, LoadedModel], sample: Sample, condition: Condition
) -> float:
    """Returns the greatest strength that is worth looking at, and that all positions allow."""
    from shiftdemo.evaluation.conditions import OFFSET
    from shiftdemo.shifts import SHIFTS

    if condition.operator != OFFSET:
        return float(SHIFTS.get(condition.operator).dial.high)
    most = MOST_OFFSET
    for loaded in models.values():
        table = loaded.positions.table_size
        if table is not None:
            rows = head.lengths(loaded, [head.neutral(loaded, sample)])
            most = min(most, table - max(max(row) for row in rows))
    return max(most, 0)


def _begin(condition: Condition, most: float) -> float:
    """Returns where a sentence stands at first: inside the trained range, well up in it."""
    low, high = condition.trained or (0, most)
    return min(most, max(low, 2 * high // 3))


def attribute(
    task: str,
    models: Mapping[str, LoadedModel],
    result: AttentionResult,
    query: int,
) -> dict[str, dict[str, tuple[float, ...]]]:
    """Returns gradient times input of every arm at one query of what was looked at.

    Args:
        query: index of a row of the last map of ``result``.

    Returns:
        By arm and side, one signed number for each token that is shown; see
        :func:`shiftdemo.attention.attribution.gradient_times_input`.

    Raises:
        ConfigError: there is no such row.
    """
    from shiftdemo.attention.attribution import gradient_times_input
    from shiftdemo.models.load import torch_threads
    from shiftdemo.tasks.heads import make_task

    head, found = make_task(task), {}
    with torch_threads(1):
        for arm, loaded in models.items():
            look = result.arms[arm]
            rows = look.rows.get("target", look.rows["source"])
            if not 0 <= query < len(rows):
                raise ConfigError("attention.no_such_row", row=query, n=len(rows))
            own = gradient_times_input(loaded, head, result.moved, rows[query], look.masked)
            found[arm] = {
                side: tuple(values[i] for i in look.rows[side]) for side, values in own.items()
            }
    return found
