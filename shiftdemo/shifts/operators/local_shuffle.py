"""``local_shuffle``: words change places with near neighbours."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

from shiftdemo.core.params import SHARE, Param
from shiftdemo.core.samples import Sample, TaggedSample
from shiftdemo.shifts.base import SHIFTS, Dial, Example, Shift
from shiftdemo.shifts.editing import EditableSample

_EXAMPLE = TaggedSample("tagged", ("Ada", "reads"), ("B-PER", "O"))


@SHIFTS.register
class LocalShuffle(Shift):
    """Shuffles so little that nothing moves more than k places."""

    name = "local_shuffle"
    stage = "sample"
    needs = ("reorder",)
    summary = (
        "Words change places with near ones, none by more than k places; a mention counts as one "
        "and moves as one. In translation only the source is shuffled."
    )
    columnar = True
    formula = "sort by i + u_i,  u_i ~ U[0, k+1)"
    source = "Lample et al. 2018 (unsupervised machine translation, its noise model)"
    effect = (
        "Acts on every position encoding, because the order itself changes; it teaches to rely "
        "less on order, which costs where order carries meaning."
    )
    params = (
        Param("k", "int", 3, "Greatest move, in places.", 0, 64),
        SHARE,
    )
    dial = Dial(("k",), 0, 8, 3)
    examples = (Example(_EXAMPLE, {"k": 0}, _EXAMPLE),)

    def apply(
        self, draft: EditableSample, rng: random.Random, context: Sequence[Sample]
    ) -> dict[str, Any]:
        """See :meth:`Shift.apply`."""
        draft.need_words()
        reach = self.values["k"] + 1
        u = draft.unit_draws(rng)
        move = draft.sort_units(u, lambda index, u: index + reach * u)
        return self.drawn(greatest_move=move)
