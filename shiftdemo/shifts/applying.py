"""Operators from their specifications, and samples after them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from shiftdemo.core.errors import ConfigError, NotApplicable
from shiftdemo.core.messages import joined
from shiftdemo.core.params import ShiftSpec
from shiftdemo.core.samples import Sample
from shiftdemo.core.types import PositionPlan, ShiftedSample, StepInputs
from shiftdemo.shifts.base import SHIFTS, STAGES, Shift
from shiftdemo.shifts.draws import HashRandom
from shiftdemo.shifts.editing import EditableSample
from shiftdemo.shifts.notes import left_out

MOST_SHIFTS = 16


def by_stage(task: str = "") -> list[type[Shift]]:
    """Returns the operators (of a task) as they are listed: by where they act."""
    fitting = [shift for shift in SHIFTS if not task or task in shift.tasks()]
    return sorted(fitting, key=lambda shift: STAGES.index(shift.stage))


def make_shift(spec: str | ShiftSpec) -> Shift:
    """Returns the operator of a specification such as ``"position_offset:max_offset=32"``.

    Raises:
        ConfigError: the name or a parameter is unknown, or a value is out of bounds.
    """
    parsed = ShiftSpec.parse(spec) if isinstance(spec, str) else spec
    return SHIFTS.get(parsed.name)(**parsed.params)


def make_shifts(specs: Iterable[str | ShiftSpec], task: str) -> list[Shift]:
    """Returns the operators of several specifications.

    Raises:
        ConfigError: one is not defined for ``task``, or they are more than 16.
    """
    shifts = [make_shift(spec) for spec in specs]
    if len(shifts) > MOST_SHIFTS:
        raise ConfigError(
            "shifts.there_shifts_row_give", n_shifts=len(shifts), most_shifts=MOST_SHIFTS
        )
    for shift in shifts:
        if task not in shift.tasks():
            raise ConfigError(
                "shifts.shift_not_defined",
                shift=shift.name,
                task=task,
                tasks=", ".join(shift.tasks()),
            )
    return shifts


def apply_shifts(
    shifts: Sequence[Shift],
    sample: Sample,
    seed: int,
    context: Sequence[Sample] = (),
    epoch: int = 0,
    always: bool = False,
) -> ShiftedSample:
    """Returns ``sample`` after every shift in order, each for its own share ``p``.

    The draws depend on ``(seed, epoch, sample.id)`` alone. Where an operator does not apply, the
    sample goes on as it was and ``note`` says why. With ``always`` every share counts as 1.
    """
    rng = HashRandom(f"{seed}/{epoch}/{sample.id}")
    draft = EditableSample(sample)
    params: Mapping[str, Any] = {}
    done: list[str] = []
    notes: list[str] = []
    for shift in shifts:
        if rng.random() >= shift.share and not always:
            notes.append(shift.not_drawn)
            continue
        if shift.joins:  # also where it then does not apply: what it drew decides about that
            params = {**params, f"{shift.name}.context_size": len(context)}
        try:
            draws = shift.apply(draft, rng, context)
        except NotApplicable as reason:
            notes.append(left_out(shift.name, reason.message))
            continue
        params = {**params, **shift.written, **draws}
        done.append(shift.spec)
    target = draft.target
    return ShiftedSample(
        sample,
        draft.finish(),
        tuple([shift.spec for shift in shifts]),
        " + ".join(done),
        params,
        seed,
        epoch,
        tuple(draft.source.alignment),
        None if target is None else tuple(target.alignment),
        draft.feed,
        bool(done),
        joined(notes + draft.notes),
    )


def unshifted(sample: Sample, seed: int = 0) -> ShiftedSample:
    """Returns the sample as it is, with identity alignments."""
    return apply_shifts((), sample, seed)


def starting_at(sample: Sample, source: int, target: int | None = None) -> ShiftedSample:
    """Returns the sample with its first token at a later position.

    Args:
        source: position of the source's (or only) first token, from 0.
        target: of the decoder's row; ``None``: as the source.
    """
    target = source if target is None else target
    feed = StepInputs(PositionPlan(offset=source), PositionPlan(offset=target))
    return replace(unshifted(sample), feed=feed)
