"""``length_curriculum``: the length range of ``length_crop`` moves as the model learns."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any

from shiftdemo.core.params import SHARE, Param
from shiftdemo.core.samples import Sample, TranslationSample
from shiftdemo.shifts.base import SHIFTS, Dial, Example, Shift
from shiftdemo.shifts.editing import EditableSample
from shiftdemo.shifts.operators.length_crop import MODE, crop

_ROUNDING = 1e-9  # nearer to a whole number of stages than any two stages are to each other

_EXAMPLE = TranslationSample("pair", "She reads a book.", "Elle lit un livre.")


@SHIFTS.register
class LengthCurriculum(Shift):
    """Moves the range [min, max] from short to long with the held-out shifted score."""

    name = "length_curriculum"
    stage = "length"
    needs = ("decode",)
    summary = (
        "As length_crop, but the range of lengths moves from its first to its last place in equal "
        "stages. In training the next stage begins as soon as held-out accuracy on shifted data "
        "reaches the threshold."
    )
    columnar = True
    formula = "L ~ U[a + l (c - a), b + l (d - b)],  level l = 0, 1/stages, … 1"
    source = "Press et al. 2021 (Shortformer); Li et al. 2022 (sequence length warm-up)"
    effect = (
        "Early steps are cheap with truncation. What it does to late positions depends on whether "
        "the last stage is reached; the run says how far it came."
    )
    params = (
        Param("first_min", "int", 2, "Least tokens at first, a.", 1, 4096),
        Param("first_max", "int", 8, "Most tokens at first, b.", 1, 4096),
        Param("last_min", "int", 16, "Least tokens at last, c.", 1, 4096),
        Param("last_max", "int", 32, "Most tokens at last, d.", 1, 4096),
        Param("level", "float", 0.0, "Where it begins, from 0 to 1.", 0.0, 1.0),
        Param("stages", "int", 4, "Stages from first to last.", 1, 100),
        Param(
            "threshold",
            "float",
            50.0,
            "Held-out token accuracy on shifted data that ends a stage, percent.",
            0.0,
            100.0,
        ),
        MODE,
        SHARE,
    )
    dial = Dial(("level",), 0, 1, 0, 0.25)
    examples = (Example(_EXAMPLE, {"level": 0.5}, _EXAMPLE),)

    def __init__(self, **values: Any) -> None:
        """See :class:`Shift`; each least length must not be over its greatest."""
        super().__init__(**values)
        self.level: float = self.values["level"]
        self.check_order("first_min", "first_max")
        self.check_order("last_min", "last_max")

    @property
    def range(self) -> tuple[int, int]:
        """The least and the greatest length now."""
        v, level = self.values, self.level
        low = v["first_min"] + level * (v["last_min"] - v["first_min"])
        high = v["first_max"] + level * (v["last_max"] - v["first_max"])
        return round(low), max(round(low), round(high))

    def after_evaluation(self, accuracy: float) -> str:
        """See :meth:`Shift.after_evaluation`: begins the next stage."""
        if self.level > 1 - _ROUNDING or accuracy < self.values["threshold"]:
            return ""
        # Counted, not summed: six times 1/6 stays below 1, and that would be one idle stage more.
        start, stages = self.values["level"], self.values["stages"]
        done = round((self.level - start) * stages)
        level = start + (done + 1) / stages
        self.level = level if level < 1 - _ROUNDING else 1.0
        low, high = self.range
        return f"length_curriculum: lengths are now {low} to {high} tokens (level {self.level:g})"

    def progress(self) -> dict[str, float]:
        """See :meth:`Shift.progress`."""
        return {"level": self.level}

    def restore(self, progress: Mapping[str, float]) -> None:
        """See :meth:`Shift.restore`."""
        self.level = progress["level"]

    def apply(
        self, draft: EditableSample, rng: random.Random, context: Sequence[Sample]
    ) -> dict[str, Any]:
        """See :meth:`Shift.apply`."""
        length = rng.randint(*self.range)
        draws = crop(draft, length, self.values["mode"], rng)
        return self.drawn(**draws, level=self.level)
