"""The no-op detector: whether a shift of positions reaches a model, before anything is measured.

Some architectures swallow ``position_ids`` silently, and names inside other people's classes
change; a model that is never moved looks perfectly robust. So nothing is trained or scored until
the logits were seen to move as they must; whoever wants a flat curve as a control says so.
"""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Callable, Sequence
from typing import NoReturn

import torch
from torch import Tensor

from shiftdemo.core.errors import ConfigError, DataError, FaultError, NoEffectError
from shiftdemo.core.messages import Message
from shiftdemo.core.samples import Sample
from shiftdemo.core.types import ShiftedSample
from shiftdemo.evaluation.conditions import OFFSET, Condition
from shiftdemo.evaluation.control_results import OffsetEffect
from shiftdemo.evaluation.measure import evaluating, without_references
from shiftdemo.models.load import LoadedModel
from shiftdemo.models.positions import ALLOW
from shiftdemo.shifts import Shift, apply_shifts
from shiftdemo.tasks.heads import Batch, make_task
from shiftdemo.tasks.heads.loss import IGNORED

MOVES_BY = 1e-4  # some logit changes by more than this, or by this share of the largest one
FELT_FROM = 1e-6  # the same of a model before training, which may hardly feel gaps yet
FLAT_WITHIN = 1e-5  # rotary and relative: no logit changes by more, relative to the largest one
OFFSET_SAMPLES = 16
_OURS = ("bundled:", "scratch:")


def offset_effect(
    loaded: LoadedModel,
    moved: Sequence[ShiftedSample],
    forward: Callable[[LoadedModel, Batch], Tensor] | None = None,
) -> OffsetEffect:
    """Returns whether an offset reaches the model as its position encoding demands.

    Args:
        moved: samples that all start at one position, at least 1 on one side; the first 16 are
            used, and their references do not matter.
        forward: how the logits of a batch with offsets are computed; otherwise as its task does.

    Raises:
        ConfigError: the offset is 0, or beyond the model's positions.
        DataError: there are no samples.
    """
    if not moved:
        raise DataError("effects.control_needs_at_least")
    source, target = moved[0].feed.source.offset, moved[0].feed.target.offset
    furthest = max(source, target)
    if furthest < 1:
        raise ConfigError("effects.control_needs_offset_at", furthest=furthest)
    task = make_task(loaded.task)
    samples = [sample.shifted for sample in moved[:OFFSET_SAMPLES]]
    batch = task.collate(loaded, without_references(loaded, task, samples))
    for k, name in ((source, "input_ids"), (target, "decoder_input_ids")):
        if k and name in batch.inputs:
            loaded.positions.check(k, batch.inputs[name].shape[1])
    by = [torch.full((len(batch.labels),), k, dtype=torch.long) for k in (source, target)]
    later = dataclasses.replace(batch, source_offset=by[0], target_offset=by[1])
    change, relative = _change(loaded, batch, later, forward)
    return _judged_effect(loaded, furthest, change, relative)


def _change(
    loaded: LoadedModel,
    batch: Batch,
    moved: Batch,
    forward: Callable[[LoadedModel, Batch], Tensor] | None = None,
) -> tuple[float, float]:
    """Returns the largest change of a logit that counts, and its share of the largest logit."""
    forward = forward or make_task(loaded.task).logits
    counted = batch.labels != IGNORED
    loaded = as_control(loaded)
    with evaluating(loaded), torch.inference_mode():
        before = forward(loaded, batch.to(loaded.device)).cpu()[counted]
        after = forward(loaded, moved.to(loaded.device)).cpu()[counted]
    possible = before.isfinite()  # a task may rule classes out
    before, after = before[possible], after[possible]
    change = float((after - before).abs().max()) if len(before) else 0.0
    largest = float(before.abs().max()) if len(before) else 0.0
    return change, change / max(largest, 1e-12)


def _judged_effect(
    loaded: LoadedModel, offset: int, change: float, relative: float
) -> OffsetEffect:
    encoding = loaded.positions.encoding
    if encoding in ("rotary", "relative"):
        ok = relative <= FLAT_WITHIN
        message = (
            Message("effects.stays", offset=offset, change=change, encoding=encoding)
            if ok
            else Message(
                "effects.offset_moves_logits_largest",
                offset=offset,
                change=change,
                relative=relative,
                encoding=encoding,
            )
        )
        return OffsetEffect(change, "flat", ok, message)
    ok = change > MOVES_BY or relative > MOVES_BY
    message = (
        Message("effects.reaches", offset=offset, change=change)
        if ok
        else Message(
            "effects.offset_does_not_reach", offset=offset, change=change, encoding=encoding
        )
    )
    return OffsetEffect(change, "moves", ok, message)


def check_offset(
    loaded: LoadedModel, moved: Sequence[ShiftedSample], allow_no_effect: bool = False
) -> OffsetEffect:
    """Returns what an offset does, and refuses to go on where it is not what it has to be.

    Args:
        moved: as for :func:`offset_effect`.
        allow_no_effect: go on all the same with a model of the user's.

    Raises:
        NoEffectError: it does not reach a model of the user's.
        FaultError: it does not reach a model of ours.
    """
    effect = offset_effect(loaded, moved)
    if not effect.ok and (_is_ours(loaded) or not allow_no_effect):
        _refuse(loaded, effect.message)
    return effect


def check_condition(
    loaded: LoadedModel,
    condition: Condition,
    strength: float,
    samples: Sequence[Sample],
    allow_no_effect: bool = False,
) -> tuple[OffsetEffect | None, str]:
    """Returns what the strongest shift of positions does, and a note where it does nothing.

    Nothing is checked where words move, which every model reads, and at strength 0.

    Raises:
        NoEffectError, FaultError: see :func:`check_offset`.
    """
    if not strength or not condition.moves_positions:
        return None, ""
    if condition.operator == OFFSET:
        moved = condition.moved(samples[:OFFSET_SAMPLES], strength)
        return check_offset(loaded, moved, allow_no_effect), ""
    shift = condition.shift(strength)
    if shift.without_effect(loaded.positions.encoding):
        return None, shift.without_effect(loaded.positions.encoding)
    return None, check_shift(loaded, shift, samples[:OFFSET_SAMPLES], allow_no_effect)


def check_shift(
    loaded: LoadedModel, shift: Shift, samples: Sequence[Sample], allow_no_effect: bool = False
) -> str:
    """Returns a note about a position shift that is without effect, or ``""``.

    The shift is applied to the samples as in training, and the model's logits have to move.

    Args:
        shift: of the position stage, and one that a model with this encoding must feel.
        samples: a few.
        allow_no_effect: go on all the same with a model of the user's.

    Raises:
        NoEffectError: it does not reach a model of the user's.
        FaultError: it does not reach a model of ours.
    """
    task = make_task(loaded.task)
    tried = [apply_shifts([shift], sample, 0, samples, always=True) for sample in samples]
    moved = task.collate(loaded, tried)
    if not bool(moved.source_offset.any()) and not bool(moved.target_offset.any()):
        return ""  # nothing was drawn that could be felt; said elsewhere
    still = torch.zeros_like
    plain = dataclasses.replace(
        moved,
        source_offset=still(moved.source_offset),
        target_offset=still(moved.target_offset),
    )
    change, relative = _change(loaded, plain, moved)
    if relative > FELT_FROM:  # what is swallowed changes nothing at all
        return ""
    message = Message(
        "effects.does_not_reach_logits",
        shift=shift.name,
        ref=loaded.ref,
        change=change,
        encoding=loaded.positions.encoding,
    )
    if _is_ours(loaded) or not allow_no_effect:
        _refuse(loaded, message)
    return Message("effects.is_control", message=message)


def _is_ours(loaded: LoadedModel) -> bool:
    """Whether it is known how the model has to behave: bundled, or made on the spot."""
    return loaded.ref.startswith(_OURS)


def _refuse(loaded: LoadedModel, message: str) -> NoReturn:
    """Says that nothing is measured, to whoever can mend it."""
    if _is_ours(loaded):
        raise FaultError("effects.nothing_measured_known_feel", message=message, ref=loaded.ref)
    raise NoEffectError(
        "effects.take_another_model_than", message=message, ref=loaded.ref, allow=Message(ALLOW)
    )


def as_control(loaded: LoadedModel) -> LoadedModel:
    """Returns the same model, moved where that is possible and left alone where it is not."""
    copied = copy.copy(loaded)
    copied.control, copied.positions = True, dataclasses.replace(loaded.positions, control=True)
    return copied
