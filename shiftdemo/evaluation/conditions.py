"""What a comparison moves: the side, and the range that the arms were trained on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shiftdemo.core.errors import ConfigError
from shiftdemo.core.types import Start
from shiftdemo.shifts import make_shift

_OPERATOR = "position_offset"
_AXES = {
    "row": "position of the first token",
    "both": "position of the first token, source and target",
    "source": "position of the source's first token (the target's: 0)",
    "target": "position of the target's first token (the source's: 0)",
}


@dataclass(frozen=True, slots=True)
class Condition:
    """Every sentence starts at a later position, on one side or both, as in training.

    Attributes:
        side: ``"both"``, ``"source"`` or ``"target"`` (the decoder); ``"row"`` of a model that
            has but one.
        trained: least and greatest offset of the training; ``None`` where it is not known.
    """

    side: str = "both"
    trained: tuple[int, int] | None = None

    def start(self, offset: int) -> Start:
        """Returns where the first tokens stand when this condition is ``offset`` strong."""
        if self.side in ("row", "both"):
            return offset
        return (offset, 0) if self.side == "source" else (0, offset)

    @property
    def axis(self) -> str:
        """What an offset is here, as an axis says it."""
        return f"offset: {_AXES[self.side]}"

    def inside(self, offset: int) -> bool:
        """Whether an offset was trained on; where that is not known, any but 0."""
        low, high = self.trained or (1, offset)
        return offset >= 1 and low <= offset <= high

    def outside(self, offset: int) -> bool:
        """Whether an offset is beyond the training, on either end; 0 never is."""
        return offset >= 1 and not self.inside(offset)

    @property
    def wanted(self) -> tuple[int, ...]:
        """The offsets without which the trained range would not be seen."""
        return tuple(sorted(set(self.trained))) if self.trained else ()

    @property
    def range_text(self) -> str:
        """The trained offsets in words, such as ``"0 to 32"`` or ``"4 alone"``."""
        if self.trained is None:
            return ""
        low, high = self.trained
        return f"{low} alone" if low == high else f"{low} to {high}"


def condition_of(specs: Sequence[str], decoder: bool) -> Condition | None:
    """Returns what arms that were trained with these operators are measured on.

    Args:
        specs: of one arm, applied in order; offsets of the same side add up.
        decoder: whether the model has a decoder of its own (it translates or summarises).

    Returns:
        ``None`` where no ``position_offset`` moves anything.
    """
    reach: dict[str, tuple[int, int]] = {}
    for spec in specs:
        shift = make_shift(spec)
        if shift.name != _OPERATOR:
            continue
        fixed, most = int(shift.values["fixed"]), int(shift.values["max_offset"])
        low, high = (fixed, fixed) if fixed >= 0 else (0, most)
        for side in ("source", "target"):
            if shift.values["side"] in ("both", side) and (decoder or side == "source"):
                before = reach.get(side, (0, 0))
                reach[side] = before[0] + low, before[1] + high
    moved = {side: found for side, found in reach.items() if found[1]}
    if not moved:
        return None
    side = "both" if len(moved) == 2 else next(iter(moved))
    side = side if decoder else "row"
    # Both sides start at one k here, so what was trained is what both were trained on.
    low, high = max(at for at, _ in moved.values()), min(at for _, at in moved.values())
    return Condition(side, (low, high)) if low <= high else Condition(side)


def condition_asked(spec: str, decoder: bool) -> Condition:
    """Returns the condition that a user asks for.

    Raises:
        ConfigError: it is not ``position_offset``, or it moves nothing.
    """
    shift = make_shift(spec)
    if shift.name != _OPERATOR:
        raise ConfigError(
            f"A comparison measures position offsets, not {shift.name}; write for example "
            "position_offset:max_offset=32, or leave --shift out: it is then what the arms were "
            "trained on."
        )
    found = condition_of([spec], decoder)
    if found is None:
        raise ConfigError(f"{spec} moves nothing here; give an offset over 0, and a side there is.")
    return found


def not_measured(specs: Sequence[str]) -> list[str]:
    """Returns the names of an arm's operators that a comparison of position offsets leaves out."""
    names = (make_shift(spec).name for spec in specs)
    return [name for name in dict.fromkeys(names) if name != _OPERATOR]
