"""How much memory a training process holds, and what to say when there is no more."""

from __future__ import annotations

import psutil
import torch

_MIB = 2**20
NO_MEMORY = "memory.out_of_memory"  # a key


def memory(device: torch.device) -> float:
    """Returns MiB: of this process now; for a GPU the most that torch has held there."""
    if device.type == "cuda":
        return float(torch.cuda.max_memory_allocated(device)) / _MIB
    return float(psutil.Process().memory_info().rss) / _MIB


def ran_out(error: BaseException) -> bool:
    """Whether an error says that there is no memory left, on the CPU or a GPU."""
    if isinstance(error, (MemoryError, torch.OutOfMemoryError)):
        return True
    return isinstance(error, RuntimeError) and "allocate memory" in str(error).lower()
