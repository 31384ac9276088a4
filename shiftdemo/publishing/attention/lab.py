"""Attention as what ``attention.js`` draws: on the page, and in a page of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from shiftdemo.attention.head_moves import head_moves
from shiftdemo.attention.head_stats import STATS, head_stats
from shiftdemo.attention.profiles import offset_profile, place_profile
from shiftdemo.core import words as w
from shiftdemo.evaluation.conditions import OFFSET, measurable
from shiftdemo.publishing.attention import words
from shiftdemo.publishing.attention.labels import labels
from shiftdemo.publishing.attention.numbers import packed, rounded
from shiftdemo.publishing.attention.results import AttentionResult
from shiftdemo.shifts import SHIFTS
from shiftdemo.viz.reader import Reader
from shiftdemo.viz.style import THEMES, arm_style, visible

if TYPE_CHECKING:
    from shiftdemo.attention.weights import Reading

KINDS = {"encoder": "encoder", "decoder": "decoder", "cross": "cross"}


def lab(reader: Reader, result: AttentionResult, task: str) -> dict[str, Any]:
    """Returns everything that the laboratory draws of one sentence, in the reader's language."""
    numbers = range(len(result.maps))
    return {
        "lang": reader.lang,
        "task": task,
        "labels": labels(reader),
        "colors": colors(),
        "arms": [
            {"arm": arm, "mark": arm_style(arm).mark, "name": reader.arm(arm)}
            for arm in result.arms
        ],
        "shift": _shift(reader, result, task),
        "text": result.sample.text,
        "words": list(w.split(result.sample.text).words),
        "masked": list(result.masked),
        "target": result.target,
        "read": _read(result),
        "notes": [reader.translate(note) for note in result.notes],
        "strips": {
            side: {
                "tokens": [visible(token) for token in strip.tokens],
                "received": {arm: list(own) for arm, own in strip.received.items()},
                "first": strip.first,
                "last": strip.last,
            }
            for side, strip in result.strips.items()
            if strip.last - strip.first < len(strip.tokens)
        },
        "maps": [_map(reader, result, number) for number in numbers],
    }


def _read(result: AttentionResult) -> str:
    """Returns what the models read, where that is not what was typed."""
    read = result.moved.shifted.read
    return "" if read == result.sample.read else read


def colors() -> dict[str, Any]:
    """Returns the colours of figures by theme."""
    return {
        name: {
            "text": theme.text,
            "muted": theme.muted,
            "grid": theme.grid,
            "background": theme.background,
            "sequential": [list(stop) for stop in theme.sequential],
            "diverging": [list(stop) for stop in theme.diverging],
        }
        for name, theme in THEMES.items()
    }


def _shift(reader: Reader, result: AttentionResult, task: str) -> dict[str, Any]:
    operators = []
    for name in measurable(task):
        dial = SHIFTS.get(name).dial
        operators.append({"name": name, "start": dial.start})
    condition = result.condition
    is_offset = condition.operator == OFFSET
    return {
        "operators": operators,
        "operator": condition.operator,
        "strength": result.strength,
        "most": result.most,
        "step": 1 if is_offset else SHIFTS.get(condition.operator).dial.step,
        "trained": list(condition.trained) if condition.trained else None,
        "axis": reader.translate(condition.axis),
        "place": words.place(reader, result),
        "before": words.before(reader, result),
        "changed": any(look.changed for look in result.arms.values()),
    }


def _map(reader: Reader, result: AttentionResult, number: int) -> dict[str, Any]:
    now = {arm: look.now.maps[number] for arm, look in result.arms.items()}
    first = now["base"]
    same = "shift" in now and words.comparable(first, now["shift"])
    looks = {arm: look for arm, look in result.arms.items() if arm == "base" or same}
    return {
        "kind": first.kind,
        "name": reader(KINDS[first.kind]),
        "queries": [visible(token) for token in first.query_tokens],
        "keys": [visible(token) for token in first.key_tokens],
        "query_words": list(first.query_words),
        "key_words": list(first.key_words),
        "layers": first.weights.shape[0],
        "heads": first.weights.shape[1],
        "missing": "shift" in now and not same,
        "arms": {
            arm: {
                "now": _one(look.now, number),
                "before": _one(look.before, number) if look.changed else None,
            }
            for arm, look in looks.items()
        },
        "moved": _moved(looks, number),
        "said": words.sentences(reader, result, number),
    }


def _one(reading: Reading, number: int) -> dict[str, Any]:
    """Returns one map of one arm."""
    one = reading.maps[number]
    last = number == len(reading.maps) - 1
    rows = len(reading.predicted) == len(one.query_tokens)
    stats = head_stats(one)
    return {
        "weights": packed(one.weights),
        "outside": None if one.outside is None else packed(np.clip(one.outside, 0.0, 1.0)),
        "profile": packed(offset_profile(one)),
        "places": packed(place_profile(one)),
        "stats": {name: rounded(stats[name], 3) for name in STATS if name in stats},
        "predicted": [visible(token) if token else "" for token in reading.predicted]
        if last
        else [],
        "sure": [round(p, 3) for p in reading.sure] if last else [],
        "by_row": last and rows,
    }


def _moved(looks: dict[str, Any], number: int) -> dict[str, Any]:
    """Returns how far each head moved: between the arms, and in each arm from before."""
    found: dict[str, Any] = {}
    if len(looks) > 1:
        both = [look.now.maps[number] for look in looks.values()]
        found["arms"] = rounded(head_moves(*both))
    for arm, look in looks.items():
        if look.changed:
            moved = head_moves(look.before.maps[number], look.now.maps[number])
            found[arm] = rounded(moved)
    return found
