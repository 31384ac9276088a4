"""Tag schemes of named entities: how they are written, what they allow, converted to IOB2.

What breaks a scheme is read as conlleval reads it (Tjong Kim Sang and Buchholz 2000): a tag that
continues nothing begins a mention.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from shiftdemo.core.errors import DataError

SCHEMES = ("iob1", "iob2", "bioes", "bilou", "io", "none")
NAMES = {"iob1": "IOB1", "iob2": "IOB2", "bioes": "BIOES", "bilou": "BILOU", "io": "IO"}
"""What each is called; ``none``: the tags are no entity tags and are left as they are."""

_ALIASES = {"bio": "iob2", "iob": "iob1", "iobes": "bioes", "bmes": "bioes", "bmeso": "bioes"}
_PREFIX = re.compile(r"([BIESLUM])[-_:/|.](.+)", re.DOTALL)
_SMALL_PREFIX = re.compile(r"([BIESLUMbieslum])[-_:/|.](.+)", re.DOTALL)
_SUFFIX = re.compile(r"(.+)[-_:/|.]([BIESLUM])", re.DOTALL)
_MARKS = re.compile(r"[BIESLUM]")
SAME = {"U": "S", "L": "E", "M": "I"}  # marks of one meaning
_ALLOWED = {"iob1": "BI", "iob2": "BI", "bioes": "BIESM", "bilou": "BILU", "io": "BI"}
_UNTYPED = "ENTITY"  # the type of mentions that have none
_MOST_KNOWN = 5_000  # tags that are kept

Place: TypeAlias = "tuple[str, str] | None"  # mark (B, I, E or S) and type; ``None``: outside


def prefixed(tag: str) -> tuple[str, str] | None:
    """Returns mark and type of a tag such as ``B-PER``."""
    match = _PREFIX.fullmatch(tag)
    return (match[1], match[2]) if match else None


def small_prefixed(tag: str) -> tuple[str, str] | None:
    """Returns mark and type of a tag such as ``b-per``."""
    match = _SMALL_PREFIX.fullmatch(tag)
    return (match[1].upper(), match[2]) if match else None


def suffixed(tag: str) -> tuple[str, str] | None:
    """Returns mark and type of a tag such as ``PER-B``."""
    match = _SUFFIX.fullmatch(tag)
    return (match[2], match[1]) if match else None


def marked_only(tag: str) -> tuple[str, str] | None:
    """Returns mark and type of a tag that is a mark alone."""
    return (tag, _UNTYPED) if _MARKS.fullmatch(tag) else None


def _bare(tag: str) -> tuple[str, str] | None:
    return ("I", tag) if tag else None


STYLES: dict[str, Callable[[str], tuple[str, str] | None]] = {
    "prefix": prefixed,
    "suffix": suffixed,
    "small": small_prefixed,
    "marks": marked_only,
    "bare": _bare,
}


class Read(NamedTuple):
    """Tags in IOB2, and the indices of those that broke the scheme."""

    tags: tuple[str, ...]
    broken: list[int]


@dataclass(frozen=True)
class TagScheme:
    """How the tags of a file are written.

    Attributes:
        name: of :data:`SCHEMES`.
        style: ``prefix`` (``B-PER``), ``suffix`` (``PER-B``), ``small`` (``b-per``), ``marks``
            (``B``, no types) or ``bare`` (``PER``, no marks).
        sure: whether the file, or the user, leaves no other.
        marks: those of the scheme that occur.
    """

    name: str
    style: str = "prefix"
    sure: bool = True
    marks: str = ""
    _known: dict[str, Place] = field(default_factory=dict, repr=False, compare=False)
    _fine: set[tuple[str, str]] = field(default_factory=set, repr=False, compare=False)

    @property
    def title(self) -> str:
        """What it is called; Chinese corpora call BIOES with an ``M`` BMES."""
        if self.name == "bilou" and set(self.marks) & set("ES"):
            return "BILOU/BIOES"
        if self.name == "bioes" and "M" in self.marks:
            return "BMES"
        return NAMES.get(self.name, self.name)

    def read(self, tags: Sequence[str]) -> Read:
        """Returns the tags of a sentence in IOB2.

        Raises:
            DataError: a tag is none of the scheme's; names the word.
        """
        if self.name == "none":
            return Read(tuple(tags), [])
        pairs = set(zip(("", *tags), tags, strict=False))
        if pairs <= self._fine:
            return Read(tuple(tags), [])
        read = self._read(tags)
        if self.name == "iob2" and not read.broken and read.tags == tuple(tags):
            self._fine.update(pairs)  # as they are meant already; so are these pairs elsewhere
        return read

    def _read(self, tags: Sequence[str]) -> Read:
        places = [self._place(tag, index) for index, tag in enumerate(tags)]
        before: Place = None
        converted, broken = [], []
        for index, place in enumerate(places):
            if illegal(self.name, before, place):
                # What a mention lacks is told where it was left, not at what follows.
                unfinished = self.name in ("bioes", "bilou") and _open(before) is not None
                broken.append(index - unfinished)
            if place is None:
                converted.append("O")
            else:
                converted.append(f"{'B' if _begins(before, place) else 'I'}-{place[1]}")
            before = place
        if illegal(self.name, before, None) and len(places) - 1 not in broken:
            broken.append(len(places) - 1)
        return Read(tuple(converted), broken)

    def _place(self, tag: str, index: int) -> Place:
        try:
            return self._known[tag]
        except KeyError:
            pass
        parsed = None if tag == "O" else STYLES[self.style](tag)
        allowed = _ALLOWED[self.name] + self.marks
        if tag != "O" and (parsed is None or parsed[0] not in allowed):
            scheme = NAMES[self.name]
            raise DataError("schemes.not_of", place=index + 1, tag=tag[:40], scheme=scheme)
        place = None if parsed is None else (SAME.get(parsed[0], parsed[0]), parsed[1])
        if len(self._known) < _MOST_KNOWN:
            self._known[tag] = place
        return place


def _begins(before: Place, place: tuple[str, str]) -> bool:
    """Whether a mention begins here, as in conlleval."""
    if before is None or before[1] != place[1]:
        return True
    return place[0] in "BS" or before[0] in "ES"


def _open(place: Place) -> str | None:
    """Returns the type of a mention that BIOES has to go on with, or ``None``."""
    return place[1] if place is not None and place[0] in "BI" else None


def illegal(name: str, before: Place, place: Place) -> bool:
    """Whether ``place`` may not follow ``before``; ``None`` is also the end of a sentence."""
    if name == "io":
        return False
    if name in ("bioes", "bilou"):
        kind = _open(before)
        if kind is not None:
            return place is None or place[0] not in "IE" or place[1] != kind
        return place is not None and place[0] in "IE"
    if place is None:
        return False
    continues = before is not None and before[1] == place[1]
    return not continues and place[0] == ("I" if name == "iob2" else "B")


def parse_scheme(text: str) -> str:
    """Returns the name of a scheme as :data:`SCHEMES` has it; empty stays empty.

    Raises:
        DataError: there is none of that name.
    """
    name = text.strip().lower()
    name = _ALIASES.get(name, name)
    if name and name not in SCHEMES:
        raise DataError("schemes.unknown", name=text[:40], names=", ".join(SCHEMES))
    return name
