"""``position_sample``: position ids drawn at random from a longer range."""

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
class PositionSample(Shift):
    """Gives a row a sorted random subset of the positions up to a limit."""

    name = "position_sample"
    stage = "position"
    summary = (
        "The words stay in order and their position ids are a random increasing choice from "
        "0 to span - 1. So the model meets late positions and uneven distances while the "
        "sentences stay short."
    )
    columnar = True
    formula = "p = sort(S),  S a random subset of {0 … L-1} with |S| = n"
    source = "Ruoss et al. 2023 (randomized positional encodings)"
    effect = (
        "Not a pure shift: distances change, so rotary and relative positions feel it as learned "
        "and sinusoidal ones do. Published gains are on inputs longer than the training's."
    )
    params = (
        Param(
            "span",
            "int",
            128,
            "Positions to choose from, L; a longer row counts on without gaps.",
            2,
            4096,
        ),
        SIDE,
        HALF,
    )
    dial = Dial(("span",), 4, 128, 24, 4)
    examples = (Example(_EXAMPLE, {"span": 16, "p": 1}, _EXAMPLE),)

    @property
    def reach(self) -> int:
        """See :attr:`Shift.reach`."""
        return int(self.values["span"])

    def apply(
        self, draft: EditableSample, rng: random.Random, context: Sequence[Sample]
    ) -> dict[str, Any]:
        """See :meth:`Shift.apply`."""
        source_seed, target_seed = rng.getrandbits(32), rng.getrandbits(32)
        moved, target_moved = sides(draft, self.values["side"])
        feed = draft.feed
        source = self._sampled(feed.source, source_seed) if moved else feed.source
        target = self._sampled(feed.target, target_seed) if target_moved else feed.target
        draft.feed = replace(feed, source=source, target=target)
        return self.drawn(source_seed=source_seed, target_seed=target_seed)

    def _sampled(self, plan: PositionPlan, seed: int) -> PositionPlan:
        return replace(plan, span=self.values["span"], seed=seed)
