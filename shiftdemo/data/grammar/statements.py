"""Short sentences, each telling one deed, whose parts are known: what documents are made of."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from shiftdemo.data.grammar import adjuncts, names, nouns, slots
from shiftdemo.data.grammar.clauses import Clause, build, english_words
from shiftdemo.data.grammar.frames import permitted
from shiftdemo.data.grammar.generator import names_stand_right, split_of
from shiftdemo.data.grammar.lexicon import Frame, lexicon
from shiftdemo.data.grammar.phrase import Draft, NounPhrase, Phrase, Token
from shiftdemo.data.grammar.realise import capitalised, surface, text_of
from shiftdemo.data.grammar.spec import GrammarSpec

# Frames that documents are made of: few, so that a small model learns within minutes how the
# words of a question go with those of a sentence.
DEEDS = frozenset(("buy", "drink", "drive", "eat", "go", "read", "stay", "travel", "wash", "write"))
# classes of a slot that *where* asks for
_WHERE = frozenset(("in", "in.name", "to", "to.name"))
# how often a subject and another phrase are names
_RATES = {"any": (0.85, 0.5), "start": (1.0, 0.0), "end": (0.0, 1.0), "none": (0.0, 0.0)}
_TIMED = 0.6
MARK = "Above all, "


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence about one deed in the past.

    Attributes:
        verb: its infinitive; a document tells every verb once.
        words: the English words with the full stop, as they are before capitals.
        core: how many of them the clause has without its adverbials.
        text_fr: its translation, which decides on the split.
        asked: by question word (``Who``, ``Where``, ``What``) the half-open span of ``words`` that
            answers it.
        questions: by question word the question's words, without the question mark.
        subject: who did it.
        used: words that no other sentence of the document may use.
    """

    verb: str
    words: tuple[Token, ...]
    core: int
    text_fr: str
    asked: dict[str, tuple[int, int]]
    questions: dict[str, str]
    subject: NounPhrase
    used: frozenset[str]

    @property
    def text(self) -> str:
        """The sentence."""
        return text_of(capitalised(list(self.words)), False)

    @property
    def marked(self) -> str:
        """The sentence, said to be what matters."""
        return MARK + text_of(list(self.words), False)

    @property
    def summary(self) -> str:
        """Its clause without adverbials, as a sentence of its own."""
        return text_of(capitalised([*self.words[: self.core], self.words[-1]]), False)

    def answer(self, word: str, before: str) -> tuple[int, str]:
        """Returns where the answer to a question begins, and its text.

        Args:
            word: one of ``asked``.
            before: what stands in front of the sentence.
        """
        start, end = self.asked[word]
        words = capitalised(list(self.words))
        upto = text_of(words[:start], False)
        answer = text_of(words[:end], False)[len(upto) :].lstrip()
        return len(before) + len(text_of(words[:end], False)) - len(answer), answer


def statement(
    rng: random.Random,
    spec: GrammarSpec,
    split: str,
    others: Sequence[Statement] = (),
    timed: bool = False,
    subject: NounPhrase | None = None,
) -> Statement | None:
    """Returns a sentence that belongs to a split, or ``None`` where the parts do not fit.

    Args:
        others: sentences of the same document, whose verbs and names do not come again.
        timed: whether it may say when.
        subject: who did it; ``None``: somebody who is drawn.
    """
    held_out = split != "train"
    draft = Draft(rng, lexicon(), held_out, permitted(held_out, spec.new_frames))
    draft.used.update(*(other.used for other in others))
    draft.subject_rate, draft.other_rate = _RATES[spec.names]
    frame = draft.pick(draft.frames["event"])
    if not _fits(draft, frame) or _verb(frame) in {other.verb for other in others}:
        return None
    clause = Clause(frame, "past")
    subject = subject or _subject(draft)
    clause.filled["S"] = subject
    core = build(draft, clause)
    words = Phrase([*core.en], [*core.fr])
    if timed and "t" in frame.flags and draft.chance(_TIMED):
        when = adjuncts.time(draft, False, "l" in frame.flags)
        words.add(when or Phrase())
    words.add(draft.pair((".",), (".",)))
    fits = spec.min_words <= len(words.en) <= spec.max_words
    if not fits or not names_stand_right(words, spec.names):
        return None
    _, fr = surface(words)
    text_fr = text_of(fr, True)
    if split_of(text_fr) != split:
        return None
    asked, questions = _questions(draft, clause, core)
    return Statement(
        _verb(frame),
        tuple(words.en),
        len(core.en),
        text_fr,
        asked,
        questions,
        subject,
        frozenset(draft.used),
    )


def _verb(frame: Frame) -> str:
    return next(piece.text for piece in frame.en if piece.kind == "verb")


def _fits(draft: Draft, frame: Frame) -> bool:
    """Returns whether it is one of the deeds, and its names are allowed."""
    named = slots.NAME_CLASSES & set(frame.slots.values())
    return frame.name in DEEDS and (bool(draft.other_rate) or not named)


def _subject(draft: Draft) -> NounPhrase:
    if draft.chance(draft.subject_rate):
        return names.first_name(draft)
    return nouns.noun_phrase(draft, "human", "t", 0.0)


def _questions(
    draft: Draft, clause: Clause, core: Phrase
) -> tuple[dict[str, tuple[int, int]], dict[str, str]]:
    """Returns :attr:`Statement.asked` and :attr:`Statement.questions`."""
    subject = clause.filled["S"].en
    asked = {"Who": (0, len(subject))}
    questions = {"Who": text_of([("Who", "O", ()), *core.en[len(subject) :]], False)}
    for slot, class_ in clause.frame.slots.items():
        word = "Where" if class_ in _WHERE else "What"
        if slot == "S":
            continue
        found = clause.filled[slot].en
        end = _index(core.en, found) + len(found)
        # the preposition of a place is no part of the answer
        asked[word] = (end - len(found) + (word == "Where"), end)
        without = {**clause.filled, slot: Phrase()}
        turned = Clause(clause.frame, "past", question=True, filled=without, keys=clause.keys)
        questions[word] = text_of([(word, "O", ()), *english_words(draft, turned)], False)
    return asked, questions


def _index(words: list[Token], part: list[Token]) -> int:
    """Returns where a part begins; its link keys make it the only one."""
    return next(at for at in range(len(words)) if words[at : at + len(part)] == part)
