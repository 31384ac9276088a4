"""What a training run tells, in the order in which it happens: plain numbers and strings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias


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

    Losses in nats per token, accuracies of single tokens in percent; ``note`` says which
    operator changed with them.
    """

    arm: str
    seed: int
    step: int
    clean_loss: float
    shifted_loss: float
    clean_accuracy: float
    shifted_accuracy: float
    note: str = ""


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
