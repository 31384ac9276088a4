"""Contexts with questions and reports with summaries: answers, places, splits, names."""

from __future__ import annotations

import pytest

from shiftdemo.core.config import DataSpec
from shiftdemo.core.errors import ConfigError
from shiftdemo.core.samples import QuestionSample, Sample, TranslationSample
from shiftdemo.data.grammar import GrammarSpec, corpus_samples, generate, lexicon
from shiftdemo.data.grammar.documents import ANSWER_PLACES, documents
from shiftdemo.data.grammar.statements import MARK
from shiftdemo.data.load import load_samples

KINDS = (QuestionSample, TranslationSample)


def _made(
    kind: type[Sample], split: str = "train", at: str = "any", **spec: object
) -> list[Sample]:
    return list(documents(kind, GrammarSpec(**{"size": 200, "max_words": 20, **spec}), split, at))  # type: ignore[arg-type]


def _sentences(text: str) -> list[str]:
    return [f"{part.rstrip('.')}." for part in text.split(". ")]


def _questions(split: str = "train", at: str = "any", **spec: object) -> list[QuestionSample]:
    return [
        one for one in _made(QuestionSample, split, at, **spec) if isinstance(one, QuestionSample)
    ]


def _reports(split: str = "train", at: str = "any", **spec: object) -> list[TranslationSample]:
    return [
        one
        for one in _made(TranslationSample, split, at, **spec)
        if isinstance(one, TranslationSample)
    ]


def test_first_documents_are_pinned() -> None:
    # the same on every platform and Python version; a change here changes every recorded run
    question, report = _questions(size=1)[0], _reports(size=1)[0]
    assert (question.question, question.answers) == ("Where did Harry stay?", ())
    assert question.context == (
        "Julia drank the tea. Henri went to Victoria. Lucas drove this car. Harry washed his old "
        "lorry. Inès bought many novels."
    )
    assert (report.source, report.target) == (
        "Above all, Émile washed his blue lorry on Monday. Julia drank the tea. Lucas drove this "
        "car yesterday evening. Lincoln went to the zoo last year. Inès bought many novels.",
        "Émile washed his blue lorry.",
    )


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_seed_gives_the_same_documents_and_more_begin_as_fewer(kind: type[Sample]) -> None:
    made = _made(kind, size=40)
    assert made[:25] == _made(kind, size=25) and len({one.read for one in made}) == 40
    assert made != _made(kind, size=40, seed=1)


def test_answers_are_spans_of_the_sentence_that_was_asked_for() -> None:
    words = {"Who": 0, "What": 0, "Where": 0}
    for one in _questions():
        if one.answers:
            (answer,), (start,) = one.answers, one.starts
            assert one.context[start : start + len(answer)] == answer
            words[one.question.split()[0]] += 1
            assert not answer.endswith(".") and one.question.endswith("?")
    assert min(words.values()) > 15


def test_who_is_asked_in_the_words_of_the_sentence() -> None:
    for one in _questions():
        if one.answers and one.question.startswith("Who "):
            told = one.question.removeprefix("Who ").removesuffix("?")
            assert f"{one.answers[0]} {told}" in one.context


def test_one_question_in_five_has_no_answer_and_its_verb_is_not_told() -> None:
    asked = _questions(size=1000)
    bare = [one for one in asked if not one.answers]
    assert 150 < len(bare) < 250
    for one in bare:
        if one.question.startswith("Who "):
            assert f" {one.question.split()[1]} " not in f"{one.context} "
    # some are about a person who stands in the context, so that a name alone tells nothing
    others = [one for one in bare if not one.question.startswith("Who ")]
    subjects = [one.question.split()[2] for one in others]
    assert sum(subject in one.context for one, subject in zip(others, subjects, strict=True)) > 0


def test_a_report_has_one_sentence_that_matters_and_its_clause_is_the_summary() -> None:
    shorter = 0
    for one in _reports():
        assert one.source.count(MARK) == 1
        marked = one.source.split(MARK)[1].split(". ")[0].removesuffix(".")
        clause = one.target.removesuffix(".")
        assert f"{marked} ".lower().startswith(f"{clause} ".lower())
        shorter += len(marked) > len(clause)
        assert 3 <= len(_sentences(one.source)) <= 5
    assert shorter > 60


@pytest.mark.parametrize("at", ANSWER_PLACES)
@pytest.mark.parametrize("split", ["train", "test"])
def test_the_place_is_the_one_asked_for(at: str, split: str) -> None:
    found = set()
    for one in _questions(split, at, size=60):
        if one.answers:
            before = one.context[: one.starts[0]]
            last = len(_sentences(one.context))
            found.add(
                ("last",) if before.count(". ") + 1 == last and at == "last" else before.count(". ")
            )
            assert last == 5 or not at.isdecimal()
    wanted = {"any": {0, 1, 2, 3, 4}, "first": {0}, "last": {("last",)}}
    assert found == wanted.get(at) or found == {int(at) - 1}
    for report in _reports(split, at, size=20):
        index = next(i for i, text in enumerate(_sentences(report.source)) if text.startswith(MARK))
        if at != "any":
            last = len(_sentences(report.source)) - 1
            assert index == {"first": 0, "last": last}.get(at, int(at) - 1 if at.isdecimal() else 0)


@pytest.mark.parametrize("kind", KINDS)
def test_no_sentence_stands_in_documents_of_two_splits(kind: type[Sample]) -> None:
    told: dict[str, set[str]] = {}
    for split in ("train", "val", "test"):
        texts = [one.text for seed in (0, 1) for one in _made(kind, split, size=400, seed=seed)]
        plain = (s.removeprefix(MARK) for text in texts for s in _sentences(text))
        told[split] = {sentence[0].upper() + sentence[1:] for sentence in plain}
        told[split] |= {s.text_en for s in generate(GrammarSpec(2000, max_words=8), split)}
    assert not told["train"] & told["val"]
    assert not told["train"] & told["test"] and not told["val"] & told["test"]


@pytest.mark.parametrize("kind", KINDS)
def test_names_are_held_out_and_stand_where_they_may(kind: type[Sample]) -> None:
    held = {n.en[0] for n in lexicon.lexicon().names["first"] if n.held_out}
    seen = {
        split: sum(
            any(w in held for w in one.text.replace(".", "").split()) for one in _made(kind, split)
        )
        for split in ("train", "test")
    }
    assert seen["train"] == 0 and seen["test"] > 60
    names = {n.en[0] for n in lexicon.lexicon().names["first"]}
    assert not [one for one in _made(kind, names="none", size=50) if names & set(one.text.split())]


def test_documents_come_from_the_corpus_by_task_and_from_data_settings() -> None:
    spec = GrammarSpec(5, max_words=20)
    for task, kind in (
        ("question_answering", QuestionSample),
        ("summarization", TranslationSample),
    ):
        first = DataSpec(answer_at="first", eval_answer_at="last", size=16, eval_size=8)
        assert load_samples(task, first, "train", 5) == list(
            documents(kind, spec, "train", "first")
        )
        assert load_samples(task, first, "eval", 5) == list(documents(kind, spec, "val", "last"))
        with pytest.raises(ConfigError, match="no samples"):
            next(generate(spec)).sample(task)
    plain = [s.sample("ner") for s in generate(spec)]
    assert list(corpus_samples("ner", spec, "train", "first")) == plain


def test_what_cannot_be_had_is_refused() -> None:
    with pytest.raises(ConfigError, match="answer_at='7' is unknown"):
        _questions(at="7")
    with pytest.raises(ConfigError, match="no new frames"):
        _questions(new_frames=True)
    with pytest.raises(ConfigError, match="No sentences are left"):
        _questions(min_words=19)
