"""What a training run tells, in the order in which it happens: plain numbers and strings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias


@dataclass(frozen=True, slots=True)
class RunStarted:
    """The run has its models and data.

    Attributes:
        steps: optimiser steps of each trained arm, all seeds together.
        config: the whole configuration, what it came to (precision, device, processes), versions.
        n_params: trainable weights of one model.
        notes: what to know beforehand.
    """

    run_id: str
    arms: tuple[str, ...]
    steps: int
    config: Mapping[str, Any]
    n_params: int
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StepLogged:
    """One optimiser step of one arm.

    Attributes:
        loss: mean training cross-entropy in nats per label, without label smoothing, as that of
            :class:`EvalLogged`.
        tokens: real (non-padding) tokens of the step, source and target together.
        seconds: since the run began.
        learning_rate: of this step.
        step_seconds: what this arm's step took by itself.
        flops: floating-point operations of the step, an estimate (see training/cost.py).
        memory: of all processes of the run now, MiB; on a GPU the greatest so far.
        objective: what the step minimised, with label smoothing; ``None`` where that is the loss.
    """

    arm: str
    seed: int
    step: int
    loss: float
    tokens: int
    seconds: float
    learning_rate: float = 0.0
    step_seconds: float = 0.0
    flops: int = 0
    memory: float = 0.0
    objective: float | None = None


@dataclass(frozen=True, slots=True)
class EvalLogged:
    """Held-out figures of one arm, on the sentences as they are and shifted.

    Losses in nats per label, accuracies of single tokens in percent; ``note`` says which
    operator changed with them. ``score_name`` is what can be read off without generating text
    (entity F1, accuracy), 0 to 100; token accuracy where that is all. ``n`` is the number of
    sentences; 0 in old logs: all.
    """

    arm: str
    seed: int
    step: int
    clean_loss: float
    shifted_loss: float
    clean_accuracy: float
    shifted_accuracy: float
    note: str = ""
    score_name: str = ""
    clean_score: float = 0.0
    shifted_score: float = 0.0
    n: int = 0


@dataclass(frozen=True, slots=True)
class ArmSaved:
    """An arm's weights lie at ``path`` (loadable by plain transformers)."""

    arm: str
    seed: int
    step: int
    path: str


@dataclass(frozen=True, slots=True)
class ArmCost:
    """What an arm's training has cost by ``step``, all seeds so far together.

    Attributes:
        tokens: real tokens.
        seconds: of its steps alone.
        flops: floating-point operations, an estimate.
    """

    arm: str
    steps: int
    tokens: int
    seconds: float
    flops: int


@dataclass(frozen=True, slots=True)
class RunResumed:
    """A run that had ended early is resumed after ``step`` of ``seed``."""

    run_id: str
    seed: int
    step: int
    seconds: float
    versions: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RunFinished:
    """All steps were made, or ``reason`` says why the run ended before: time, target, patience."""

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
    """The run broke off; ``message`` says what to do, ``kind`` is the class of the error."""

    run_id: str
    message: str
    seconds: float
    kind: str = ""


RunEvent: TypeAlias = (
    RunStarted
    | RunResumed
    | StepLogged
    | EvalLogged
    | ArmSaved
    | ArmCost
    | RunFinished
    | RunCancelled
    | RunFailed
)
EVENT_TYPES: dict[str, type] = {
    cls.__name__: cls
    for cls in (
        RunStarted,
        RunResumed,
        StepLogged,
        EvalLogged,
        ArmSaved,
        ArmCost,
        RunFinished,
        RunCancelled,
        RunFailed,
    )
}
