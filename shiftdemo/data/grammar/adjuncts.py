"""Adverbials: time, place, company, manner, purpose, and the sentence adverbs of sentiment."""

from __future__ import annotations

from shiftdemo.data.grammar import slots
from shiftdemo.data.grammar.clauses import Clause, aim_of
from shiftdemo.data.grammar.lexicon import Adjunct, Frame, Piece
from shiftdemo.data.grammar.nouns import NUMBERS, agree
from shiftdemo.data.grammar.phrase import Draft, NounPhrase, Phrase, Token

WEEKDAYS = (
    ("Monday", "lundi"),
    ("Tuesday", "mardi"),
    ("Wednesday", "mercredi"),
    ("Thursday", "jeudi"),
    ("Friday", "vendredi"),
    ("Saturday", "samedi"),
    ("Sunday", "dimanche"),
)
# flags of a frame that can take a place, and the slot class of that place
_PLACES = {"p": "in", "b": "in.name", "o": "out"}
MONTHS = (
    ("January", "janvier"),
    ("February", "février"),
    ("March", "mars"),
    ("April", "avril"),
    ("May", "mai"),
    ("June", "juin"),
    ("July", "juillet"),
    ("August", "août"),
    ("September", "septembre"),
    ("October", "octobre"),
    ("November", "novembre"),
    ("December", "décembre"),
)


def _values(draft: Draft) -> dict[str, tuple[str, str]]:
    day = str(2 + int(draft.rng.random() * 27))
    year = str(1950 + int(draft.rng.random() * 70))
    weekday = draft.pick(WEEKDAYS)
    return {
        "{W}": weekday,
        "{W}s": (weekday[0] + "s", weekday[1] + "s"),
        "{M}": draft.pick(MONTHS),
        "{N}": draft.pick(NUMBERS),
        "{D}": (day, day),
        "{Y}": (year, year),
    }


def spell(draft: Draft, adjunct: Adjunct, subject: NounPhrase | None = None) -> Phrase:
    """Returns an adverbial with its numbers, days and agreement filled in."""
    values = _values(draft)
    keys = [draft.key() for _ in range(10)]

    def side(pieces: tuple[Piece, ...], at: int) -> list[Token]:
        out: list[Token] = []
        for piece in pieces:
            word = values[piece.text][at] if piece.text in values else piece.text
            if piece.agrees and subject:
                word = agree(word, subject)
            out.append((word, "O", keys[piece.link] if piece.link is not None else ()))
        return out

    return Phrase(side(adjunct.en, 0), side(adjunct.fr, 1))


def often(draft: Draft) -> Phrase:
    """Returns an adverb of frequency."""
    return spell(draft, draft.pick(draft.lex.adjuncts["often"]))


def manner(draft: Draft, frame: Frame) -> Phrase | None:
    """Returns an adverb of manner that the frame takes, or ``None`` where it takes none."""
    found = [a for a in draft.lex.adjuncts["manner"] if a.en[0].text in frame.flags]
    return spell(draft, draft.pick(found)) if found else None


def time(draft: Draft, front: bool, lasting: bool = False) -> Phrase | None:
    """Returns a time adverbial of the draft's era for the front or the end of a clause.

    Args:
        lasting: whether the deed takes longer than a time of the clock.
    """
    place = "f" if front else "e"
    found = [
        a
        for a in draft.lex.adjuncts["time"]
        if draft.era in a.eras and place in a.places and not (lasting and "c" in a.places)
    ]
    return spell(draft, draft.pick(found)) if found else None


def around(draft: Draft, clause: Clause, phrase: Phrase, budget: int) -> Phrase:
    """Returns the clause with adverbials until about ``budget`` English words are used."""
    flags = clause.frame.flags
    free = budget - len(phrase.en)
    extras = [] if clause.ends_relative else _end_adjuncts(draft, clause, flags, free)
    for extra in extras:
        phrase.add(extra)
    free = budget - len(phrase.en)
    timely = "t" in flags and not (draft.timed or clause.often or clause.negative)
    if timely and free >= 2 and draft.chance(0.75):
        front = draft.opening and not clause.question
        front = front and (clause.ends_relative or draft.chance(0.4))
        when = None if clause.ends_relative and not front else time(draft, front, "l" in flags)
        if when and front:
            draft.timed = True
            return when.add(draft.pair((",",), (",",))).add(phrase)
        if when:
            draft.timed = True
            phrase.add(when)
    return phrase


def _end_adjuncts(draft: Draft, clause: Clause, flags: frozenset[str], free: int) -> list[Phrase]:
    subject = clause.agreeing(next(iter(clause.frame.slots), "S"))
    found: list[Phrase] = []
    if clause.manner:
        # French has it right after the verb
        found.append(Phrase(clause.manner.en))
        free -= 1
    if "w" in flags and free >= 3 and draft.chance(0.35):
        owner, draft.owner = draft.owner, subject
        companion = slots.human(draft, draft.other_rate, False)
        draft.owner = owner
        with_ = draft.pair(("with",), ("avec",)).add(companion)
        found.append(with_)
        free -= len(with_.en)
    place = next((_PLACES[flag] for flag in "pbo" if flag in flags), "")
    if place == "in.name" and not draft.other_rate:
        place = ""
    if place and free >= 3 and draft.chance(0.6):
        where = slots.located(draft, place, draft.other_rate)
        found.append(where)
        free -= len(where.en)
    if "u" in flags and free >= 4 and draft.chance(0.5) and not clause.negative:
        found.append(aim_of(draft, subject))
    return found


def luck(draft: Draft) -> Phrase:
    """Returns ``Fortunately,`` or ``Unfortunately,`` by the draft's sentiment."""
    kind = "luck+" if draft.sign > 0 else "luck-"
    return spell(draft, draft.pick(draft.lex.adjuncts[kind])).add(draft.pair((",",), (",",)))
