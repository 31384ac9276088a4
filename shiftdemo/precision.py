"""Which arithmetic trains fastest here, found by a short measurement."""

from __future__ import annotations

import functools
import time

import torch

# bfloat16 also pays for casts and for what stays in float32, so it has to win clearly.
_GAIN = 1.8
_SECONDS = 0.02


@functools.lru_cache(maxsize=4)
def fastest_precision(device: str = "cpu") -> str:
    """Returns ``"bfloat16"`` where its matrix product is clearly faster, else ``"float32"``.

    Measured once a process and device, in about a twentieth of a second.
    """
    if device == "mps" or (device == "cuda" and not torch.cuda.is_bf16_supported()):
        return "float32"
    fast = _rate(torch.bfloat16, device) > _GAIN * _rate(torch.float32, device)
    return "bfloat16" if fast else "float32"


def _rate(dtype: torch.dtype, device: str) -> float:
    """Returns matrix products a second: as in a small model on a CPU, larger on a GPU."""
    rows, width = (512, 128) if device == "cpu" else (4096, 1024)
    left = torch.ones(rows, width, dtype=dtype, device=device)
    right = torch.ones(width, 4 * width, dtype=dtype, device=device)
    _wait(left @ right)
    began, count = time.perf_counter(), 0
    while time.perf_counter() - began < _SECONDS:
        _wait(left @ right)
        count += 1
    return count / (time.perf_counter() - began)


def _wait(product: torch.Tensor) -> None:
    if product.device.type == "cuda":
        torch.cuda.synchronize()
