"""``rotate``: the words roll round, with their tags."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

from shiftdemo.core.params import SHARE, Param
from shiftdemo.core.samples import Sample, TaggedSample
from shiftdemo.shifts.base import SHIFTS, Dial, Example, Shift
from shiftdemo.shifts.common_params import DRAW, exact_or_drawn
from shiftdemo.shifts.editing import EditableSample


@SHIFTS.register
class Rotate(Shift):
    """Rolls the sentence by k words; what falls off its end stands at its start."""

    name = "rotate"
    stage = "sample"
    needs = ("rotate",)
    summary = (
        "The last k words move to the front and every other word moves k places on, tags with "
        "them. A cut that would fall inside a mention moves to the mention's start, or to its end "
        "where the sentence begins with it."
    )
    columnar = True
    formula = "x' = (x_{n-k+1} … x_n, x_1 … x_{n-k}),  y' likewise"
    source = "The cyclic shift of the shift-training method (as torch.roll)"
    effect = (
        "Moves every word and breaks the sentence in one place, so it acts on every position "
        "encoding; the model also sees broken grammar at the seam."
    )
    params = (
        Param("k", "int", 2, "Words that move to the front.", 0, 256),
        DRAW,
        SHARE,
    )
    dial = Dial(("k",), 0, 16, 2)
    examples = (
        Example(
            TaggedSample(
                "tagged",
                ("Ada", "reads", "in", "New", "York"),
                ("B-PER", "O", "O", "B-LOC", "I-LOC"),
            ),
            {"k": 1},
            TaggedSample(
                "tagged",
                ("New", "York", "Ada", "reads", "in"),
                ("B-LOC", "I-LOC", "B-PER", "O", "O"),
            ),
        ),
    )

    @property
    def strengths(self) -> tuple[float, float]:
        """See :attr:`Shift.strengths`."""
        return exact_or_drawn(self.values)

    def apply(
        self, draft: EditableSample, rng: random.Random, context: Sequence[Sample]
    ) -> dict[str, Any]:
        """See :meth:`Shift.apply`."""
        draft.need_words()
        k, n = self.values["k"], draft.n_words
        if self.values["draw"]:
            k = rng.randint(0, k)
        start, end = draft.unit_at(n - k % n)
        cut = start + end * (start == 0)  # of the unit that it would fall in
        draft.need((cut < n) | (k % n == 0), "shifts.one_mention")
        draft.rotate(cut)
        return self.drawn(k=n - cut)
