"""``prefix_filler``: neutral words in front of the source."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

from shiftdemo.core.errors import NotApplicable
from shiftdemo.core.params import SHARE, Param
from shiftdemo.core.samples import Sample, TaggedSample, TranslationSample
from shiftdemo.core.words import split
from shiftdemo.shifts.base import SHIFTS, Dial, Example, Shift
from shiftdemo.shifts.common_params import DRAW, exact_or_drawn
from shiftdemo.shifts.editing import EditableSample


@SHIFTS.register
class PrefixFiller(Shift):
    """Puts words that mean little in front; the target stays as it is."""

    name = "prefix_filler"
    stage = "sample"
    needs = ("prefix",)
    summary = (
        "k neutral words stand in front of the source; the target is unchanged and the new words "
        "have the tag O. The sentence really stands k words later, without new content."
    )
    formula = "x' = (f_1 … f_k, x_1 … x_n),  y' = y"
    source = "The shifted sample of the shift-training method; the content stays, its place moves."
    effect = (
        "Acts on every position encoding: the words in front are really there and can be "
        "attended to. Beside position_offset it shows what a place costs and what a word costs."
    )
    params = (
        Param("k", "int", 4, "Words put in front.", 0, 64),
        DRAW,
        Param(
            "filler",
            "str",
            "well now so then",
            "The words, repeated in turn.",
            1,
            200,
        ),
        SHARE,
    )
    dial = Dial(("k",), 0, 16, 4)
    examples = (
        Example(
            TaggedSample("tagged", ("Ada", "reads"), ("B-PER", "O")),
            {"k": 2},
            TaggedSample("tagged", ("well", "now", "Ada", "reads"), ("O", "O", "B-PER", "O")),
        ),
        Example(
            TranslationSample("pair", "She reads.", "Elle lit."),
            {"k": 3, "filler": "um"},
            TranslationSample("pair", "um um um She reads.", "Elle lit."),
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
        words = split(self.values["filler"]).words
        if not words:
            raise NotApplicable("prefix_filler.filler_has_no_words")
        k = self.values["k"]
        if self.values["draw"]:
            k = rng.randint(0, k)
        front = [words[i % len(words)] for i in range(k)]
        draft.prepend(front)
        return self.drawn(k=k)
