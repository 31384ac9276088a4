"""Which sentences of a comparison are shown first, and at which strength."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import Any

from shiftdemo.evaluation.results import Comparison, OutputRow

MOST = 15  # sentences: those where either arm is better, a third each at least, if there are


def telling_strength(result: Comparison) -> int:
    """Returns the index of the strength at which the judged arm differs most from the reference.

    Of those inside the trained range where there are any; the first where nothing was scored.
    """
    differences = result.differences.get(result.judged)
    if differences is None:
        return 0
    indices = range(len(result.strengths))
    inside = [i for i in indices if result.condition.inside(result.strengths[i])]
    return max(inside or indices, key=lambda i: abs(differences.by_offset[i].value))


def telling_rows(result: Comparison, index: int) -> list[OutputRow]:
    """Returns the sentences on which these two arms differ most at one strength, most first.

    A third of them at least are some on which the judged arm is better, and a third some on which
    the reference arm is, where there are so many.
    """
    arm, reference = result.judged, result.reference_arm
    if not arm:
        return list(result.outputs[:MOST])
    ranked = sorted(
        result.outputs,
        key=lambda row: (
            -abs(row.gains[index]) if row.gains else 0.0,
            _alike(row.outputs[reference][index], row.outputs[arm][index]),
        ),
    )
    third = MOST // 3
    better = [row for row in ranked if row.gains and row.gains[index] > 0]
    worse = [row for row in ranked if row.gains and row.gains[index] < 0]
    chosen = {row.id: row for row in (*better[:third], *worse[:third], *ranked)}
    kept = set(list(chosen)[:MOST])
    return [row for row in ranked if row.id in kept]


def _alike(first: Any, second: Any) -> float:
    """Returns how much of two outputs is the same, 0 to 1: words of a text, or tags."""
    if isinstance(first, str) and isinstance(second, str):
        return SequenceMatcher(None, first.split(), second.split(), autojunk=False).ratio()
    pairs = list(zip(first, second, strict=False))
    return sum(a == b for a, b in pairs) / len(pairs) if pairs else 1.0
