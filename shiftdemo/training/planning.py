"""From a configuration to a plan: data, tokenizer, initial models and what to say beforehand."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shiftdemo.core.config import TrainConfig
from shiftdemo.core.errors import ModelError, OverlapError
from shiftdemo.core.limits import Limits
from shiftdemo.core.messages import Message, Text
from shiftdemo.core.samples import Sample
from shiftdemo.core.types import PLAIN_INPUTS
from shiftdemo.data.load import load_samples
from shiftdemo.data.overlap import shared_samples
from shiftdemo.data.reading.report import ReadReport, only_held_out
from shiftdemo.evaluation.effects import as_control, check_shift
from shiftdemo.models.delay import keep_settings
from shiftdemo.models.load import LoadedModel, is_scratch, load_model, make_scratch, set_dropout
from shiftdemo.models.scratch import ScratchSize, train_tokenizer
from shiftdemo.shifts import Shift, apply_shifts, make_shifts
from shiftdemo.tasks.heads import Task, make_task
from shiftdemo.training.plan import Plan

_FELT = 8  # samples that go through the model beforehand, to see whether it feels the shift
_TRIED = 100  # samples that are shifted beforehand, to see whether anything changes


def make_plan(config: TrainConfig, output: Path | None, limits: Limits) -> Plan:
    """Returns the plan of a run.

    Raises:
        ShiftDemoError: the data, the model or a setting cannot be used.
    """
    task = make_task(config.task, config.data)
    arms = dict.fromkeys(("shift", *config.arms))  # held-out sentences go through the first's
    shifts = [shift for arm in arms for shift in make_shifts(config.shifts_of(arm), config.task)]
    reports = {"train": ReadReport(), "eval": ReadReport()}
    most = limits.train_samples
    train = load_samples(config.task, config.data, "train", most, limits, reports["train"])
    held_out = load_samples(config.task, config.data, "eval", None, limits, reports["eval"])
    flattered = _overlap(train, held_out, config.allow_overlap)
    if is_scratch(config.model):
        make_model: Callable[[int], LoadedModel] = _scratch(config, task, train, held_out)
    else:
        make_model = _trained(config, task, train, held_out, limits)
    first = make_model(config.seeds[0])
    for shift in shifts:  # leave room for a sentence at least
        first.positions.check(shift.reach, 32 if shift.reach else 0)
    notes = (*notes_before(first, shifts, train, config.allow_no_effect), *task.notes(first, train))
    room = max((shift.reach for shift in shifts), default=0)
    keys = ("planning.parts_train", "planning.cut_train")
    train, of_train = _in_parts(task, first, train, keys, room)
    keys = ("planning.parts_held_out", "planning.cut_held_out")
    held_out, of_held_out = _in_parts(task, first, held_out, keys, room)
    read = {split: report.to_dict() for split, report in reports.items() if report.name}
    notes = (*flattered, *of_train, *of_held_out, *notes, *_read_notes(reports))
    if first.fresh_head:
        notes = (Message("planning.had_no_head_new", model=config.model, task=config.task), *notes)
    if config.warmup >= config.steps:
        notes = (
            *notes,
            Message("planning.warm_up_steps_not", warmup=config.warmup, steps=config.steps),
        )
    return Plan(config, task, train, held_out, make_model, output, notes, read=read)


def _read_notes(reports: Mapping[str, ReadReport]) -> tuple[str, ...]:
    """Returns what was read of the files, and labels that training never shows."""
    read = [report for report in reports.values() if report.name]
    said = [sentence for report in read for sentence in report.sentences()]
    if len(read) == 2:
        unseen = only_held_out(read[0].labels, read[1].labels)
        if unseen:
            labels = ", ".join(unseen[:8])
            said.append(Message("planning.only_held_out", n=len(unseen), labels=labels))
    return tuple(dict.fromkeys(said))


def _in_parts(
    task: Task, loaded: LoadedModel, samples: list[Sample], keys: tuple[str, str], room: int
) -> tuple[list[Sample], list[str]]:
    """Returns the samples, long ones in parts, and what the model's limit on length leaves out.

    Args:
        keys: of the sentences on the former and on the latter.
        room: positions that are left free in front.
    """
    parts = task.in_parts(loaded, samples, room)
    said: list[str] = []
    if len(parts) > len(samples):
        long = len(set(samples) - set(parts))
        values = {"n": long, "parts": len(parts) - len(samples) + long, "total": len(samples)}
        said.append(Message(keys[0], **values))
    cut = task.cut(loaded, parts)
    if cut.samples:
        said.append(Message(keys[1], what=cut.message(), total=len(parts)))
    return parts, said


def _overlap(train: Sequence[Sample], held_out: Sequence[Sample], allowed: bool) -> tuple[str, ...]:
    """Returns a note on held-out samples that are in training too.

    Raises:
        OverlapError: there are some, and that is not allowed.
    """
    overlap = shared_samples(train, held_out)
    if not overlap.count:
        return ()
    if not allowed:
        raise OverlapError("planning.first_so_held_out", text=overlap.text, example=overlap.example)
    return (Message("planning.held_out_figures_flatter", text=overlap.text),)


@dataclass(frozen=True)
class ScratchStart:
    """Makes the initial model of a seed from nothing."""

    config: TrainConfig
    tokenizer: Any
    labels: tuple[str, ...]
    size: ScratchSize
    settings: dict[str, Any]

    def __call__(self, seed: int) -> LoadedModel:
        """Returns the freshly initialised model of ``seed``."""
        config = self.config
        loaded = make_scratch(
            config.model,
            config.task,
            self.tokenizer,
            self.labels,
            self.size,
            config.dropout,
            seed,
        )
        keep_settings(loaded.model, self.settings)
        return as_control(loaded) if config.allow_no_effect else loaded


@dataclass
class TrainedStart:
    """Gives copies of a model that has weights; another process loads them itself."""

    config: TrainConfig
    labels: tuple[str, ...]
    limits: Limits
    settings: dict[str, Any]
    loaded: LoadedModel | None = None
    loaded_seed: int = -1

    def __call__(self, seed: int) -> LoadedModel:
        """Returns the model; ``seed`` is that of a head that it has to be given."""
        config, limits = self.config, self.limits
        fitting = self.loaded is not None and (
            not self.loaded.fresh_head or self.loaded_seed == seed
        )
        if self.loaded is None or not fitting:
            self.loaded, self.loaded_seed = (
                load_model(
                    config.model,
                    config.task,
                    limits.hub_models,
                    limits.local_models,
                    self.labels,
                    seed,
                ),
                seed,
            )
            set_dropout(self.loaded.model, config.dropout)
            keep_settings(self.loaded.model, self.settings)
        copied = copy.deepcopy(self.loaded)
        return as_control(copied) if config.allow_no_effect else copied

    def __getstate__(self) -> dict[str, Any]:
        """Leaves the weights out: they are larger than the way to them."""
        return {**self.__dict__, "loaded": None}


def _scratch(
    config: TrainConfig, task: Task, train: list[Sample], held_out: list[Sample]
) -> ScratchStart:
    size = ScratchSize(vocab=task.spec.scratch_vocab)
    tokenizer = train_tokenizer(task.texts(train), config.task, size.vocab)
    settings = task.model_settings(train)
    return ScratchStart(config, tokenizer, task.labels([*train, *held_out]), size, settings)


def _trained(
    config: TrainConfig, task: Task, train: list[Sample], held_out: list[Sample], limits: Limits
) -> TrainedStart:
    labels = task.labels([*train, *held_out])
    start = TrainedStart(config, labels, limits, task.model_settings(train))
    known = start(config.seeds[0]).labels
    missing = sorted(set(start.labels) - set(known)) if known else []
    if missing:
        raise ModelError(
            "planning.has_no_has_rename",
            model=config.model,
            label_word=Message(task.spec.label_word),
            missing=missing[0],
            known=", ".join(known),
        )
    return start


def notes_before(
    loaded: LoadedModel,
    shifts: Sequence[Shift],
    train: Sequence[Sample],
    allow_no_effect: bool = False,
) -> tuple[str, ...]:
    """Returns what to know before a run: shifts that cannot have an effect, and why.

    Args:
        loaded: the initial model.
        train: the first samples are shifted, to see whether anything changes.
        allow_no_effect: train also where a shift does not reach the model.

    Raises:
        ModelError: a shift that has to reach the model does not.
        FaultError: the same of a model of ours.
    """
    notes: list[str] = []
    for shift in shifts:
        reason = shift.without_effect(loaded.positions.encoding)
        if reason:
            notes.append(
                Message(
                    "planning.can_have_no_effect",
                    shift=shift.name,
                    ref=loaded.ref,
                    reason=Text(reason),
                )
            )
            continue
        if shift.stage == "position":
            notes.append(check_shift(loaded, shift, train[:_FELT], allow_no_effect))
        notes += _idle_note(shift, train[:_TRIED])
    return tuple(note for note in notes if note)


def _reason(note: str) -> str:
    """Returns why an operator left a sample as it was, out of the note on it."""
    return note.values.get("reason", note) if isinstance(note, Message) else note


def _idle_note(shift: Shift, samples: Sequence[Sample]) -> list[str]:
    """Returns a note where the shift changes none of the samples, nor the model."""
    if shift.model_settings:
        return []
    tried = [apply_shifts([shift], sample, 0, samples, always=True) for sample in samples]
    if any(sample.shifted != sample.original or sample.feed != PLAIN_INPUTS for sample in tried):
        return []
    reasons = Counter(_reason(sample.note) for sample in tried if not sample.applied)
    why = Message("planning.raise_strength")
    if reasons:
        why = Message("planning.because", reason=reasons.most_common(1)[0][0])
    return [
        Message(
            "planning.changes_none_first_training", shift=shift.name, n_tried=len(tried), why=why
        )
    ]
