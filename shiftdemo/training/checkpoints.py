"""Checkpoints: all that a run needs to go on to the same weights as if it had never ended.

``checkpoint-SEED-STEP/`` below the run's folder holds ``ARM.safetensors`` (weights, optimiser,
average and random state of every arm) and ``state.json``. It is written under another name and
renamed when it is whole; the one before is removed after that.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shiftdemo.core.config import TrainConfig, from_dict
from shiftdemo.core.errors import ConfigError
from shiftdemo.core.events import (
    ArmCost,
    ArmSaved,
    EvalLogged,
    RunEvent,
    RunResumed,
    RunStarted,
    StepLogged,
)
from shiftdemo.training.record import read_events, to_json, write_json
from shiftdemo.training.run_folder import RunFolder

if TYPE_CHECKING:
    from shiftdemo.training.arms_in_turn import ArmGroup


@dataclass(frozen=True)
class State:
    """Where a run stands.

    Attributes:
        index: which of its seeds is in training, from 0.
        step: the last step that was made of it.
        seconds: that the run has taken so far.
        stopping: of :class:`~shiftdemo.training.stopping.EarlyStop`.
        progress: of the operators.
        costs: by arm: steps, tokens, seconds and operations so far.
        endings: why seeds ended before their last step.
        seed_done: whether nothing of this seed is left to do.
    """

    index: int
    step: int
    seconds: float
    stopping: dict[str, Any]
    progress: dict[str, Any] = field(default_factory=dict)
    costs: dict[str, list[float]] = field(default_factory=dict)
    endings: list[str] = field(default_factory=list)
    seed_done: bool = False


def write_checkpoint(output: Path, group: ArmGroup | None, state: State) -> None:
    """Writes a checkpoint; the one before stays until this one is whole.

    Args:
        group: the arms; ``None`` where they are done.
    """
    run = RunFolder(output)
    part = run.unfinished_checkpoint
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    progress = group.write_state(part) if group else {}
    write_json(part / "state.json", {**asdict(state), "progress": progress})
    old = run.checkpoints()
    name = run.checkpoint(state.index, state.step)
    shutil.rmtree(name, ignore_errors=True)
    os.replace(part, name)
    for folder in old:
        if folder != name:
            shutil.rmtree(folder, ignore_errors=True)


def find_checkpoint(output: Path) -> tuple[Path, State] | None:
    """Returns the newest checkpoint of a run, or ``None`` where it has none yet."""
    for folder in reversed(RunFolder(output).checkpoints()):
        try:
            values = json.loads((folder / "state.json").read_text(encoding="utf-8"))
            return folder, State(**values)
        except (OSError, ValueError, TypeError):
            continue
    return None


def remove_checkpoints(output: Path) -> None:
    """Removes the checkpoints of a run that needs none any more."""
    run = RunFolder(output)
    for folder in (*run.checkpoints(), run.unfinished_checkpoint):
        shutil.rmtree(folder, ignore_errors=True)


def read_config(output: Path) -> TrainConfig:
    """Returns the configuration of the run in a folder, as it came to be.

    Raises:
        ConfigError: no run is in the folder.
    """
    try:
        values = json.loads(RunFolder(output).config.read_text(encoding="utf-8"))
        for beside in ("versions", "read"):
            values.pop(beside, None)
    except (OSError, ValueError, AttributeError):
        raise ConfigError("checkpoints.there_no_run_needs", output=output) from None
    config: TrainConfig = from_dict(TrainConfig, values, f"{output.name}/config.json")
    return config


def rewind_log(output: Path, state: State | None, seeds: Sequence[int]) -> list[RunEvent]:
    """Takes out of the log what a resumed run does again, and returns what is left.

    Args:
        state: of the checkpoint; ``None``: nothing of the log stays.
        seeds: of the run, in order.
    """
    index_of = {seed: index for index, seed in enumerate(seeds)}
    reached = (state.index, state.step) if state else (0, -1)

    def stays(event: RunEvent) -> bool:
        if state is None or isinstance(event, ArmCost):
            return False
        if isinstance(event, (StepLogged, EvalLogged, ArmSaved, RunResumed)):
            return (index_of.get(event.seed, 0), event.step) <= reached
        return isinstance(event, RunStarted)

    kept = [event for event in read_events(output) if stays(event)]
    log_path = RunFolder(output).events
    temporary = log_path.with_name(f".{log_path.name}.part")
    with open(temporary, "w", encoding="utf-8") as log:
        for event in kept:
            log.write(json.dumps(to_json(event), ensure_ascii=False) + "\n")
    os.replace(temporary, log_path)
    return kept
