"""What the tests of positions share: a batch, and left padding as the independent oracle."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

ABSOLUTE = [
    ("ner", "learned"),
    ("ner", "sinusoidal"),
    ("translation", "learned"),
    ("translation", "sinusoidal"),
]
TRANSLATORS = ABSOLUTE[2:]
IDS = torch.tensor([[7, 8, 9, 10, 11, 3], [12, 13, 14, 3, 0, 0]])
MASK = torch.tensor([[1, 1, 1, 1, 1, 1], [1, 1, 1, 1, 0, 0]])
TARGET = torch.tensor([[0, 9, 8, 7, 1], [0, 15, 1, 0, 0]])
Make = Callable[..., Any]


def forward(model: Any, inputs: dict[str, Tensor]) -> Tensor:
    """Logits of a tagger, or of a translator that is fed TARGET."""
    more = {"decoder_input_ids": TARGET} if model.config.is_encoder_decoder else {}
    return model(**{"input_ids": IDS, "attention_mask": MASK, **more, **inputs}).logits


def padded(k: int, ids: Tensor = IDS, mask: Tensor = MASK, pad: int = 0) -> dict[str, Tensor]:
    """The batch with ``k`` masked places in front: another way to the same positions."""
    front = torch.full((len(ids), k), pad)
    return {
        "input_ids": torch.cat([front, ids], 1),
        "attention_mask": torch.cat([torch.zeros_like(front), mask], 1),
    }


FILLER = 5  # a real token, so that models which count tokens that are no padding count it


def spread(ids: Tensor, mask: Tensor, positions: list[int]) -> tuple[Tensor, Tensor]:
    """The columns at ``positions`` of a longer row, masked fillers between them."""
    longer = torch.full((len(ids), positions[-1] + 1), FILLER)
    seen = torch.zeros_like(longer)
    longer[:, positions], seen[:, positions] = ids, mask
    return longer, seen


def by(*offsets: int) -> Tensor:
    return torch.tensor(offsets)


def close(found: Tensor, wanted: Tensor, tolerance: float = 1e-5) -> bool:
    return torch.allclose(found, wanted, atol=tolerance, rtol=tolerance)


def counted(out: Tensor) -> Tensor:
    """The places of IDS that are no padding (a tagger's logits)."""
    return out[MASK.bool()]
