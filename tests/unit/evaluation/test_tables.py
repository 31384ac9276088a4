"""Tables by class: the same figures as scikit-learn's, each with its interval."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from shiftdemo.evaluation.tables import MOST_CONFUSED, OTHER, confusion, tag_table

RECORDED = Path(__file__).with_name("sklearn_report.json")


@pytest.mark.parametrize("case", json.loads(RECORDED.read_text(encoding="utf-8")))
def test_the_table_by_tag_is_scikit_learn_s(case: dict) -> None:
    """Recorded with scikit-learn's ``classification_report`` (see the file's ``made``)."""
    gold, predicted = case["gold"], case["predicted"]
    table = tag_table(gold, predicted, 0)
    for row in (*table.tags, *table.averages):
        wanted = case["report"][row.type]
        figures = (row.precision.value, row.recall.value, row.f1.value)
        assert figures == pytest.approx([100 * value for value in wanted[:3]]), row.type
        assert row.support == wanted[3]
        for score in (row.precision, row.recall, row.f1):
            assert score.low <= score.value + 1e-9 and score.value <= score.high + 1e-9
            assert score.n == len(gold) and "interval:95%" in score.signature
    assert {row.type for row in table.tags} == set(case["report"]) - {
        row.type for row in table.averages
    }


def test_averages_say_whether_o_is_counted() -> None:
    table = tag_table([["O"] * 9 + ["B-A"]], [["O"] * 10], 0)
    values = {row.type: round(row.f1.value, 1) for row in table.averages}
    assert values["micro avg"] == 90.0 and values["micro avg without O"] == 0.0
    assert "O counted" in table.averages[0].f1.signature
    assert "O left out" in table.averages[2].f1.signature


def test_what_is_taken_for_what() -> None:
    found = confusion([["A", "A", "B"], ["B"]], [["A", "B", "B"], ["A"]])
    assert found.labels == ("A", "B") and found.counts == ((1, 1), (1, 1))


def test_rare_classes_are_counted_together() -> None:
    rng = random.Random(0)
    names = [f"c{number:02}" for number in range(MOST_CONFUSED + 6)]
    gold = [[name] * (40 - at) for at, name in enumerate(names)]
    predicted = [[rng.choice(names) for _ in row] for row in gold]
    found = confusion(gold, predicted)
    assert len(found.labels) == MOST_CONFUSED + 1 and found.labels[-1] == OTHER
    assert sum(map(sum, found.counts)) == sum(map(len, gold))
