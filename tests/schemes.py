"""Legal tag sequences in every scheme, for the tests of reading them."""

from __future__ import annotations

import random
from collections.abc import Sequence

from shiftdemo.core.samples import mentions

SCHEMES = ("iob1", "iob2", "bioes", "bilou", "bmes", "io")
TYPES = ("PER", "LOC", "geo-loc", "B", "S")


def drawn(rng: random.Random, types: Sequence[str], n_words: int) -> list[str]:
    """Returns a legal sequence of IOB2 tags."""
    tags: list[str] = []
    while len(tags) < n_words:
        if rng.random() < 0.5:
            tags.append("O")
        else:
            kind, size = rng.choice(types), min(rng.choice((1, 1, 2, 3)), n_words - len(tags))
            tags += [f"B-{kind}", *[f"I-{kind}"] * (size - 1)]
    return tags


def written(tags: Sequence[str], scheme: str, suffix: bool = False, mark: str = "-") -> list[str]:
    """Returns IOB2 tags as another scheme writes them."""
    out = ["O"] * len(tags)
    before = ("", -1)
    for kind, start, end in mentions(tags):
        touches = before == (kind, start)
        first, inner, last, alone = {
            "iob2": ("B", "I", "I", "B"),
            "iob1": ("B" if touches else "I", "I", "I", "B" if touches else "I"),
            "bioes": ("B", "I", "E", "S"),
            "bilou": ("B", "I", "L", "U"),
            "bmes": ("B", "M", "E", "S"),
            "io": ("I", "I", "I", "I"),
        }[scheme]
        names = [alone] if end - start == 1 else [first, *[inner] * (end - start - 2), last]
        for index, name in zip(range(start, end), names, strict=True):
            parts = (kind, name) if suffix else (name, kind)
            out[index] = mark.join(parts)
        before = (kind, end)
    return out
