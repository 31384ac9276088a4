"""``prefix_context``: another sample is put in front."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

from shiftdemo.core.errors import NotApplicable
from shiftdemo.core.params import SHARE, Param
from shiftdemo.core.samples import QuestionSample, Sample, TranslationSample
from shiftdemo.shifts.base import SHIFTS, Dial, Example, Shift
from shiftdemo.shifts.editing import EditableSample

# So many samples at the head of a set may be put in front of its others: enough for variety, and
# few enough to be read before the first sample is looked at.
CONTEXT_SIZE = 512

_FIRST = TranslationSample("first", "He sleeps.", "Il dort.")
_SECOND = TranslationSample("second", "She reads.", "Elle lit.")


@SHIFTS.register
class PrefixContext(Shift):
    """Puts other samples in front, in the same order on both sides."""

    name = "prefix_context"
    stage = "sample"
    joins = True
    needs = ("join",)
    summary = (
        "Another sample is put in front: sources, targets and tags are concatenated in the same "
        "order, with one end token. The sentence then stands at later positions and the model "
        "sees longer inputs."
    )
    formula = "x' = x2 + x,  y' = y2 + y"
    source = "Nguyen et al. 2021; Kondo et al. 2021 (sentence concatenation)"
    effect = "Acts on every position encoding, because the content itself moves and grows."
    params = (
        Param("n", "int", 1, "Samples put in front.", 1, 8),
        Param(
            "max_words",
            "int",
            200,
            "Longest result in source words.",
            2,
            1000,
        ),
        SHARE,
    )
    dial = Dial(("n",), 1, 4, 1)
    examples = (
        Example(
            _SECOND,
            {"n": 1},
            TranslationSample("second", "He sleeps. She reads.", "Il dort. Elle lit."),
        ),
    )
    example_context = (_FIRST,)

    @property
    def strengths(self) -> tuple[float, float]:
        """See :attr:`Shift.strengths`: always n samples."""
        return self.values["n"], self.values["n"]

    def apply(
        self, draft: EditableSample, rng: random.Random, context: Sequence[Sample]
    ) -> dict[str, Any]:
        """See :meth:`Shift.apply`."""
        others: list[EditableSample] = []
        ids: list[str] = []
        for _ in range(self.values["n"]):
            other = _draw(draft.original, ids, rng, context)
            ids.append(other.id)
            others.append(EditableSample(other))
        n_words = len(draft.words) + sum(len(front.words) for front in others)
        if n_words > self.values["max_words"]:
            raise NotApplicable(
                "prefix_context.result_longer_than_words", values=self.values["max_words"]
            )
        for front in others:
            _put_in_front(front, draft)
        return self.drawn(prefix=ids)


def _draw(
    sample: Sample, taken: Sequence[str], rng: random.Random, context: Sequence[Sample]
) -> Sample:
    """Returns another sample of the set, one that is not taken yet where there is one."""
    drawn: Sample | None = None
    for _ in range(16 if context else 0):
        other = context[rng.randrange(len(context))]
        if other.id == sample.id or _same_context(other, sample):
            continue
        if type(other) is not type(sample):
            raise NotApplicable("prefix_context.samples_different_kinds_cannot")
        drawn = other
        if other.id not in taken:
            break
    if drawn is None:
        raise NotApplicable("prefix_context.there_no_other_sample")
    return drawn


def _same_context(other: Sample, sample: Sample) -> bool:
    """Whether two questions are about one text: it would hold the answer twice."""
    if isinstance(other, QuestionSample) and isinstance(sample, QuestionSample):
        return other.context == sample.context
    return False


def _put_in_front(other: EditableSample, draft: EditableSample) -> None:
    """Joins source, target, tags and links, in this order on every side."""
    if draft.links is not None and draft.target is not None and other.target is not None:
        by, target_by = len(other.words), len(other.target.words)
        moved = tuple((s + by, t + target_by) for s, t in draft.links)
        draft.links = None if other.links is None else other.links + moved
    if draft.tags is not None:
        draft.tags = [*(other.tags or ()), *draft.tags]
    draft.source.prepend_side(other.source)
    if draft.target is not None and other.target is not None:
        draft.target.prepend_side(other.target)
