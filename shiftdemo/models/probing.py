"""Finds where a model reads its positions, by what it does and not by what it is called.

A few tokens go through the model. A table of absolute positions is one that is read at
increasing rows; a rotary module is given increasing ids and returns cosines and sines; a bias by
distance is read at rows that depend on the difference of two positions. Whatever is found is moved
in one of two rows, and the other must stay as it is. Where nothing is found, hidden words in
front tell whether the model goes by distances alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from shiftdemo.models.moving import ALIBI, BIAS, GROWTH, READS, moved_positions, table_and_ids
from shiftdemo.models.positions import Place, Positions

LENGTH = 6  # tokens of the probe
BY = 2  # offset of the probe
FLAT_WITHIN = 1e-5  # of the largest output
_SOURCE, _TARGET = 0, 1
_BEST_FIRST = ("learned", "sinusoidal", "rotary", "relative")


def find_positions(model: Any) -> Positions:
    """Returns where ``model`` keeps its positions; see :class:`Positions`.

    A model with a table of absolute positions counts as such whatever else it has (DeBERTa and
    MPNet add relative ones). The model is run on two rows of six tokens, once and for every place.
    """
    with _calm(model), suppress(Exception):  # whatever a stranger's model brings about
        return _positions_of(model)
    return Positions("unknown", None, (), ())


def _positions_of(model: Any) -> Positions:
    probe = _Probe(model)
    seen = _Seen()
    with seen.watching(model):
        plain = probe.outputs()
    by_encoding: dict[str, tuple[list[Place], list[Place]]] = {n: ([], []) for n in _BEST_FIRST}
    for side, candidates in _candidates(model, seen):
        for place in candidates:
            flat = _flat_when_moved(probe, plain, place, side)
            if flat is not None:
                by_encoding[_encoding(place, flat)][side].append(place)
                break
    for side, table in seen.distances:
        by_encoding["relative"][side].extend(_bias_of(model, table))
    best = next((name for name in _BEST_FIRST if any(by_encoding[name])), "unknown")
    if best == "unknown" and (seen.distances or probe.goes_by_distance(plain)):
        best = "relative"
        alibi = [m for m in model.modules() if hasattr(m, ALIBI.method)]
        by_encoding[best][_SOURCE].extend(Place(m, "alibi", method=ALIBI.method) for m in alibi)
    source, target = by_encoding.get(best, ([], []))
    sizes = [len(p.table) - p.first for p in (*source, *target) if p.table_name and not p.grows]
    return Positions(best, min(sizes, default=None), tuple(source), tuple(target))


@contextmanager
def _calm(model: Any) -> Iterator[None]:
    """Within it the model is in evaluation mode, and keeps no gradients."""
    training = model.training
    model.eval()
    try:
        with torch.no_grad():
            yield
    finally:
        model.train(training)


class _Probe:
    """Two equal rows of tokens, in which nothing increases but positions."""

    def __init__(self, model: Any) -> None:
        self.model = model
        config = model.config
        self.pair = bool(getattr(config, "is_encoder_decoder", False))
        named = (v for k, v in config.to_dict().items() if k.endswith("token_id"))
        special = {v for v in named if isinstance(v, int)}  # some models name several in a list
        n_words = model.get_input_embeddings().num_embeddings
        word = next((i for i in range(n_words - 1, -1, -1) if i not in special), 0)
        end = getattr(config, "eos_token_id", None)
        known = isinstance(end, int) and end < n_words
        row = [word] * (LENGTH - 1) + [end if known else word]
        self.ids = torch.tensor([row, row], device=next(model.parameters()).device)
        self.word = word

    def outputs(self, hidden: int = 0) -> list[Tensor]:
        """Returns float32 logits and encoder states with ``hidden`` masked words in front."""
        front = self.ids.new_full((2, hidden), self.word)
        ids = torch.cat([front, self.ids], 1)  # (2, hidden + LENGTH)
        mask = torch.cat([torch.zeros_like(front), torch.ones_like(self.ids)], 1)
        inputs = {"input_ids": ids, "attention_mask": mask}
        if self.pair and self.model.can_generate():
            given = torch.full_like(ids, self.word)
            inputs |= {"decoder_input_ids": given, "decoder_attention_mask": mask}
        out = self.model(**inputs)
        kept = [out[0], getattr(out, "encoder_last_hidden_state", None)]
        return [
            states[:, hidden:].float() if states.shape[1] == ids.shape[1] else states.float()
            for states in kept
            if states is not None
        ]

    def moved(self, place: Place, side: int, offsets: list[int]) -> list[Tensor]:
        """Returns the outputs with each row at its own offset."""
        sides = ((place,), ()) if side == _SOURCE else ((), (place,))
        by = torch.tensor(offsets, device=self.ids.device)
        source, target = (by, None) if side == _SOURCE else (None, by)
        with moved_positions(Positions("learned", None, *sides), source, target):
            return self.outputs()

    def goes_by_distance(self, plain: list[Tensor]) -> bool:
        """Whether hidden words in front change nothing."""
        return _same(plain, self.outputs(hidden=BY))


def _same(first: list[Tensor], second: list[Tensor]) -> bool:
    for a, b in zip(first, second, strict=True):
        if a.shape != b.shape:
            return False
        if (a - b).abs().max() > FLAT_WITHIN * a.abs().max().clamp(min=1e-3):
            return False
    return True


def _flat_when_moved(probe: _Probe, plain: list[Tensor], place: Place, side: int) -> bool | None:
    """Returns whether an offset at this place changes no output; ``None``: it misbehaves."""
    with suppress(Exception):  # the shapes that moved ids bring about do not fit this model
        moved = probe.moved(place, side, [0, BY])
        if _same([a[:1] for a in plain], [b[:1] for b in moved]):
            return _same(plain, moved)
    return None


def _encoding(place: Place, flat: bool) -> str:
    if not place.table_name:
        return "rotary"
    rows = place.table[place.first : place.first + 64].detach().float()
    if flat and not torch.equal(rows[:1].expand_as(rows), rows):
        return "rotary"  # cosines and sines that were kept in a table
    # Sine and cosine of as many angles: every row has the same length (Vaswani et al. 2017).
    half = rows.shape[1] // 2
    lengths = rows.pow(2).sum(1)
    close = bool(((lengths - half).abs() < 0.01 * half).all())
    return "sinusoidal" if close and bool(rows.abs().max() < 1.001) else "learned"


@dataclass
class _Seen:
    """What a run of the probe looked up, and which modules were given increasing ids."""

    tables: list[tuple[int, Tensor, int]] = field(default_factory=list)  # side, table, first row
    distances: list[tuple[int, Tensor]] = field(default_factory=list)  # side, table
    given: list[tuple[int, nn.Module, int | str, bool]] = field(default_factory=list)
    in_encoder: bool = True

    @property
    def side(self) -> int:
        return _SOURCE if self.in_encoder else _TARGET

    @contextmanager
    def watching(self, model: Any) -> Iterator[None]:
        """Within it, what ``model`` does is written down."""
        pair = bool(getattr(model.config, "is_encoder_decoder", False))
        self.in_encoder = not pair
        with ExitStack() as stack:
            if pair:
                encoder = model.get_encoder()
                enter = encoder.register_forward_pre_hook(partial(self._enter, True))
                leave = encoder.register_forward_hook(partial(self._enter, False))
                stack.callback(enter.remove)
                stack.callback(leave.remove)
            for module in model.modules():
                if not any(True for _ in module.children()):
                    handle = module.register_forward_hook(self._called, with_kwargs=True)
                    stack.callback(handle.remove)
            stack.enter_context(_Watch(self.looked_up))
            yield

    def _enter(self, inside: bool, *_: Any) -> None:
        self.in_encoder = inside

    def looked_up(self, table: Tensor, ids: Tensor) -> None:
        """Keeps the lookups that positions or distances of them make."""
        first = _counts_from(ids)
        if first is not None and not any(t is table for _, t, _ in self.tables):
            self.tables.append((self.side, table, first))
        if _by_distance(ids) and not any(t is table for _, t in self.distances):
            self.distances.append((self.side, table))

    def _called(self, module: nn.Module, args: Any, kwargs: Any, output: Any) -> None:
        for name, value in (*enumerate(args), *kwargs.items()):
            if isinstance(value, Tensor) and not value.is_floating_point():
                if _counts_from(value) is not None:
                    self.given.append((self.side, module, name, _turns(output)))
                return


class _Watch(TorchFunctionMode):
    """Tells of every lookup of rows in a table."""

    def __init__(self, tell: Callable[[Tensor, Tensor], None]) -> None:
        super().__init__()
        self.tell = tell

    def __torch_function__(
        self, func: Any, types: Any, args: Any = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        lookup = table_and_ids(func, args, kwargs) if func in READS else None
        if lookup:
            self.tell(*lookup)
        return func(*args, **kwargs)


def _counts_from(ids: Tensor) -> int | None:
    """Returns where ids count from, the same in each row; ``None`` where they do not count."""
    if ids.numel() == 0 or ids.numel() % LENGTH:
        return None
    rows = ids.reshape(-1, LENGTH)
    wanted = rows[0, 0] + torch.arange(LENGTH, device=ids.device)
    return int(rows[0, 0]) if bool((rows == wanted).all()) else None


def _by_distance(ids: Tensor) -> bool:
    """Whether ids ``(…, LENGTH, LENGTH)`` depend on the distance of two positions alone."""
    if ids.ndim < 2 or ids.shape[-2:] != (LENGTH, LENGTH):
        return False
    apart = bool((ids[..., 1:, 1:] == ids[..., :-1, :-1]).all())
    return apart and bool((ids != ids.flatten()[0]).any())


def _turns(output: Any) -> bool:
    """Whether a module returned cosines and sines: two tensors whose squares add up alike."""
    if not isinstance(output, tuple) or len(output) != 2:
        return False
    if not all(isinstance(part, Tensor) and part.is_floating_point() for part in output):
        return False
    cos, sin = (part.float() for part in output)
    if cos.shape != sin.shape:
        return False
    lengths = cos.pow(2) + sin.pow(2)
    return bool(((lengths - lengths.mean()).abs() < 0.01 * lengths.mean()).all())


def _candidates(model: Any, seen: _Seen) -> Iterator[tuple[int, list[Place]]]:
    """Yields side and the ways to move positions, the likelier one first."""
    for side, table, first in seen.tables:
        for module, name in _holders(model, table):
            grows = hasattr(module, GROWTH.method)
            place = Place(module, "lookup", name, first=first, grows=grows)
            given = [key for _, other, key, _ in seen.given if other is module]
            yield side, [place, *(replace(place, how="argument", argument=key) for key in given)]
            break
    turning: list[nn.Module] = []
    for side, module, key, turns in seen.given:
        if turns and not any(module is other for other in turning):
            turning.append(module)
            yield side, [Place(module, "argument", argument=key)]


def _holders(model: Any, table: Tensor) -> Iterator[tuple[nn.Module, str]]:
    for module in model.modules():
        own: Iterable[tuple[str, Any]] = (*module._parameters.items(), *module._buffers.items())
        yield from ((module, name) for name, tensor in own if tensor is table)


def _bias_of(model: Any, table: Tensor) -> list[Place]:
    """Returns the modules that turn distances into biases with this table, where they are known."""
    holders = [module for module, _ in _holders(model, table)]
    return [
        Place(module, "bias", method=BIAS.method)
        for module in model.modules()
        if hasattr(module, BIAS.method) and any(child in holders for child in module.children())
    ]
