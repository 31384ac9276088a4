"""From clauses to sentences of a wanted length."""

from __future__ import annotations

from shiftdemo.data.grammar import adjuncts, slots
from shiftdemo.data.grammar.clauses import Clause, build, is_event
from shiftdemo.data.grammar.lexicon import Frame
from shiftdemo.data.grammar.nouns import pronoun_for
from shiftdemo.data.grammar.phrase import Draft, NounPhrase, Phrase
from shiftdemo.data.grammar.relatives import add_relative, has_object_relative, object_relative

ERAS = "pppppnnnhhff"
_NEGATION = 0.13


def tense_of(draft: Draft, frame: Frame) -> str:
    """Returns the English tense that the era asks of a frame."""
    if "x" in frame.flags:
        return "present"
    if draft.era == "p":
        return "past"
    if draft.era == "f":
        return "future"
    return "progressive" if draft.era == "n" and is_event(frame) else "present"


def fits(draft: Draft, frame: Frame, budget: int, given: NounPhrase | None = None) -> bool:
    """Returns whether a frame suits the era, the names allowed and the words left."""
    if len(frame.en) > budget:
        return False
    if ("P" in frame.flags and draft.era != "p") or ("a" in frame.flags and draft.era == "n"):
        return False
    if draft.era in "hf" and ("c" in frame.flags or frame.name == "hold"):
        return False
    if (draft.era == "f" and "i" in frame.flags) or (draft.era == "h" and "1" in frame.flags):
        return False
    for at, class_ in enumerate(frame.slots.values()):
        if at == 0 and given:
            possible = class_ in ("human", "named", "desc") and not (
                given.plural and "s" in frame.flags
            )
        else:
            rate = draft.subject_rate if at == 0 else draft.other_rate
            possible = rate > 0 or class_ not in slots.NAME_CLASSES
        if not possible:
            return False
    return not (given and not frame.slots)


def choose(
    draft: Draft,
    kinds: tuple[str, ...],
    budget: int,
    subject: NounPhrase | None = None,
    barred: str = "",
) -> Frame | None:
    """Returns a frame of these kinds, without the flag ``barred``, or ``None`` if none fits."""
    for _ in range(40):
        frame = draft.pick(draft.frames[draft.pick(kinds)])
        if draft.sign and frame.sign not in (0, 2, draft.sign):
            continue
        if (not draft.sign and frame.sign) or barred in frame.flags:
            continue
        if frame.name not in draft.used and fits(draft, frame, budget, subject):
            draft.used.add(frame.name)
            return frame
    return None


def main_clause(
    draft: Draft,
    frame: Frame,
    budget: int,
    subject: NounPhrase | None = None,
    tense: str = "",
    question: bool = False,
) -> tuple[Phrase, Clause]:
    """Returns a clause with as many adverbials as ``budget`` English words allow."""
    clause = Clause(frame, tense or tense_of(draft, frame))
    if subject:
        clause.filled[next(iter(frame.slots))] = subject
    may_negate = "n" in frame.flags and draft.era != "n"
    may_negate = may_negate and not question and "progressive" not in clause.tense
    clause.negative = "N" in frame.flags or (may_negate and draft.chance(_NEGATION))
    usual = draft.era == "h" and is_event(frame) and not clause.negative and not question
    if usual and not draft.timed and draft.chance(0.5):
        clause.often = adjuncts.often(draft)
    clause.question = question
    if budget > 5 and not clause.negative and draft.chance(0.2):
        clause.manner = adjuncts.manner(draft, frame)
    _expand_subject(draft, clause, budget)
    phrase = build(draft, clause)
    _expand_object(draft, clause, phrase, budget)
    return adjuncts.around(draft, clause, phrase, budget), clause


def _expand_subject(draft: Draft, clause: Clause, budget: int) -> None:
    """Fills the subject and gives it a relative clause where there is room."""
    slot, class_ = next(iter(clause.frame.slots.items()), ("", ""))
    if slot in clause.filled or class_ not in ("human", "named", "desc"):
        return
    if budget < 13 or draft.depth or not draft.chance(0.45):
        return
    subject = slots.fill(draft, class_, draft.subject_rate, subject=False)
    clause.filled[slot] = subject
    if isinstance(subject, NounPhrase):
        # sitting somewhere is an occupation, too
        busy = clause.frame.kind == "event" or is_event(clause.frame)
        add_relative(draft, subject, min(budget - 6, 9), busy)


def _expand_object(draft: Draft, clause: Clause, phrase: Phrase, budget: int) -> None:
    """Adds ``that Anna bought`` after a definite object at the end of the clause."""
    if clause.manner or budget - len(phrase.en) < 5 or draft.depth or not draft.chance(0.5):
        return
    if clause.frame.fr[-1].text != "O" or clause.frame.en[-1].text != "O":
        return
    np = clause.filled["O"]
    if isinstance(np, NounPhrase) and has_object_relative(draft, clause.frame, np):
        phrase.add(object_relative(draft, clause.frame, np))
        clause.ends_relative = True


def again(draft: Draft, clause: Clause) -> NounPhrase | None:
    """Returns a pronoun for the subject of the clause before, where it is a person."""
    subject = clause.subject()
    # after "X manquait à Y" a French "il" would be X
    if subject is None or not subject.human or "full" in clause.frame.slots.values():
        return None
    return pronoun_for(draft, subject)
