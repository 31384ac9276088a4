"""How sure a model is of each word of what it put out."""

from __future__ import annotations

import math
from collections.abc import Sequence

from shiftdemo.core import words as w
from shiftdemo.models.load import LoadedModel


def word_probabilities(
    text: str, ends: Sequence[int], probabilities: Sequence[float]
) -> tuple[float, ...]:
    """Returns the probability of each word of a generated text: the product of its tokens'.

    Args:
        text: as it was decoded; words are those of :func:`shiftdemo.core.words.split`.
        ends: for each token how many characters of the text are there after it, ascending.
        probabilities: of each token, given those before it.
    """
    found, at = [], 0
    for word in w.split(text).words:
        start = text.index(word, at)
        at = start + len(word)
        begins = [0, *ends[:-1]]
        own = [
            p
            for p, begin, end in zip(probabilities, begins, ends, strict=True)
            if begin < at and end > start
        ]
        found.append(math.prod(own))
    return tuple(found)


def generated_words(
    loaded: LoadedModel, ids: Sequence[int], probabilities: Sequence[float]
) -> tuple[float, ...]:
    """Returns the probability of each word of a generated row."""
    special = set(loaded.tokenizer.all_special_ids)
    told = [(token, p) for token, p in zip(ids, probabilities, strict=True) if token not in special]
    tokens = [token for token, _ in told]
    prefixes = [
        loaded.tokenizer.decode(tokens[:n], skip_special_tokens=True).strip()
        for n in range(1, len(tokens) + 1)
    ]
    text = prefixes[-1] if prefixes else ""
    return word_probabilities(
        text, [min(len(p), len(text)) for p in prefixes], [p for _, p in told]
    )
