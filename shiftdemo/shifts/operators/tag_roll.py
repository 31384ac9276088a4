"""``tag_roll``: a control, the tags one place against the words."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

from shiftdemo.core.errors import NotApplicable
from shiftdemo.core.params import SHARE, Param
from shiftdemo.core.samples import Sample, TaggedSample
from shiftdemo.shifts.base import SHIFTS, Dial, Example, Shift
from shiftdemo.shifts.editing import EditableSample


@SHIFTS.register
class TagRoll(Shift):
    """The bug that everyone makes once: every tag on the wrong word."""

    name = "tag_roll"
    stage = "control"
    needs = ("tags",)
    summary = (
        "The words stay and the tags roll k places against them: the mistake of labels that are "
        "off by one. Entity F1 falls to about zero while token accuracy still looks fine."
    )
    formula = "x' = x,  y' = (y_{n-k+1} … y_n, y_1 … y_{n-k})"
    source = "A control of this project; see also seqeval and conlleval on why spans are scored"
    effect = "None on positions: it is a control that any tagger must fail, whatever its encoding."
    params = (
        Param("k", "int", 1, "Places that the tags move.", 1, 64),
        SHARE,
    )
    dial = Dial(("k",), 1, 8, 1)
    examples = (
        Example(
            TaggedSample("tagged", ("In", "New", "York", "Ada"), ("O", "B-LOC", "I-LOC", "B-PER")),
            {"k": 1},
            TaggedSample("tagged", ("In", "New", "York", "Ada"), ("B-PER", "O", "B-LOC", "I-LOC")),
        ),
    )

    def apply(
        self, draft: EditableSample, rng: random.Random, context: Sequence[Sample]
    ) -> dict[str, Any]:
        """See :meth:`Shift.apply`."""
        tags = list(draft.tags or ())
        if all(tag == "O" for tag in tags):
            raise NotApplicable("tag_roll.sentence_has_no_mention")
        by = self.values["k"] % len(tags)
        rolled = tags[len(tags) - by :] + tags[: len(tags) - by]
        if rolled[0].startswith("I-"):  # its beginning is at the other end
            rolled[0] = "B-" + rolled[0][2:]
        draft.tags = rolled
        return self.drawn(k=by)
