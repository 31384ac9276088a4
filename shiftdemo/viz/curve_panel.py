"""What a robustness curve is drawn from."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from shiftdemo.core.messages import Message
from shiftdemo.core.types import Score


def spaced(strength: float) -> float:
    """Returns where a strength stands on the axis: log2(k + 1), so 0, 1, 2, 4 … 128 are apart."""
    return math.log2(strength + 1)


@dataclass(frozen=True, slots=True)
class CurvePanel:
    """One panel of the figure.

    Attributes:
        strengths: ascending, from 0: offsets in positions, or what the axis says.
        curves: by arm one score for each strength.
        axis: the title of the axis.
        dial: what a strength is called when a point is pointed at.
        trained: least and greatest strength of the training; ``None`` where it is not known.
        noise: for each strength where a further seed of the reference arm would fall; or none.
        ranges: ``trained`` of each arm of which it is known; ``(0, 0)``: it was never moved so.
    """

    strengths: Sequence[float]
    curves: Mapping[str, Sequence[Score]]
    axis: Message
    dial: str = "offset"
    trained: tuple[float, float] | None = None
    noise: Sequence[Score] = ()
    ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    @property
    def trained_apart(self) -> Mapping[str, tuple[float, float]]:
        """The ranges of the arms that were moved in training, where they are not all the same."""
        moved = {arm: ends for arm, ends in self.ranges.items() if arm in self.curves and ends[1]}
        return moved if len({*moved.values(), self.trained}) > 1 else {}

    @property
    def complete(self) -> bool:
        """Whether there is a score of every arm at every strength."""
        n = len(self.strengths)
        return bool(n and self.curves) and all(len(curve) == n for curve in self.curves.values())
