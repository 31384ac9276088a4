"""``position_offset``: the same words at later absolute positions."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from shiftdemo.core.params import Param
from shiftdemo.core.samples import Sample, TaggedSample
from shiftdemo.shifts.base import SHIFTS, Dial, Example, Shift
from shiftdemo.shifts.common_params import HALF, SIDE, sides
from shiftdemo.shifts.editing import EditableSample

_EXAMPLE = TaggedSample("tagged", ("Ada", "reads"), ("B-PER", "O"))


INVARIANT = {
    name: f"{name} positions are only seen as distances, which a constant offset keeps"
    for name in ("rotary", "relative")
}


@SHIFTS.register
class PositionOffset(Shift):
    """Moves every position id of a sample by one constant."""

    name = "position_offset"
    stage = "position"
    summary = (
        "The words stay and all their position ids move by the same k. Each sample draws its own "
        "k from 0 to max_offset; encoder and decoder draw apart."
    )
    columnar = True
    formula = "p_i = i + k,  k ~ U{0 … K},  one k a sample, for a share p of the samples"
    source = "Kiyono et al. 2021 (SHAPE); Ben Amor et al. 2023 (random position perturbation)"
    effect = (
        "Learned and sinusoidal positions: large, inside the trained range. Rotary and relative "
        "positions: none, they are invariant (use them as a control)."
    )
    params = (
        Param(
            "max_offset",
            "int",
            32,
            "Greatest offset K, in positions.",
            0,
            4096,
        ),
        Param(
            "fixed",
            "int",
            -1,
            "Use exactly this offset; -1: draw it.",
            -1,
            100_000,
        ),
        SIDE,
        HALF,
    )
    dial = Dial(("fixed",), 0, 64, 4)
    examples = (Example(_EXAMPLE, {"fixed": 4, "p": 1}, _EXAMPLE),)

    @property
    def reach(self) -> int:
        """See :attr:`Shift.reach`."""
        return int(max(self.values["max_offset"], self.values["fixed"]))

    @property
    def strengths(self) -> tuple[float, float]:
        """See :attr:`Shift.strengths`: the fixed offset, or those that are drawn from."""
        fixed = self.values["fixed"]
        return (fixed, fixed) if fixed >= 0 else (0, self.values["max_offset"])

    def without_effect(self, encoding: str) -> str:
        """See :meth:`Shift.without_effect`."""
        return INVARIANT.get(encoding, "")

    def apply(
        self, draft: EditableSample, rng: random.Random, context: Sequence[Sample]
    ) -> dict[str, Any]:
        """See :meth:`Shift.apply`."""
        fixed, top = self.values["fixed"], self.values["max_offset"]
        source = fixed if fixed >= 0 else rng.randint(0, top)
        target = fixed if fixed >= 0 else rng.randint(0, top)
        moved, target_moved = sides(draft, self.values["side"])
        source, target = source * moved, target * target_moved
        feed = draft.feed
        draft.feed = replace(
            feed,
            source=replace(feed.source, offset=feed.source.offset + source),
            target=replace(feed.target, offset=feed.target.offset + target),
        )
        return self.drawn(source_offset=source, target_offset=target)
