"""How many sentences of a test part are one of training with other names in it."""

from __future__ import annotations

from shiftdemo.core.samples import TaggedSample
from shiftdemo.data.grammar import GrammarSpec, generate, shared_skeletons, skeleton


def _tagged(words: str, tags: str) -> TaggedSample:
    return TaggedSample("x", tuple(words.split()), tuple(tags.split()))


def test_skeleton_has_types_for_mentions():
    sample = _tagged("Mrs Ann Lee left New York .", "O B-PER I-PER O B-LOC I-LOC O")
    assert skeleton(sample) == ("Mrs", "PER", "left", "LOC", ".")
    sentence = next(iter(generate(GrammarSpec(1))))
    assert skeleton(sentence) == skeleton(sentence.tagged())


def test_shared_skeletons_counts_sentences_of_the_test():
    train = [_tagged("Ann left .", "B-PER O O"), _tagged("Rome is big .", "B-LOC O O O")]
    test = [
        _tagged("Bob Lee left .", "B-PER I-PER O O"),
        _tagged("Tim left .", "B-PER O O"),
        _tagged("Rome left .", "B-ORG O O"),
        _tagged("Bob is big .", "B-PER O O O"),
    ]
    assert shared_skeletons(train, test) == 2
    assert shared_skeletons([], test) == 0
