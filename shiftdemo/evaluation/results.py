"""The result of a comparison: plain frozen values that become JSON."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from shiftdemo.core.errors import DataError
from shiftdemo.core.events import ArmCost
from shiftdemo.core.messages import retold, told
from shiftdemo.core.plain import as_plain, from_plain
from shiftdemo.core.types import Score
from shiftdemo.evaluation.conditions import OFFSET, Condition
from shiftdemo.evaluation.consistency import Consistency
from shiftdemo.evaluation.control_results import Controls
from shiftdemo.evaluation.detail import Detail
from shiftdemo.evaluation.older import older
from shiftdemo.evaluation.slices import Slice
from shiftdemo.evaluation.summary import Summary
from shiftdemo.evaluation.tables import TypeRow
from shiftdemo.evaluation.verdict import (
    Case,
    Differences,
    Verdict,
    corrected_together,
    judge,
    rules,
)

NOT_JUDGED = Verdict((), (), {})


@dataclass(frozen=True, slots=True)
class Moved:
    """What a model reads, and what it should say.

    Attributes:
        source: the text, or the words joined by spaces.
        words: the words of a tagged sentence; otherwise empty.
        reference: the target text or the label (may be empty), or the gold tags.
    """

    source: str
    words: tuple[str, ...]
    reference: str | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OutputRow:
    """One sentence and what every arm made of it.

    Attributes:
        source, words, reference: of the sentence as it came; see :class:`Moved`.
        outputs: for every arm one output a strength: text, tags, or how well a text is predicted.
        moved: the sentence at every strength; empty where its positions alone move.
        gains: by how much the judged arm scores more than the reference arm on this one sentence,
            a strength each; empty where that is not told of a sentence. An observation, no
            estimate.
        slices: keys of the slices that it is in.
    """

    id: str
    source: str
    words: tuple[str, ...]
    reference: str | tuple[str, ...]
    outputs: Mapping[str, tuple[Any, ...]]
    moved: tuple[Moved, ...] = ()
    gains: tuple[float, ...] = ()
    slices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """Models on the same sentences at growing strength of one condition.

    Over several training seeds every figure is a mean over them: a score's ``low`` and ``high``
    are the least and the greatest seed (:attr:`brackets` says which), differences are over seeds
    and sentences together, and the controls, types and outputs of each are in ``of_seeds``.

    Attributes:
        arms: name of every arm and the reference of its model, the reference arm first; over
            several seeds the first one's.
        n: number of sentences that were scored; 0 where no reference was given.
        seed: of the intervals.
        score_name: the main score, which the curves show.
        details: what the arms score in detail, without a shift and at the strongest trained one.
        strengths: ascending, the first one 0.
        condition: what is moved, and which strengths were trained.
        ranges: by arm least and greatest strength of this condition in its training, ``(0, 0)``
            where it was never moved so; an arm whose training is not known is not in it.
        curves: the main score at every strength, by arm; empty where nothing was scored.
        summaries: the curves in a few numbers.
        reference_arm: what the differences are taken against.
        differences: by arm, without the reference arm.
        controls: by arm.
        findings, verdict: see :class:`shiftdemo.evaluation.verdict.Verdict`.
        notes: what was left out, and why.
        outputs: of sentences on which the arms differ most, both ways, and of the first ones; over
            several seeds the first one's.
        consistency: by arm, how much of its output stays at every strength.
        slices: where the difference comes from, at the strength of the last detail.
        noise: of the reference arm at every strength, where a further training seed would fall in
            95 of 100 cases; empty with fewer than three seeds.
        costs: of the training of every arm whose run tells it, all its seeds together.
        partial: it was stopped, and holds what was measured by then.
        config: what was asked for, whole.
        versions: of what decides a result.
        more_tokens: share of tokens a step that the judged arm read more in training.
        n_seeds: training seeds; 1 for two models.
        of_seeds: the comparison of each seed, where there are several.
        also: the same models on the other conditions that they were trained on.
        read: what was read of the file that the sentences came from; empty: from none.
        stats: sentence statistics of every arm at every strength, ``(n, n_stats)``; not in JSON.
    """

    task: str
    arms: Mapping[str, str]
    n: int
    seed: int
    score_name: str
    details: tuple[Detail, ...]
    strengths: tuple[float, ...]
    condition: Condition
    curves: Mapping[str, tuple[Score, ...]]
    summaries: Mapping[str, Summary]
    reference_arm: str
    differences: Mapping[str, Differences]
    controls: Mapping[str, Controls]
    notes: tuple[str, ...]
    outputs: tuple[OutputRow, ...]
    more_tokens: float | None = None
    verdict_detail: Verdict = NOT_JUDGED
    n_seeds: int = 1
    of_seeds: tuple[Comparison, ...] = ()
    also: tuple[Comparison, ...] = ()
    read: Mapping[str, Any] = field(default_factory=dict)
    consistency: Mapping[str, tuple[Consistency, ...]] = field(default_factory=dict)
    slices: tuple[Slice, ...] = ()
    noise: tuple[Score, ...] = ()
    costs: Mapping[str, ArmCost] = field(default_factory=dict)
    ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    partial: bool = False
    config: Mapping[str, Any] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    stats: Mapping[str, tuple[np.ndarray, ...]] = field(
        default_factory=dict, compare=False, repr=False
    )

    @property
    def scores(self) -> Mapping[str, Mapping[str, Score]]:
        """Every score at strength 0, by arm and name."""
        return self.details[0].scores if self.details else {}

    @property
    def types(self) -> Mapping[str, tuple[TypeRow, ...]]:
        """Scores by entity type (strict) or class at strength 0; empty where there are none."""
        return self.details[0].types if self.details else {}

    @property
    def judged(self) -> str:
        """The arm that the verdict is about; empty where there is one arm alone."""
        return judged_arm(self.differences)

    @property
    def case(self) -> Case:
        """What the verdict rests on."""
        arm = self.judged
        return Case(
            self.score_name,
            self.n,
            self.differences.get(arm),
            self.controls,
            self.condition,
            self.n_seeds,
            self.more_tokens,
            arm,
        )

    @property
    def brackets(self) -> str:
        """What stands in the brackets after a score."""
        if self.n_seeds > 1:
            return f"least to greatest of {self.n_seeds} seeds"
        return f"95 % interval over {self.n} sentences"

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
        parts = {"verdict_detail", "stats", "slices", "of_seeds", "also"}
        values: dict[str, Any] = {
            item.name: as_plain(getattr(self, item.name))
            for item in dataclasses.fields(self)
            if item.name not in parts
        }
        if self.condition.operator == OFFSET:
            values["offsets"] = values["strengths"]
        values |= {
            "scores": as_plain(self.scores),
            "types": as_plain(self.types),
            "slices": [one.to_dict() for one in self.slices],
            "brackets": self.brackets,
            "axis": self.condition.axis,
            "perturbation": self.condition.perturbation,
            "trained": self.condition.range_text,
            "verdict": self.verdict,
            "findings": list(self.findings),
            "corrected": as_plain(self.verdict_detail.corrected),
            "rules": list(rules()),
            "sentences": list(self.verdict_detail.sentences),
            "of_seeds": [comparison.to_dict() for comparison in self.of_seeds],
            "also": [comparison.to_dict() for comparison in self.also],
        }
        values["messages"] = told(values)
        for plain in values["of_seeds"]:
            del plain["rules"], plain["outputs"], plain["messages"], plain["costs"]
        for plain in values["also"]:
            del plain["messages"]
        return values

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Comparison:
        """Returns a comparison from what :meth:`to_dict` made of it, its statistics apart.

        Raises:
            DataError: it is no comparison.
        """
        try:
            values = older(retold(values, values.get("messages", {})))
            detail = {name: values[name] for name in ("findings", "corrected")}
            detail["sentences"] = values.get("sentences", [values["verdict"]])
            given = {
                "strengths": values.get("offsets"),
                "outputs": (),
                **values,
                "verdict_detail": detail,
                "costs": values.get("costs", {}),
                "of_seeds": (),
                "also": (),
            }
            comparison = from_plain(cls, given)
            seeds, also = (
                tuple(map(cls.from_dict, values.get(name, ()))) for name in ("of_seeds", "also")
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise DataError("results.no_comparison", error=error) from None
        return dataclasses.replace(comparison, of_seeds=seeds, also=also)


def judged_arm(arms: Iterable[str]) -> str:
    """Returns which of the arms beside the reference arm a verdict is about."""
    names = list(arms)
    return "shift" if "shift" in names else names[0] if names else ""


def judged(comparisons: Sequence[Comparison]) -> Comparison:
    """Returns the first comparison with the others beside it, their tests corrected together."""
    cases = [comparison.case for comparison in comparisons]
    corrected = corrected_together([case.differences for case in cases])
    verdicts = [judge(case, values) for case, values in zip(cases, corrected, strict=True)]
    first, *others = (
        dataclasses.replace(comparison, verdict_detail=verdict)
        for comparison, verdict in zip(comparisons, verdicts, strict=True)
    )
    return dataclasses.replace(first, also=tuple(others))
