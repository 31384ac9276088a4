"""``right_shift``: the decoder input is the labels moved right (teacher forcing)."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from shiftdemo.config import SHARE
from shiftdemo.errors import NotApplicable
from shiftdemo.shifts.base import SHIFTS, Example, Shift, drawn
from shiftdemo.types import Sample, ShiftedSample, TranslationSample

T = TypeVar("T")
_EXAMPLE = TranslationSample("pair", "She reads.", "Elle lit.")


def decoder_input(labels: Sequence[T], start: T) -> list[T]:
    """Returns the labels moved one step right with the start token in front.

    ``d = (<s>, y_1 … y_{n-1})`` for labels ``y_1 … y_n``: as many as there are labels.
    """
    return [start, *labels[:-1]] if labels else []


@SHIFTS.register
class RightShift(Shift):
    """The shift that every sequence-to-sequence model trains with; shown, always on."""

    name = "right_shift"
    stage = "decoder"
    tasks = ("translation",)
    summary = (
        "Teacher forcing: the decoder reads the labels moved one step right behind a start token "
        "and is asked for the label at each place. Every sequence-to-sequence run does this; the "
        "view in Build shows it."
    )
    summary_zh = (
        "教师强制：解码器读入右移一位、前加起始符的标签，并在每个位置预测对应标签。"
        "所有序列到序列训练都如此；构建页可查看。"
    )
    formula = "d = (<s>, y_1 … y_{n-1}),  loss on y_1 … y_n"
    source = "Williams and Zipser 1989 (teacher forcing)"
    effect = "Required: without it the decoder copies its input and the loss falls to zero."
    params = (SHARE,)
    examples = (Example(_EXAMPLE, {}, _EXAMPLE),)

    def apply(
        self, current: ShiftedSample, rng: random.Random, context: Sequence[Sample]
    ) -> ShiftedSample:
        """See :meth:`Shift.apply`."""
        if not isinstance(current.shifted, TranslationSample):
            raise NotApplicable("only sequence-to-sequence samples have a decoder.")
        return replace(current, params=drawn(self, n=1))
