"""The lexicon: nouns, adjectives, names, places, adjuncts and sentence frames, read once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from shiftdemo.core.words import split
from shiftdemo.data.grammar import english, french
from shiftdemo.data.grammar.tables import read_table

_Row = TypeVar("_Row")

_PIECE = re.compile(r"^(.+?)(?:@(\w))?(?:\^(\d))?$")
_VERB = re.compile(r"^\[(?:(s['e])\+)?(\w+)(?:@(\w))?\]$")


@dataclass(frozen=True, slots=True)
class Noun:
    """A noun; the plural words are empty where it has none (French may still be plural)."""

    en: tuple[str, ...]
    en_plural: tuple[str, ...]
    fr: tuple[str, ...]
    fr_plural: tuple[str, ...]
    gender: str
    fr_is_plural: bool
    classes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Adjective:
    """An adjective with its four French forms and its place in front of or after the noun."""

    en: str
    masculine: str
    feminine: str
    before: bool
    sign: int
    classes: frozenset[str]

    def agree(self, gender: str, plural: bool) -> str:
        """Returns the French form."""
        form = self.feminine if gender == "f" else self.masculine
        if not plural or " " in form or form in ("marron", "orange"):
            return form
        return french.plural(form)


@dataclass(frozen=True, slots=True)
class Name:
    """A name in both languages; ``held_out`` ones never occur in training."""

    en: tuple[str, ...]
    fr: tuple[str, ...]
    gender: str
    held_out: bool
    links: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Place:
    """A common noun for a place with its prepositions."""

    en: tuple[str, ...]
    fr: tuple[str, ...]
    gender: str
    kind: str
    en_in: str
    fr_in: str
    fr_to: str


@dataclass(frozen=True, slots=True)
class Piece:
    """One element of a template: ``kind`` is ``slot``, ``verb`` or ``word``.

    ``agrees`` names the slot that it agrees with; ``link`` is shared by aligned pieces.
    """

    kind: str
    text: str
    agrees: str = ""
    link: int | None = None
    reflexive: bool = False


@dataclass(frozen=True, slots=True)
class Frame:
    """A pattern of constituents in both languages.

    ``sign`` is +1, -1, 0, or 2 where it follows the adjective that is drawn.
    """

    name: str
    kind: str
    slots: dict[str, str]
    en: tuple[Piece, ...]
    fr: tuple[Piece, ...]
    flags: frozenset[str]
    sign: int


@dataclass(frozen=True, slots=True)
class Adjunct:
    """An adverbial: the eras that it fits and whether it may stand in front or at the end."""

    en: tuple[Piece, ...]
    fr: tuple[Piece, ...]
    eras: str
    places: str


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All tables; lists are in the order of the files, so that a seed means the same anywhere."""

    nouns: dict[str, list[Noun]]
    adjectives: dict[str, list[Adjective]]
    names: dict[str, list[Name]]
    places: dict[str, list[Place]]
    titles: tuple[list[tuple[str, ...]], list[tuple[str, ...]]]
    adjuncts: dict[str, list[Adjunct]]
    frames: dict[str, list[Frame]]

    @property
    def n_frames(self) -> int:
        """Returns the number of sentence frames."""
        return sum(map(len, self.frames.values()))

    @property
    def n_entries(self) -> int:
        """Returns the number of words and names (frames and verb tables not counted)."""
        tables = ("nouns", "adjectives", "names", "places", "titles", "adjuncts")
        return sum(len(read_table(f"{table}.tsv")) for table in tables)


def pieces(template: str) -> tuple[Piece, ...]:
    """Returns the pieces of a template such as ``S [look] for^0 O``."""
    found: list[Piece] = []
    for part in template.split():
        verb, word = _VERB.match(part), _PIECE.match(part)
        if verb:
            found.append(Piece("verb", verb[2], verb[3] or "S", 0, bool(verb[1])))
        elif (len(part) == 1 and part.isupper() and part not in "IA") or part == "A":
            found.append(Piece("slot", part))
        elif word:
            text, agrees, link = word.groups()
            found.append(Piece("word", text, agrees or "", int(link) if link else None))
    return tuple(found)


def _index(rows: list[_Row], keys: Callable[[_Row], Iterable[str]]) -> dict[str, list[_Row]]:
    table: dict[str, list[_Row]] = {}
    for row in rows:
        for key in keys(row):
            table.setdefault(key, []).append(row)
    return table


def _noun(row: tuple[str, ...]) -> Noun:
    en, _, en_plural = row[0].partition("/")
    fr, _, fr_plural = row[1].partition("/")
    none = "-" in (en_plural, fr_plural)
    return Noun(
        split(en).words,
        () if none else split(en_plural or english.plural(en)).words,
        split(fr).words,
        () if none else split(fr_plural or french.plural(fr)).words,
        row[2][0],
        row[2].endswith("p"),
        frozenset(row[3].split(",")),
    )


def _adjective(row: tuple[str, ...]) -> Adjective:
    sign = {"+": 1, "-": -1, "0": 0}[row[5]]
    classes = frozenset(f"{name}{sign}" for name in row[4].split(","))
    return Adjective(row[0], row[1], row[2], row[3] == "b", sign, classes)


def _name(row: tuple[str, ...]) -> Name:
    row += ("",) * (6 - len(row))
    en, fr = split(row[1]).words, split(row[2]).words
    if row[5]:
        pairs = (link.split("-") for link in row[5].split())
        links = tuple((int(a), int(b)) for a, b in pairs)
    elif len(en) == len(fr):
        links = tuple((at, at) for at in range(len(en)))
    else:
        links = tuple((a, b) for a in range(len(en)) for b in range(len(fr)))
    return Name(en, fr, row[3], row[4] == "held", links)


def _frame(row: tuple[str, ...]) -> Frame:
    row += ("",) * (7 - len(row))
    slots = dict(slot.split("=") for slot in row[2].split())
    sign = {"+": 1, "-": -1, "*": 2, "": 0}[row[6].strip()]
    flags = frozenset(row[5].split())
    return Frame(row[0], row[1], slots, pieces(row[3]), pieces(row[4]), flags, sign)


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """Returns the lexicon, read at the first call."""
    names: dict[str, list[Name]] = {}
    for row in read_table("names.tsv"):
        names.setdefault(row[0], []).append(_name(row))
    adjuncts: dict[str, list[Adjunct]] = {}
    for row in read_table("adjuncts.tsv"):
        row += ("",) * (5 - len(row))
        adjunct = Adjunct(pieces(row[1]), pieces(row[2]), row[3], row[4])
        adjuncts.setdefault(row[0], []).append(adjunct)
    places = [
        Place(split(r[0]).words, split(r[1]).words, *r[2:7]) for r in read_table("places.tsv")
    ]
    titles = read_table("titles.tsv")
    return Lexicon(
        _index([_noun(row) for row in read_table("nouns.tsv")], lambda noun: sorted(noun.classes)),
        _index([_adjective(r) for r in read_table("adjectives.tsv")], lambda a: sorted(a.classes)),
        names,
        _index(places, lambda place: (place.kind,)),
        ([r[1:] for r in titles if r[0] == "noun"], [r[1:] for r in titles if r[0] == "adj"]),
        adjuncts,
        _index([_frame(row) for row in read_table("frames.tsv")], lambda frame: (frame.kind,)),
    )
