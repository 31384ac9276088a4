"""Sentences without their names: how many of a test part have a twin in training."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from shiftdemo.core.samples import TaggedSample, mentions
from shiftdemo.data.grammar.spec import GrammarSentence

Sentence: TypeAlias = GrammarSentence | TaggedSample


def skeleton(sentence: Sentence) -> tuple[str, ...]:
    """Returns the words with each mention replaced by its type: ``("PER", "slept", ".")``.

    Of a sentence of the grammar these are the English words.
    """
    tagged = sentence.tagged() if isinstance(sentence, GrammarSentence) else sentence
    words = list(tagged.words)
    for kind, start, end in reversed(mentions(tagged.tags)):
        words[start:end] = [kind]
    return tuple(words)


def shared_skeletons(train: Iterable[Sentence], test: Iterable[Sentence]) -> int:
    """Returns how many sentences of ``test`` have the skeleton of a sentence of ``train``."""
    seen = {skeleton(sentence) for sentence in train}
    return sum(skeleton(sentence) in seen for sentence in test)
