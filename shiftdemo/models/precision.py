"""Which arithmetic trains fastest here, found by a short measurement."""

from __future__ import annotations

import functools
import math
import time

import torch

# bfloat16 also pays for casts and for what stays in float32, so it has to win clearly.
_GAIN = 1.8
# Where it is slower than that, as without instructions for it, one round tells, and costs enough.
_HOPELESS = 0.5
_ROUNDS, _PRODUCTS = 12, 4


@functools.lru_cache(maxsize=4)
def fastest_precision(device: str = "cpu") -> str:
    """Returns ``"bfloat16"`` where its matrix product is clearly faster, else ``"float32"``.

    Measured once a process and device, in a twentieth of a second to a quarter.
    """
    if device == "mps" or (device == "cuda" and not torch.cuda.is_bf16_supported()):
        return "float32"
    return "bfloat16" if _gain(device) > _GAIN else "float32"


def _gain(device: str) -> float:
    """Returns how many times as fast a bfloat16 matrix product is as a float32 one.

    By the fastest product of each, taken by turns: what else the machine does makes products
    slower, hardly ever all of them. A bfloat16 that has no chance is measured for one round only:
    twelve take two seconds and more where every product is emulated.
    """
    pairs = [_operands(dtype, device) for dtype in (torch.bfloat16, torch.float32)]
    best = [math.inf, math.inf]
    for _ in range(_ROUNDS):
        for index, (left, right) in enumerate(pairs):
            for _ in range(_PRODUCTS):
                best[index] = min(best[index], _seconds(left, right))
        if best[1] < _HOPELESS * best[0]:
            break
    return best[1] / best[0]


def _operands(dtype: torch.dtype, device: str) -> tuple[torch.Tensor, torch.Tensor]:
    """Returns two matrices: as in a small model on a CPU, larger on a GPU."""
    rows, width = (512, 128) if device == "cpu" else (4096, 1024)
    left = torch.ones(rows, width, dtype=dtype, device=device)
    right = torch.ones(width, 4 * width, dtype=dtype, device=device)
    _seconds(left, right)  # the first is slower
    return left, right


def _seconds(left: torch.Tensor, right: torch.Tensor) -> float:
    began = time.perf_counter()
    product = left @ right
    if product.device.type == "cuda":
        torch.cuda.synchronize()
    return time.perf_counter() - began
