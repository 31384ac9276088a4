"""The optimiser of an arm and its learning rate."""

from __future__ import annotations

import math
from typing import Any

import torch

from shiftdemo.core.config import TrainConfig

MOMENTUM = 0.9
BETAS = (0.9, 0.98)  # of AdamW, as for Transformers in Vaswani et al. 2017


def rate(config: TrainConfig, step: int) -> float:
    """Returns the learning rate of ``step`` (from 1): linear warm-up, then the schedule.

    ``linear`` and ``cosine`` (Loshchilov and Hutter 2017) reach 0 after the last step;
    ``inverse_sqrt`` falls with the square root of the step (Vaswani et al. 2017).
    """
    peak, warmup = config.learning_rate, config.warmup
    if step <= warmup:
        return peak * step / warmup
    if config.schedule == "constant":
        return peak
    if config.schedule == "inverse_sqrt":
        return peak * math.sqrt(max(1, warmup) / step)
    left = max(0.0, (config.steps - step + 1) / max(1, config.steps - warmup))
    if config.schedule == "cosine":
        return peak * 0.5 * (1 - math.cos(math.pi * min(1.0, left)))
    return peak * left


def make_optimizer(model: torch.nn.Module, config: TrainConfig) -> torch.optim.Optimizer:
    """Returns the optimiser of a model's trainable weights; vectors are not decayed."""
    trained = [p for p in model.parameters() if p.requires_grad]
    groups: list[dict[str, Any]] = [
        {"params": [p for p in trained if p.ndim >= 2], "weight_decay": config.weight_decay},
        {"params": [p for p in trained if p.ndim < 2], "weight_decay": 0.0},
    ]
    if config.optimizer == "sgd":
        for group in groups:
            group["weight_decay"] = 0.0  # torch's is an L2 penalty; ours is added by add_l2
        return torch.optim.SGD(groups, lr=config.learning_rate, momentum=MOMENTUM)
    fused = trained[0].device.type in ("cpu", "cuda")
    return torch.optim.AdamW(groups, lr=config.learning_rate, betas=BETAS, fused=fused)


def add_l2(model: torch.nn.Module, strength: float) -> None:
    """Adds the gradient of ``strength / 2 * |w|^2`` to that of every matrix, in place."""
    if not strength:
        return
    weights: list[torch.Tensor] = []
    gradients: list[torch.Tensor] = []
    for weight in model.parameters():
        if weight.grad is not None and weight.ndim >= 2:
            weights.append(weight)
            gradients.append(weight.grad)
    with torch.no_grad():
        torch._foreach_add_(gradients, weights, alpha=strength)


def optimizer_tensors(optimizer: torch.optim.Optimizer) -> dict[str, torch.Tensor]:
    """Returns what the optimiser remembers, by ``weight.name``."""
    return {
        f"{number}.{name}": value
        for number, slots in optimizer.state_dict()["state"].items()
        for name, value in slots.items()
        if isinstance(value, torch.Tensor)
    }


def restore_optimizer(optimizer: torch.optim.Optimizer, tensors: dict[str, torch.Tensor]) -> None:
    """Gives the optimiser back what :func:`optimizer_tensors` returned."""
    state: dict[int, dict[str, torch.Tensor]] = {}
    for key, value in tensors.items():
        number, _, name = key.partition(".")
        state.setdefault(int(number), {})[name] = value
    groups = optimizer.state_dict()["param_groups"]
    optimizer.load_state_dict({"state": state, "param_groups": groups})
