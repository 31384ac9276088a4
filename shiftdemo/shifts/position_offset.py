"""``position_offset``: the same words at later absolute positions."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

from shiftdemo.config import SHARE, Param
from shiftdemo.shifts.base import SHIFTS, Example, Shift, drawn
from shiftdemo.types import Sample, ShiftedSample, TaggedSample, TranslationSample

_EXAMPLE = TaggedSample("tagged", ("Ada", "reads"), ("B-PER", "O"))


@SHIFTS.register
class PositionOffset(Shift):
    """Moves every position id of a sample by one constant."""

    name = "position_offset"
    stage = "position"
    tasks = ("translation", "ner")
    summary = (
        "The words stay and all their position ids move by the same k. Each sample draws its own "
        "k from 0 to max_offset; encoder and decoder draw apart."
    )
    summary_zh = (
        "词不变，所有位置编号平移同一个 k。"
        "每个样本在 0 到 max_offset 之间各自抽取 k；编码器与解码器分别抽取。"
    )
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
            "最大偏移 K（位置数）。",
            0,
            4096,
        ),
        Param(
            "fixed",
            "int",
            -1,
            "Use exactly this offset; -1: draw it.",
            "固定偏移；-1 为随机抽取。",
            -1,
            4096,
        ),
        Param(
            "side",
            "choice",
            "both",
            "Which positions move: source, target (decoder) or both.",
            "移动哪一侧的位置：源、目标（解码器）或两侧。",
            choices=("both", "source", "target"),
        ),
        replace(
            SHARE,
            default=0.5,
            help="Share of the samples that are shifted (0 to 1); 0.5 keeps clean accuracy.",
            help_zh="被移位的样本比例（0 到 1）；0.5 可保持原始精度。",
        ),
    )
    examples = (Example(_EXAMPLE, {"fixed": 4, "p": 1}, _EXAMPLE),)

    def apply(
        self, current: ShiftedSample, rng: random.Random, context: Sequence[Sample]
    ) -> ShiftedSample:
        """See :meth:`Shift.apply`."""
        fixed, top = self.values["fixed"], self.values["max_offset"]
        source = fixed if fixed >= 0 else rng.randint(0, top)
        target = fixed if fixed >= 0 else rng.randint(0, top)
        if self.values["side"] == "target":
            source = 0
        if self.values["side"] == "source" or not isinstance(current.shifted, TranslationSample):
            target = 0
        return replace(
            current,
            source_offset=current.source_offset + source,
            target_offset=current.target_offset + target,
            params=drawn(self, source_offset=source, target_offset=target),
        )
