"""Many samples shifted at once, vectorised: the results of ``apply_shifts``, several times faster.

A batch is split into words, moved and written as whole columns, so that a sentence costs a few
array elements in the place of Python objects.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from shiftdemo.core.errors import NotApplicable
from shiftdemo.core.samples import Sample
from shiftdemo.shifts.base import Shift
from shiftdemo.shifts.columnar.editing import EditableSamples
from shiftdemo.shifts.columnar.samples import Applied, SampleColumns, ShiftedColumns
from shiftdemo.shifts.draws import HashRandoms
from shiftdemo.shifts.notes import left_out


def shift_columns(
    shifts: Sequence[Shift],
    samples: SampleColumns,
    seed: int,
    context: Sequence[Sample] = (),
    epoch: int = 0,
    always: bool = False,
) -> ShiftedColumns:
    """Returns what ``apply_shifts`` returns for each of ``samples``.

    Args:
        shifts: operators with ``columnar``.
        seed, context, epoch, always: as of :func:`shiftdemo.shifts.apply_shifts`.
    """
    n = len(samples.ids)
    rng = HashRandoms([f"{seed}/{epoch}/{identity}" for identity in samples.ids])
    drafts: Any = EditableSamples(*samples.sides(), rng)
    steps = []
    with np.errstate(divide="ignore"):  # a row without words is refused, its numbers are not used
        for shift in shifts:
            drafts.operator = shift.name
            rng.active = np.ones(n, bool)
            skipped = (rng.random() >= shift.share) & (not always)
            drafts.refuse(skipped, shift.not_drawn)
            draws: dict[str, Any] = {}
            try:
                draws = shift.apply(drafts, rng, context)  # type: ignore[arg-type]
            except NotApplicable as reason:  # to no row of this kind
                drafts.refuse(rng.active.copy(), left_out(shift.name, reason.message))
            steps.append(Applied(shift, rng.active, draws))
    tagged = drafts.tags is not None
    return ShiftedColumns(
        samples,
        drafts.source.words() if tagged else drafts.source.text(),
        drafts.tags.words() if tagged else None,
        drafts.moved,
        tuple(steps),
        seed,
        epoch,
        drafts.source.alignment(),
        None if drafts.target is None else drafts.target.alignment(),
        drafts.feed,
        tuple(drafts.notes),
    )
