"""Plans a sentence: which clauses, how joined, where names may stand, which sentiment."""

from __future__ import annotations

from typing import TypeAlias

from shiftdemo.data.grammar import adjuncts, sentences
from shiftdemo.data.grammar.clauses import Clause
from shiftdemo.data.grammar.phrase import Draft, NounPhrase, Phrase

# a clause that is done, with the words in front of it
_Step: TypeAlias = tuple[Phrase, Clause]

_LABEL_RATE = 0.45
# how often a subject and another phrase are names
_RATES = {"any": (0.62, 0.55), "none": (0.0, 0.0)}
_MAIN: tuple[str, ...] = ("event", "event", "state")
SHORTEST_CLAUSE, LONGEST_CLAUSE = 5, 17


def compose(draft: Draft, target: int, names: str) -> tuple[Phrase, str] | None:
    """Returns a sentence of about ``target`` English words, and its label.

    Returns ``None`` where the parts that were drawn do not fit together; the caller tries again.
    """
    draft.era = draft.pick(sentences.ERAS)
    if draft.chance(_LABEL_RATE):
        draft.sign = 1 if draft.chance(0.5) else -1
    sign, draft.sign = draft.sign, 0
    whole, last, loaded = Phrase(), None, False
    # the final full stop, and a clause seldom uses all the words that it may
    left = target - 1
    while left >= SHORTEST_CLAUSE or last is None:
        final = left <= LONGEST_CLAUSE
        budget = left if final else 7 + int(draft.rng.random() * (LONGEST_CLAUSE - 7))
        _set_rates(draft, names, last is None, final)
        draft.sign = 0 if loaded else sign * (final or draft.chance(0.5))
        draft.opening = last is None
        carries = bool(draft.sign)
        step = _first(draft, budget, final) if last is None else _joined(draft, last, budget)
        if step is None:
            break
        phrase, last = step
        loaded = loaded or carries
        whole.add(phrase)
        left = target - 1 - len(whole.en)
        if last.question or (final and names == "end"):
            break
    if last is None or (sign and not loaded):
        return None
    stop = "?" if last.question else "."
    whole.add(draft.pair((stop,), (stop,)))
    return whole, {1: "positive", -1: "negative", 0: "neutral"}[sign]


def _set_rates(draft: Draft, names: str, first: bool, last: bool) -> None:
    if names == "start":
        draft.subject_rate, draft.other_rate = (1.0, 0.0) if first else (0.0, 0.0)
    elif names == "end":
        draft.subject_rate, draft.other_rate = (0.0, 1.0) if last else (0.0, 0.0)
    else:
        draft.subject_rate, draft.other_rate = _RATES[names]


def _first(draft: Draft, budget: int, final: bool) -> _Step | None:
    """Returns the first clause, sometimes reported, a question or after a sentence adverb."""
    lead, kinds, barred = Phrase(), _MAIN, ""
    if draft.sign and budget > 6 and draft.era != "h" and draft.chance(0.2):
        lead = adjuncts.luck(draft)
        draft.sign = 0
        kinds = ("event",)
    elif draft.sign:
        kinds = ("opinion",)
    if budget >= 9 and draft.chance(0.15) and not lead.en:
        reported = _report(draft)
        if reported:
            lead = reported
            draft.opening = False
    elif budget >= 8 and not lead.en and draft.era == "f" and draft.chance(0.3) and not draft.sign:
        condition = _condition(draft)
        if condition:
            # "if it is hot, it will snow": the weather depends on nothing here
            lead, barred = condition, "k"
            draft.opening = False
    frame = sentences.choose(draft, kinds, budget - len(lead.en), barred=barred)
    if frame is None:
        return None
    # "was reading" prepares "when Paul arrived"
    lasting = draft.era == "p" and frame.kind == "event" and draft.chance(0.2)
    lasting = lasting and not final and not {"P", "c", "a"} & frame.flags
    tense = "past progressive" if lasting and "k" not in frame.flags else ""
    asks = final and not (lead.en or draft.sign or tense) and "q" in frame.flags
    if asks and draft.chance(0.12):
        return sentences.main_clause(draft, frame, budget, question=True)
    phrase, clause = sentences.main_clause(draft, frame, budget - len(lead.en), tense=tense)
    clause.opening = bool(tense)
    return lead.add(phrase), clause


def _report(draft: Draft) -> Phrase | None:
    era, draft.era = draft.era, "n"
    frame = sentences.choose(draft, ("report",), 6)
    phrase = sentences.main_clause(draft, frame, 4)[0] if frame else None
    draft.era = era
    return phrase


def _condition(draft: Draft) -> Phrase | None:
    frame = sentences.choose(draft, ("condition",), 8)
    if frame is None:
        return None
    phrase, _ = sentences.main_clause(draft, frame, 6, tense="present")
    return draft.pair(("if",), ("si",)).add(phrase).add(draft.pair((",",), (",",)))


_JOINS = (
    ("and", "et", ","),
    ("and", "et", ","),
    ("whereas", "tandis que", ","),
    ("", "", ";"),
    ("but", "mais", ","),
    ("while", "pendant que", ""),
    ("because", "parce que", ""),
    ("when", "quand", ""),
)


def _joined(draft: Draft, last: Clause, budget: int) -> _Step | None:
    """Returns a joining word with the next clause; several are tried."""
    for _ in range(6):
        step = _next(draft, last, budget)
        if step:
            return step
    return None


def _join_fits(draft: Draft, join: str, last: Clause) -> bool:
    """Returns whether the clause before leads to this joining word."""
    deed = last.frame.kind == "event" and "k" not in last.frame.flags
    if join == "when":
        return last.tense == "past progressive" and deed and not draft.sign
    if join == "while":
        return deed and draft.era in "np" and not draft.sign
    if join == "because":
        # having time is a reason to act, not to let it be
        reasoned = deed and not last.negative and not draft.sign
        return reasoned and sentences.again(draft, last) is not None
    return True


def _next(draft: Draft, last: Clause, budget: int) -> _Step | None:
    """Returns a joining word with the next clause."""
    en, fr, comma = draft.pick(_JOINS)
    if last.opening:
        en, fr, comma = _JOINS[-1]
    if fr in draft.used or not _join_fits(draft, en, last):
        return None
    subject: NounPhrase | None = None
    kinds, tense = ("opinion",) if draft.sign else _MAIN, ""
    if en == "because":
        kinds, tense = ("reason",), "past" if draft.era == "p" else "present"
    elif en == "while":
        kinds, tense = ("event",), "past progressive" if draft.era == "p" else "progressive"
    elif en == "when":
        kinds = ("arrival",)
    if en == "because" or (en in ("and", "but", "") and draft.chance(0.6)):
        subject = sentences.again(draft, last)
        if subject and draft.era == "n" and last.frame.kind == "event" and en != "because":
            # nobody does three things at once
            kinds = tuple(kind for kind in kinds if kind != "event")
    frame = sentences.choose(draft, kinds, budget - 2, subject)
    if frame is None or (en == "while" and "a" in frame.flags):
        return None
    phrase, clause = sentences.main_clause(draft, frame, budget - 2, subject, tense)
    words = Phrase()
    if comma:
        words.add(draft.pair((comma,), (comma,)))
    if en:
        words.add(draft.pair((en,), tuple(fr.split())))
    if fr not in ("et", ""):
        draft.used.add(fr)
    return words.add(phrase), clause
