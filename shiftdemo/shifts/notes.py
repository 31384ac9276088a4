"""Notes on a sample: why an operator left it as it was."""

from __future__ import annotations

from shiftdemo.core.messages import Message


def left_out(operator: str, reason: Message) -> Message:
    """Returns the note of an operator that does not fit a sample."""
    return Message("shifts.left_out", operator=operator, reason=reason)
