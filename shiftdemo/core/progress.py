"""How long work tells how far it is, and how it is stopped."""

from __future__ import annotations

from collections.abc import Callable

from shiftdemo.core.errors import ShiftDemoError

# Told how far the work is, 0 to 1, and what is being done.
Progress = Callable[[float, str], None]
# Asked now and then; ``True`` ends the work.
Cancel = Callable[[], bool]


class Cancelled(ShiftDemoError):
    """Work was stopped by whoever asked for it."""


def silent(fraction: float, text: str) -> None:
    """Reports nothing."""


def never() -> bool:
    """Returns ``False``: the work goes on to its end."""
    return False
