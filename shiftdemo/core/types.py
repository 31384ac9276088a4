"""The frozen values that cross module boundaries. Checked when made; spans are half-open."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np

from shiftdemo.core.errors import DataError

Link: TypeAlias = tuple[int, int]
Start: TypeAlias = int | tuple[int, int]
"""Position of the first token: of source and target alike, or ``(source, target)``."""


@dataclass(frozen=True, slots=True)
class TranslationSample:
    """A sentence and its translation.

    Attributes:
        id: unique within its data set; randomness is derived from it.
        source: the sentence to translate.
        target: its translation; may be empty for typed input.
        links: the gold word alignment, pairs ``(source word, target word)`` over the words of
            :func:`shiftdemo.core.words.split`, or ``None`` where it is not known.
        source_lang, target_lang: codes of the languages, such as ``zh``; empty: not known, and
            ``mul``: several in one file.
        lang_by: by what ``target_lang`` is known: ``given``, ``column`` or ``script``; empty: it
            came with the sample, or is not known.
    """

    id: str
    source: str
    target: str
    source_lang: str = ""
    target_lang: str = ""
    links: tuple[Link, ...] | None = None
    lang_by: str = ""


@dataclass(frozen=True, slots=True)
class TaggedSample:
    """A sentence of words with one BIO (IOB2) tag each.

    Raises:
        DataError: as many tags as words are needed, each ``O``, ``B-X`` or ``I-X``, and ``I-X``
            only after ``B-X`` or ``I-X``.
    """

    id: str
    words: tuple[str, ...]
    tags: tuple[str, ...]

    def __post_init__(self) -> None:
        if len(self.words) != len(self.tags):
            raise DataError(
                f"Sample {self.id} has {len(self.words)} words and {len(self.tags)} tags; "
                "give one tag for each word."
            )
        fault = bio_fault(self.tags)
        if fault:
            raise DataError(f"Sample {self.id}, {fault}")


@dataclass(frozen=True, slots=True)
class TextSample:
    """A text with one label; the label is empty where it is not known or not needed."""

    id: str
    text: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class QuestionSample:
    """A question whose answer is a span of its context.

    Attributes:
        answers: the gold answers, each as it stands in the context; none for typed input.
        starts: the place of each answer's first character in the context, from 0.

    Raises:
        DataError: there is not one place for each answer, or the answer does not stand there.
    """

    id: str
    question: str
    context: str
    answers: tuple[str, ...] = ()
    starts: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if len(self.answers) != len(self.starts):
            raise DataError(
                f"Sample {self.id} has {len(self.answers)} answers and {len(self.starts)} starts; "
                "give one start for each answer."
            )
        for answer, start in zip(self.answers, self.starts, strict=True):
            found = self.context[start : start + len(answer)] if start >= 0 else ""
            if not answer or found != answer:
                raise DataError(
                    f"Sample {self.id}: the answer {answer[:40]!r} does not stand at character "
                    f"{start} of the context (there is {found[:40]!r}); count characters from 0, "
                    "or leave the start away to take the answer's first place."
                )


Sample: TypeAlias = TranslationSample | TaggedSample | TextSample | QuestionSample


def running_text(sample: Sample) -> str:
    """Returns the text whose words are moved: of a question the context, of a pair the source."""
    if isinstance(sample, TaggedSample):
        return " ".join(sample.words)
    if isinstance(sample, QuestionSample):
        return sample.context
    return sample.text if isinstance(sample, TextSample) else sample.source


def bio_fault(tags: tuple[str, ...]) -> str:
    """Returns what is wrong with a sequence of tags and how to mend it, or ``""``."""
    if tags.count("O") == len(tags):
        return ""
    before = "O"
    for place, tag in enumerate(tags):
        if tag != "O" and (tag[:2] not in ("B-", "I-") or len(tag) < 3):
            return f"word {place + 1}: {tag[:40]!r} is not a BIO tag; write O, B-TYPE or I-TYPE."
        if tag.startswith("I-") and before[2:] != tag[2:]:
            fault = f"cannot follow {before}" if place else "cannot stand first"
            return f"word {place + 1}: {tag} {fault}; begin the mention with B-{tag[2:]}."
        before = tag
    return ""


def mentions(tags: tuple[str, ...] | list[str]) -> list[tuple[str, int, int]]:
    """Returns the mentions of a valid BIO sequence as ``(type, start, end)``, end exclusive."""
    found: list[tuple[str, int, int]] = []
    for place, tag in enumerate(tags):
        if tag.startswith("B-"):
            found.append((tag[2:], place, place + 1))
        elif tag.startswith("I-") and found:
            kind, start, _ = found[-1]
            found[-1] = (kind, start, place + 1)
    return found


@dataclass(frozen=True, slots=True)
class PositionPlan:
    """Position ids that are not simply 0, 1, 2, …; worked out for any number of tokens.

    Attributes:
        offset: added to every id, ``>= 0``.
        span: the ids are a sorted random subset of ``{0 … span-1}``; 0: consecutive ids.
        seed: of that subset.
        skips: ``(start, gap)`` pairs: the tokens behind the share ``start`` (0 to 1) of the row
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
        if bound is not None:  # from the end: an id may not pass the one behind it
            ids = [min(i, bound - n + place) for place, i in enumerate(ids)]
        return ids


PLAIN_POSITIONS = PositionPlan()


def both_starts(start: Start) -> tuple[int, int]:
    """Returns where the source starts, and where the target (the decoder's row) does."""
    return (start, start) if isinstance(start, int) else start


@dataclass(frozen=True, slots=True)
class StepInputs:
    """How a training step reads a sample, besides its words.

    Attributes:
        source, target: position ids of the source (or only) row and of the decoder's row.
        length: number of target tokens that a step sees, or ``None`` for all.
        mode: ``"truncate"`` (the rest is cut off), ``"mask"`` (it carries no loss) or
            ``"window"`` (loss on ``length`` tokens somewhere; those before are context and those
            behind are cut off).
        window: where the window stands, from 0 (at the start) to 1 (at the end).
        right_shift: by how many places the decoder input lags behind the labels, ``>= 1``.
        output_delay: by how many places the labels lag behind the input, ``>= 0``.
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
    """Attention weights of one sentence.

    Attributes:
        kind: ``"encoder"``, ``"decoder"`` or ``"cross"``.
        weights: float32 ``(n_layers, n_heads, query_len, key_len)``; rows sum to 1.

    Raises:
        ValueError: a shape does not fit or a row does not sum to 1.
    """

    kind: str
    weights: np.ndarray = field(repr=False)
    query_tokens: tuple[str, ...]
    key_tokens: tuple[str, ...]

    def __post_init__(self) -> None:
        if self.kind not in ("encoder", "decoder", "cross"):
            raise ValueError(f"unknown kind of attention {self.kind!r}")
        shape = (len(self.query_tokens), len(self.key_tokens))
        if self.weights.ndim != 4 or self.weights.shape[2:] != shape:
            raise ValueError(f"weights {self.weights.shape} do not fit tokens {shape}")
        if not np.allclose(self.weights.sum(-1), 1.0, atol=1e-3):
            raise ValueError("attention rows do not sum to 1")
