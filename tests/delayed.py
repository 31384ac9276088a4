"""What the tests of the delay layer share: its kinds, an oracle by loops, and stirred weights."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from shiftdemo.models.delay import DelayLayer, attach_delay, find_delay
from shiftdemo.models.scratch import ENCODINGS

Make = Callable[..., Any]
Settings = dict[str, Any]
ALL = [(task, encoding) for task in ("ner", "translation") for encoding in ENCODINGS]


def settings(kind: str, delay: int = 1, width: int = 4) -> Settings:
    return {"kind": kind, "delay": delay, "width": width}


KINDS = [settings("gelu", 2), settings("mix", 1), settings("conv"), settings("placebo")]
EVERY = [
    *[settings(kind, d) for kind in ("gelu", "mix") for d in (1, 2, 4)],
    *[settings("conv", width=width) for width in (2, 4)],
    settings("placebo", 2),
]


def called(values: Settings) -> str:
    return "-".join(map(str, values.values()))


def stir(layer: DelayLayer, seed: int = 0) -> DelayLayer:
    """Gives the layer weights that do something."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for weight in layer.parameters():
            weight.copy_(torch.randn(weight.shape, generator=generator) * 0.5)
    return layer


def stirred(loaded: Any, values: Settings) -> Any:
    """The model with a layer that does something."""
    stir(attach_delay(loaded.model, values))
    return loaded.model


def by_hand(layer: DelayLayer, hidden: Tensor, counts: Tensor | None = None) -> Tensor:
    """The definition, token by token."""
    new = torch.empty_like(hidden)
    counts = torch.ones(hidden.shape[:2]) if counts is None else counts
    for row in range(hidden.shape[0]):
        for t in range(hidden.shape[1]):

            def state(back: int, row: int = row, t: int = t) -> Tensor:
                if t - back < 0 or not counts[row, t - back]:
                    return torch.zeros(hidden.shape[2])
                return hidden[row, t - back]

            h, w = hidden[row, t], layer.weight
            if layer.kind == "mix":
                new[row, t] = w * h + (1 - w) * state(layer.delay)
            elif layer.kind == "conv":
                new[row, t] = h + sum(w[k] * state(k) for k in range(layer.width))
            else:
                past = state(0 if layer.kind == "placebo" else layer.delay)
                new[row, t] = h + F.gelu(w @ past + layer.bias)
    return new


def without_layer(model: Any, counts: Tensor | None = None) -> Any:
    """A copy without the layer, whose stack's output is changed by hand instead."""
    layer = find_delay(model)
    assert layer is not None
    plain = copy.deepcopy(model)
    stack = plain.get_decoder() if plain.can_generate() else plain.base_model
    del stack.shiftdemo_delay
    stack._forward_hooks.clear()

    def change(_: Any, __: Any, output: Any) -> Any:
        output.last_hidden_state = by_hand(layer, output[0], counts)
        return output

    stack.register_forward_hook(change)
    return plain
