"""``drop``: words are left out at random."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

from shiftdemo.core.params import SHARE
from shiftdemo.core.samples import Sample, TaggedSample
from shiftdemo.shifts.base import SHIFTS, Dial, Example, Shift
from shiftdemo.shifts.common_params import RATE
from shiftdemo.shifts.editing import EditableSample

_EXAMPLE = TaggedSample("tagged", ("Ada", "reads"), ("B-PER", "O"))


@SHIFTS.register
class Drop(Shift):
    """Leaves words out, each with the same probability."""

    name = "drop"
    stage = "sample"
    needs = ("edit",)
    summary = (
        "Every word is left out with the same probability; a mention goes or stays as a whole, and "
        "one word at least stays. In translation only the source loses words."
    )
    columnar = True
    formula = "x' = (x_i : u_i >= rate),  u_i ~ U[0, 1)"
    source = "Iyyer et al. 2015 (word dropout); Lample et al. 2018"
    effect = (
        "What stands after a dropped word moves one place to the front, on every position "
        "encoding; content is lost too, so part of any cost is not due to position."
    )
    params = (
        RATE,
        SHARE,
    )
    dial = Dial(("rate",), 0, 1, 0.2, 0.05)
    examples = (Example(_EXAMPLE, {"rate": 0}, _EXAMPLE),)

    def apply(
        self, draft: EditableSample, rng: random.Random, context: Sequence[Sample]
    ) -> dict[str, Any]:
        """See :meth:`Shift.apply`."""
        draft.need_words()
        rate, before = self.values["rate"], draft.n_words
        draft.repeat_units(draft.unit_draws(rng), lambda u: u >= rate, rng)
        return self.drawn(dropped=before - draft.n_words)
