"""A dropout that does not dominate a training step on the CPU.

``torch.dropout`` draws one Bernoulli variable an element there: 2.2 ms for 460,000 elements on
one core, where this takes 0.5 ms. Eight random bits an element are enough; ``p`` is rounded to
a multiple of 1/256 and the scale follows the rounded value, so the expectation stays exact.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

_LEVELS = 256
_stock = F.dropout


def byte_dropout(x: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """Returns ``x`` with a share ``p`` of its elements zeroed and the rest scaled up."""
    threshold = round(p * _LEVELS)
    if not training or threshold == 0:
        return x
    if x.device.type != "cpu" or not 0 < threshold < _LEVELS or inplace:
        return _stock(x, p, training, inplace)
    n = x.numel()
    bits = torch.empty((n + 7) // 8, dtype=torch.int64).random_(-(2**63), None)
    kept = bits.view(torch.uint8)[:n].view(x.shape) >= threshold
    scale = _LEVELS / (_LEVELS - threshold)
    return x * kept.to(x.dtype).mul_(scale)


@contextlib.contextmanager
def fast_dropout() -> Iterator[None]:
    """Within it, ``F.dropout`` (and so ``nn.Dropout``) is :func:`byte_dropout`."""
    functional: Any = F
    functional.dropout = byte_dropout
    try:
        yield
    finally:
        functional.dropout = _stock
