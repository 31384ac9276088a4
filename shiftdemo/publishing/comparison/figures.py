"""Numbers of a comparison as they are written everywhere: with their intervals."""

from __future__ import annotations

import math
from typing import Any, TypeAlias

from shiftdemo.core.messages import Message
from shiftdemo.core.types import Score
from shiftdemo.evaluation.results import Comparison
from shiftdemo.evaluation.significance import Difference
from shiftdemo.evaluation.verdict import p_text
from shiftdemo.viz.reader import Reader

Table: TypeAlias = dict[str, Any]
"""``columns`` and ``rows`` of texts, ``caption``, and perhaps ``small`` print and ``size``."""

WHERE = {
    "inside": "mean inside the trained range",
    "clean": "on clean sentences (k = 0)",
    "outside": "mean outside the trained range",
}


def interval(visit: Reader, estimate: Score | Difference, form: str = ".1f") -> str:
    """Returns a score or a difference with its interval."""
    if math.isnan(estimate.low):  # of an older record
        return number(estimate.value, form)
    ends = {"low": number(estimate.low, form), "high": number(estimate.high, form)}
    span = Message("range.span", **ends)
    return f"{number(estimate.value, form)} ({visit.translate(span)})"


def maybe(visit: Reader, score: Score | None) -> str:
    """Returns a score with its interval, or a dash where there is none."""
    return "–" if score is None else interval(visit, score)


def number(value: float | None, form: str = ".1f") -> str:
    """Returns a figure with one decimal, or a dash where there is none."""
    return "–" if value is None or math.isnan(value) else f"{value:{form}}"


def p_cell(value: float | None) -> str:
    """Returns a p-value that stays on one line, or a dash where there is none."""
    return "–" if value is None else p_text(value).replace(" ", "\u00a0")


def strength_name(visit: Reader, result: Comparison, strength: float) -> str:
    """Returns how a strength is named in the head of a column, as ``k = 32``."""
    dial = "k" if result.condition.dial == "offset" else result.condition.dial
    return f"{dial} = {strength:g}"


def signatures(visit: Reader, scores: list[Score]) -> str:
    """Returns the signatures of scores, each once, as small print."""
    known = sorted({score.signature for score in scores if score.signature})
    return f"{visit('Signatures')}: {'; '.join(known)}" if known else ""
