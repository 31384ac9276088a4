"""The shape of a scratch model."""

from __future__ import annotations

from dataclasses import dataclass

ENCODINGS = ("learned", "sinusoidal", "rotary", "relative")


@dataclass(frozen=True, slots=True)
class ScratchSize:
    """The shape of a scratch model; the defaults train in under a minute on one core."""

    width: int = 128
    ffn: int = 512
    heads: int = 4
    layers: int = 2
    decoder_layers: int = 2
    vocab: int = 6000
    max_positions: int = 320
    encoding: str = "learned"
