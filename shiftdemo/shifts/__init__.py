"""The shift operators. Importing this package registers them."""

from shiftdemo.shifts import (  # noqa: F401 - imported to register
    append_copy,
    length_crop,
    position_offset,
    prefix_context,
    right_shift,
)
from shiftdemo.shifts.base import SHIFTS, Shift, apply_shifts, make_shift, make_shifts

__all__ = ["SHIFTS", "Shift", "apply_shifts", "make_shift", "make_shifts"]
