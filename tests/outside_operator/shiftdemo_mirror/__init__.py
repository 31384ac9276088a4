"""``mirror``: an operator from a package of its own, found through its entry point."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

from shiftdemo.core.params import SHARE
from shiftdemo.core.samples import Sample, TaggedSample
from shiftdemo.shifts.base import SHIFTS, Dial, Example, Shift
from shiftdemo.shifts.editing import EditableSample


@SHIFTS.register
class Mirror(Shift):
    """Puts the words in reverse order; a mention keeps its own."""

    name = "mirror"
    stage = "sample"
    needs = ("reorder",)
    summary = "The words stand in reverse order; a mention counts as one word and moves as one."
    formula = "x'_i = x_{n+1-i}"
    source = "Example of an operator in another package"
    effect = "Acts on every position encoding: no word keeps its neighbours' side."
    params = (SHARE,)
    dial = Dial(("p",), 0, 1, 1, step=0.25, graded=False)
    examples = (
        Example(
            TaggedSample("tagged", ("Ada", "reads"), ("B-PER", "O")),
            {},
            TaggedSample("tagged", ("reads", "Ada"), ("O", "B-PER")),
        ),
    )

    def apply(
        self, draft: EditableSample, rng: random.Random, context: Sequence[Sample]
    ) -> dict[str, Any]:
        """See :meth:`Shift.apply`."""
        draft.need_words()
        draft.sort_units(draft.unit_draws(rng), lambda place, u: -place)
        return {}
