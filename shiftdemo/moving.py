"""Rows of a batch at other absolute positions, the same way for every architecture.

The modules that turn position ids into vectors (:mod:`shiftdemo.positions`) are given an offset
per row or per token, in training and in ``generate``. Models with relative positions (T5) turn
distances into biases instead: an offset per token changes those, and rows that move as a whole
are really moved, by padding on the left with attention mask 0.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from shiftdemo.positions import Positions, is_alibi, is_computed, is_growing, is_t5_bias


def _rows(offset: Tensor, n_rows: int, length: int) -> Tensor:
    """Returns offsets ``(n_rows, 1 or length)``; beams repeat the row of their sentence."""
    if n_rows % len(offset):
        raise ValueError(f"{len(offset)} offsets do not fit {n_rows} rows")
    rows = offset.repeat_interleave(n_rows // len(offset), 0)
    if rows.ndim == 2 and rows.shape[1] != length:
        raise ValueError(f"offsets of {rows.shape[1]} tokens do not fit rows of {length}")
    return rows if rows.ndim == 2 else rows.unsqueeze(1)


def _moved(module: nn.Module, offset: Tensor) -> tuple[str, Callable[..., Any]]:
    """Returns which method of ``module`` to replace, and one that adds ``offset`` to positions."""
    if is_t5_bias(module):
        return "compute_bias", _moved_bias(module, offset)
    if is_alibi(module):
        return "build_alibi_tensor", _moved_alibi(module, offset)
    if is_growing(module):
        return "forward", _moved_growing(module, offset)
    if is_computed(module):
        return "forward", _moved_computed(module, offset)
    original = module.forward
    if not isinstance(module, nn.Embedding):  # rotary: forward(hidden, position_ids, …)

        def rotary(hidden: Tensor, position_ids: Tensor, *args: Any, **kwargs: Any) -> Any:
            moved = position_ids + _rows(offset, hidden.shape[0], position_ids.shape[-1])
            return original(hidden, moved, *args, **kwargs)

        return "forward", rotary
    # Padding behind a short row may run over the table; what it reads there is masked.
    last = module.num_embeddings - 1
    if type(module) is nn.Embedding:  # forward(position_ids)

        def table(position_ids: Tensor) -> Tensor:
            return original(_added(position_ids, offset).clamp_(max=last))

        return "forward", table

    def sized(
        first: Any, past_key_values_length: int = 0, position_ids: Tensor | None = None
    ) -> Tensor:  # Marian is given a shape, BART the ids, and OPT the mask of all tokens so far
        n_rows, length = tuple(getattr(first, "shape", first))[:2]
        if position_ids is None:
            start = past_key_values_length
            position_ids = torch.arange(start, start + length, device=offset.device)
        length = position_ids.shape[-1]
        ids = position_ids.reshape(-1, length) + _rows(offset, n_rows, length)
        ids = ids + int(getattr(module, "offset", 0) or 0)
        return nn.Embedding.forward(module, ids.clamp_(max=last))

    return "forward", sized


def _added(position_ids: Tensor, offset: Tensor) -> Tensor:
    """Returns position ids ``(batch, len)`` moved; given are one row for all, or one for each."""
    n_rows, length = position_ids.shape[0], position_ids.shape[-1]
    return position_ids + _rows(offset, max(n_rows, len(offset)), length)


def _moved_computed(module: Any, offset: Tensor) -> Callable[..., Any]:
    """Returns XGLM's forward ``(batch, len, width)`` at moved positions; its table grows."""
    original = module.forward

    def forward(position_ids: Tensor, past_key_values_length: int = 0) -> Any:
        ids = _added(position_ids, offset)
        rows = int(ids.max()) + 1 + module.offset
        if rows > module.weights.shape[0]:
            module.make_weights(rows, module.embedding_dim, module.padding_idx)
        return original(ids, past_key_values_length)

    return forward


def _moved_alibi(module: Any, offset: Tensor) -> Callable[..., Any]:
    """Returns Bloom's bias ``(batch * n_heads, 1, key_len)`` over places that changed."""
    original = module.build_alibi_tensor

    def alibi(attention_mask: Tensor, num_heads: int, dtype: torch.dtype) -> Tensor:
        bias: Tensor = original(attention_mask, num_heads, dtype)
        if offset.ndim == 1:  # every token moves alike: the distances stay
            return bias
        n_rows, length = attention_mask.shape
        two = torch.ones((1, 2), dtype=torch.long, device=bias.device)
        slopes = original(two, num_heads, torch.float32)[:, 0, 1]  # a bias at distance 1: (heads,)
        by = _rows(offset, n_rows, length).to(bias.device)
        more = slopes[None, :, None] * by[:, None, :]  # (batch, n_heads, key_len)
        return bias + more.reshape(n_rows * num_heads, 1, length).to(dtype)

    return alibi


def _moved_growing(module: Any, offset: Tensor) -> Callable[..., Any]:
    """Returns M2M100's forward ``(batch, len, width)`` at moved positions; padding stays."""

    def forward(
        input_ids: Tensor | None = None,
        inputs_embeds: Tensor | None = None,
        past_key_values_length: int = 0,
    ) -> Tensor:
        start, pad = past_key_values_length, module.padding_idx
        if input_ids is not None:
            ids = module.create_position_ids_from_input_ids(input_ids, pad, start)
        else:
            ids = module.create_position_ids_from_inputs_embeds(inputs_embeds, start, pad)
        ids = torch.where(ids == pad, ids, ids + _rows(offset, *ids.shape))  # (batch, len)
        last = int(ids.max()) + 1
        if last > module.weights.shape[0]:
            module.make_weights(last, module.embedding_dim, pad)
        return module.weights[ids].detach()

    return forward


def _moved_bias(module: Any, offset: Tensor) -> Callable[..., Any]:
    """Returns T5's bias ``(batch, n_heads, query_len, key_len)`` over distances that changed."""
    original = module.compute_bias

    def bias(
        query_length: int, key_length: int, device: Any = None, past_seen_tokens: int = 0
    ) -> Tensor:
        if offset.ndim == 1:  # every token moves alike: the distances stay
            return original(query_length, key_length, device, past_seen_tokens)
        ids = torch.arange(key_length, device=offset.device) + _rows(
            offset, len(offset), key_length
        )
        query = ids[:, past_seen_tokens : past_seen_tokens + query_length]
        distance = ids.unsqueeze(1) - query.unsqueeze(2)  # (batch, query_len, key_len)
        if "bidirectional" in inspect.signature(module._relative_position_bucket).parameters:
            sizes = module.relative_attention_num_buckets, module.relative_attention_max_distance
            bucket = module._relative_position_bucket(distance, not module.is_decoder, *sizes)
        else:  # UMT5 reads them itself
            bucket = module._relative_position_bucket(distance)
        return module.relative_attention_bias(bucket).permute(0, 3, 1, 2)

    return bias


@contextmanager
def moved_positions(
    positions: Positions, source: Tensor | None, target: Tensor | None
) -> Iterator[None]:
    """Within it, row *b* of a batch starts at position ``source[b]`` (decoder: ``target[b]``).

    Args:
        positions: from :func:`find_positions`.
        source, target: what is added to the positions, int64 ``(batch,)`` for whole rows or
            ``(batch, len)`` for every token by itself; ``None`` for nothing.
    """
    before: list[tuple[nn.Module, str, Any]] = []
    try:
        for modules, offset in ((positions.source, source), (positions.target, target)):
            if offset is None or not bool(offset.any()):
                continue
            for module in modules:
                name, method = _moved(module, offset)
                before.append((module, name, module.__dict__.get(name)))
                setattr(module, name, method)
        yield
    finally:
        for module, name, method in reversed(before):
            delattr(module, name)  # the class's own method is there again
            if method is not None:  # a hook's, or that of an outer context
                setattr(module, name, method)


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
