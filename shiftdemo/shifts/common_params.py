"""What several operators share: parameters, and which rows a position operator moves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from shiftdemo.core.params import SHARE, Param
from shiftdemo.shifts.editing import EditableSample

HALF = replace(
    SHARE,
    default=0.5,
    help="Share of the samples that are shifted (0 to 1); 0.5 keeps clean accuracy.",
)
SIDE = Param(
    "side",
    "choice",
    "both",
    "Which positions move: source, target (decoder) or both.",
    choices=("both", "source", "target"),
)


DRAW = Param(
    "draw",
    "bool",
    False,
    "Draw the number for each sample, from 0 to k.",
)
RATE = Param("rate", "float", 0.1, "Probability of each word (0 to 1).", 0, 1)


def exact_or_drawn(values: Mapping[str, Any]) -> tuple[int, int]:
    """Returns least and greatest k of an operator that uses k itself, unless it draws up to it."""
    return (0 if values["draw"] else values["k"]), values["k"]


def sides(draft: EditableSample, side: str) -> tuple[bool, bool]:
    """Returns whether the positions of the source and those of the target move."""
    return side != "target", side != "source" and draft.target is not None
