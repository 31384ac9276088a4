"""The shift operators. Importing this package registers them."""

from shiftdemo.shifts import operators  # noqa: F401 - registers them
from shiftdemo.shifts.applying import apply_shifts, by_stage, make_shift, make_shifts
from shiftdemo.shifts.base import SHIFTS, Shift
from shiftdemo.shifts.operators.prefix_context import CONTEXT_SIZE
from shiftdemo.shifts.stream import shift_many

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
