"""What a run is made of, resolved: its plan, where its arms lie, and the arms themselves."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from shiftdemo.core.config import MATCHED, TrainConfig
from shiftdemo.core.errors import ConfigError
from shiftdemo.core.samples import Sample
from shiftdemo.models.load import LoadedModel
from shiftdemo.models.precision import fastest_precision
from shiftdemo.shifts import make_shifts
from shiftdemo.tasks.heads import Task
from shiftdemo.training.arm import Arm
from shiftdemo.training.process_group import ProcessGroup


@dataclass(frozen=True)
class Plan:
    """Everything that a run needs, resolved.

    Attributes:
        config: what was asked for.
        task: the task.
        train, held_out: samples; they share none.
        make_model: gives the initial model of a seed; where arms train in processes of their
            own, it is copied to them.
        output: where ``base/`` and ``shift/`` are written, or ``None`` to write nothing.
        notes: what the user should know before the run.
        half: write float16 weights.
        read: what was read of the files, by split.
    """

    config: TrainConfig
    task: Task
    train: Sequence[Sample]
    held_out: Sequence[Sample]
    make_model: Callable[[int], LoadedModel]
    output: Path | None = None
    notes: tuple[str, ...] = ()
    half: bool = False
    read: Mapping[str, Any] = field(default_factory=dict)


def resolved(config: TrainConfig, device: torch.device | None = None) -> TrainConfig:
    """Returns the configuration with everything that was left to be chosen here.

    Args:
        device: the one that this process was given; otherwise the best that there is.

    Raises:
        ConfigError: the device that it names is not here.
    """
    kind = config.device if device is None else device.type
    if kind == "auto":
        kind = "cuda" if torch.cuda.is_available() else "cpu"
        if torch.backends.mps.is_available():
            kind = "mps"
    if kind == "cuda" and not torch.cuda.is_available():
        raise ConfigError("plan.there_no_cuda_device")
    if kind == "mps" and not torch.backends.mps.is_available():
        raise ConfigError("plan.there_no_mps_device")
    precision = config.precision
    if precision == "auto":
        precision = fastest_precision(kind)
    return dataclasses.replace(config, device=kind, precision=precision)


def make_arms(
    plan: Plan, names: Sequence[str], seed: int, process_group: ProcessGroup | None = None
) -> list[Arm]:
    """Returns the arms ``names`` of a seed, all from the same initial weights.

    Args:
        plan: with a configuration that is resolved.
    """
    config = plan.config
    first = plan.make_model(seed)
    device = (process_group.device if process_group else None) or torch.device(config.device)
    models = [first.model, *(copy.deepcopy(first.model) for _ in names[1:])]
    return [
        Arm(
            name,
            seed,
            plan.task,
            dataclasses.replace(first, model=model.to(device)),
            make_shifts(config.shifts_of(name), plan.task.spec.name),
            config,
            process_group,
            make_shifts(config.shifts, plan.task.spec.name) if name == MATCHED else (),
        )
        for name, model in zip(names, models, strict=True)
    ]
