"""Attention in sentences: which head changed, and what it started or stopped doing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

import numpy as np

from shiftdemo.attention.head_moves import head_moves, strongest_moved
from shiftdemo.attention.head_stats import SHARES, head_stats
from shiftdemo.core.types import AttentionMap
from shiftdemo.evaluation.conditions import OFFSET
from shiftdemo.publishing.attention.results import AttentionResult
from shiftdemo.viz.reader import Reader

Maps: TypeAlias = Mapping[str, AttentionMap]
Stats: TypeAlias = dict[str, np.ndarray]
TELLING = 0.1  # of a row's weight: a smaller change of a share is not told
# What the shares and figures of a head are called.
STAT_NAMES = {
    "own": "on the token itself",
    "previous": "on the token before",
    "next": "on the token after",
    "first": "on the first token",
    "last": "on the last token",
    "special": "on special tokens",
    "strongest": "on the strongest key",
    "entropy": "entropy (bits)",
    "distance": "mean distance (tokens)",
}


def place(reader: Reader, result: AttentionResult) -> str:
    """Returns where the sentence stands, or what was done to it."""
    if result.masked:
        words = [result.word(i) for i in result.masked]
        return reader("with {words} masked", words=", ".join(words))
    if result.condition.operator == OFFSET:
        return reader("at position {k}", k=f"{result.strength:g}")
    operator, k = result.condition.operator, f"{result.strength:g}"
    return reader("after {operator} (strength {k})", operator=operator, k=k)


def moved_to(reader: Reader, result: AttentionResult) -> str:
    """Returns the same for a sentence that tells of a change."""
    if result.masked or result.condition.operator != OFFSET:
        return place(reader, result)
    return reader("moved from position 0 to {k}", k=f"{result.strength:g}")


def before(reader: Reader, result: AttentionResult) -> str:
    """Returns what that is compared with."""
    if result.masked or result.condition.operator != OFFSET:
        return reader("without it")
    return reader("at position 0")


Told: TypeAlias = tuple[str, str]
"""A sentence that says the most of a head, and one that says more."""
Tell: TypeAlias = Callable[[int, int], Told]


def sentences(reader: Reader, result: AttentionResult, number: int) -> list[list[Told]]:
    """Returns what is told of every layer and head of a kind of attention.

    Args:
        number: of the map in the result.
    """
    now = {arm: look.now.maps[number] for arm, look in result.arms.items()}
    still = {arm: look.before.maps[number] for arm, look in result.arms.items()}
    n_layers, n_heads = now["base"].weights.shape[:2]
    if any(look.changed for look in result.arms.values()):
        tell = _changed(reader, moved_to(reader, result), now, still)
    else:
        tell = _apart(reader, place(reader, result), now)
    return [[tell(layer, head) for head in range(n_heads)] for layer in range(n_layers)]


def told(reader: Reader, result: AttentionResult) -> str:
    """Returns what is told of the head that moved most in the last kind of attention.

    That is between two arms, or where there is one, from before the shift.
    """
    number = len(result.maps) - 1
    looks = [look.now.maps[number] for look in result.arms.values()]
    first = next(iter(result.arms.values()))
    pair = looks if len(looks) > 1 else [first.before.maps[number], looks[0]]
    layer, head = 0, 0
    if comparable(*pair):
        moved = head_moves(*pair)
        layer, head = (int(i) for i in np.unravel_index(int(moved.argmax()), moved.shape))
    return " ".join(filter(None, sentences(reader, result, number)[layer][head]))


def _changed(reader: Reader, here: str, now: Maps, still: Maps) -> Tell:
    """Returns what tells of a head before and after the shift, in every arm."""
    counts = {arm: strongest_moved(still[arm], now[arm]) for arm in now}
    stats = {arm: (head_stats(still[arm]), head_stats(now[arm])) for arm in now}

    def tell(layer: int, head: int) -> Told:
        arms = [a for a in now if layer < len(counts[a][0]) and head < len(counts[a][0][0])]
        looks = [
            reader(
                "{arm} turns to another token in {k} of {n} rows",
                arm=reader.arm(arm),
                k=int(counts[arm][0][layer, head]),
                n=counts[arm][1],
            )
            for arm in arms
        ]
        main = reader(
            "Layer {layer}, head {head}, {here}: {looks}.",
            layer=layer,
            head=head,
            here=here,
            looks=reader("; ").join(looks),
        )
        weights = [
            f"{reader.arm(arm)} "
            + " → ".join(f"{one['strongest'][layer, head]:.2f}" for one in stats[arm])
            for arm in arms
        ]
        more = reader("Weight of the strongest token: {weights}.", weights=", ".join(weights))
        share = _share_told(reader, {arm: stats[arm] for arm in arms}, layer, head)
        return main, f"{more} {share}".strip()

    return tell


def _share_told(
    reader: Reader, stats: Mapping[str, tuple[Stats, Stats]], layer: int, head: int
) -> str:
    """Returns the share that changed most in any arm, where it changed enough."""
    found = [
        (abs(after[name][layer, head] - first[name][layer, head]), arm, name)
        for arm, (first, after) in stats.items()
        for name in SHARES
        if name in after
    ]
    most, arm, name = max(found, default=(0.0, "", ""))
    if most < TELLING:
        return ""
    old, new = (of[name][layer, head] for of in stats[arm])
    return reader(
        "{arm} {what}: {after:.0%} of its weight, {first:.0%} before.",
        arm=reader.arm(arm),
        what=reader(STAT_NAMES[name]),
        after=new,
        first=old,
    )


def _apart(reader: Reader, here: str, now: Maps) -> Tell:
    """Returns what tells two arms apart on the same sentence, or of one what it does most."""
    stats = {arm: head_stats(one) for arm, one in now.items()}
    both = "shift" in now and comparable(now["base"], now["shift"])
    counts, n = strongest_moved(now["base"], now["shift"]) if both else (np.zeros((0, 0)), 0)

    def tell(layer: int, head: int) -> Told:
        own = stats["base"]
        shares = {name: own[name][layer, head] for name in SHARES if name in own}
        where = {"layer": layer, "head": head, "here": here}
        if not both:
            name = max(shares, key=lambda one: shares[one])
            share, what = shares[name], reader(STAT_NAMES[name])
            text = "Layer {layer}, head {head}, {here}: {share:.0%} of its weight is {what}."
            return reader(text, share=share, what=what, **where), ""
        other = {name: stats["shift"][name][layer, head] for name in shares}
        name = max(shares, key=lambda one: abs(shares[one] - other[one]))
        main = reader(
            "Layer {layer}, head {head}, {here}: the two models look mostly at different tokens in "
            "{k} of {n} rows.",
            k=int(counts[layer, head]),
            n=n,
            **where,
        )
        more = reader(
            "Weight {what}: base {base:.0%}, shift-trained {shift:.0%}.",
            what=reader(STAT_NAMES[name]),
            base=shares[name],
            shift=other[name],
        )
        return main, more

    return tell


def comparable(one: AttentionMap, other: AttentionMap) -> bool:
    """Whether two maps are over the same tokens, and of as many layers and heads."""
    same = (one.query_tokens, one.key_tokens) == (other.query_tokens, other.key_tokens)
    return same and one.weights.shape == other.weights.shape
