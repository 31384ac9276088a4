"""``length_crop``: a training step sees a random length of the target."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from shiftdemo.core.params import SHARE, Param
from shiftdemo.core.samples import Sample, TranslationSample
from shiftdemo.shifts.base import SHIFTS, Dial, Example, Shift
from shiftdemo.shifts.editing import EditableSample

_EXAMPLE = TranslationSample("pair", "She reads a book.", "Elle lit un livre.")


MODE = Param(
    "mode",
    "choice",
    "truncate",
    "Cut the target, only its loss, or all but a window of the loss.",
    choices=("truncate", "mask", "window"),
)


@SHIFTS.register
class LengthCrop(Shift):
    """Draws the number of target tokens of a step, by cutting the target or its loss."""

    name = "length_crop"
    stage = "length"
    needs = ("decode",)
    summary = (
        "The step learns from L target tokens only, L drawn anew each time: 'truncate' really cuts "
        "the target after the first L (cheaper, no end token after a cut), 'mask' only drops the "
        "loss after them. 'window' takes the loss on L tokens anywhere, those before are context."
    )
    columnar = True
    formula = "L ~ U[min, max];  loss on y_1 … y_L, or (window) on y_s … y_{s+L-1}"
    source = "Shifted lengths of the shift-training method; compare Press et al. 2021 (Shortformer)"
    effect = "Truncation lowers the cost of a step; it also shows the model fewer late positions."
    params = (
        Param("min", "int", 5, "Least target tokens.", 1, 4096),
        Param("max", "int", 20, "Most target tokens.", 1, 4096),
        MODE,
        SHARE,
    )
    dial = Dial(("min", "max"), 1, 12, 4)
    examples = (Example(_EXAMPLE, {"min": 2, "max": 2}, _EXAMPLE),)

    def __init__(self, **values: Any) -> None:
        """See :class:`Shift`; ``min`` must not be over ``max``."""
        super().__init__(**values)
        self.check_order("min", "max")

    def apply(
        self, draft: EditableSample, rng: random.Random, context: Sequence[Sample]
    ) -> dict[str, Any]:
        """See :meth:`Shift.apply`."""
        length = rng.randint(self.values["min"], self.values["max"])
        draws = crop(draft, length, self.values["mode"], rng)
        return self.drawn(**draws)


def crop(draft: EditableSample, length: int, mode: str, rng: random.Random) -> dict[str, Any]:
    """Lets the step see ``length`` target tokens; returns what was drawn."""
    draft.need(draft.n_target_words > 0, "shifts.no_target")
    window = rng.random() if mode == "window" else 0.0
    draft.feed = replace(draft.feed, length=length, mode=mode, window=window)
    return {"target_length": length, **({"window": window} if mode == "window" else {})}
