"""Teacher forcing: what the decoder reads while it is trained, and what it is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from shiftdemo.core.types import StepInputs

T = TypeVar("T")


def decoder_input(labels: Sequence[T], start: T, n: int = 1) -> list[T]:
    """Returns the labels moved ``n`` steps right after ``n`` start tokens.

    ``d = (<s> … <s>, y_1 … y_{m-n})`` for labels ``y_1 … y_m``: as many as there are labels.
    """
    return (
        [start, *labels[:-1]] if n == 1 and labels else ([start] * n + list(labels))[: len(labels)]
    )


def teacher_forced(labels: Sequence[T], feed: StepInputs, start: T) -> tuple[list[T], list[bool]]:
    """Returns what the decoder is given for one target, and which of its answers count.

    Args:
        labels: the target's tokens with their end token.
        feed: how far the input lags behind, and what ``length_crop`` hides.
        start: the decoder's start token.

    Returns:
        Decoder input, as many as the step computes (fewer than there are labels where the target
        is cut), and for each index whether the label there carries loss.
    """
    total, length = len(labels), feed.length
    if length is None or length >= total:
        first, end, seen = 0, total, total
    else:
        first = int(feed.window * (total - length + 1)) if feed.mode == "window" else 0
        end = first + length
        # No end token after a cut: it would teach the model to stop early.
        seen = total if feed.mode == "mask" else end
    counts = [first <= index < end for index in range(seen)]
    return decoder_input(labels[:seen], start, feed.right_shift), counts
