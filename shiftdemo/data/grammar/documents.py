"""Documents of several short sentences: contexts with a question, and reports with a summary.

**Questions.** A context tells three to five deeds, no verb twice and no person twice. A question
asks who did one of them, where it was done or what it was done to, and its answer is a span of the
context. One question in five has none, as in SQuAD 2 (Rajpurkar et al. 2018): it asks about a deed
that the context does not tell, often of a person who stands in it.

**Reports.** One sentence of a report begins with the words *Above all,*. The summary is that
sentence's clause without its adverbials: ``Above all, Anna bought a piano in Rome last week.``
becomes ``Anna bought a piano.`` So every report has exactly one right summary.

Every sentence belongs to one split by its French text, as all sentences of the grammar do
(:func:`~shiftdemo.data.grammar.generator.split_of`), so that no sentence of a document stands in a
document of another split.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from shiftdemo.core.errors import ConfigError
from shiftdemo.core.samples import QuestionSample, Sample, TranslationSample
from shiftdemo.core.task_spec import TASKS
from shiftdemo.data.grammar.generator import PATIENCE, generate
from shiftdemo.data.grammar.spec import GrammarSpec
from shiftdemo.data.grammar.statements import Statement, statement

FEWEST, MOST = 3, 5  # sentences of a document
ANSWER_PLACES = ("any", "first", "last", *map(str, range(1, MOST + 1)))
UNANSWERABLE = 0.2


def documents(
    kind: type[Sample],
    spec: GrammarSpec,
    split: str,
    answer_at: str = "any",
) -> Iterator[Sample]:
    """Yields the documents of a split.

    Args:
        kind: ``QuestionSample``: contexts with questions; ``TranslationSample``: reports with
            summaries.
        spec: ``size`` counts documents, and lengths and places of names are those of each of
            their sentences.
        split: ``train``, ``val`` or ``test``; held-out names occur in the last two only.
        answer_at: the sentence with the answer, or that the summary is of: ``any``, ``first``,
            ``last``, or its number from 1 to 5. With a number all documents have five
            sentences, else three to five.

    Raises:
        ConfigError: there is no such place, fewer documents exist than asked, or new frames are
            asked for, which documents have none of.
    """
    if answer_at not in ANSWER_PLACES:
        raise ConfigError(
            "documents.place_unknown", answer_at=answer_at, places=", ".join(ANSWER_PLACES)
        )
    if spec.new_frames:
        raise ConfigError("documents.no_new_frames")
    rng = random.Random(f"documents/{split}/{spec.seed}")
    make = _question if kind is QuestionSample else _report
    seen: set[str] = set()
    while len(seen) < spec.size:
        identity = f"grammar-{split}-{spec.seed}-{len(seen)}"
        made = make(identity, _Draws(rng, spec, split), answer_at)
        if made.read not in seen:
            seen.add(made.read)
            yield made


def corpus_samples(
    task: str, spec: GrammarSpec, split: str, answer_at: str = "any"
) -> Iterator[Sample]:
    """Returns the samples of the built-in corpus for a task.

    Args:
        answer_at: see :func:`documents`; tasks of single sentences take no notice of it.

    Raises:
        ConfigError: the built-in corpus has none for this task, or not so many.
    """
    of = TASKS.get(task)
    if not (of.in_corpus and of.documents):
        return (sentence.sample(task) for sentence in generate(spec, split))
    return documents(of.sample, spec, split, answer_at)


@dataclass(frozen=True, slots=True)
class _Draws:
    """Sentences for the documents of a split."""

    rng: random.Random
    spec: GrammarSpec
    split: str

    def statement(self, others: Sequence[Statement], **more: Any) -> Statement:
        """Returns a sentence that fits beside others; see :func:`statement`."""
        for _ in range(PATIENCE):
            found = statement(self.rng, self.spec, self.split, others, **more)
            if found is not None:
                return found
        raise ConfigError("documents.too_few_sentences", spec=self.spec, split=self.split)

    def told(self, answer_at: str, timed: bool) -> tuple[list[Statement], int]:
        """Returns the sentences of a document, and the index of the one that matters."""
        # as long whatever the number, so that places can be compared
        fewest = MOST if answer_at.isdecimal() else FEWEST
        n = fewest + self.below(MOST + 1 - fewest)
        told: list[Statement] = []
        for _ in range(n):
            told.append(self.statement(told, timed=timed))
        if answer_at == "any":
            return told, self.below(n)
        places = {"first": 0, "last": n - 1}
        return told, places[answer_at] if answer_at in places else int(answer_at) - 1

    def below(self, n: int) -> int:
        """Returns a number from 0 to ``n - 1``, the same with every version of Python."""
        return int(self.rng.random() * n)


def _question(identity: str, draws: _Draws, answer_at: str) -> QuestionSample:
    told, index = draws.told(answer_at, timed=False)
    context = " ".join(one.text for one in told)
    if draws.rng.random() < UNANSWERABLE:
        subject = told[index].subject if draws.rng.random() < 0.5 else None
        about = draws.statement(told, subject=subject)
        return QuestionSample(identity, _asks(draws, about)[1], context)
    word, question = _asks(draws, told[index])
    before = "".join(f"{one.text} " for one in told[:index])
    start, answer = told[index].answer(word, before)
    return QuestionSample(identity, question, context, (answer,), (start,))


def _asks(draws: _Draws, about: Statement) -> tuple[str, str]:
    """Returns a question word and a question about a sentence."""
    words = list(about.questions)
    word = words[draws.below(len(words))]
    return word, f"{about.questions[word]}?"


def _report(identity: str, draws: _Draws, answer_at: str) -> TranslationSample:
    told, index = draws.told(answer_at, timed=True)
    texts = [one.marked if at == index else one.text for at, one in enumerate(told)]
    return TranslationSample(identity, " ".join(texts), told[index].summary, "en", "en")
