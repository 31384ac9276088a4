"""A private stream of random numbers for torch: arms do not disturb one another, nor the caller."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import torch


class Stream:
    """Torch's random state on the CPU and on the device of a model."""

    def __init__(self, seed: int, device: torch.device) -> None:
        """Starts the stream at ``seed``."""
        self._device = device
        self._cpu = torch.Tensor()
        self._own: torch.Tensor | None = None
        with self._forked():
            torch.manual_seed(seed)
            self._keep()

    @contextlib.contextmanager
    def __call__(self) -> Iterator[None]:
        """Within it, torch draws from this stream."""
        with self._forked():
            torch.set_rng_state(self._cpu)
            if self._own is not None:
                getattr(torch, self._device.type).set_rng_state(self._own)
            try:
                yield
            finally:
                self._keep()

    def tensors(self) -> dict[str, torch.Tensor]:
        """Returns where the stream is, as uint8 tensors."""
        return {"cpu": self._cpu} | ({} if self._own is None else {"device": self._own})

    def restore(self, tensors: dict[str, torch.Tensor]) -> None:
        """Goes back to where :meth:`tensors` was taken."""
        self._cpu = tensors["cpu"]
        if self._own is not None and "device" in tensors:
            self._own = tensors["device"]

    def _keep(self) -> None:
        self._cpu = torch.get_rng_state()
        if self._device.type != "cpu":
            self._own = getattr(torch, self._device.type).get_rng_state()

    def _forked(self) -> contextlib.AbstractContextManager[None]:
        if self._device.type == "cpu":
            return torch.random.fork_rng(devices=[])
        index = [self._device.index or 0]
        return torch.random.fork_rng(devices=index, device_type=self._device.type)
