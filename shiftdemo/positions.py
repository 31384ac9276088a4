"""Absolute positions of a model: how they are encoded, and how to start a row at another one.

Models differ in how position ids reach them. BERT-like models take ``position_ids``; Marian and
BART swallow them in ``**kwargs`` without effect. So the module that turns position ids into
vectors is found and given an offset per row, the same way for every architecture, in training
and in ``generate``. Models with relative positions (T5) have no such module: their rows are
really moved by padding on the left with attention mask 0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

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
        target: the modules of the decoder.
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
    """Returns where ``model`` keeps its positions; see :class:`Positions`."""
    source: list[nn.Module] = []
    target: list[nn.Module] = []
    encoding, sizes = "unknown", []
    for name, module in model.named_modules():
        parts = name.split(".")
        side = target if "decoder" in parts[:-1] else source
        if parts[-1] in _TABLES and isinstance(module, nn.Embedding):
            side.append(module)
            encoding = _table_encoding(model, module)
            sizes.append(_usable_rows(module))
        elif parts[-1] == "rotary_emb":
            side.append(module)
            encoding = "rotary"
        elif parts[-1] == "relative_attention_bias":
            encoding = "relative"
    return Positions(encoding, min(sizes) if sizes else None, tuple(source), tuple(target))


def _table_encoding(model: nn.Module, module: nn.Module) -> str:
    config: Any = model.config
    sinusoidal = "Sinusoidal" in type(module).__name__ or getattr(
        config, "sinusoidal_pos_embds", False
    )
    return "sinusoidal" if sinusoidal else "learned"


def _usable_rows(table: nn.Embedding) -> int:
    first = getattr(table, "offset", 0) or 0  # BART and OPT keep two rows in front
    if not first and table.padding_idx is not None and "Sinusoidal" not in type(table).__name__:
        first = table.padding_idx + 1  # RoBERTa starts behind the padding row
    return table.num_embeddings - int(first)


def _rows(offset: Tensor, n_rows: int) -> Tensor:
    """Returns one offset a row, ``(n_rows, 1)``; beams repeat the row of their sentence."""
    if n_rows % len(offset):
        raise ValueError(f"{len(offset)} offsets do not fit {n_rows} rows")
    return offset.repeat_interleave(n_rows // len(offset)).unsqueeze(1)


def _moved(module: nn.Module, offset: Tensor) -> Callable[..., Any]:
    """Returns a forward that adds ``offset`` ``(batch,)`` to the positions of ``module``."""
    original = module.forward
    if not isinstance(module, nn.Embedding):  # rotary: forward(hidden, position_ids, …)

        def rotary(hidden: Tensor, position_ids: Tensor, *args: Any, **kwargs: Any) -> Any:
            moved = position_ids + _rows(offset, hidden.shape[0])
            return original(hidden, moved, *args, **kwargs)

        return rotary
    # Padding behind a short row may run over the table; what it reads there is masked.
    last = module.num_embeddings - 1
    if type(module) is nn.Embedding:  # forward(position_ids)

        def table(position_ids: Tensor) -> Tensor:
            moved = position_ids + offset.unsqueeze(1)
            return original(moved.clamp_(max=last))

        return table

    def sized(
        first: Any, past_key_values_length: int = 0, position_ids: Tensor | None = None
    ) -> Tensor:  # Marian is given a shape and BART the ids
        n_rows, length = tuple(getattr(first, "shape", first))[:2]
        if position_ids is None:
            start = past_key_values_length
            position_ids = torch.arange(start, start + length, device=offset.device)
        ids = position_ids.reshape(1, -1) + _rows(offset, n_rows)
        ids = ids + int(getattr(module, "offset", 0) or 0)
        return nn.Embedding.forward(module, ids.clamp_(max=last))

    return sized


@contextmanager
def moved_positions(
    positions: Positions, source: Tensor | None, target: Tensor | None
) -> Iterator[None]:
    """Within it, row *b* of a batch starts at position ``source[b]`` (decoder: ``target[b]``).

    Args:
        positions: from :func:`find_positions`.
        source, target: int64 ``(batch,)``, or ``None`` for no offset.
    """
    before: list[tuple[nn.Module, Any]] = []
    try:
        for modules, offset in ((positions.source, source), (positions.target, target)):
            if offset is None or not bool(offset.any()):
                continue
            for module in modules:
                before.append((module, module.__dict__.get("forward")))
                module.forward = _moved(module, offset)  # type: ignore[method-assign]
        yield
    finally:
        for module, forward in reversed(before):
            del module.forward  # the class's own forward is there again
            if forward is not None:  # a hook's, or that of an outer context
                module.forward = forward


def left_padded(inputs: dict[str, Tensor], offset: Tensor, pad_id: int) -> dict[str, Tensor]:
    """Returns ``input_ids`` and ``attention_mask`` really moved right, for relative positions.

    Every row is padded on the left to the greatest offset; its own offset decides how much of
    its right padding stands in front instead, so relative distances stay as they were.
    """
    by = int(offset.max())
    ids, mask = inputs["input_ids"], inputs["attention_mask"]
    n_rows, length = ids.shape
    moved_ids = ids.new_full((n_rows, length + by), pad_id)
    moved_mask = mask.new_zeros((n_rows, length + by))
    columns = torch.arange(length, device=ids.device).unsqueeze(0) + offset.unsqueeze(1)
    moved_ids.scatter_(1, columns, ids)
    moved_mask.scatter_(1, columns, mask)
    return {**inputs, "input_ids": moved_ids, "attention_mask": moved_mask}
