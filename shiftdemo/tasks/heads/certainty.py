"""How sure a model is of each word of what it put out."""

from __future__ import annotations

import math
from collections.abc import Sequence

from shiftdemo.core import words as w


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
