"""What the models of a comparison were trained on, as their runs tell."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from shiftdemo.core.errors import ShiftDemoError
from shiftdemo.core.messages import Message, with_and
from shiftdemo.core.model_refs import bundled_arm

if TYPE_CHECKING:
    from shiftdemo.core.events import ArmCost
    from shiftdemo.evaluation.conditions import Condition
    from shiftdemo.evaluation.training_words import TrainingWords


@dataclass(frozen=True, slots=True)
class Training:
    """How one arm was trained.

    Attributes:
        shifts: specifications of its operators; none for a base arm.
        tokens: that it read a step, on average; ``None`` where its log does not tell.
        cost: of its training; ``None`` where its log does not tell.
        words: the file of the words of its training; it may not be there.
    """

    shifts: tuple[str, ...]
    tokens: float | None
    cost: ArmCost | None = None
    words: Path | None = None


def training_of(ref: str) -> Training | None:
    """Returns how the model in a folder was trained; ``None`` where it is no arm of a run.

    Args:
        ref: a model reference; the folder of an arm lies in that of its run.
    """
    bundled = bundled_arm(ref)
    if bundled is not None:
        return _training_in(bundled)
    return None if ":" in ref else _read_training(Path(ref))


def _read_training(folder: Path) -> Training | None:
    from shiftdemo.publishing.saved import read_arm
    from shiftdemo.training.run_folder import RunFolder

    for run, seed_index in RunFolder.around(folder):
        try:
            saved = read_arm(run.path, folder.name, seed_index)
        except ShiftDemoError:
            continue  # another folder that happens to lie there
        if saved.folder == folder:
            tokens, cost = _costs(run.path, saved.arm)
            return Training(saved.config.shifts_of(saved.arm), tokens, cost, run.words)
    return None


# What comes with the package does not change while it runs.
_training_in = functools.lru_cache(maxsize=16)(_read_training)


def _costs(run: Path, arm: str) -> tuple[float | None, ArmCost | None]:
    """Returns the tokens of a step, and what the arm's training cost."""
    from shiftdemo.core.events import ArmCost, StepLogged
    from shiftdemo.training.record import read_events

    events = read_events(run)
    steps = [e.tokens for e in events if isinstance(e, StepLogged) and e.arm == arm]
    costs = [e for e in events if isinstance(e, ArmCost) and e.arm == arm]
    return sum(steps) / len(steps) if steps else None, costs[-1] if costs else None


def words_in(training: Training | None) -> TrainingWords | None:
    """Returns the words of a training; ``None`` where its run did not keep them."""
    from shiftdemo.evaluation.training_words import read_words

    return read_words(training.words) if training is not None and training.words else None


def more_tokens(base: Training | None, shifted: Training | None) -> float | None:
    """Returns the share of tokens a step that the second read more; ``None`` if not known."""
    if base is None or shifted is None or not base.tokens or shifted.tokens is None:
        return None
    return shifted.tokens / base.tokens - 1


def conditions_of(
    trainings: Iterable[Training | None], decoder: bool, offsets: bool = False
) -> tuple[tuple[Condition, ...], tuple[str, ...]]:
    """Returns what the arms were trained on, each once, and notes on what is not measured.

    Args:
        trainings: of the arms, the one that is judged first.
        decoder: whether the models have a decoder of their own.
        offsets: position offsets were asked for, and nothing else is measured.
    """
    from shiftdemo.evaluation.conditions import OFFSET, condition_of, not_measured

    known = [training for training in trainings if training is not None and training.shifts]
    trained = [condition_of(training.shifts, decoder) for training in known]
    if offsets:
        trained = [c if c and c.operator == OFFSET else None for c in trained]
    left: dict[str, None] = {}
    for training, condition in zip(known, trained, strict=True):
        operator = condition.operator if condition else OFFSET
        left |= dict.fromkeys(not_measured(training.shifts, operator))
    conditions = tuple(dict.fromkeys(c for c in trained if c is not None))
    measured = {condition.operator for condition in conditions} or {OFFSET}
    notes: tuple[str, ...] = ()
    if left := {name: None for name in left if name not in measured}:
        offsets_said = Message("trained.position_offsets")
        names = with_and([offsets_said if n == OFFSET else n for n in sorted(measured)])
        notes = (Message("trained.training_also_used_what", left=", ".join(left), names=names),)
    if any(_cut_to_source(*pair) for pair in zip(known, trained, strict=True)):
        notes += (Message("trained.training_moved_target_s"),)
    return conditions, notes


def ranges_of(
    trainings: Mapping[str, Training | None], condition: Condition, decoder: bool
) -> dict[str, tuple[float, float]]:
    """Returns what each arm saw of a condition in its training, of those of which it is known.

    Args:
        trainings: by arm.

    Returns:
        By arm least and greatest strength; ``(0, 0)`` where nothing was moved so.
    """
    from shiftdemo.evaluation.conditions import condition_of

    def like(other: Condition | None) -> bool:
        return other is not None and dataclasses.replace(other, trained=condition.trained) == (
            condition
        )

    ranges: dict[str, tuple[float, float]] = {}
    for arm, training in trainings.items():
        if training is None:
            continue
        found = condition_of(training.shifts, decoder)
        if not like(found):
            found = next(filter(like, (condition_of([s], decoder) for s in training.shifts)), None)
        if found is None:
            ranges[arm] = (0, 0)
        elif found.trained is not None:
            ranges[arm] = found.trained
    return ranges


def _cut_to_source(training: Training, condition: Condition | None) -> bool:
    """Whether the target's positions moved in training, and cannot here."""
    from shiftdemo.evaluation.conditions import OFFSET
    from shiftdemo.shifts import make_shift

    if condition is None or condition.operator == OFFSET or condition.side != "source":
        return False
    used = (make_shift(spec) for spec in training.shifts)
    return any(o.name == condition.operator and o.values["side"] == "both" for o in used)
