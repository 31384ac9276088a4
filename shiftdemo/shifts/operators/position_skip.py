"""``position_skip``: the row in chunks, each standing further on."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from shiftdemo.core.params import Param
from shiftdemo.core.samples import Sample, TaggedSample
from shiftdemo.core.types import PositionPlan
from shiftdemo.shifts.base import SHIFTS, Dial, Example, Shift
from shiftdemo.shifts.common_params import HALF, SIDE, sides
from shiftdemo.shifts.editing import EditableSample

_EXAMPLE = TaggedSample("tagged", ("Ada", "reads"), ("B-PER", "O"))


@SHIFTS.register
class PositionSkip(Shift):
    """Cuts the row into chunks and leaves gaps between their position ids."""

    name = "position_skip"
    stage = "position"
    summary = (
        "The row is cut into chunks at random places and every chunk after the first stands "
        "further on by a random gap. Inside a chunk positions follow one another, so nearby "
        "words keep their distance."
    )
    formula = "p_i = i + u_c(i),  0 = u_1 <= u_2 <= … <= u_c <= G  (chunk c(i), gaps sorted draws)"
    source = "Zhu et al. 2024 (PoSE)"
    effect = (
        "Shows late positions at the cost of a short row. Rotary and relative positions feel the "
        "gaps between chunks; published for extending the context of rotary models."
    )
    params = (
        Param("chunks", "int", 2, "Number of chunks, c.", 2, 16),
        Param("max_gap", "int", 64, "Greatest gap G, in positions.", 0, 4096),
        SIDE,
        HALF,
    )
    dial = Dial(("max_gap",), 0, 64, 16)
    examples = (Example(_EXAMPLE, {"max_gap": 8, "p": 1}, _EXAMPLE),)

    @property
    def reach(self) -> int:
        """See :attr:`Shift.reach`."""
        return int(self.values["max_gap"])

    def apply(
        self, draft: EditableSample, rng: random.Random, context: Sequence[Sample]
    ) -> dict[str, Any]:
        """See :meth:`Shift.apply`."""
        source, target = self._skips(rng), self._skips(rng)
        moved, target_moved = sides(draft, self.values["side"])
        feed = draft.feed
        draft.feed = replace(
            feed,
            source=_skipped(feed.source, source if moved else ()),
            target=_skipped(feed.target, target if target_moved else ()),
        )
        return self.drawn(
            source_skips=[list(skip) for skip in source] if moved else [],
            target_skips=[list(skip) for skip in target] if target_moved else [],
        )

    def _skips(self, rng: random.Random) -> tuple[tuple[float, int], ...]:
        """Returns where each further chunk begins, and by how much more it is moved."""
        n = self.values["chunks"] - 1
        starts = sorted(rng.random() for _ in range(n))
        ends = sorted(int(rng.random() * (self.values["max_gap"] + 1)) for _ in range(n))
        steps = [after - before for before, after in zip([0, *ends], ends, strict=False)]
        return tuple(zip(starts, steps, strict=True))


def _skipped(plan: PositionPlan, skips: tuple[tuple[float, int], ...]) -> PositionPlan:
    return replace(plan, skips=plan.skips + skips)
