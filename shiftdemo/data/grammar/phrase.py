"""Phrases of two languages side by side, and the state of a sentence that is being made."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias, TypeVar

from shiftdemo.data.grammar.lexicon import Frame, Lexicon

# word, tag, link keys: words of the two languages that share a key are aligned
Token: TypeAlias = tuple[str, str, tuple[int, ...]]
_Item = TypeVar("_Item")


@dataclass(slots=True)
class Phrase:
    """Words in both languages. French is raw: ``de le`` is contracted and elided at the end."""

    en: list[Token] = field(default_factory=list)
    fr: list[Token] = field(default_factory=list)

    def add(self, other: Phrase) -> Phrase:
        """Appends another phrase on both sides and returns the whole."""
        self.en += other.en
        self.fr += other.fr
        return self


@dataclass(slots=True)
class NounPhrase(Phrase):
    """A noun phrase with what agreement needs; ``human`` ones can take a pronoun later.

    ``second`` is the place in ``fr`` where the second of two joined phrases begins, else 0.
    """

    gender: str = "m"
    plural: bool = False
    person: int = 3
    human: bool = False
    pronoun: bool = False
    impersonal: bool = False
    en_gender: str = ""
    en_plural: bool | None = None
    second: int = 0

    @property
    def en_person(self) -> int:
        """Returns 0 for *I*, 1 for the third person singular, 2 for all others."""
        plural = self.plural if self.en_plural is None else self.en_plural
        if self.person == 3 and not plural:
            return 1
        return 0 if self.person == 1 and not plural else 2

    @property
    def fr_person(self) -> str:
        """Returns the pronoun whose verb forms the phrase takes."""
        if self.person == 3:
            return "ils" if self.plural else "il"
        if self.person == 2:
            return "vous"
        return "nous" if self.plural else "je"


@dataclass(slots=True)
class Draft:
    """The sentence that is being made.

    Attributes:
        held_out: whether names that training never sees may be used.
        frames: those that may be used, by kind.
        era: ``p`` past, ``n`` now, ``h`` habit, ``f`` future.
        sign: sentiment: +1, 0 or -1.
        subject_rate, other_rate: how often a subject or another phrase is a name, 0 to 1.
        owner: the subject that a possessive points to.
        depth: how many relative clauses stand around this place.
        timed: whether the sentence has a time adverbial already.
        opening: whether a time adverbial may open the next clause.
        used: words of names and nouns, joining words and frames that shall not come again.
        built: names of the frames that clauses were built on.
    """

    rng: random.Random
    lex: Lexicon
    held_out: bool
    frames: dict[str, list[Frame]]
    era: str = "p"
    sign: int = 0
    subject_rate: float = 0.5
    other_rate: float = 0.5
    owner: NounPhrase | None = None
    depth: int = 0
    timed: bool = False
    opening: bool = True
    used: set[str] = field(default_factory=set)
    built: list[str] = field(default_factory=list)
    _keys: int = 0

    def key(self) -> tuple[int, ...]:
        """Returns a link key that no other words have."""
        self._keys += 1
        return (self._keys,)

    def pick(self, items: Sequence[_Item]) -> _Item:
        """Returns one item; by ``random()`` alone, whose values no Python version changes."""
        return items[int(self.rng.random() * len(items))]

    def chance(self, probability: float) -> bool:
        """Returns whether an event of this probability happens."""
        return self.rng.random() < probability

    def pair(self, en: tuple[str, ...], fr: tuple[str, ...]) -> Phrase:
        """Returns a phrase whose words are all aligned with each other."""
        key = self.key()
        return Phrase([(w, "O", key) for w in en], [(w, "O", key) for w in fr])
