"""From a frame to a clause: slots, verb groups, agreement."""

from __future__ import annotations

from dataclasses import dataclass, field

from shiftdemo.data.grammar import english, french, nouns, slots
from shiftdemo.data.grammar.lexicon import Frame, Piece
from shiftdemo.data.grammar.phrase import Draft, NounPhrase, Phrase, Token

_REFLEXIVE = {"je": "me", "il": "se", "nous": "nous", "vous": "vous", "ils": "se"}


@dataclass(slots=True)
class Clause:
    """A clause in the making: what fills the slots, and how its verb stands.

    ``opening`` marks a past progressive that a clause with *when* has to follow. Behind a clause
    that ``ends_relative`` an adverbial would seem to belong to the relative clause.
    """

    frame: Frame
    tense: str
    negative: bool = False
    question: bool = False
    often: Phrase | None = None
    manner: Phrase | None = None
    filled: dict[str, Phrase] = field(default_factory=dict)
    gap: NounPhrase | None = None
    opening: bool = False
    ends_relative: bool = False
    keys: dict[int, tuple[int, ...]] = field(default_factory=dict)

    def subject(self) -> NounPhrase | None:
        """Returns the first slot's noun phrase, if the clause has one."""
        first = next(iter(self.frame.slots), "")
        phrase = self.filled.get(first)
        return phrase if isinstance(phrase, NounPhrase) else None

    def agreeing(self, slot: str) -> NounPhrase:
        """Returns what a verb or an adjective agrees with; slot ``Z`` is an impersonal *il*."""
        if slot == "Z":
            return NounPhrase(impersonal=True)
        phrase = self.filled.get(slot) or self.subject()
        return phrase if isinstance(phrase, NounPhrase) else NounPhrase(impersonal=True)


def is_event(frame: Frame) -> bool:
    """Returns whether a frame tells what happens (French compound past), not how things are."""
    return "e" in frame.flags or (frame.kind in ("event", "arrival") and "c" not in frame.flags)


def build(draft: Draft, clause: Clause) -> Phrase:
    """Returns the words of a clause; slots that are not filled yet are filled.

    The subject is filled first, so that a possessive can point to it.
    """
    owner, sign = draft.owner, draft.sign
    if "A" in clause.frame.slots:
        # "the tasteless rice is tasteless": the predicate alone carries the sentiment
        draft.sign = 0
    subject = clause.filled.get("S")
    draft.owner = subject if isinstance(subject, NounPhrase) else None
    for at, (slot, class_) in enumerate(clause.frame.slots.items()):
        if slot not in clause.filled:
            clause.filled[slot] = _fill(draft, clause, slot, class_, at == 0)
        if at == 0:
            draft.owner = clause.subject()
            if draft.owner and (draft.owner.impersonal or not draft.owner.human):
                draft.owner = None
    draft.sign = sign
    for link in range(10):
        clause.keys[link] = draft.key()
    draft.built.append(clause.frame.name)
    phrase = Phrase(english_words(draft, clause), _french(clause))
    draft.owner = owner
    return phrase


def _fill(draft: Draft, clause: Clause, slot: str, class_: str, first: bool) -> Phrase:
    if slot == "A":
        return Phrase()
    if slot == "V":
        return _aim(draft, clause)
    rate = draft.subject_rate if first else draft.other_rate
    if clause.negative and ":" not in class_ and class_ not in slots.NAME_CLASSES:
        # "n'a pas mangé une pomme" would need "de": a negated clause has definite objects
        class_ += ":tdp"
    if clause.frame.kind in ("state", "reason", "opinion", "report", "arrival", "condition"):
        first_class = class_.partition(":")[0]
        if first and first_class == "human":
            return slots.human(draft, rate, True, definite=True)
    return slots.fill(draft, class_, rate, subject=first)


def _aim(draft: Draft, clause: Clause, barred: str = "") -> Phrase:
    """Returns an infinitive; ``barred`` is a slot class that it shall not have."""
    frames = [
        frame
        for frame in draft.frames["aim"]
        if draft.other_rate or not set(frame.slots.values()) & slots.NAME_CLASSES
        if barred not in frame.slots.values()
    ]
    aim = Clause(draft.pick(frames), "infinitive")
    aim.filled["S"] = clause.agreeing("S")
    for slot, class_ in aim.frame.slots.items():
        aim.filled[slot] = slots.fill(draft, class_, draft.other_rate)
    for link in range(10):
        aim.keys[link] = draft.key()
    draft.built.append(aim.frame.name)
    return Phrase(english_words(draft, aim), _french(aim))


def aim_of(draft: Draft, subject: NounPhrase) -> Phrase:
    """Returns the purpose of a journey: ``to learn Dutch`` / ``pour apprendre le néerlandais``.

    It names no further place: nobody goes to Rome to visit Lyon.
    """
    clause = Clause(draft.frames["event"][0], "past", filled={"S": subject})
    owner, draft.owner = draft.owner, subject
    phrase = _aim(draft, clause, barred="loc")
    draft.owner = owner
    return Phrase(phrase.en, [("pour", "O", phrase.en[0][2]), *phrase.fr])


def english_words(draft: Draft, clause: Clause) -> list[Token]:
    """Returns the English words of a clause whose slots are filled; of a question, turned."""
    out: list[Token] = []
    for piece in clause.frame.en:
        if piece.kind == "slot":
            if piece.text == "A":
                clause.filled["A"] = _predicate(draft, clause)
            out += clause.filled[piece.text].en
        elif piece.kind == "verb":
            out += _english_verb(clause, piece, out)
        else:
            word = piece.text
            if piece.agrees:
                word = nouns.possessive_en(clause.agreeing(piece.agrees))
            if word == "{N}":
                word = str(18 + int(draft.rng.random() * 60))
                clause.filled["N"] = Phrase(fr=[(word, "O", ())])
            out.append((word, "O", clause.keys[piece.link] if piece.link is not None else ()))
    return out


def _english_verb(clause: Clause, piece: Piece, out: list[Token]) -> list[Token]:
    """Returns the verb group; in a question the auxiliary goes to the front of ``out``."""
    person = clause.agreeing(piece.agrees).en_person
    auxiliaries, main = english.verb_group(piece.text, clause.tense, person, clause.negative)
    key = clause.keys[0]
    if clause.question and not auxiliaries:
        does = "did" if clause.tense == "past" else "does" if person == 1 else "do"
        auxiliaries, main = (does,), piece.text
    tokens = [(w, "O", clause.keys[9] if w == "not" else key) for w in auxiliaries]
    if clause.question:
        first = tokens.pop(0)
        # only "be" has its own French verb; other auxiliaries answer to "est-ce que"
        out.insert(0, first if not main else (first[0], "O", clause.keys[8]))
    often = clause.often.en if clause.often else []
    return tokens + often + ([(main, "O", key)] if main else [])


def _predicate(draft: Draft, clause: Clause) -> Phrase:
    """Returns the predicate adjective of slot ``A`` with the draft's sentiment."""
    class_ = clause.frame.slots["A"]
    name = "mood0" if class_ == "mood0" else f"{class_}{draft.sign}"
    adjective = draft.pick(draft.lex.adjectives[name])
    subject = clause.agreeing(next(iter(clause.frame.slots)))
    return draft.pair((adjective.en,), (adjective.agree(subject.gender, subject.plural),))


def _french(clause: Clause) -> list[Token]:
    out: list[Token] = []
    if clause.question:
        key = clause.keys[8]
        out += [("est-ce", "O", key), ("que", "O", key)]
    for piece in clause.frame.fr:
        if piece.kind == "slot":
            out += _repeating(out, clause.filled[piece.text])
        elif piece.kind == "verb":
            out += _french_verb(clause, piece)
        else:
            out.append(_french_word(clause, piece))
    return out


def _repeating(before: list[Token], phrase: Phrase) -> list[Token]:
    """Returns the French of a slot; ``à`` and ``de`` are said again before a second person."""
    second = phrase.second if isinstance(phrase, NounPhrase) else 0
    if not (second and before and before[-1][0] in ("à", "de")):
        return phrase.fr
    return [*phrase.fr[:second], before[-1], *phrase.fr[second:]]


def _french_word(clause: Clause, piece: Piece) -> Token:
    key = clause.keys[piece.link] if piece.link is not None else ()
    word = piece.text
    if word.startswith("se+"):
        person = clause.agreeing("S").fr_person
        # an infinitive keeps its pronoun in one place with the verb's link
        return (f"{_REFLEXIVE[person]} {word[3:]}", "O", key)
    if word == "{N}":
        return (clause.filled["N"].fr[0][0], "O", key)
    if piece.agrees:
        np = clause.agreeing(piece.agrees)
        if word == "son":
            word = nouns.possessive_fr(np, "m", False, "anniversaire")
        else:
            word = nouns.agree(word, np)
    return (word, "O", key)


def _french_verb(clause: Clause, piece: Piece) -> list[Token]:
    np = clause.agreeing(piece.agrees)
    person, infinitive, key = np.fr_person, piece.text, clause.keys[0]
    out: list[Token] = [("ne", "O", clause.keys[9])] if clause.negative else []
    if piece.reflexive:
        out.append((_REFLEXIVE[person], "O", key))
    compound = clause.tense == "past" and is_event(clause.frame)
    if compound:
        etre = piece.reflexive or french.takes_etre(infinitive)
        verb = french.conjugate("être" if etre else "avoir", "present", person)
    else:
        tense = clause.tense if clause.tense == "future" else "present"
        if clause.tense.startswith("past"):
            tense = "imperfect"
        verb = french.conjugate(infinitive, tense, person)
    out.append((verb, "O", key))
    if clause.negative:
        out.append(("pas", "O", clause.keys[9]))
    if clause.often:
        out += clause.often.fr
    if compound:
        other = np if etre else clause.gap
        form = french.participle(infinitive)
        if other:
            form = french.participle(infinitive, other.gender, other.plural)
        out.append((form, "O", key))
    if clause.manner:
        out += clause.manner.fr
    return out
