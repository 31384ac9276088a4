"""Rows of a batch at other absolute positions, the same way for every architecture.

Each table of absolute positions is read by a lookup; within :func:`moved_positions` a
``TorchFunctionMode`` adds the offset to the ids of those lookups, in training and in
``generate``, whatever the class around the table is called and whatever its arguments are.
Modules that are given position ids (rotary ones) have them moved on the way in. Models with
relative positions turn distances into biases instead: an offset per token changes those, and
rows that move as a whole are really moved, by padding on the left with attention mask 0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.overrides import TorchFunctionMode

from shiftdemo.models.positions import Place, Positions

# A function that reads rows of a table: which arguments are the table and the ids.
READS: dict[Any, tuple[tuple[int, str], tuple[int, str]]] = {
    F.embedding: ((1, "weight"), (0, "input")),
    torch.embedding: ((0, "weight"), (1, "indices")),
    torch.index_select: ((0, "input"), (2, "index")),
    Tensor.index_select: ((0, "self"), (2, "index")),
    Tensor.__getitem__: ((0, "self"), (1, "index")),
}


@dataclass(frozen=True)
class KnownName:
    """A name inside transformers that has to be known, because no behaviour tells as much.

    Attributes:
        role: what it is needed for.
        method: its name.
        of: classes that have it, for the test that looks whether it is still there.
        versions: the transformers in which it was seen.
    """

    role: str
    method: str
    of: tuple[str, ...]
    versions: str


BIAS = KnownName(
    "distances of T5 into biases",
    "compute_bias",
    ("T5ForConditionalGeneration", "MT5ForConditionalGeneration", "UMT5ForConditionalGeneration"),
    "5.0 to 5.24",
)
ALIBI = KnownName(
    "biases of ALiBi (Press et al. 2022) from the mask",
    "build_alibi_tensor",
    ("BloomForCausalLM",),
    "5.0 to 5.24",
)
GROWTH = KnownName(
    "a sinusoidal table made longer",
    "make_weights",
    ("M2M100ForConditionalGeneration", "NllbMoeForConditionalGeneration", "XGLMForCausalLM"),
    "5.0 to 5.24",
)
KNOWN_NAMES = (BIAS, ALIBI, GROWTH)


def table_and_ids(
    func: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[Tensor, Tensor] | None:
    """Returns table ``(n_rows, width)`` and ids of a call that looks rows up, else ``None``."""
    names = READS.get(func)
    if names is None:
        return None
    table, ids = (args[i] if i < len(args) else kwargs.get(name) for i, name in names)
    if not isinstance(ids, Tensor) or ids.is_floating_point() or ids.dtype == torch.bool:
        return None
    if not isinstance(table, Tensor) or table.ndim != 2 or not table.is_floating_point():
        return None
    return table, ids


def _rows(offset: Tensor, n_rows: int, length: int) -> Tensor:
    """Returns offsets ``(n_rows, 1 or length)``; beams repeat the row of their sentence."""
    if n_rows % len(offset):
        raise ValueError(f"{len(offset)} offsets do not fit {n_rows} rows")
    rows = offset.repeat_interleave(n_rows // len(offset), 0)
    if rows.ndim == 2 and rows.shape[1] != length:
        raise ValueError(f"offsets of {rows.shape[1]} tokens do not fit rows of {length}")
    return rows if rows.ndim == 2 else rows.unsqueeze(1)


class _Moving(TorchFunctionMode):
    """Adds offsets to the ids of lookups in tables of positions."""

    def __init__(self, moves: list[tuple[Place, Tensor]]) -> None:
        super().__init__()
        self.lookups = [(p, offset) for p, offset in moves if p.how == "lookup"]
        self.n_rows, self.length = 0, 0  # of the tokens that were looked up last

    def __torch_function__(
        self, func: Any, types: Any, args: Any = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        lookup = table_and_ids(func, args, kwargs) if func in READS else None
        if lookup is None:
            return func(*args, **kwargs)
        table, ids = lookup
        for place, offset in self.lookups:
            if place.table is table:
                return self._moved_lookup(place, offset, ids, func, args, kwargs)
        if ids.ndim == 2:
            self.n_rows, self.length = ids.shape
        return func(*args, **kwargs)

    def moved(self, ids: Tensor, offset: Tensor, first: int = 0) -> Tensor:
        """Returns ids ``(…, len)`` as ``(batch, len)``; those before ``first`` are padding.

        Where all rows' ids were laid end to end, so are the moved ones.
        """
        length = ids.shape[-1]
        if ids.ndim == 1 and length != self.length and length == self.n_rows * self.length:
            return self.moved(ids.view(self.n_rows, self.length), offset, first).flatten()
        known = self.length == length and (self.n_rows > 1 or len(offset) == 1)
        by = _rows(offset.to(ids.device), self.n_rows if known else len(offset), length)
        return torch.where(ids < first, ids, ids + by)

    def _moved_lookup(
        self, place: Place, offset: Tensor, ids: Tensor, func: Any, args: Any, kwargs: Any
    ) -> Any:
        ids = self.moved(ids, offset, place.first)
        if place.grows:
            grow(place, int(ids.max()) + 1)
        else:  # padding after a short row may run over the table; what it reads is masked
            ids = ids.clamp(max=len(place.table) - 1)
        given, named = list(args), dict(kwargs)
        for (i, name), value in zip(READS[func], (place.table, ids), strict=True):
            if i < len(given):
                given[i] = value
            else:
                named[name] = value
        return func(*given, **named)


def grow(place: Place, n_rows: int) -> None:
    """Makes the table of a place at least ``n_rows`` long.

    Raises:
        RuntimeError: the module did not do so.
    """
    table, module = place.table, place.module
    if n_rows <= len(table):
        return
    getattr(module, GROWTH.method)(n_rows, table.shape[1], getattr(module, "padding_idx", None))
    if len(place.table) < n_rows:
        raise RuntimeError(f"{type(module).__name__} did not make its table {n_rows} rows long")


def _moved_argument(
    mode: _Moving, place: Place, offset: Tensor, _: nn.Module, args: Any, kwargs: Any
) -> Any:
    """The hook before a module that is given position ids ``(…, len)``."""
    key = place.argument
    ids = mode.moved(kwargs[key] if isinstance(key, str) else args[key], offset)
    if place.grows:
        grow(place, int(ids.max()) + 1 + place.first)
    if isinstance(key, str):
        return args, {**kwargs, key: ids}
    return (*args[:key], ids, *args[key + 1 :]), kwargs


def _moved_alibi(place: Place, offset: Tensor) -> Callable[..., Any]:
    """Returns Bloom's bias ``(batch * n_heads, 1, key_len)`` over positions that changed."""
    original = getattr(place.module, place.method)

    def alibi(attention_mask: Tensor, n_heads: int, dtype: torch.dtype) -> Tensor:
        bias: Tensor = original(attention_mask, n_heads, dtype)
        if offset.ndim == 1:  # every token moves alike: the distances stay
            return bias
        n_rows, length = attention_mask.shape
        two = torch.ones((1, 2), dtype=torch.long, device=bias.device)
        slopes = original(two, n_heads, torch.float32)[:, 0, 1]  # a bias at distance 1: (heads,)
        by = _rows(offset, n_rows, length).to(bias.device)
        more = slopes[None, :, None] * by[:, None, :]  # (batch, n_heads, key_len)
        return bias + more.reshape(n_rows * n_heads, 1, length).to(dtype)

    return alibi


def _moved_bias(place: Place, offset: Tensor) -> Callable[..., Any]:
    """Returns T5's bias ``(batch, n_heads, query_len, key_len)`` over distances that changed."""
    original = getattr(place.module, place.method)

    def bias(*args: Any, **kwargs: Any) -> Tensor:
        plain: Tensor = original(*args, **kwargs)  # (1, n_heads, query_len, key_len)
        if offset.ndim == 1:  # every token moves alike: the distances stay
            return plain
        n_queries, n_keys = plain.shape[-2:]
        ids = torch.arange(n_keys, device=plain.device) + _rows(offset, len(offset), n_keys)
        query = ids[:, n_keys - n_queries :]
        distance = ids.unsqueeze(1) - query.unsqueeze(2)  # (batch, query_len, key_len)
        most = int(distance.abs().max()) + 1
        # A bias goes by the distance alone, so a row and a column of a long sentence hold all.
        after, before = original(1, most)[0, :, 0], original(most, 1)[0, :, :, 0]
        by_distance = torch.cat([before.flip(1), after[:, 1:]], 1)  # (n_heads, 2 * most - 1)
        return by_distance[:, distance + most - 1].transpose(0, 1)

    return bias


@contextmanager
def moved_positions(
    positions: Positions, source: Tensor | None, target: Tensor | None
) -> Iterator[None]:
    """Within it, row *b* of a batch starts at position ``source[b]`` (decoder: ``target[b]``).

    Args:
        positions: from :func:`shiftdemo.models.probing.find_positions`.
        source, target: what is added to the positions, int64 ``(batch,)`` for whole rows or
            ``(batch, len)`` for every token by itself; ``None`` for nothing.

    Raises:
        NoEffectError: it is not known where the model reads its positions.
    """
    moves: list[tuple[Place, Tensor]] = []
    for places, offset in ((positions.source, source), (positions.target, target)):
        if offset is not None and bool(offset.any()):
            positions.require(whole_rows=offset.ndim == 1)
            moves += [(place, offset) for place in places]
    if not moves:
        yield
        return
    with ExitStack() as stack:
        mode = _Moving(moves)
        for place, offset in moves:
            if place.how == "argument":
                hook = partial(_moved_argument, mode, place, offset)
                handle = place.module.register_forward_pre_hook(hook, with_kwargs=True)
                stack.callback(handle.remove)
            elif place.how != "lookup":
                make = _moved_bias if place.how == "bias" else _moved_alibi
                stack.enter_context(_replaced(place.module, place.method, make(place, offset)))
        stack.enter_context(mode)
        yield


@contextmanager
def _replaced(module: nn.Module, name: str, method: Callable[..., Any]) -> Iterator[None]:
    before = module.__dict__.get(name)
    setattr(module, name, method)
    try:
        yield
    finally:
        delattr(module, name)  # the class's own method is there again
        if before is not None:  # that of an outer context
            setattr(module, name, before)


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
