"""Exact match and F1 as SQuAD's own script counts them, by hand."""

from __future__ import annotations

import pytest

from shiftdemo.core.samples import QuestionSample
from shiftdemo.evaluation.scorers import answers
from shiftdemo.evaluation.scores import score, score_names
from shiftdemo.tasks.heads import make_task

TASK = make_task("question_answering")


def _sample(*gold: str) -> QuestionSample:
    context = " ".join(gold)
    return QuestionSample("q", "?", context, gold, tuple(context.index(one) for one in gold))


@pytest.mark.parametrize(
    ("gold", "output", "exact", "f1"),
    [
        (("Denver Broncos",), "Denver Broncos", 1, 1),
        (("The Denver Broncos",), "denver broncos!", 1, 1),  # case, article and point are nothing
        (("Denver Broncos",), "Broncos", 0, 2 / 3),
        (("Denver Broncos",), "the Broncos of Denver", 0, 4 / 5),
        (("Denver Broncos",), "Carolina Panthers", 0, 0),
        (("Denver Broncos",), "", 0, 0),
        (("Denver", "Broncos of Denver"), "Broncos of", 0, 4 / 5),  # the best of both
        (("1976", "in 1976"), "1976", 1, 1),
    ],
)
def test_counts_are_those_by_hand(
    gold: tuple[str, ...], output: str, exact: int, f1: float
) -> None:
    assert answers.count([_sample(*gold)], [output]).tolist() == [pytest.approx([exact, f1, 1])]


def test_the_scores_are_means_over_the_questions() -> None:
    samples = [_sample("Denver Broncos"), _sample("1976"), _sample("Oslo")]
    outputs = ["Broncos", "1976", "Rome"]
    found = score(TASK, "answer F1", samples, outputs, seed=0)
    assert found.value == pytest.approx(100 * (2 / 3 + 1) / 3) and found.low < found.high
    assert "norm:SQuAD" in found.signature and "torchmetrics" in found.signature
    assert score(TASK, "exact match", samples, outputs, seed=0).value == pytest.approx(100 / 3)
    assert score_names(TASK)[0] == TASK.spec.score_name == "answer F1"


def test_questions_without_an_answer_are_scored_beside_others_that_have_one() -> None:
    bare = QuestionSample("q", "?", "Oslo")
    assert answers.scorable([bare, _sample("Oslo"), bare]) == [0, 1, 2]
    assert answers.scorable([bare, bare]) == []


@pytest.mark.parametrize(
    ("output", "right"), [("", 1), ("the", 1), ("  ", 1), ("Oslo", 0), ("the Oslo", 0)]
)
def test_no_answer_is_right_where_there_is_none_as_in_squad_2(output: str, right: int) -> None:
    """SQuAD 2's script: where either side is empty, F1 is 1 if both are (articles are nothing)."""
    bare = QuestionSample("q", "?", "Oslo")
    assert answers.count([bare], [output]).tolist() == [[right, right, 1]]
