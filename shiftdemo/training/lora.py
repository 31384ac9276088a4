"""Low-rank adapters (LoRA, Hu et al. 2021) by peft, inside the model as it is."""

from __future__ import annotations

from typing import Any

import torch
from transformers.pytorch_utils import Conv1D

HEADS = ("classifier", "score", "qa_outputs")  # small and often new: trained whole
_DROPOUT_MOST = 0.1


def add_lora(model: Any, rank: int, dropout: float, seed: int) -> None:
    """Freezes a model but for adapters on its linear maps, its head and a delay layer.

    The scale is 2 (``alpha = 2 * rank``); a fresh adapter changes nothing.

    Args:
        rank: of each adapter, at least 1.
        dropout: of the adapters' input, at most 0.1.
        seed: of their start.
    """
    from peft import LoraConfig, inject_adapter_in_model

    from shiftdemo.models.delay import NAME

    kept = [name for name in (*HEADS, NAME) if any(name in n for n, _ in model.named_modules())]
    config = LoraConfig(
        r=rank,
        lora_alpha=2 * rank,
        lora_dropout=min(dropout, _DROPOUT_MOST),
        target_modules="all-linear",
        exclude_modules=kept or None,
        fan_in_fan_out=any(isinstance(module, Conv1D) for module in model.modules()),  # as in GPT-2
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        inject_adapter_in_model(config, model)
    for name, weight in model.named_parameters():
        if any(part in kept for part in name.split(".")):
            weight.requires_grad_(True)


def merged_state(model: Any) -> dict[str, torch.Tensor] | None:
    """Returns the state of a model with its adapters added to its weights, named as without.

    ``None`` where it has no adapters. The model is not changed.
    """
    from peft.tuners.lora import LoraLayer

    layers = {
        name: module for name, module in model.named_modules() if isinstance(module, LoraLayer)
    }
    if not layers:
        return None
    state = {
        name.replace(".base_layer.", "."): tensor
        for name, tensor in model.state_dict().items()
        if ".lora_" not in name
    }
    with torch.no_grad():
        for name, layer in layers.items():
            added: Any = layer
            state[f"{name}.weight"] = state[f"{name}.weight"] + added.get_delta_weight("default")
    return state
