"""Relative clauses after a person (*who*) or after an object (*that Anna bought*)."""

from __future__ import annotations

from shiftdemo.data.grammar import slots
from shiftdemo.data.grammar.clauses import Clause, build
from shiftdemo.data.grammar.lexicon import Frame
from shiftdemo.data.grammar.phrase import Draft, NounPhrase, Phrase

# what one can have done with an object before something else is done with it
_BEFORE = {
    "read": ("buy", "choose", "borrow"),
    "eat": ("buy",),
    "wear": ("buy", "choose"),
    "repair": ("buy",),
    "repair_car": ("buy",),
    "seek": ("buy",),
    "find": ("forget",),
    "sell": ("buy", "find"),
    "forget": ("buy",),
}


def _before(draft: Draft, frame: Frame) -> list[Frame]:
    return [f for f in draft.frames["event"] if f.name in _BEFORE.get(frame.name, ())]


def has_object_relative(draft: Draft, frame: Frame, np: NounPhrase) -> bool:
    """Returns whether ``that somebody bought`` makes sense after the frame's object."""
    return bool(_before(draft, frame)) and np.en[0][0] in ("the", "these") and not np.human


def object_relative(draft: Draft, frame: Frame, np: NounPhrase) -> Phrase:
    """Returns ``that Anna bought`` / ``qu'Anna a achetée``, agreeing with the object in front."""
    inner = draft.pick(_before(draft, frame))
    named = draft.chance(draft.other_rate)
    clause = Clause(inner, "past", gap=np)
    draft.opening = False
    clause.filled["S"] = slots.names.person(draft) if named else slots.nouns.pronoun(draft)
    clause.filled["O"] = NounPhrase()
    if "P" in inner.slots:
        clause.filled["P"] = Phrase()
    words = build(draft, clause)
    return draft.pair(("that",), ("que",)).add(words)


def add_relative(draft: Draft, subject: NounPhrase, budget: int, busy: bool) -> None:
    """Appends ``who …`` to a person; after a name it stands between commas.

    Args:
        busy: whether the main clause is a deed of the same person.
    """
    if subject.pronoun or not subject.human:
        return
    frame = _personal_frame(draft, budget, subject.plural, busy)
    if frame is None:
        return
    era = draft.era
    tense = {"p": "past", "f": "present"}.get(era, "present")
    if frame.kind == "event":
        tense = "past" if era == "p" else "progressive"
    who, qui = draft.key(), ("qui", "O")
    gap = NounPhrase(
        gender=subject.gender,
        plural=subject.plural,
        human=True,
        en_gender=subject.en_gender,
        en_plural=subject.en_plural,
    )
    gap.en, gap.fr = [("who", "O", who)], [(*qui, who)]
    clause = Clause(frame, tense)
    clause.filled[next(iter(frame.slots))] = gap
    draft.depth += 1
    words = build(draft, clause)
    draft.depth -= 1
    named = subject.en[-1][1] != "O" or subject.en[0][1] != "O"
    comma = draft.pair((",",), (",",)) if named else Phrase()
    subject.add(comma).add(words)
    if named:
        subject.add(draft.pair((",",), (",",)))


def _personal_frame(draft: Draft, budget: int, plural: bool, busy: bool) -> Frame | None:
    # nobody is reading and driving at once
    states = draft.era in "hf" or (busy and draft.era == "n")
    kinds = ("state",) if states else ("state", "state", "event")
    for _ in range(30):
        frame = draft.pick(draft.frames[draft.pick(kinds)])
        slots_ = list(frame.slots.values())
        if not slots_ or slots_[0] not in ("human", "named") or not 3 <= len(frame.en) <= budget:
            continue
        if {"c", "z"} & frame.flags or frame.name in draft.used or frame.sign:
            continue
        if not draft.other_rate and set(slots_[1:]) & slots.NAME_CLASSES:
            continue
        if plural and "s" in frame.flags:
            continue
        if draft.era != "p" and {"P", "a"} & frame.flags:
            continue
        draft.used.add(frame.name)
        return frame
    return None
