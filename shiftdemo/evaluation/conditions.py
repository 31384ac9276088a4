"""What a comparison moves: an operator at growing strength, and what the arms were trained on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from shiftdemo.core.errors import ConfigError
from shiftdemo.core.messages import Message, Text
from shiftdemo.core.params import ShiftSpec
from shiftdemo.core.samples import Sample
from shiftdemo.core.types import ShiftedSample
from shiftdemo.shifts import CONTEXT_SIZE, SHIFTS, Shift, apply_shifts, make_shift, make_shifts
from shiftdemo.shifts.applying import unshifted

OFFSET = "position_offset"
_SIDES = {"source": "axis.source", "target": "axis.target"}
_PERTURBATIONS = {
    "prefix": "context",
    "join": "context",
    "reorder": "order",
    "rotate": "order",
    "edit": "length",
    "append": "length",
}
_MEASURED_STAGES = ("sample", "position")


@dataclass(frozen=True, slots=True)
class Condition:
    """One operator, applied to every sentence at growing strength; strength 0 is none.

    The strength is the value of the operator's :class:`~shiftdemo.shifts.base.Dial`: of
    ``position_offset`` the position of the first token, of ``local_shuffle`` how far words move.

    Attributes:
        side: whose positions move: ``"both"``, ``"source"`` or ``"target"`` (the decoder);
            ``"row"`` of a model that has but one, and of an operator that moves words.
        trained: least and greatest strength of the training; ``None`` where it is not known.
        operator: its name.
        params: its other parameters and their values, dial, side and share apart.
    """

    side: str = "both"
    trained: tuple[float, float] | None = None
    operator: str = OFFSET
    params: tuple[tuple[str, Any], ...] = ()

    def shift(self, strength: float) -> Shift:
        """Returns the operator at this strength, for every sample.

        Raises:
            ConfigError: the strength is out of its bounds.
        """
        kind = SHIFTS.get(self.operator)
        values = {**dict(self.params), **dict.fromkeys(kind.dial.params, strength), "p": 1}
        if any(param.name == "side" for param in kind.params):
            values["side"] = "both" if self.side == "row" else self.side
        return kind(**values)

    def moved(
        self,
        samples: Sequence[Sample],
        strength: float,
        seed: int = 0,
        others: Sequence[Sample] = (),
    ) -> list[ShiftedSample]:
        """Returns the samples at this strength; one that the operator does not fit stays as it is.

        Args:
            seed: the draws depend on it and on each sample's id alone.
            others: samples that an operator may join with; none: the samples themselves.
        """
        if not strength:
            return [unshifted(sample, seed) for sample in samples]
        shift = self.shift(strength)
        context = (others or samples)[:CONTEXT_SIZE] if shift.joins else ()
        return [apply_shifts([shift], sample, seed, context, always=True) for sample in samples]

    @property
    def moves_positions(self) -> bool:
        """Whether words stay, and their positions alone move."""
        return SHIFTS.get(self.operator).stage == "position"

    @property
    def perturbation(self) -> Message:
        """What kind of change it is: other positions alone, context in front, length or order."""
        if self.moves_positions:
            return Message("perturbation.positions")
        needs = SHIFTS.get(self.operator).needs
        kind = next((_PERTURBATIONS[need] for need in needs if need in _PERTURBATIONS), "words")
        return Message(f"perturbation.{kind}")

    @property
    def dial(self) -> str:
        """What a strength is called: ``"offset"``, or the operator's parameter."""
        return "offset" if self.operator == OFFSET else SHIFTS.get(self.operator).dial.params[0]

    @property
    def dial_name(self) -> str:
        """The same for a sentence; the name of a parameter is the same in every language."""
        return Message("curve.offset") if self.operator == OFFSET else self.dial

    @property
    def axis(self) -> Message:
        """What a strength is, as an axis says it."""
        if self.operator == OFFSET:
            return Message(f"axis.offset_{self.side}")
        shift = SHIFTS.get(self.operator)
        text = next(param.help for param in shift.params if param.name == self.dial)
        values = {"operator": self.operator, "dial": self.dial, "help": Text(text, inside=True)}
        axis = Message("axis.operator", **values)
        if self.side in _SIDES:
            axis = Message("axis.operator_side", side=Message(_SIDES[self.side]), **values)
        return Message("axis.kind", kind=self.perturbation, axis=axis)

    def inside(self, strength: float) -> bool:
        """Whether a strength was trained on; where that is not known, any but 0."""
        low, high = self.trained or (0, strength)
        return strength > 0 and low <= strength <= high

    def outside(self, strength: float) -> bool:
        """Whether a strength is beyond the training, on either end; 0 never is."""
        return strength > 0 and not self.inside(strength)

    @property
    def wanted(self) -> tuple[float, ...]:
        """The strengths without which the trained range would not be seen."""
        return tuple(sorted(set(self.trained))) if self.trained else ()

    @property
    def range_text(self) -> str:
        """The trained strengths in words, such as ``"0 to 32"`` or ``"4 alone"``."""
        if self.trained is None:
            return ""
        low, high = self.trained
        return Message("range.alone" if low == high else "range.from_to", low=low, high=high)


def condition_of(specs: Sequence[str], decoder: bool) -> Condition | None:
    """Returns what arms that were trained with these operators are measured on.

    That is position offsets where they trained on any, else the first operator with a strength.

    Args:
        specs: of one arm, applied in order; offsets of the same side add up.
        decoder: whether the model has a decoder of its own (it translates or summarises).

    Returns:
        ``None`` where none of them can be measured.
    """
    shifts = [make_shift(spec) for spec in specs]
    offsets = _offsets(shifts, decoder)
    if offsets is not None:
        return offsets
    others = (_condition(shift, decoder) for shift in shifts if _is_measured(shift))
    return next(
        (
            condition
            for condition in others
            if condition is not None and condition.operator != OFFSET
        ),
        None,
    )


def _is_measured(shift: Shift) -> bool:
    return shift.stage in _MEASURED_STAGES and shift.dial.graded


def _offsets(shifts: Sequence[Shift], decoder: bool) -> Condition | None:
    """Returns the condition of the position offsets among the operators, all together."""
    reach: dict[str, tuple[float, float]] = {}
    for shift in shifts:
        if shift.name != OFFSET:
            continue
        low, high = shift.strengths
        for side in ("source", "target"):
            if shift.values["side"] in ("both", side) and (decoder or side == "source"):
                before = reach.get(side, (0, 0))
                reach[side] = before[0] + low, before[1] + high
    moved = {side: bounds for side, bounds in reach.items() if bounds[1]}
    if not moved:
        return None
    side = "both" if len(moved) == 2 else next(iter(moved))
    side = side if decoder else "row"
    # Both sides start at one k here, so what was trained is what both were trained on.
    low, high = max(at for at, _ in moved.values()), min(at for _, at in moved.values())
    return Condition(side, (low, high)) if low <= high else Condition(side)


def _condition(shift: Shift, decoder: bool) -> Condition | None:
    """Returns the condition of one operator; ``None`` where it moves nothing here."""
    if shift.name == OFFSET:
        return _offsets([shift], decoder)
    low, high = shift.strengths
    side = shift.values.get("side", "row")
    if side == "target" and not decoder:
        return None
    if side != "row":
        # Positions of a text that is not there yet cannot be uneven: the source moves alone.
        side = "source" if decoder and side == "both" else side if decoder else "row"
    left = {*shift.dial.params, "side", "p"}
    params = tuple((name, value) for name, value in shift.values.items() if name not in left)
    return Condition(side, (low, high), shift.name, params) if high else None


def condition_asked(spec: str, task: str, decoder: bool) -> Condition:
    """Returns the condition that a user asks for.

    What was trained is the range that the specification names; of ``position_offset`` also its
    default, and of other operators nothing where it names no strength.

    Raises:
        ConfigError: it is no operator of the task, it has no strength, or it moves nothing.
    """
    (shift,) = make_shifts([spec], task)
    if shift.stage not in _MEASURED_STAGES:
        raise ConfigError(
            "conditions.acts_training_so_comparison",
            shift=shift.name,
            measurable=", ".join(measurable(task)),
        )
    if not shift.dial.graded:
        raise ConfigError(
            "conditions.has_no_strength_grows",
            shift=shift.name,
            measurable=", ".join(measurable(task)),
        )
    condition = _condition(_within_dial(shift), decoder)
    if condition is not None and condition.side == "target" and shift.name != OFFSET:
        raise ConfigError("conditions.text_being_generated_can")
    if condition is None:
        raise ConfigError("conditions.moves_nothing_here_give", spec=spec)
    named = set(ShiftSpec.parse(spec).params) & set(shift.dial.params)
    if shift.name != OFFSET and not named:
        return Condition(condition.side, None, condition.operator, condition.params)
    return condition


def _within_dial(shift: Shift) -> Shift:
    """Returns the operator with a strength over 0, so that it has a condition."""
    if shift.name == OFFSET or shift.strengths[1]:
        return shift
    dial = shift.dial
    return type(shift)(**{**shift.values, **dict.fromkeys(dial.params, dial.high)})


def measurable(task: str) -> list[str]:
    """Returns the operators of a task that a comparison can move samples by."""
    return [
        shift.name
        for shift in SHIFTS
        if task in shift.tasks() and shift.stage in _MEASURED_STAGES and shift.dial.graded
    ]


def not_measured(specs: Sequence[str], operator: str = OFFSET) -> list[str]:
    """Returns the names of an arm's operators that a comparison by ``operator`` leaves out."""
    names = (make_shift(spec).name for spec in specs)
    return [name for name in dict.fromkeys(names) if name != operator]
