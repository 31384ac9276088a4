"""One run over several processes or machines, each with a slice of every batch.

Started by ``accelerate launch -m shiftdemo finetune …``; accelerate finds the other processes and
the device of each. Gradients are summed over the labels of the whole batch, so the loss curve is
that of one process with the same batch.
"""

from __future__ import annotations

import atexit
import os
from collections.abc import Sequence
from typing import Any, TypeVar

import torch

T = TypeVar("T")


class ProcessGroup:
    """The processes of a run; one of them, where it was started alone."""

    def __init__(self) -> None:
        """Joins the other processes, where the environment names them."""
        self._state: Any = None
        if int(os.environ.get("WORLD_SIZE", "1")) > 1:
            # The first import of this binds the group of that moment for ever, as a default value;
            # the optimiser's first step would import it.
            import torch.distributed.nn
            from accelerate import PartialState

            on_cpu = os.environ.get("ACCELERATE_USE_CPU", "").lower() in ("1", "true", "yes")
            self._state = PartialState(cpu=on_cpu or not torch.cuda.is_available())
            # A group that lasts until the interpreter has gone aborts the process, where one of
            # gloo's threads then gives back a tensor of Python's (PyTorch issue 190489).
            atexit.register(self._state.destroy_process_group)

    @property
    def size(self) -> int:
        """Number of processes."""
        return self._state.num_processes if self._state else 1

    @property
    def first(self) -> bool:
        """Whether this is the process that writes and reports."""
        return self._state is None or bool(self._state.is_main_process)

    @property
    def device(self) -> torch.device | None:
        """The device of this process, where it has been given one."""
        return self._state.device if self._state else None

    def slice(self, items: Sequence[T]) -> Sequence[T]:
        """Returns this process's part of a batch, one of every ``size``."""
        return items[self._state.process_index :: self.size] if self._state else items

    def total(self, value: float) -> float:
        """Returns the sum of ``value`` over all processes."""
        if self._state is None:
            return value
        tensor = torch.tensor([value], dtype=torch.float64, device=self._device_for_sums())
        return float(self._sum(tensor)[0])

    def any(self, flag: bool) -> bool:
        """Whether one of the processes says so."""
        return self.total(float(flag)) > 0 if self._state else flag

    def sum_gradients(self, model: torch.nn.Module) -> None:
        """Makes every gradient the sum over all processes; a weight that none used keeps none."""
        if self._state is None:
            return
        weights = [p for p in model.parameters() if p.requires_grad]
        used = torch.tensor([p.grad is not None for p in weights], dtype=torch.float32)
        flat = torch.cat(
            [
                (p.grad if p.grad is not None else torch.zeros_like(p)).float().reshape(-1)
                for p in weights
            ]
        )
        used = self._sum(used.to(flat.device))
        parts = self._sum(flat).split([p.numel() for p in weights])
        for weight, part, n_used in zip(weights, parts, used.tolist(), strict=True):
            if n_used:
                weight.grad = part.view_as(weight).to(weight.dtype)

    def _sum(self, tensor: torch.Tensor) -> torch.Tensor:
        from accelerate.utils import reduce

        summed: torch.Tensor = reduce(tensor, "sum")
        return summed

    def _device_for_sums(self) -> torch.device:
        return self._state.device if self._state.device.type == "cuda" else torch.device("cpu")
