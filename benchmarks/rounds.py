"""Rounds of a training run that is let go and held, and what the machine can do meanwhile."""

from __future__ import annotations

import os
import platform
import statistics
import time
from pathlib import Path
from typing import Any

import torch
import transformers as tf

KINDS = ("float32", "bfloat16")
_PRODUCT_SECONDS = 0.5


class Gate:
    """Lets a training run go on only while it is measured, and counts what it does."""

    def __init__(self, connection: Any, device: str) -> None:
        """Args: connection: gives the seconds of a round, takes its figures."""
        self.connection, self.device = connection, device
        self.seconds: float | None = None

    def step(self, tokens: Any, operations: int) -> None:
        """Counts a step; at the end of a round reports it and waits for the next.

        Args:
            tokens: real ones, a number or a tensor wherever it lies.
        """
        if self.seconds is not None:
            self.tokens = self.tokens + tokens
            self.operations += operations
            self.steps += 1
            if time.perf_counter() - self.began < self.seconds:
                return
            self._report()
        self.seconds = self.connection.recv()
        self.rates = {f"{kind}_product": matrix_rate(kind, self.device) for kind in KINDS}
        self.tokens, self.operations, self.steps = 0, 0, 0
        self.began, self.busy = time.perf_counter(), time.process_time()

    def _report(self) -> None:
        if self.device == "cuda":
            torch.cuda.synchronize()
        took = time.perf_counter() - self.began
        self.connection.send(
            {
                "tokens_per_second": int(self.tokens) / took,
                "steps_per_second": self.steps / took,
                "gflops": self.operations / took / 1e9,
                "cores_busy": (time.process_time() - self.busy) / took,
                **self.rates,
            }
        )


def matrix_rate(kind: str, device: str) -> float:
    """Returns the GFLOP/s of a large square matrix product on this process's threads."""
    size = 8192 if device == "cuda" else 1024
    left = torch.randn(size, size, device=device).to(getattr(torch, kind))
    right = torch.randn(size, size, device=device).to(getattr(torch, kind))
    left @ right
    rates = []
    end = time.perf_counter() + _PRODUCT_SECONDS
    while time.perf_counter() < end:
        if device == "cuda":
            torch.cuda.synchronize()
        began = time.perf_counter()
        left @ right
        if device == "cuda":
            torch.cuda.synchronize()
        rates.append(2 * size**3 / (time.perf_counter() - began) / 1e9)
    return statistics.median(rates)


def machine() -> dict[str, Any]:
    """Returns what the figures depend on."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.is_file() else []
    return {
        "python": platform.python_version(),
        "machine": platform.machine(),
        "processor": next((x.partition(": ")[2] for x in lines if x.startswith("model name")), ""),
        "cores": os.cpu_count(),
        "gpu": torch.cuda.get_device_name() if torch.cuda.is_available() else "",
        "torch": torch.__version__,
        "transformers": tf.__version__,
        "load_before": round(os.getloadavg()[0], 2),
    }
