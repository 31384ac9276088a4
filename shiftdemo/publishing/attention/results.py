"""What is known of attention: of one sentence in one model or two, and over many sentences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from shiftdemo.core import words as w
from shiftdemo.core.plain import as_plain
from shiftdemo.core.samples import Sample, TranslationSample
from shiftdemo.core.types import AttentionMap, ShiftedSample
from shiftdemo.publishing.attention.numbers import rounded

if TYPE_CHECKING:
    from shiftdemo.attention.looking import ArmLook, Strip
    from shiftdemo.attention.profiles import Interval
    from shiftdemo.evaluation.alignment_error import AlignmentErrors
    from shiftdemo.evaluation.conditions import Condition


@dataclass(frozen=True)
class AttentionResult:
    """Attention of one sentence in one or two models, as it is and after a shift.

    Attributes:
        sample: as it was looked at, with its gold links and the target that was generated.
        moved: the sample after the shift.
        condition: what moves it.
        strength: by how much; 0: not at all.
        most: the greatest strength that both models take of this sentence.
        arms: what each model attends to, ``base`` and, where a second was named, ``shift``.
        strips: all tokens of ``source`` and ``target``.
        masked: words of the sentence that were masked.
        notes: what to know of it.
        models: by arm the reference of each model.
    """

    sample: Sample
    moved: ShiftedSample
    condition: Condition
    strength: float
    most: float
    arms: Mapping[str, ArmLook]
    strips: Mapping[str, Strip]
    masked: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()
    models: Mapping[str, str] = field(default_factory=dict)

    @property
    def maps(self) -> tuple[AttentionMap, ...]:
        """The maps of the (base) model, after the shift."""
        return self.arms["base"].now.maps

    @property
    def versus(self) -> tuple[AttentionMap, ...]:
        """The maps of the other model; empty when none was named."""
        return self.arms["shift"].now.maps if "shift" in self.arms else ()

    def word(self, index: int) -> str:
        """Returns a word of the sentence."""
        known = w.split(self.sample.text).words
        return known[index] if 0 <= index < len(known) else ""

    @property
    def target(self) -> str:
        """The target whose decoder attention is shown; empty where there is none."""
        return self.sample.target if isinstance(self.sample, TranslationSample) else ""


@dataclass(frozen=True)
class CorpusAttention:
    """Attention of one model or of two over the same sentences, after a shift.

    Attributes:
        profiles: by arm, kind of attention and name; see
            :class:`shiftdemo.attention.profiles.Profile`.
        alignment: against gold word links; ``None``: the sentences have none.
        answers: by arm, the question's attention on the answer; empty: there are no questions.
        by_chance: what that would be if every token got the same.
        n: sentences that were read; fewer than asked for where it was stopped.
        models: by arm the reference of each model.
    """

    task: str
    condition: Condition
    strength: float
    profiles: Mapping[str, Mapping[str, Mapping[str, Interval]]]
    alignment: AlignmentErrors | None
    answers: Mapping[str, Interval]
    by_chance: float | None
    n: int
    models: Mapping[str, str] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Returns it as plain JSON values; numbers rounded to 5 digits."""
        return {
            "task": self.task,
            "shift": self.condition.operator,
            "side": self.condition.side,
            "strength": self.strength,
            "n": self.n,
            "profiles": {
                arm: {
                    kind: {name: plain_interval(one) for name, one in of.items()}
                    for kind, of in kinds.items()
                }
                for arm, kinds in self.profiles.items()
            },
            "alignment": as_plain(self.alignment),
            "answers": {arm: plain_interval(one) for arm, one in self.answers.items()},
            "by_chance": self.by_chance,
        }


def plain_interval(one: Interval) -> dict[str, Any]:
    """Returns an interval as plain JSON values: nested lists, ``None`` where there is no number."""
    parts = {"mean": one.mean, "low": one.low, "high": one.high}
    found = {name: rounded(values, 5) for name, values in parts.items()}
    return {**found, "n": one.n.astype(int).tolist()}
