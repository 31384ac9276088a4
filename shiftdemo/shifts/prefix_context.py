"""``prefix_context``: another sample is put in front."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

from shiftdemo import words as w
from shiftdemo.config import SHARE, Param
from shiftdemo.errors import NotApplicable
from shiftdemo.shifts.base import SHIFTS, Example, Shift, compose, drawn, with_tags
from shiftdemo.types import Sample, ShiftedSample, TaggedSample, TranslationSample

_FIRST = TranslationSample("first", "He sleeps.", "Il dort.")
_SECOND = TranslationSample("second", "She reads.", "Elle lit.")


@SHIFTS.register
class PrefixContext(Shift):
    """Puts other samples in front, in the same order on both sides."""

    name = "prefix_context"
    stage = "sample"
    tasks = ("translation", "ner")
    summary = (
        "Another sample is put in front: sources, targets and tags are concatenated in the same "
        "order, with one end token. The sentence then stands at later positions and the model "
        "sees longer inputs."
    )
    summary_zh = (
        "在前面拼接另一个样本：源、目标与标签按相同顺序拼接，只有一个结束符。"
        "句子因此处于更靠后的位置，输入也更长。"
    )
    formula = "x' = x2 + x,  y' = y2 + y"
    source = "Nguyen et al. 2021; Kondo et al. 2021 (sentence concatenation)"
    effect = "Acts on every position encoding, because the content itself moves and grows."
    params = (
        Param("n", "int", 1, "Samples put in front.", "前置样本数。", 1, 8),
        Param(
            "max_words",
            "int",
            200,
            "Longest result in source words.",
            "结果的最大源词数。",
            2,
            1000,
        ),
        SHARE,
    )
    examples = (
        Example(
            _SECOND,
            {"n": 1},
            TranslationSample("second", "He sleeps. She reads.", "Il dort. Elle lit."),
        ),
    )
    example_context = (_FIRST,)

    def apply(
        self, current: ShiftedSample, rng: random.Random, context: Sequence[Sample]
    ) -> ShiftedSample:
        """See :meth:`Shift.apply`."""
        sample = current.shifted
        ids: list[str] = []
        for _ in range(self.values["n"]):
            other = self._draw(sample, rng, context)
            ids.append(other.id)
            if isinstance(sample, TranslationSample) and isinstance(other, TranslationSample):
                pair, by, target_by = _join_pairs(other, sample)
                joined: Sample = pair
                current = replace(
                    current,
                    target_alignment=_moved(current.target_alignment or (), target_by),
                )
            elif isinstance(sample, TaggedSample) and isinstance(other, TaggedSample):
                joined, by = (
                    with_tags(sample, other.words + sample.words, other.tags + sample.tags),
                    len(other.words),
                )
            else:
                raise NotApplicable("samples of different kinds cannot be joined.")
            current = replace(current, shifted=joined, alignment=_moved(current.alignment, by))
            sample = joined
        if _n_words(sample) > self.values["max_words"]:
            raise NotApplicable(f"the result is longer than {self.values['max_words']} words.")
        return replace(current, params=drawn(self, prefix=ids))

    def _draw(self, sample: Sample, rng: random.Random, context: Sequence[Sample]) -> Sample:
        if not context:
            raise NotApplicable("there is no other sample to put in front.")
        for _ in range(8):
            other = context[rng.randrange(len(context))]
            if other.id != sample.id:
                return other
        raise NotApplicable("there is no other sample to put in front.")


def _n_words(sample: Sample) -> int:
    if isinstance(sample, TaggedSample):
        return len(sample.words)
    return len(
        w.split(sample.source if isinstance(sample, TranslationSample) else sample.text).words
    )


def _moved(alignment: tuple[int | None, ...], by: int) -> tuple[int | None, ...]:
    top = max((place for place in alignment if place is not None), default=-1)
    return compose(alignment, [place + by for place in range(top + 1)])


def _join_pairs(
    other: TranslationSample, sample: TranslationSample
) -> tuple[TranslationSample, int, int]:
    by = len(w.split(other.source).words)
    target_by = len(w.split(other.target).words)
    links = None
    if other.links is not None and sample.links is not None:
        links = other.links + tuple((s + by, t + target_by) for s, t in sample.links)
    joined = replace(
        sample,
        source=f"{other.source} {sample.source}".strip(),
        target=f"{other.target} {sample.target}".strip(),
        links=links,
    )
    return joined, by, target_by
