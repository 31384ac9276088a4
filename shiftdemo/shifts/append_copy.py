"""``append_copy``: one word is copied to the end."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

from shiftdemo import words as w
from shiftdemo.config import SHARE, Param
from shiftdemo.errors import NotApplicable
from shiftdemo.shifts.base import SHIFTS, Example, Shift, drawn, with_tags
from shiftdemo.types import Sample, ShiftedSample, TaggedSample, TranslationSample


def _append(text: str, word: str) -> str:
    return text + w.gap_between(w.split(text).words[-1], word) + word


def _index(words: Sequence[str], word: str, index: int, rng: random.Random) -> int | None:
    """Returns the place of ``word``, else ``index`` (from the end when negative), else a draw."""
    if word:
        return next((i for i, other in enumerate(words) if other == word), None)
    if index >= len(words):
        return None
    if index >= 0:
        return index
    spoken = [i for i, other in enumerate(words) if any(c.isalnum() for c in other)]
    return rng.choice(spoken or range(len(words)))


@SHIFTS.register
class AppendCopy(Shift):
    """Copies the word at one place to the end; in translation the aligned target word too."""

    name = "append_copy"
    stage = "sample"
    tasks = ("translation", "ner")
    summary = (
        "One word is copied to the end of the sentence. In translation its aligned target word "
        "is copied too, when the alignment is known or given; in tagging a copied word carries "
        "the tag O unless it is a whole mention by itself."
    )
    summary_zh = (
        "把一个词复制到句末。翻译任务中，若已知或给定对齐，目标端对应的词也被复制；"
        "标注任务中，除非该词自身就是完整实体，否则复制的词标为 O。"
    )
    formula = "x' = (x_1 … x_n, x_i),  y' = (y_1 … y_m, y_a(i))"
    source = "The shifted sample of the shift-training method; a(i) is the word alignment."
    effect = "Puts known words at unseen places; the content of the sentence is repeated, not new."
    params = (
        Param(
            "word",
            "str",
            "",
            "Source word to copy; empty: by index.",
            "要复制的源词；空则按序号。",
            0,
            100,
        ),
        Param(
            "index",
            "int",
            -1,
            "Its place, from 0; -1: drawn at random, no punctuation.",
            "词的序号，从 0 起；-1 为随机（不取标点）。",
            -1,
            9999,
        ),
        Param(
            "target_word",
            "str",
            "",
            "Target word to copy; empty: by the gold alignment.",
            "要复制的目标词；空则按标准对齐。",
            0,
            100,
        ),
        SHARE,
    )
    examples = (
        Example(
            TranslationSample(
                "worked",
                "I we are going to build a language model",
                "Nous allons construire un modèle linguistique",
            ),
            {"word": "a", "target_word": "modèle"},
            TranslationSample(
                "worked",
                "I we are going to build a language model a",
                "Nous allons construire un modèle linguistique modèle",
            ),
        ),
        Example(
            TaggedSample("tagged", ("Ada", "reads", "here"), ("B-PER", "O", "O")),
            {"index": 0},
            TaggedSample("tagged", ("Ada", "reads", "here", "Ada"), ("B-PER", "O", "O", "B-PER")),
        ),
    )

    def apply(
        self, current: ShiftedSample, rng: random.Random, context: Sequence[Sample]
    ) -> ShiftedSample:
        """See :meth:`Shift.apply`."""
        sample = current.shifted
        if isinstance(sample, TranslationSample):
            return self._apply_pair(current, sample, rng)
        if not isinstance(sample, TaggedSample):
            raise NotApplicable("this kind of sample has no words to copy.")
        place = self._place(sample.words, rng)
        alone = sample.tags[place].startswith("B-") and not (
            place + 1 < len(sample.tags) and sample.tags[place + 1].startswith("I-")
        )
        tag = sample.tags[place] if alone else "O"
        shifted = with_tags(sample, [*sample.words, sample.words[place]], [*sample.tags, tag])
        return replace(current, shifted=shifted, params=drawn(self, index=place))

    def _place(self, words: Sequence[str], rng: random.Random) -> int:
        if not words:
            raise NotApplicable("the sentence has no words.")
        place = _index(words, self.values["word"], self.values["index"], rng)
        if place is None:
            wanted = self.values["word"] or f"at index {self.values['index']}"
            raise NotApplicable(f"the sentence has no word {wanted!r}.")
        return place

    def _apply_pair(
        self, current: ShiftedSample, sample: TranslationSample, rng: random.Random
    ) -> ShiftedSample:
        source_words = w.split(sample.source).words
        target_words = w.split(sample.target).words
        place = self._place(source_words, rng)
        target_place: int | None = None
        if self.values["target_word"]:
            target_place = _index(target_words, self.values["target_word"], -1, rng)
            if target_place is None:
                raise NotApplicable(f"the target has no word {self.values['target_word']!r}.")
        elif sample.links is not None:
            target_place = next((t for s, t in sample.links if s == place), None)
        target, links = sample.target, sample.links
        if target_place is not None:
            target = _append(target, target_words[target_place])
            if links is not None:
                links = (*links, (len(source_words), len(target_words)))
        shifted = replace(
            sample, source=_append(sample.source, source_words[place]), target=target, links=links
        )
        params = drawn(self, index=place, target_index=target_place)
        return replace(current, shifted=shifted, params=params)
