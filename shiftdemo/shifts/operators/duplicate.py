"""``duplicate``: words are doubled at random."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

from shiftdemo.core.params import SHARE
from shiftdemo.core.samples import Sample, TaggedSample, TranslationSample
from shiftdemo.shifts.base import SHIFTS, Dial, Example, Shift
from shiftdemo.shifts.common_params import RATE
from shiftdemo.shifts.editing import EditableSample

MOST_WORDS = 2000  # several doublings in a row would fill any memory


@SHIFTS.register
class Duplicate(Shift):
    """Doubles words, each with the same probability."""

    name = "duplicate"
    stage = "sample"
    needs = ("edit",)
    summary = (
        "Every word is doubled with the same probability; a mention is doubled as a whole, and the "
        "double is a mention too. In translation only the source has doubles."
    )
    columnar = True
    formula = "x' = (x_i, x_i if u_i < rate : i = 1 … n),  u_i ~ U[0, 1)"
    source = "The counterpart of word dropout (Iyyer et al. 2015): repetition instead of loss"
    effect = (
        "What stands after a double moves one place on, on every position encoding; no content "
        "is lost, but the sentence grows."
    )
    params = (
        RATE,
        SHARE,
    )
    dial = Dial(("rate",), 0, 1, 0.2, 0.05)
    examples = (
        Example(
            TaggedSample("tagged", ("New", "York", "sleeps"), ("B-LOC", "I-LOC", "O")),
            {"rate": 1},
            TaggedSample(
                "tagged",
                ("New", "York", "New", "York", "sleeps", "sleeps"),
                ("B-LOC", "I-LOC", "B-LOC", "I-LOC", "O", "O"),
            ),
        ),
        Example(
            TranslationSample("pair", "She reads.", "Elle lit."),
            {"rate": 1},
            TranslationSample("pair", "She She reads reads..", "Elle lit."),
        ),
    )

    def apply(
        self, draft: EditableSample, rng: random.Random, context: Sequence[Sample]
    ) -> dict[str, Any]:
        """See :meth:`Shift.apply`."""
        draft.need_words()
        rate, before = self.values["rate"], draft.n_words
        u = draft.unit_draws(rng)
        draft.need(before <= MOST_WORDS, "shifts.too_many_words", most=MOST_WORDS)
        draft.repeat_units(u, lambda u: 1 + (u < rate), rng)
        return self.drawn(doubled=draft.n_words - before)
