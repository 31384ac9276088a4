"""The frozen values that cross module boundaries: shifted samples, scores, attention maps."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from shiftdemo.core.samples import Sample


@dataclass(frozen=True, slots=True)
class PositionPlan:
    """Position ids that are not simply 0, 1, 2, …; worked out for any number of tokens.

    Attributes:
        offset: added to every id, ``>= 0``.
        span: the ids are a sorted random subset of ``{0 … span-1}``; 0: consecutive ids.
        seed: of that subset.
        skips: ``(start, gap)`` pairs: the tokens after the share ``start`` (0 to 1) of the row
            stand ``gap`` positions later still; the first token never does.
    """

    offset: int = 0
    span: int = 0
    seed: int = 0
    skips: tuple[tuple[float, int], ...] = ()

    @property
    def constant(self) -> bool:
        """Whether every token moves by the same number of positions."""
        return not self.span and not self.skips

    def ids(self, n: int, bound: int | None = None) -> list[int]:
        """Returns ``n`` increasing position ids.

        Args:
            n: number of tokens.
            bound: the ids stay below it (a model's position table), for ``n <= bound``.
        """
        if self.span > n:
            span = min(self.span, bound) if bound is not None else self.span
            ids = sorted(random.Random(self.seed).sample(range(max(span, n)), n))
        else:
            ids = list(range(n))
        gaps = [self.offset] * n
        for start, gap in self.skips:
            first = 1 + int(start * max(0, n - 1))  # no chunk but the last is empty
            gaps[first:] = [before + gap for before in gaps[first:]]
        ids = [i + gap for i, gap in zip(ids, gaps, strict=True)]
        if bound is not None:  # from the end: an id may not pass the one after it
            ids = [min(i, bound - n + index) for index, i in enumerate(ids)]
        return ids


PLAIN_POSITIONS = PositionPlan()


@dataclass(frozen=True, slots=True)
class StepInputs:
    """How a training step reads a sample, besides its words.

    Attributes:
        source, target: position ids of the source (or only) row and of the decoder's row.
        length: number of target tokens that a step sees, or ``None`` for all.
        mode: ``"truncate"`` (the rest is cut off), ``"mask"`` (it carries no loss) or
            ``"window"`` (loss on ``length`` tokens somewhere; those before are context and those
            after are cut off).
        window: where the window stands, from 0 (at the start) to 1 (at the end).
        right_shift: by how many positions the decoder input lags behind the labels, ``>= 1``.
        output_delay: by how many positions the labels lag behind the input, ``>= 0``.
    """

    source: PositionPlan = PLAIN_POSITIONS
    target: PositionPlan = PLAIN_POSITIONS
    length: int | None = None
    mode: str = "truncate"
    window: float = 0.0
    right_shift: int = 1
    output_delay: int = 0


PLAIN_INPUTS = StepInputs()


@dataclass(frozen=True, slots=True)
class ShiftedSample:
    """A sample before and after one or several shifts.

    Attributes:
        original: the sample as it came; never changed.
        shifted: the sample that the model reads.
        specs: the specification of every operator that was asked for, in order.
        shift: the operators that were applied, joined by ``" + "``.
        params: every parameter of those with its value, and what was drawn (``"….drawn_…"``).
        seed, epoch: reproduce it together with ``specs`` and ``original.id``.
        alignment: ``alignment[i]`` is the new index of old source word ``i`` (or ``None``).
        target_alignment: the same for the target words of a translation, else ``None``.
        feed: positions, lengths and right shift of the training step.
        applied: whether anything was changed; where it was not, ``note`` says why.
    """

    original: Sample
    shifted: Sample
    specs: tuple[str, ...]
    shift: str
    params: Mapping[str, Any]
    seed: int
    epoch: int
    alignment: tuple[int | None, ...]
    target_alignment: tuple[int | None, ...] | None = None
    feed: StepInputs = PLAIN_INPUTS
    applied: bool = True
    note: str = ""

    def drawn(self, name: str) -> Any:
        """Returns what an operator drew under a name, such as ``"index"``; ``None``: none did."""
        end = f".drawn_{name}"
        return next((value for key, value in self.params.items() if key.endswith(end)), None)


@dataclass(frozen=True, slots=True)
class Score:
    """A figure with its 95 % interval; never a bare float.

    Attributes:
        value: in the unit that ``signature`` implies (BLEU, chrF and F1: 0 to 100).
        low, high: the ends of the 95 % bootstrap interval over the sentences.
        n: the number of sentences.
        signature: how it was computed.
    """

    name: str
    value: float
    low: float
    high: float
    n: int
    signature: str


@dataclass(frozen=True, slots=True)
class AttentionMap:
    """Attention weights of one sentence, or of a part of it.

    Attributes:
        kind: ``"encoder"``, ``"decoder"`` or ``"cross"``.
        weights: float32 ``(n_layers, n_heads, query_len, key_len)``; rows sum to 1, with
            ``outside``.
        query_words, key_words: the word of the sentence that each token belongs to, counted from
            0; ``None``: a special token, or part of a prompt. Words of a question that stands
            before its context are -1, -2, … Empty: not known.
        outside: float32 ``(n_layers, n_heads, query_len)``, what each row gives to keys that are
            not shown; ``None``: all are.

    Raises:
        ValueError: a shape does not fit or a row does not sum to 1.
    """

    kind: str
    weights: np.ndarray = field(repr=False)
    query_tokens: tuple[str, ...]
    key_tokens: tuple[str, ...]
    query_words: tuple[int | None, ...] = ()
    key_words: tuple[int | None, ...] = ()
    outside: np.ndarray | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if self.kind not in ("encoder", "decoder", "cross"):
            raise ValueError(f"unknown kind of attention {self.kind!r}")
        shape = (len(self.query_tokens), len(self.key_tokens))
        if self.weights.ndim != 4 or self.weights.shape[2:] != shape:
            raise ValueError(f"weights {self.weights.shape} do not fit tokens {shape}")
        for words, n in zip((self.query_words, self.key_words), shape, strict=True):
            if words and len(words) != n:
                raise ValueError(f"{len(words)} words do not fit {n} tokens")
        total = self.weights.sum(-1) + (0 if self.outside is None else self.outside)
        if not np.allclose(total, 1.0, atol=1e-3):
            raise ValueError("attention rows do not sum to 1")

    def part(self, rows: Sequence[int], columns: Sequence[int]) -> AttentionMap:
        """Returns the map of some queries and some keys, in the order in which they are given."""
        kept = self.weights[:, :, rows][:, :, :, columns]
        left = None
        if list(columns) != list(range(len(self.key_tokens))):
            left = np.clip(1.0 - kept.sum(-1), 0.0, 1.0).astype(np.float32)
        elif self.outside is not None:
            left = self.outside[:, :, rows]
        return AttentionMap(
            self.kind,
            kept,
            tuple(self.query_tokens[i] for i in rows),
            tuple(self.key_tokens[i] for i in columns),
            tuple(self.query_words[i] for i in rows) if self.query_words else (),
            tuple(self.key_words[i] for i in columns) if self.key_words else (),
            left,
        )
