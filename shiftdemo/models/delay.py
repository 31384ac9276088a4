"""The delay layer: the last hidden states of a model, each with those of earlier tokens.

========  ====================================================  ==================
kind      h'_t                                                  at the start
========  ====================================================  ==================
gelu      h_t + GELU(W h_{t-d} + b)                             W = 0, b = 0
mix       m * h_t + (1 - m) * h_{t-d} (RWKV, Peng et al. 2023)  m = 1
conv      h_t + sum of w_k * h_{t-k}, 0 <= k < width (Canon,    w = 0
          Allen-Zhu 2025)
placebo   h_t + GELU(W h_t + b)                                 W = 0, b = 0
========  ====================================================  ==================

So a fresh layer changes nothing. States before the first token, and states of tokens that the
attention mask leaves out, count as 0: padding in front changes nothing either. A convolution
reaches back over the last ``width`` tokens, as it was published, and has no other delay.

The layer is a submodule of the stack whose states it changes (the decoder; of a tagger the
encoder), between final norm and head, and acts by a hook on that stack.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional as F
from transformers.cache_utils import Cache, DynamicLayer
from transformers.utils import cached_file

from shiftdemo.core.errors import ModelError

NAME = "shiftdemo_delay"  # of the submodule, and of its settings in config.json
FILE = "delay.safetensors"
KINDS = ("gelu", "mix", "conv", "placebo")
DELAYS, WIDTHS = range(1, 17), range(2, 9)


class DelayLayer(nn.Module):
    """Adds to every hidden state something of an earlier one; see the module's docstring."""

    def __init__(self, size: int, kind: str, delay: int = 1, width: int = 4) -> None:
        """Starts as the identity, without drawing a random number.

        Args:
            size: the width of the hidden states.
            kind: one of ``KINDS``.
            delay: tokens of delay, d, of ``gelu`` and ``mix``.
            width: tokens that a ``conv`` sees, the present one counted.
        """
        super().__init__()
        self.kind, self.delay, self.width = kind, delay, width
        if kind == "mix":
            self.weight = nn.Parameter(torch.ones(size))
        elif kind == "conv":
            self.weight = nn.Parameter(torch.zeros(width, size))
        else:
            self.weight = nn.Parameter(torch.zeros(size, size))
            self.bias = nn.Parameter(torch.zeros(size))

    @property
    def settings(self) -> dict[str, Any]:
        """What ``config.json`` keeps of it."""
        return {"kind": self.kind, "delay": self.delay, "width": self.width}

    @property
    def reach(self) -> int:
        """How many tokens back it looks."""
        return {"conv": self.width - 1, "placebo": 0}.get(self.kind, self.delay)

    def forward(self, hidden: Tensor, states: Tensor | None = None) -> Tensor:
        """Returns the new hidden states.

        Args:
            hidden: ``(batch, len, size)``.
            states: what is looked back at, ``(batch, n_before + len, size)``: the states before,
                and ``hidden`` with 0 at masked tokens. ``None``: ``hidden``, nothing before it.
        """
        states, length = hidden if states is None else states, hidden.shape[1]
        if self.kind == "conv":
            taps = (w * _delayed(states, k, length) for k, w in enumerate(self.weight))
            return sum(taps, hidden).to(hidden.dtype)
        past = _delayed(states, self.reach, length)  # (batch, len, size)
        if self.kind == "mix":
            return (self.weight * hidden + (1 - self.weight) * past).to(hidden.dtype)
        return (hidden + F.gelu(F.linear(past, self.weight, self.bias))).to(hidden.dtype)


def _delayed(states: Tensor, by: int, length: int) -> Tensor:
    """Returns the last ``length`` states ``by`` tokens late, 0 before the first (no wrapping)."""
    start = states.shape[1] - length - by
    if start < 0:
        states, start = F.pad(states, (0, 0, -start, 0)), 0
    return states.narrow(1, start, length)


class _Kept(DynamicLayer):
    """Hidden states in a cache, reordered, repeated and reset with what else it holds.

    ``keys`` is ``(batch, 1, n, size)``: what the layer reaches back to and the tokens of the last
    call, so that a cache from which some of those are taken again stays exact.
    """

    end = 0  # tokens in the cache after the last call

    def crop(self, *_: Any) -> None:
        """Does nothing: at the next call the cache tells how many tokens it still has."""

    def after(self, states: Tensor, reach: int, seen: int) -> Tensor:
        """Returns ``states`` after those of the ``seen`` tokens before them, and keeps them."""
        if not self.is_initialized:
            self.lazy_initialization(states, states)
        kept = states[:, :0] if self.keys is None or not self.keys.numel() else self.keys[:, 0]
        kept = kept[:, : max(0, kept.shape[1] - max(0, self.end - seen))]
        if self.end < seen or kept.shape[1] < min(reach, seen):
            raise ModelError("delay.cache_holds_tokens_not", seen=seen)
        self.end = seen + states.shape[1]
        states = torch.cat([kept[:, -reach:], states], 1)  # (batch, n, size)
        self.keys = states.unsqueeze(1)
        self.values = self.keys[..., :0]
        return states


def _with_earlier(layer: DelayLayer, cache: Cache, states: Tensor) -> Tensor:
    """Returns ``states`` after those of the tokens that are in the cache already.

    They lie in the cache itself, not in the model: generations may interleave.
    """
    layers: Any = getattr(cache, "self_attention_cache", cache).layers
    kept = next((cached for cached in layers if isinstance(cached, _Kept)), None)
    if kept is None:
        kept = _Kept()
        # Masks are made for the first layer of a kind; a kind of its own would be taken for it.
        kept.is_sliding = bool(getattr(layers[0], "is_sliding", False))
        layers.append(kept)
    return kept.after(states, layer.reach, int(cache.get_seq_length()) - states.shape[1])


def _act(stack: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any], output: Any) -> Any:
    """The hook after the stack: its output, with the layer's hidden states."""
    layer = getattr(stack, NAME)
    hidden = states = output[0]  # (batch, len, size)
    mask = kwargs.get("attention_mask", args[1] if len(args) > 1 else None)
    if isinstance(mask, Tensor) and mask.ndim == 2:  # with a cache it begins at the first token
        own_mask = mask[:, -hidden.shape[1] :]
        states = hidden.masked_fill(own_mask.unsqueeze(-1) == 0, 0.0)
    values = output if isinstance(output, tuple) else output.values()
    cache = next((value for value in values if isinstance(value, Cache)), None)
    if cache is not None and layer.reach:
        states = _with_earlier(layer, cache, states)
    new = layer(hidden, states)
    if isinstance(output, tuple):
        return (new, *output[1:])
    output.last_hidden_state = new
    return output


def find_delay(model: nn.Module) -> DelayLayer | None:
    """Returns the delay layer of a model, or ``None``."""
    return next((module for module in model.modules() if isinstance(module, DelayLayer)), None)


def attach_delay(model: Any, settings: Mapping[str, Any]) -> DelayLayer:
    """Gives a model a fresh delay layer, or returns the one that it has.

    Args:
        settings: ``kind``, ``delay`` and ``width``, as in :class:`DelayLayer`.

    Raises:
        ModelError: a setting is out of bounds, or the model has a layer with other settings.
    """
    kind, delay, width = (_setting(settings, name) for name in ("kind", "delay", "width"))
    existing = find_delay(model)
    if existing is not None:
        if existing.settings == {"kind": kind, "delay": delay, "width": width}:
            return existing
        raise ModelError("delay.model_has_delay_layer", settings=existing.settings)
    stack = stack_of(model)
    weight = next(stack.parameters())
    layer = DelayLayer(stack.config.hidden_size, kind, delay, width)
    stack.add_module(NAME, layer.to(weight.device, weight.dtype))
    stack.register_forward_hook(_act, with_kwargs=True)
    setattr(model.config, NAME, layer.settings)
    return layer


def stack_of(model: Any) -> Any:
    """Returns the part of a model whose last hidden states the layer changes."""
    # T5 with a head for questions has no base model; its head reads the decoder.
    decodes = model.can_generate() or model.base_model is model
    stack = model.get_decoder() if decodes else model.base_model
    # BERT's pooling layer is a part of the base model and reads what the encoder puts out.
    return stack.encoder if getattr(stack, "pooler", None) is not None else stack


def _setting(settings: Any, name: str) -> Any:
    allowed: Any = {"kind": KINDS, "delay": DELAYS, "width": WIDTHS}[name]
    value = settings.get(name) if isinstance(settings, Mapping) else None
    if type(value) is not type(allowed[0]) or value not in allowed:
        choices = ", ".join(map(str, allowed))
        raise ModelError("delay.no_delay_layer_give", name=name, value=value, choices=choices)
    return value


def keep_settings(model: Any, settings: Mapping[str, Any]) -> None:
    """Writes what an operator wants kept into the model's configuration.

    Where a delay layer is among it, the model gets that layer.
    """
    for name, value in settings.items():
        if name == NAME:
            attach_delay(model, value)
        else:
            setattr(model.config, name, value)


def without_delay(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Returns a model's state without its delay layer: what plain transformers can load."""
    return {name: weight for name, weight in state.items() if NAME not in name.split(".")}


def save_delay(model: nn.Module, folder: Path, half: bool = False) -> None:
    """Writes the weights of the delay layer, if there is one, into a model's folder."""
    layer, path = find_delay(model), folder / FILE
    if layer is None:
        path.unlink(missing_ok=True)  # of a model that lay here before
        return
    save_file({n: w.half() if half else w for n, w in layer.state_dict().items()}, path)


def load_delay(ref: str, model: Any, name_or_path: str, **options: Any) -> None:
    """Gives a model that was just loaded the delay layer that its configuration asks for.

    Args:
        ref, name_or_path: the model, for the message, and its folder or hub id.
        options: ``revision`` and ``local_files_only``.

    Raises:
        ModelError: the layer's file is missing or does not fit.
    """
    settings = getattr(model.config, NAME, None)
    if settings is None:
        return
    try:
        layer = attach_delay(model, settings)
        local = Path(name_or_path) / FILE
        path = local if Path(name_or_path).is_dir() else cached_file(name_or_path, FILE, **options)
        layer.load_state_dict(load_file(str(path)))
    except Exception as error:  # whatever a stranger's files bring about, in any library
        reason = " ".join(str(error).split()).rstrip(".") or type(error).__name__
        raise ModelError(
            "delay.delay_layer_cannot_loaded", ref=ref, file=FILE, reason=reason, name=NAME
        ) from None
