"""The result of a comparison: plain frozen values that become JSON."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shiftdemo.evaluation.entities import TypeRow
from shiftdemo.evaluation.robustness import Summary
from shiftdemo.evaluation.verdict import RULES, Controls, Differences, Verdict
from shiftdemo.types import Score


@dataclass(frozen=True, slots=True)
class OutputRow:
    """One sentence and what every arm made of it.

    Attributes:
        source: the text, or the words joined by spaces.
        words: the words of a tagged sentence; otherwise empty.
        reference: the target text or the label (may be empty), or the gold tags.
        outputs: for every arm one output an offset: text, the tags, or how well a text is foreseen.
    """

    id: str
    source: str
    words: tuple[str, ...]
    reference: str | tuple[str, ...]
    outputs: Mapping[str, tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Models on the same sentences at the same position offsets.

    Attributes:
        arms: name of every arm and the reference of its model, the reference arm first.
        n: number of sentences that were scored; 0 where no reference was given.
        seed: of the intervals.
        score_name: the main score, which the curves show.
        scores: every score at offset 0, by arm and name.
        offsets: ascending, the first one 0.
        trained_offset: the greatest offset in training, or ``None`` where it is not known.
        curves: the main score at every offset, by arm; empty where nothing was scored.
        summaries: the curves in four numbers.
        reference_arm: what the differences are taken against.
        differences: by arm, without the reference arm.
        types: scores by entity type (strict) or class at offset 0; empty where a task has neither.
        controls: by arm.
        findings, verdict: see :class:`shiftdemo.evaluation.verdict.Verdict`.
        notes: what was left out, and why.
        outputs: of the first sentences.
    """

    task: str
    arms: Mapping[str, str]
    n: int
    seed: int
    score_name: str
    scores: Mapping[str, Mapping[str, Score]]
    offsets: tuple[int, ...]
    trained_offset: int | None
    curves: Mapping[str, tuple[Score, ...]]
    summaries: Mapping[str, Summary]
    reference_arm: str
    differences: Mapping[str, Differences]
    types: Mapping[str, tuple[TypeRow, ...]]
    controls: Mapping[str, Controls]
    verdict_detail: Verdict
    notes: tuple[str, ...]
    outputs: tuple[OutputRow, ...]

    @property
    def verdict(self) -> str:
        """The verdict in words."""
        return self.verdict_detail.text

    @property
    def findings(self) -> tuple[str, ...]:
        """The codes of the verdict's sentences."""
        return self.verdict_detail.findings

    def to_dict(self) -> dict[str, Any]:
        """Returns everything as plain JSON values, with the rules of the verdict."""
        values = as_json(self)
        del values["verdict_detail"]
        values |= {"verdict": self.verdict, "findings": list(self.findings), "rules": list(RULES)}
        plain: dict[str, Any] = values
        return plain


def as_json(value: Any) -> Any:
    """Returns a value made of dataclasses, mappings and sequences as plain JSON values.

    Numbers that JSON does not know become ``None``.
    """
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {item.name: as_json(getattr(value, item.name)) for item in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): as_json(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [as_json(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
