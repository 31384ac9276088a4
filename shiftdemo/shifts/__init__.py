"""The shift operators. Importing this package registers them."""

from shiftdemo.shifts import (  # noqa: F401 - imported to register
    append_copy,
    delay_layer,
    drop,
    duplicate,
    length_crop,
    length_curriculum,
    local_shuffle,
    output_delay,
    position_offset,
    position_sample,
    position_skip,
    prefix_context,
    prefix_filler,
    right_shift,
    rotate,
    tag_roll,
)
from shiftdemo.shifts.base import SHIFTS, Shift, apply_shifts, by_stage, make_shift, make_shifts
from shiftdemo.shifts.many import shift_many
from shiftdemo.shifts.prefix_context import CONTEXT_SIZE

__all__ = [
    "CONTEXT_SIZE",
    "SHIFTS",
    "Shift",
    "apply_shifts",
    "by_stage",
    "make_shift",
    "make_shifts",
    "shift_many",
]
