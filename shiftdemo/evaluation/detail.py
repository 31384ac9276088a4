"""What the arms score in detail at one strength: every score, tables by class, information."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from shiftdemo.core.types import Score
from shiftdemo.evaluation.conditions import Condition
from shiftdemo.evaluation.tables import Confusion, TagTable, TypeRow


@dataclass(frozen=True, slots=True)
class Information:
    """What an arm knows of the references at one strength.

    Attributes:
        nats: ``E[log p(y|x)]``, nats a label; 0 is certainty.
        bits: the same in bits.
        bound: lower bound on the information about a label, nats. Its interval is that of ``nats``:
            the entropy is held.
        entropy: ``H(Y)`` of a single label in nats, estimated from the references: the assumption
            of ``bound``.
        labels: how many labels there are.
    """

    nats: Score
    bits: Score
    bound: Score
    entropy: float
    labels: int


@dataclass(frozen=True, slots=True)
class Detail:
    """What the arms score at one strength, by arm.

    Attributes:
        scores: every score by name.
        types: by entity type (strict) or class; empty where there are none.
        tags: word by word, by tag, as tutorials print it; tagging alone.
        confusion: which class is taken for which; tagging and classification.
        information: how well the references are predicted; over several seeds the mean.
    """

    strength: float
    scores: Mapping[str, Mapping[str, Score]]
    types: Mapping[str, tuple[TypeRow, ...]] = field(default_factory=dict)
    tags: Mapping[str, TagTable] = field(default_factory=dict)
    confusion: Mapping[str, Confusion] = field(default_factory=dict)
    information: Mapping[str, Information] = field(default_factory=dict)


def shifted_index(strengths: Sequence[float], condition: Condition) -> int:
    """Returns the index of the strength that stands for "shifted" in the tables.

    That is the strongest that was trained on, or the strongest there is where that is not known: a
    rule that looks at no result.
    """
    inside = [i for i, strength in enumerate(strengths) if condition.inside(strength)]
    return max(inside, default=len(strengths) - 1)
