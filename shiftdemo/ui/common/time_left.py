"""How long work will take still."""

from __future__ import annotations

from shiftdemo.ui.common.i18n import Visit

_TELLING = 0.1  # of the work: before it, nothing is said of the time


def time_left(visit: Visit, elapsed: float, fraction: float) -> str:
    """Returns how long work will take still, once that can be told; seconds."""
    if fraction < _TELLING or elapsed < 1:
        return ""
    return " · " + visit("{n:.0f} s left", n=elapsed * (1 - fraction) / fraction)
