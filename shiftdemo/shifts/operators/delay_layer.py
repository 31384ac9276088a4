"""``delay_layer``: the output layer also sees the hidden state of d tokens before."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from shiftdemo.core.params import SHARE, Param
from shiftdemo.core.samples import Sample, TranslationSample
from shiftdemo.shifts.base import SHIFTS, Dial, Example, Shift
from shiftdemo.shifts.editing import EditableSample

_EXAMPLE = TranslationSample("pair", "She reads.", "Elle lit.")


@SHIFTS.register
class DelayLayer(Shift):
    """Gives the trained model one more layer; its samples stay as they are."""

    name = "delay_layer"
    stage = "decoder"
    summary = (
        "The model gets one more layer between its last hidden states and its output: each state "
        "also sees the state of d tokens before. The layer starts as the identity and is trained "
        "and saved with the model; the samples stay as they are."
    )
    columnar = True
    formula = (
        "gelu: h'_t = h_t + GELU(W h_{t-d} + b), W = 0, b = 0 at the start;  "
        "mix: h'_t = m ⊙ h_t + (1-m) ⊙ h_{t-d}, m = 1;  "
        "conv: h'_t = h_t + Σ_{k<κ} w_k ⊙ h_{t-k}, w = 0;  placebo: gelu with h_t;  "
        "h_t = 0 before the first token"
    )
    source = (
        "Delay layer of the shift-training method; mix: Peng et al. 2023 (RWKV, token shift); "
        "conv: Allen-Zhu 2025 (Physics of Language Models 4.1, Canon layers)"
    )
    effect = (
        "Attention can look back as well, with any position encoding, so a gain is not to be taken "
        "for granted. Compare with kind=placebo: it has the same weights as gelu and no delay. A "
        "classifier that reads its first token (BERT) has no state before it: expect none there."
    )
    params = (
        Param(
            "kind",
            "choice",
            "gelu",
            "What is done with the earlier state: gelu, mix, conv (the last κ states) or placebo.",
            choices=("gelu", "mix", "conv", "placebo"),
        ),
        Param(
            "delay",
            "int",
            1,
            "Tokens of delay, d; of gelu and mix.",
            1,
            16,
        ),
        Param(
            "width",
            "int",
            4,
            "Tokens that a conv sees, κ, the present one counted; of conv only.",
            2,
            8,
        ),
        replace(
            SHARE,
            low=1.0,
            help="Always 1: a model has the layer for every sample or for none.",
        ),
    )
    dial = Dial(("delay",), 1, 6, 1)
    examples = (Example(_EXAMPLE, {"delay": 2}, _EXAMPLE),)

    @property
    def model_settings(self) -> dict[str, Any]:
        """See :attr:`Shift.model_settings`."""
        return {"shiftdemo_delay": {key: self.values[key] for key in ("kind", "delay", "width")}}

    def apply(
        self, draft: EditableSample, rng: random.Random, context: Sequence[Sample]
    ) -> dict[str, Any]:
        """See :meth:`Shift.apply`."""
        kind = self.values["kind"]
        reach = {"conv": self.values["width"] - 1, "placebo": 0}.get(kind, self.values["delay"])
        return self.drawn(reach=reach)
