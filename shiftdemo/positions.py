"""Absolute positions of a model: how they are encoded, and which modules make them.

Models differ in how position ids reach them. BERT-like models take ``position_ids``; Marian and
BART swallow them in ``**kwargs`` without effect. So the modules that turn position ids into
vectors are found here; :mod:`shiftdemo.moving` makes them start elsewhere.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from torch import nn

from shiftdemo.errors import ConfigError

MAX_PADDING = 512  # tokens of left padding; the cost grows with its square
_TABLES = ("position_embeddings", "embed_positions", "wpe")


@dataclass(frozen=True)
class Positions:
    """Where a model keeps its positions.

    Attributes:
        encoding: ``"learned"``, ``"sinusoidal"``, ``"rotary"``, ``"relative"`` or ``"unknown"``.
        table_size: number of rows of the position table that a token may take, or ``None``
            where positions are computed.
        source: the modules of the encoder (or of an encoder-only or decoder-only model).
        target: the modules of the decoder, where there is an encoder too.
    """

    encoding: str
    table_size: int | None
    source: tuple[nn.Module, ...]
    target: tuple[nn.Module, ...]

    @property
    def absolute(self) -> bool:
        """Whether a constant offset can change the output."""
        return self.encoding in ("learned", "sinusoidal")

    def check(self, offset: int, length: int, what: str = "sentence") -> None:
        """Refuses an offset that leaves the position table, or would pad far too much.

        Raises:
            ConfigError: ``offset + length`` is over the table; names the greatest offset.
        """
        if self.encoding == "relative" and offset > MAX_PADDING:
            raise ConfigError(
                f"Offset {offset} really pads a model with relative positions; "
                f"use at most {MAX_PADDING}."
            )
        if self.table_size is not None and offset + length > self.table_size:
            raise ConfigError(
                f"Offset {offset} with a {what} of {length} tokens is beyond the model's "
                f"{self.table_size} positions; use at most {max(0, self.table_size - length)}."
            )


def find_positions(model: nn.Module) -> Positions:
    """Returns where ``model`` keeps its positions; see :class:`Positions`.

    A model with a table of absolute positions counts as such whatever else it has (DeBERTa and
    MPNet add relative ones).
    """
    sides: tuple[list[nn.Module], list[nn.Module]] = [], []
    found, sizes = {"unknown"}, []
    config: Any = getattr(model, "config", None)
    halves = bool(getattr(config, "is_encoder_decoder", False))
    for name, module in model.named_modules():
        parts = name.split(".")
        encoding = _encoding(parts[-1], module, model)
        if not encoding:
            continue
        found.add(encoding)
        if encoding == "relative" and not is_alibi(module):
            module = model.get_submodule(".".join(parts[:-1]))
            if not is_t5_bias(module):
                continue
        elif isinstance(module, nn.Embedding):
            sizes.append(_usable_rows(module))
        if not type(module).__name__.startswith("RoFormer"):  # its table is read elsewhere
            sides[halves and "decoder" in parts[:-1]].append(module)
    best = next(name for name in _BY_WEIGHT if name in found)
    kept = [[m for m in side if _is_relative(m) == (best == "relative")] for side in sides]
    return Positions(best, min(sizes) if sizes else None, tuple(kept[0]), tuple(kept[1]))


_BY_WEIGHT = ("learned", "sinusoidal", "rotary", "relative", "unknown")


def _encoding(name: str, module: nn.Module, model: nn.Module) -> str:
    """Returns which encoding a module is a part of, or ``""``; unknown ones are left alone."""
    if name == "rotary_emb" or type(module).__name__.startswith("RoFormerSinusoidal"):
        return "rotary"
    if name == "relative_attention_bias" or is_alibi(module):
        return "relative"
    if name not in _TABLES:
        return ""
    if is_growing(module) or is_computed(module):
        return "sinusoidal"
    if not isinstance(module, nn.Embedding):
        return ""
    called_with_ids = type(module) is nn.Embedding
    counts = "past_key_values_length" in _arguments(module.forward)
    if hasattr(module, "make_positions") or not (called_with_ids or counts):
        return ""  # FSMT and ProphetNet count in ways of their own
    config: Any = model.config
    sinusoidal = getattr(config, "sinusoidal_pos_embds", False)
    return "sinusoidal" if sinusoidal or "Sinusoidal" in type(module).__name__ else "learned"


def _arguments(function: Callable[..., Any]) -> tuple[str, ...]:
    return tuple(inspect.signature(function).parameters)


def is_growing(module: nn.Module) -> bool:
    """Whether it is the table of M2M100 and NLLB, which grows when that is needed."""
    return hasattr(module, "create_position_ids_from_input_ids") and hasattr(module, "make_weights")


def is_computed(module: nn.Module) -> bool:
    """Whether it is the sinusoidal table of XGLM, which is given position ids and grows too."""
    sized = hasattr(module, "make_weights") and hasattr(module, "weights")
    return sized and _arguments(module.forward)[:1] == ("position_ids",)


def is_alibi(module: nn.Module) -> bool:
    """Whether it makes the biases of ALiBi (Press et al. 2022) from the mask, as Bloom does."""
    method = getattr(module, "build_alibi_tensor", None)
    return method is not None and _arguments(method) == ("attention_mask", "num_heads", "dtype")


def _is_relative(module: nn.Module) -> bool:
    return is_t5_bias(module) or is_alibi(module)


def is_t5_bias(module: nn.Module) -> bool:
    """Whether it turns distances into biases as T5 does."""
    method = getattr(module, "compute_bias", None)
    return method is not None and _arguments(method)[:2] == ("query_length", "key_length")


def _usable_rows(table: nn.Embedding) -> int:
    first = getattr(table, "offset", 0) or 0  # BART and OPT keep two rows in front
    if not first and table.padding_idx is not None and "Sinusoidal" not in type(table).__name__:
        first = table.padding_idx + 1  # RoBERTa starts behind the padding row
    return table.num_embeddings - int(first)
