"""From a configuration to a plan: data, tokenizer, initial models and what to say beforehand."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path

from shiftdemo.config import TrainConfig
from shiftdemo.data.load import load_samples
from shiftdemo.errors import ModelError
from shiftdemo.limits import Limits
from shiftdemo.models import Loaded, is_scratch, load_model, make_scratch, set_dropout
from shiftdemo.positions import Positions
from shiftdemo.scratch import ScratchSize, train_tokenizer
from shiftdemo.shifts import make_shifts
from shiftdemo.tasks import TASKS, Task
from shiftdemo.training.loop import Plan
from shiftdemo.types import Sample


def make_plan(config: TrainConfig, output: Path | None, limits: Limits) -> Plan:
    """Returns the plan of a run.

    Raises:
        ShiftDemoError: the data, the model or a setting cannot be used.
    """
    task = TASKS.get(config.task)()
    shifts = make_shifts(config.shifts, config.task)
    train = load_samples(config.task, config.data, "train", limits.train_samples)
    held_out = load_samples(config.task, config.data, "eval")
    if is_scratch(config.model):
        make_model = _scratch(config, task, train, held_out)
    else:
        make_model = _trained(config, task, [*train, *held_out], limits)
    positions = make_model(config.seeds[0]).positions
    notes = []
    moves = any(shift.stage == "position" for shift in shifts)
    if moves and positions.encoding == "unknown":
        notes.append(
            f"How {config.model} encodes positions is not known here: the offset does not reach "
            "it, and a flat curve would mean nothing."
        )
    elif moves and not positions.absolute:
        notes.append(
            f"{config.model} has {positions.encoding} positions: a constant offset cannot change "
            "what it computes. Expect both arms to stay level; this is a control."
        )
    _check_offsets(config, positions)
    return Plan(config, task, train, held_out, make_model, output, tuple(notes))


def _scratch(
    config: TrainConfig, task: Task, train: list[Sample], held_out: list[Sample]
) -> Callable[[int], Loaded]:
    size = ScratchSize(vocab=6000 if config.task == "ner" else 4000)
    tokenizer = train_tokenizer(task.texts(train), config.task, size.vocab)
    labels = task.labels([*train, *held_out])
    return lambda seed: make_scratch(
        config.model, config.task, tokenizer, labels, size, config.dropout, seed
    )


def _trained(
    config: TrainConfig, task: Task, samples: list[Sample], limits: Limits
) -> Callable[[int], Loaded]:
    loaded = load_model(config.model, config.task, limits.hub_models, limits.local_models)
    missing = sorted(set(task.labels(samples)) - set(loaded.labels)) if config.task == "ner" else []
    if missing:
        raise ModelError(
            f"{config.model} has no tag {missing[0]}; its tags are {', '.join(loaded.labels)}. "
            "Rename the tags of the data, or train a scratch model."
        )
    set_dropout(loaded.model, config.dropout)

    def fresh(seed: int) -> Loaded:
        return Loaded(
            loaded.ref,
            loaded.task,
            copy.deepcopy(loaded.model),
            copy.deepcopy(loaded.tokenizer),
            loaded.labels,
        )

    return fresh


def _check_offsets(config: TrainConfig, positions: Positions) -> None:
    """Refuses a run whose offsets leave hardly any room for a sentence."""
    for shift in make_shifts(config.shifts, config.task):
        if shift.name == "position_offset":
            most = max(shift.values["max_offset"], shift.values["fixed"])
            positions.check(most, 32)
