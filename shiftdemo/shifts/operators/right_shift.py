"""``right_shift``: the decoder input is the labels moved right (teacher forcing)."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from shiftdemo.core.errors import NotApplicable
from shiftdemo.core.params import SHARE, Param
from shiftdemo.core.samples import Sample, TranslationSample
from shiftdemo.shifts.base import SHIFTS, Dial, Example, Shift
from shiftdemo.shifts.editing import EditableSample

_EXAMPLE = TranslationSample("pair", "She reads.", "Elle lit.")


@SHIFTS.register
class RightShift(Shift):
    """The shift that every sequence-to-sequence model trains with; n > 1 looks further ahead."""

    name = "right_shift"
    stage = "decoder"
    needs = ("decode",)
    summary = (
        "Teacher forcing: the decoder reads the labels moved n steps right after start tokens "
        "and is asked for the label at each place. n = 1 is what every sequence-to-sequence run "
        "does; with n > 1 the model has to predict n tokens ahead."
    )
    columnar = True
    formula = "d = (<s> × n, y_1 … y_{m-n}),  loss on y_1 … y_m"
    source = "Williams and Zipser 1989 (teacher forcing); Gloeckle et al. 2024 (n > 1)"
    effect = (
        "n = 1 changes nothing: it is always on, whatever the position encoding. n > 1 is an extra "
        "task for a share p of the samples; translating always uses n = 1, so p = 1 spoils it."
    )
    params = (
        Param(
            "n",
            "int",
            1,
            "Steps that the decoder input lags behind.",
            1,
            8,
        ),
        replace(SHARE, default=0.5),
    )
    dial = Dial(("n",), 1, 6, 1)
    examples = (Example(_EXAMPLE, {"n": 2}, _EXAMPLE),)

    def without_effect(self, encoding: str) -> str:
        """See :meth:`Shift.without_effect`."""
        return "n = 1 is what every run does anyway" if self.values["n"] == 1 else ""

    def apply(
        self, draft: EditableSample, rng: random.Random, context: Sequence[Sample]
    ) -> dict[str, Any]:
        """See :meth:`Shift.apply`."""
        if draft.answer is None:
            raise NotApplicable("right_shift.only_targets_plain_texts")
        draft.feed = replace(draft.feed, right_shift=self.values["n"])
        return self.drawn(n=self.values["n"])
