"""``output_delay``: a tagger may look d tokens ahead before it answers."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from shiftdemo.core.errors import NotApplicable
from shiftdemo.core.params import SHARE, Param
from shiftdemo.core.samples import Sample, TaggedSample
from shiftdemo.shifts.base import SHIFTS, Dial, Example, Shift
from shiftdemo.shifts.editing import EditableSample

_EXAMPLE = TaggedSample("tagged", ("Ada", "reads"), ("B-PER", "O"))


@SHIFTS.register
class OutputDelay(Shift):
    """Asks for every label d places late."""

    name = "output_delay"
    stage = "decoder"
    needs = ("tags",)
    summary = (
        "The label of a token is asked for d places further on, after d padding tokens at the "
        "end; the first d places have no label. The whole run is delayed, and so is the trained "
        "model: its answers are read d places late."
    )
    columnar = True
    formula = "label at place i is t_{i-d}, none for i < d;  input (x_1 … x_n, pad × d)"
    source = "Schuster and Paliwal 1997, section II.B (delayed outputs of recurrent networks)"
    effect = (
        "Useful to models that read left to right; an encoder sees both sides anyway, so expect "
        "no gain there and, with learned positions, a harder task."
    )
    params = (
        Param("delay", "int", 1, "Places of delay, d.", 1, 16),
        replace(
            SHARE,
            low=1.0,
            help="Always 1: a model is delayed for every sample or for none.",
        ),
    )
    dial = Dial(("delay",), 1, 6, 1)
    examples = (Example(_EXAMPLE, {"delay": 1}, _EXAMPLE),)

    @property
    def model_settings(self) -> dict[str, Any]:
        """See :attr:`Shift.model_settings`."""
        return {"shiftdemo_output_delay": self.values["delay"]}

    def apply(
        self, draft: EditableSample, rng: random.Random, context: Sequence[Sample]
    ) -> dict[str, Any]:
        """See :meth:`Shift.apply`."""
        if draft.tags is None:
            raise NotApplicable("output_delay.only_tagged_sentences_have")
        delay = self.values["delay"]
        draft.feed = replace(draft.feed, output_delay=delay)
        return self.drawn(delay=delay)
