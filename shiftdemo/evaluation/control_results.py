"""What the controls of a comparison found."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OffsetEffect:
    """What an offset does to the logits of a model, against what it has to do.

    Attributes:
        max_logit_change: largest absolute change of a logit that counts.
        expected: ``"moves"`` (absolute positions) or ``"flat"`` (rotary, relative).
        ok: whether it is as expected.
    """

    max_logit_change: float
    expected: str
    ok: bool
    message: str


@dataclass(frozen=True, slots=True)
class SourceUse:
    """Whether a model looks at its source.

    Attributes:
        loss: mean nats per label, every target with its own source.
        shuffled_loss: the same with the sources exchanged.
        ok: whether the second is at least 10 % higher.
    """

    loss: float
    shuffled_loss: float
    ok: bool
    message: str


@dataclass(frozen=True, slots=True)
class Controls:
    """The controls of one arm; ``None`` where one does not apply (and ``notes`` says why)."""

    offset: OffsetEffect | None
    source: SourceUse | None
