"""``append_copy``: one word is copied to the end."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

from shiftdemo.core.errors import NotApplicable
from shiftdemo.core.messages import Message
from shiftdemo.core.params import SHARE, Param
from shiftdemo.core.samples import Sample, TaggedSample, TranslationSample
from shiftdemo.shifts.base import SHIFTS, Dial, Example, Shift
from shiftdemo.shifts.editing import EditableSample


@SHIFTS.register
class AppendCopy(Shift):
    """Copies the word at one index to the end; in translation the aligned target word too."""

    name = "append_copy"
    stage = "sample"
    needs = ("append",)
    summary = (
        "One word is copied to the end of the sentence. In translation its aligned target word "
        "is copied too, when the alignment is known or given; in tagging a copied word carries "
        "the tag O unless it is a whole mention by itself."
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
            0,
            100,
        ),
        Param(
            "index",
            "int",
            -1,
            "Its place, from 0; -1: drawn at random, no punctuation.",
            -1,
            9999,
        ),
        Param(
            "target_word",
            "str",
            "",
            "Target word to copy; empty: by the gold alignment.",
            0,
            100,
        ),
        SHARE,
    )
    dial = Dial(("index",), -1, 20, 6, graded=False)
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
        self, draft: EditableSample, rng: random.Random, context: Sequence[Sample]
    ) -> dict[str, Any]:
        """See :meth:`Shift.apply`."""
        draft.need_words()
        word, index = self.values["word"], self.values["index"]
        source_index = _index(draft.words, word, index, rng)
        if source_index is None:
            if not word:
                raise NotApplicable("append_copy.sentence_has_no_index", index=index)
            raise NotApplicable("append_copy.sentence_has_no_word", word=word)
        target_index = self._target_index(draft, source_index, rng)
        if target_index is None and draft.target is not None and draft.target.words:
            draft.notes.append(Message("append_copy.target_word_not_known"))
        if target_index is not None and draft.target is not None:
            if draft.links is not None:
                new = (len(draft.words), len(draft.target.words))
                draft.links = (*draft.links, new)
            draft.target.append(target_index)
        if draft.tags is not None:
            draft.tags = [*draft.tags, _tag_of_copy(draft.tags, source_index)]
        draft.source.append(source_index)
        return self.drawn(index=source_index, target_index=target_index)

    def _target_index(
        self, draft: EditableSample, source_index: int, rng: random.Random
    ) -> int | None:
        """Returns which target word is copied too: the one that is named, or the aligned one."""
        word = self.values["target_word"]
        if draft.target is None:
            return None
        if word:
            index = _index(draft.target.words, word, -1, rng)
            if index is None:
                raise NotApplicable("append_copy.target_has_no_word", word=word)
            return index
        return next((t for s, t in draft.links or () if s == source_index), None)


def _tag_of_copy(tags: Sequence[str], index: int) -> str:
    """Returns ``O``, or the tag where the word is a whole mention by itself."""
    goes_on = index + 1 < len(tags) and tags[index + 1].startswith("I-")
    return tags[index] if tags[index].startswith("B-") and not goes_on else "O"


def _index(words: Sequence[str], word: str, index: int, rng: random.Random) -> int | None:
    """Returns the index of ``word``, else ``index``, else (where that is -1) a draw."""
    if word:
        return next((i for i, other in enumerate(words) if other == word), None)
    if index >= len(words):
        return None
    if index >= 0:
        return index
    drawn = rng.randrange(len(words))
    if words[drawn].isalnum():  # most words: no need to look at the others
        return drawn
    spoken = [i for i, other in enumerate(words) if any(map(str.isalnum, other))]
    return rng.choice(spoken or range(len(words)))
