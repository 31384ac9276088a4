"""The frozen values that cross module boundaries. Checked when made; spans are half-open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np

from shiftdemo.errors import DataError

Link: TypeAlias = tuple[int, int]


@dataclass(frozen=True, slots=True)
class TranslationSample:
    """A sentence and its translation.

    Attributes:
        id: unique within its data set; randomness is derived from it.
        source: the sentence to translate.
        target: its translation; may be empty for typed input.
        links: the gold word alignment, pairs ``(source word, target word)`` over the words of
            :func:`shiftdemo.words.split`, or ``None`` where it is not known.
    """

    id: str
    source: str
    target: str
    source_lang: str = "en"
    target_lang: str = "fr"
    links: tuple[Link, ...] | None = None


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
        before = "O"
        for place, tag in enumerate(self.tags):
            if tag != "O" and (tag[:2] not in ("B-", "I-") or len(tag) < 3):
                raise DataError(
                    f"Sample {self.id}, word {place + 1}: {tag[:40]!r} is not a BIO tag; "
                    "write O, B-TYPE or I-TYPE."
                )
            if tag.startswith("I-") and before[2:] != tag[2:]:
                raise DataError(
                    f"Sample {self.id}, word {place + 1}: {tag} cannot follow {before}; "
                    f"begin the mention with B-{tag[2:]}."
                )
            before = tag


@dataclass(frozen=True, slots=True)
class TextSample:
    """A text with one label."""

    id: str
    text: str
    label: str


Sample: TypeAlias = TranslationSample | TaggedSample | TextSample


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
class ShiftedSample:
    """A sample before and after one or several shifts.

    Attributes:
        original: the sample as it came; never changed.
        shifted: the sample that is fed to the model.
        shift: the operator's specification, or several joined by ``" + "``.
        params: every parameter with its value, and what was drawn (``"drawn_…"``).
        seed: the seed that reproduces it together with ``original.id``.
        alignment: ``alignment[i]`` is the new index of old source word ``i`` (or ``None``).
        target_alignment: the same for the target words of a translation, else ``None``.
        source_offset: absolute position of the first source token, ``>= 0``.
        target_offset: absolute position of the first decoder token, ``>= 0``.
        target_length: number of target tokens that a training step sees, or ``None`` for all.
        target_mode: ``"truncate"`` (the rest is cut off) or ``"mask"`` (it carries no loss).
        applied: whether anything was changed; where it was not, ``note`` says why.
    """

    original: Sample
    shifted: Sample
    shift: str
    params: Mapping[str, Any]
    seed: int
    alignment: tuple[int | None, ...]
    target_alignment: tuple[int | None, ...] | None = None
    source_offset: int = 0
    target_offset: int = 0
    target_length: int | None = None
    target_mode: str = "truncate"
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


# --- what a training run tells, in the order in which it happens ---


@dataclass(frozen=True, slots=True)
class RunStarted:
    """The run has its models and data; ``config`` holds the whole configuration and versions."""

    run_id: str
    arms: tuple[str, ...]
    steps: int
    config: Mapping[str, Any]
    n_params: int
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StepLogged:
    """One optimiser step of one arm: mean training loss in nats per target token."""

    arm: str
    seed: int
    step: int
    loss: float
    tokens: int
    seconds: float


@dataclass(frozen=True, slots=True)
class EvalLogged:
    """Held-out figures of one arm, on the sentences as they are and shifted.

    Losses in nats per token, accuracies of single tokens in percent.
    """

    arm: str
    seed: int
    step: int
    clean_loss: float
    shifted_loss: float
    clean_accuracy: float
    shifted_accuracy: float


@dataclass(frozen=True, slots=True)
class ArmSaved:
    """An arm's weights lie at ``path`` (loadable by plain transformers)."""

    arm: str
    seed: int
    step: int
    path: str


@dataclass(frozen=True, slots=True)
class RunFinished:
    """All steps were made, or the time limit was reached (``reason`` says which)."""

    run_id: str
    reason: str
    seconds: float


@dataclass(frozen=True, slots=True)
class RunCancelled:
    """The run was stopped; what it had is kept."""

    run_id: str
    step: int
    seconds: float


@dataclass(frozen=True, slots=True)
class RunFailed:
    """The run broke off; ``message`` says what to do."""

    run_id: str
    message: str
    seconds: float


RunEvent: TypeAlias = (
    RunStarted | StepLogged | EvalLogged | ArmSaved | RunFinished | RunCancelled | RunFailed
)
EVENT_TYPES: dict[str, type] = {
    cls.__name__: cls
    for cls in (
        RunStarted,
        StepLogged,
        EvalLogged,
        ArmSaved,
        RunFinished,
        RunCancelled,
        RunFailed,
    )
}
