"""The values that cross module boundaries are checked when made."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest

from shiftdemo.core.errors import DataError
from shiftdemo.core.events import EVENT_TYPES, StepLogged
from shiftdemo.core.samples import (
    KINDS,
    QuestionSample,
    TaggedSample,
    TextSample,
    TranslationSample,
    mentions,
)
from shiftdemo.core.types import AttentionMap

ASKED = "Who?\nAda ran."


def test_tagged_sample_needs_a_tag_for_every_word() -> None:
    with pytest.raises(DataError, match="2 words and 1 tags"):
        TaggedSample("s", ("a", "b"), ("O",))


@pytest.mark.parametrize("tag", ["", "B", "B-", "X-PER", "o", "PER", "b-PER"])
def test_tagged_sample_refuses_what_is_no_bio_tag(tag: str) -> None:
    with pytest.raises(DataError, match=r"word 2.*is not a BIO tag") as error:
        TaggedSample("s", ("a", "b"), ("O", tag))
    assert "第 2 个词：" in error.value.message.text("zh")


@pytest.mark.parametrize("before", ["O", "B-LOC", "I-LOC"])
def test_tagged_sample_refuses_an_inside_tag_that_follows_no_mention(before: str) -> None:
    tags = ("B-LOC", before, "I-PER")
    with pytest.raises(DataError, match=r"I-PER cannot follow.*B-PER"):
        TaggedSample("s", ("a", "b", "c"), tags)


def test_tagged_sample_names_a_long_bad_tag_briefly() -> None:
    with pytest.raises(DataError) as error:
        TaggedSample("s", ("a",), ("X" * 10_000,))
    assert len(str(error.value)) < 200


def test_question_sample_checks_that_the_answers_stand_where_they_are_said_to() -> None:
    context = "Ada and Paul."
    sample = QuestionSample("q", "Who?", context, ("Ada", "Ada and Paul"), (0, 0))
    assert sample.answers == ("Ada", "Ada and Paul")
    assert QuestionSample("q", "Who?", context).answers == ()
    with pytest.raises(DataError, match="1 answers and 0 starts; give one start for each"):
        QuestionSample("q", "Who?", context, ("Ada",))


@pytest.mark.parametrize(
    ("answer", "start"), [("Paul", 7), ("Paul", -5), ("Paul", 99), ("paul", 8), ("", 0)]
)
def test_question_sample_refuses_an_answer_that_is_not_there(answer: str, start: int) -> None:
    with pytest.raises(DataError, match=rf"Sample q: .* at character {start} .*count characters"):
        QuestionSample("q", "Who?", "Ada and Paul.", (answer,), (start,))


def test_running_text_is_what_operators_move() -> None:
    samples = [
        TaggedSample("a", ("x", "y"), ("O", "O")),
        TextSample("a", "x y", "label"),
        TranslationSample("a", "x y", "target"),
        QuestionSample("a", "question", "x y"),
    ]
    assert [sample.text for sample in samples] == ["x y"] * 4


def test_samples_are_frozen() -> None:
    sample = TaggedSample("s", ("a",), ("O",))
    with pytest.raises(dataclasses.FrozenInstanceError):
        sample.words = ("b",)  # type: ignore[misc]


def test_mentions_are_half_open_spans() -> None:
    tags = ("B-PER", "B-PER", "I-PER", "O", "B-LOC")
    assert mentions(tags) == [("PER", 0, 1), ("PER", 1, 3), ("LOC", 4, 5)]
    assert mentions(()) == []


def test_attention_map_takes_rows_that_sum_to_one() -> None:
    weights = np.full((2, 3, 2, 4), 0.25, dtype=np.float32)
    AttentionMap("cross", weights, ("a", "b"), ("c", "d", "e", "f"))


@pytest.mark.parametrize(
    ("kind", "scale", "n_keys", "match"),
    [
        ("sideways", 1, 4, "kind"),
        ("encoder", 1, 3, "do not fit"),
        ("encoder", 2, 4, "sum to 1"),
        ("encoder", np.nan, 4, "sum to 1"),
    ],
)
def test_attention_map_refuses_the_rest(kind: str, scale: float, n_keys: int, match: str) -> None:
    weights = np.full((1, 1, 2, 4), 0.25 * scale, dtype=np.float32)
    with pytest.raises(ValueError, match=match):
        AttentionMap(kind, weights, ("a", "b"), tuple("cdef"[:n_keys]))


def test_events_go_through_json() -> None:
    event = StepLogged("base", 0, 3, 1.5, 128, 0.25)
    values = json.loads(json.dumps(dataclasses.asdict(event)))
    assert EVENT_TYPES["StepLogged"](**values) == event
    del values["objective"]  # as in logs of before
    assert EVENT_TYPES["StepLogged"](**values) == event


@pytest.mark.parametrize(
    ("sample", "text", "read", "reference"),
    [
        (TranslationSample("p", "A b .", "C d .", links=((0, 1),)), "A b .", "A b .", "C d ."),
        (TranslationSample("p", "A b .", ""), "A b .", "A b .", ""),
        (TaggedSample("t", ("Ada", "ran"), ("B-PER", "O")), "Ada ran", "Ada ran", ("B-PER", "O")),
        (TextSample("x", "So long .", "sad"), "So long .", "So long .", "sad"),
        (
            QuestionSample("q", "Who?", "Ada ran.", ("Ada",), (0,)),
            "Ada ran.",
            ASKED,
            "Ada",
        ),
    ],
)
def test_a_sample_knows_its_parts_and_comes_from_its_row(sample, text, read, reference) -> None:
    assert (sample.text, sample.read, sample.reference) == (text, read, reference)
    row = {**sample.to_row(), **sample.to_original()}
    assert type(sample).from_row(sample.id, row) == sample
    assert type(sample).from_row(sample.id, json.loads(json.dumps(row))) == sample
    assert sample.original in row and set(sample.lists) <= set(row)
    others = [kind for kind in KINDS if kind is not type(sample)]
    assert not any(kind.original in row for kind in others)
