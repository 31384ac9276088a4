from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from starting import at

from shiftdemo.core.errors import ConfigError
from shiftdemo.core.progress import Cancelled
from shiftdemo.core.samples import TranslationSample
from shiftdemo.core.types import Score
from shiftdemo.evaluation.conditions import Condition
from shiftdemo.evaluation.measure import curve, predictions
from shiftdemo.evaluation.scorers.means import mean_score
from shiftdemo.evaluation.strengths import (
    DEFAULT_OFFSETS,
    allowed_strengths,
    greatest_offset,
    strengths_from,
)
from shiftdemo.evaluation.summary import summarise
from shiftdemo.tasks.heads import Task

ROW, BOTH = Condition("row"), Condition("both")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0:64:16", (0, 16, 32, 48, 64)),
        ("2:4", (2, 3, 4)),
        ("4, 0,1,1", (0, 1, 4)),
        ("7", (7,)),
        ("", ()),
    ],
)
def test_strengths_from(text: str, expected: tuple[int, ...]) -> None:
    assert strengths_from(text) == expected


@pytest.mark.parametrize("text", ["a", "0:8:0", "8:0:1", "-1,2", "1:2:3:4", "0:1000:1", "1.5", "²"])
def test_strengths_from_refuses(text: str) -> None:
    with pytest.raises(ConfigError, match="Offsets"):
        strengths_from(text)


def test_predictions_keep_the_order_and_report(base_tagger, ner: Task, tagged) -> None:
    many = [*tagged, *reversed(tagged), *tagged]  # more than one chunk
    told: list[int] = []
    found = predictions(base_tagger, ner, at(many), told.append)
    assert found == ner.predict(base_tagger, at(many))
    assert len(many) > 64 and told == [64, len(many)]


def test_predictions_can_be_stopped(base_tagger, ner: Task, tagged) -> None:
    with pytest.raises(Cancelled):
        predictions(base_tagger, ner, at(tagged), cancel=lambda: True)


def test_predictions_are_made_without_dropout(make_model, ner: Task, tagged) -> None:
    loaded = make_model("ner", "learned")
    for module in loaded.model.modules():
        if hasattr(module, "p"):
            module.p = 0.5
    loaded.model.train()
    assert predictions(loaded, ner, at(tagged)) == predictions(loaded, ner, at(tagged))
    assert loaded.model.training


def test_the_greatest_offset_fills_the_table(base_tagger, translator, ner, tagged, pairs) -> None:
    most = greatest_offset(base_tagger, ner, tagged, ROW)
    assert most is not None
    predictions(base_tagger, ner, at(tagged, most))
    with pytest.raises(ConfigError, match="positions"):
        predictions(base_tagger, ner, at(tagged, most + 1))


def test_the_greatest_offset_leaves_room_for_long_references(
    translator, translation, pairs
) -> None:
    short = greatest_offset(translator, translation, pairs, BOTH)
    longer = [dataclasses.replace(pairs[0], target=f"{pairs[0].target} " * 4), *pairs]
    assert greatest_offset(translator, translation, longer, BOTH) < short


def test_default_offsets_are_cut_at_the_tightest_model(
    make_model, base_tagger, ner, tagged
) -> None:
    rotary = make_model("ner", "rotary")
    assert greatest_offset(rotary, ner, tagged, ROW) is None
    assert allowed_strengths([rotary], ner, tagged, ROW) == DEFAULT_OFFSETS
    assert allowed_strengths([rotary, base_tagger], ner, tagged, ROW) == (0, 1, 2, 4, 8, 16, 32)
    assert allowed_strengths([rotary], ner, tagged, ROW, [200]) == (0, 200)


def test_an_offset_beyond_the_table_is_refused_with_the_bound(base_tagger, ner, tagged) -> None:
    most = greatest_offset(base_tagger, ner, tagged, ROW)
    with pytest.raises(ConfigError, match=f"from 0 to {most}"):
        allowed_strengths([base_tagger], ner, tagged, ROW, [0, 60])


def test_curve_falls_for_learned_positions_trained_at_zero(base_tagger, ner: Task, tagged) -> None:
    at_0, at_16 = curve(base_tagger, ner, tagged, (0, 16), ROW)
    assert (at_0.name, at_0.n) == ("entity F1", len(tagged))
    assert at_0.value > 95
    assert at_16.value < at_0.value - 20
    assert at_16.low <= at_16.value <= at_16.high


@pytest.mark.parametrize("encoding", ["rotary", "relative"])
def test_curve_is_flat_for_rotary_and_relative(make_model, ner, tagged, encoding: str) -> None:
    scores = list(
        curve(make_model("ner", encoding), ner, tagged, (0, 5, 40), ROW, "token accuracy")
    )
    assert scores[0] == scores[1] == scores[2]


def test_curve_leaves_out_sentences_without_reference(translator, translation, pairs) -> None:
    typed = TranslationSample("typed", "a red cat", "")
    (score,) = curve(translator, translation, [*pairs, typed], (0,), BOTH)
    assert score.n == len(pairs)
    assert score.value > 90
    assert list(curve(translator, translation, [typed], (0,), BOTH)) == []


def test_summary_checked_by_hand() -> None:
    values = (60.0, 50.0, 30.0, 10.0)
    scores = [Score("entity F1", v, v, v, 9, "") for v in values]
    stats = [np.array([[v, 100.0]] * 9) for v in values]
    found = summarise(scores, stats, (0, 1, 4, 8), Condition("row", (0, 4)), mean_score, 0)
    shown = (found.at_zero, found.worst_inside, found.outside, found.inside)
    assert [score.value for score in shown] == [60.0, 30.0, 10.0, 40.0]
    assert found.area.value == pytest.approx((55 * 1 + 40 * 3 + 20 * 4) / 8)
    assert (found.area.low, found.area.high) == pytest.approx((found.area.value,) * 2)
    unknown = summarise(scores[:1], stats[:1], (0,), Condition("row"), mean_score, 0)
    assert (unknown.worst_inside, unknown.area.value, unknown.outside) == (None, 60.0, None)
