"""Which tag scheme a file is written in: told by its marks and by which tag follows which.

So a table of pairs of neighbouring tags is all that is kept of a file.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from shiftdemo.core.errors import DataError
from shiftdemo.data.reading.schemes import (
    SAME,
    STYLES,
    Place,
    TagScheme,
    illegal,
    marked_only,
    prefixed,
    small_prefixed,
)

_FEW_TYPES = 20
_MOST_TAGS = 5_000  # different ones; no set of entity tags is larger
_MOST_PAIRS = 50_000


class Evidence:
    """How often each tag follows each other one; the ends of a sentence count as ``""``."""

    def __init__(self) -> None:
        self.pairs: Counter[tuple[str, str]] = Counter()

    def add(self, tags: Sequence[str]) -> None:
        """Counts the tags of one sentence."""
        if len(self.pairs) <= _MOST_PAIRS:
            self.pairs.update(zip(("", *tags), (*tags, ""), strict=True))

    @property
    def tags(self) -> Counter[str]:
        """How often each tag occurs."""
        tags: Counter[str] = Counter()
        for (_, tag), n in self.pairs.items():
            tags[tag] += n
        del tags[""]
        return tags


def recognised(evidence: Evidence, given: str = "") -> TagScheme:
    """Returns the scheme of the tags that were counted.

    Args:
        given: the user's; only how it is written is recognised then.

    Raises:
        DataError: these are no entity tags.
    """
    tags = [tag for tag in evidence.tags if tag != "O"]
    if not tags:
        return TagScheme(given or "iob2", sure=bool(given))
    if given == "io":
        style = "prefix" if all(map(prefixed, tags)) else "bare"
        return TagScheme("io", style)
    found = [_scheme(evidence, tags, style, given) for style in _fitting(evidence, tags)]
    return min(found, key=lambda one: one[0])[1]


def _fitting(evidence: Evidence, tags: Sequence[str]) -> list[str]:
    """Returns the styles in which all tags are written, or the one that most are.

    Raises:
        DataError: these are no entity tags.
    """
    whole = [name for name in ("prefix", "suffix") if all(map(STYLES[name], tags))]
    small = [found[0] for tag in tags if (found := small_prefixed(tag))]
    if not whole and len(small) == len(tags) and set(small) & set("BS"):
        whole = ["small"]
    if whole or all(map(marked_only, tags)):
        return whole or ["marks"]
    like = [tag for tag in tags if prefixed(tag)]
    if 2 * len(like) >= len(tags):
        return ["prefix"]  # the others are told where they stand
    counted = evidence.tags
    outside = counted["O"]
    most = outside >= max(counted.values())
    if outside and not like and len(tags) <= _MOST_TAGS and (most or len(tags) <= _FEW_TYPES):
        return ["bare"]
    raise DataError("schemes.no_entity_tags", tags=_some(tags))


def _scheme(
    evidence: Evidence, tags: Sequence[str], style: str, given: str
) -> tuple[int, TagScheme]:
    """Returns how many pairs of tags break the scheme that fits best, and that scheme."""
    if style == "bare":
        return 0, TagScheme(given or "io", style)
    parse = STYLES[style]
    marks = {tag: found for tag in tags if (found := parse(tag))}
    used = "".join(sorted({mark for mark, _ in marks.values()}))
    places: dict[str, Place] = {
        tag: (SAME.get(mark, mark), kind) for tag, (mark, kind) in marks.items()
    }
    name, sure = given or _by_marks(used), True
    if not name:
        name, sure = _iob(evidence, places)
    broken = sum(
        n
        for (before, tag), n in evidence.pairs.items()
        if illegal(name, places.get(before), places.get(tag))
    )
    return broken, TagScheme(name, style, sure, "" if given else used)


def _by_marks(used: str) -> str:
    """Returns the scheme that alone has one of the marks, or ``""``."""
    if set(used) & set("LU"):
        return "bilou"
    return "bioes" if set(used) & set("ESM") else ""


def _iob(evidence: Evidence, places: dict[str, Place]) -> tuple[str, bool]:
    """Returns IOB1 or IOB2, and whether the tags leave no other."""
    fresh: Counter[str] = Counter()
    touching = 0
    for (before, tag), n in evidence.pairs.items():
        place, previous = places.get(tag), places.get(before)
        if place is None:
            continue
        if previous is None or previous[1] != place[1]:
            fresh[place[0]] += n
        elif place[0] == "B":
            touching += n
    if not fresh["I"]:
        return "iob2", True
    if not fresh["B"]:
        # Without a B- these may be IOB1, IO, or IOB2 with faults; all are read alike.
        return ("iob1", True) if touching else ("iob2", False)
    return ("iob1" if fresh["I"] > fresh["B"] else "iob2"), True


def _some(tags: Sequence[str]) -> str:
    return ", ".join(tag[:20] for tag in tags[:3]) + ("…" if len(tags) > 3 else "")
