"""``length_crop``: a training step sees a random length of the target."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

from shiftdemo import words as w
from shiftdemo.config import SHARE, Param
from shiftdemo.errors import ConfigError, NotApplicable
from shiftdemo.shifts.base import SHIFTS, Example, Shift, drawn
from shiftdemo.types import Sample, ShiftedSample, TranslationSample

_EXAMPLE = TranslationSample("pair", "She reads a book.", "Elle lit un livre.")


@SHIFTS.register
class LengthCrop(Shift):
    """Draws the number of target tokens of a step, by cutting the target or its loss."""

    name = "length_crop"
    stage = "length"
    tasks = ("translation",)
    summary = (
        "The step sees only the first L target tokens, L drawn anew each time. 'truncate' really "
        "cuts the target (cheaper, and no end token after a cut); 'mask' keeps it as input and "
        "drops its loss (costs the same)."
    )
    summary_zh = (
        "每步只看目标的前 L 个词元，L 每次重新抽取。"
        "truncate 真正截断目标（更省算力，截断处没有结束符）；"
        "mask 保留输入、去掉其损失（算力不变）。"
    )
    formula = "L ~ U[min, max];  loss on y_1 … y_min(L, m)"
    source = "Shifted lengths of the shift-training method; compare Press et al. 2021 (Shortformer)"
    effect = "Truncation lowers the cost of a step; it also shows the model fewer late positions."
    params = (
        Param("min", "int", 5, "Least target tokens.", "最少目标词元数。", 1, 4096),
        Param("max", "int", 20, "Most target tokens.", "最多目标词元数。", 1, 4096),
        Param(
            "mode",
            "choice",
            "truncate",
            "Cut the target, or only its loss.",
            "截断目标，或只去掉其损失。",
            choices=("truncate", "mask"),
        ),
        SHARE,
    )
    examples = (Example(_EXAMPLE, {"min": 2, "max": 2}, _EXAMPLE),)

    def __init__(self, **values: object) -> None:
        """See :class:`Shift`; ``min`` must not be over ``max``."""
        super().__init__(**values)
        if self.values["min"] > self.values["max"]:
            raise ConfigError(
                f"Shift length_crop: min={self.values['min']} is over max={self.values['max']}; "
                "swap them."
            )

    def apply(
        self, current: ShiftedSample, rng: random.Random, context: Sequence[Sample]
    ) -> ShiftedSample:
        """See :meth:`Shift.apply`."""
        sample = current.shifted
        if not isinstance(sample, TranslationSample) or not w.split(sample.target).words:
            raise NotApplicable("the sample has no target to cut.")
        length = rng.randint(self.values["min"], self.values["max"])
        return replace(
            current,
            target_length=length,
            target_mode=self.values["mode"],
            params=drawn(self, target_length=length),
        )
