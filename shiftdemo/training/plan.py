"""From a configuration to a plan: data, tokenizer, initial models and what to say beforehand."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from shiftdemo.config import TrainConfig
from shiftdemo.data.load import load_samples
from shiftdemo.errors import ModelError
from shiftdemo.limits import Limits
from shiftdemo.models import Loaded, is_scratch, load_model, make_scratch, set_dropout
from shiftdemo.positions import Positions
from shiftdemo.scratch import ScratchSize, train_tokenizer
from shiftdemo.shifts import Shift, apply_shifts, make_shifts
from shiftdemo.tasks import TASKS, Task
from shiftdemo.training.loop import Plan
from shiftdemo.types import PLAIN_FEED, Sample

_TRIED = 100  # samples that are shifted beforehand, to see whether anything changes


def make_plan(config: TrainConfig, output: Path | None, limits: Limits) -> Plan:
    """Returns the plan of a run.

    Raises:
        ShiftDemoError: the data, the model or a setting cannot be used.
    """
    task = TASKS.get(config.task)()
    shifts = make_shifts(config.shifts, config.task)
    train = load_samples(config.task, config.data, "train", limits.train_samples, limits)
    held_out = load_samples(config.task, config.data, "eval", limits=limits)
    if is_scratch(config.model):
        make_model = _scratch(config, task, train, held_out)
    else:
        make_model = _trained(config, task, [*train, *held_out], limits)
    positions = make_model(config.seeds[0]).positions
    notes = notes_before(config.model, shifts, positions, train)
    for shift in shifts:  # leave room for a sentence at least
        positions.check(shift.reach, 32 if shift.reach else 0)
    return Plan(config, task, train, held_out, make_model, output, notes)


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


def notes_before(
    model: str, shifts: Sequence[Shift], positions: Positions, train: Sequence[Sample]
) -> tuple[str, ...]:
    """Returns what to know before a run: shifts that cannot have an effect, and why.

    Args:
        model: its reference, for the message.
        positions: where the model keeps its positions.
        train: the first samples are shifted, to see whether anything changes.
    """
    notes = []
    for shift in shifts:
        reason = shift.without_effect(positions.encoding)
        if shift.stage == "position" and not positions.source and not reason:
            notes.append(
                f"How {model} encodes positions is not known here: {shift.name} does not reach "
                "it, and a flat curve would mean nothing."
            )
        elif reason:
            notes.append(
                f"{shift.name} can have no effect on {model}: {reason}. Expect both arms to "
                "stay level; this is a control."
            )
        else:
            notes += _idle_note(shift, train[:_TRIED])
    return tuple(notes)


def _idle_note(shift: Shift, samples: Sequence[Sample]) -> list[str]:
    """Returns a note where the shift changes none of the samples, nor the model."""
    if shift.model_settings:
        return []
    tried = [apply_shifts([shift], sample, 0, samples, always=True) for sample in samples]
    if any(one.shifted != one.original or one.feed != PLAIN_FEED for one in tried):
        return []
    reasons = Counter(one.note.partition(": ")[2] for one in tried if not one.applied)
    why = f": {reasons.most_common(1)[0][0]}" if reasons else "; raise its strength."
    return [f"{shift.name} changes none of the first {len(tried)} training samples{why}"]
