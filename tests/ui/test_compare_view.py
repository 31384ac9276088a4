"""What the page draws of a comparison: one kind of figure a table, each condition named."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest
from chinese import english_in

from shiftdemo.evaluation.conditions import Condition
from shiftdemo.evaluation.control_results import Controls, OffsetEffect
from shiftdemo.evaluation.results import Comparison
from shiftdemo.evaluation.significance import Difference
from shiftdemo.evaluation.verdict import Case, Differences, Verdict, judge, rules
from shiftdemo.experiments.recorded import recorded_comparison
from shiftdemo.publishing.comparison import breakdown, tables
from shiftdemo.publishing.comparison.curve import panels
from shiftdemo.ui.common.i18n import Visit
from shiftdemo.ui.compare import view
from shiftdemo.viz.robustness import curve_figure

AXIS = "offset: position of the source's first token (the target's: 0)"


@pytest.fixture
def several() -> Comparison:
    """The recorded comparison: three seeds."""
    return recorded_comparison("heart")


@pytest.fixture
def single(several: Comparison) -> Comparison:
    return several.of_seeds[0]


@pytest.mark.parametrize(("lang", "words"), [("en", "About the training, over 3"), ("zh", "针对")])
def test_the_verdict_of_several_seeds_is_one(several: Comparison, lang: str, words) -> None:
    drawn = view.verdict(Visit(lang), several)
    assert drawn["full"].startswith(words)
    assert drawn["text"].startswith("3 seeds: More robust" if lang == "en" else "3 个种子：")
    if lang == "en":
        assert drawn["notes"][-2].startswith("Seed by seed, mean inside the trained range: +")
    assert len(drawn["rules"]) == len(rules())
    said = view.verdict(Visit(lang), dataclasses.replace(several, notes=("3 were left out",)))
    assert said["left"] == ["3 were left out"] and drawn["left"] == list(several.notes)
    assert lang == "en" or not any(rule in drawn["rules"] for rule in rules())


def test_each_table_names_its_figures(several: Comparison, single: Comparison) -> None:
    visit = Visit("en")
    assert tables.curves(visit, several)["caption"].startswith(
        "Means of 3 seeds (in brackets: least"
    )
    assert tables.curves(visit, single)["caption"].startswith("Scores (in brackets: 95 % interval")
    mean = several.scores["base"]["entity F1"]
    cell = f"{mean.value:.1f} ({mean.low:.1f} to {mean.high:.1f})"
    assert tables.curves(visit, several)["rows"][0][1] == cell
    worst = several.summaries["base"].worst_inside
    assert tables.curves(visit, several)["rows"][0][2] == f"{worst.value:.1f}"
    assert "over seeds and sentences" in tables.differences(visit, several)["caption"]
    assert "interval over the sentences" in tables.differences(visit, single)["caption"]
    assert tables.differences(visit, several)["rows"][1][4] == "<\u00a00.001"


def test_arms_of_different_training_get_their_rows_and_words(single: Comparison) -> None:
    source = dataclasses.replace(single.condition, side="source")
    both = dataclasses.replace(single, also=(dataclasses.replace(single, condition=source),))
    visit = Visit("en")
    rows = tables.curves(visit, both)["rows"]
    assert [AXIS in row[0] for row in rows] == [False, False, True, True]
    assert sum(AXIS in row[0] for row in tables.differences(visit, both)["rows"]) == 3
    text = view.verdict(visit, both)["full"]
    assert text.startswith(single.condition.axis) and f"{AXIS}: About these two models" in text


def _texts(drawn: Any) -> Iterator[str]:
    """Yields what is shown, signatures apart: those are cited as they are."""
    if isinstance(drawn, str):
        yield drawn
    elif isinstance(drawn, dict):
        for name, value in drawn.items():
            yield from () if name == "small" else _texts(value)
    elif isinstance(drawn, list):
        for value in drawn:
            yield from _texts(value)


def test_nothing_of_a_comparison_is_english_in_chinese(several: Comparison) -> None:
    visit = Visit("zh")
    failed = dataclasses.replace(several.of_seeds[0], verdict_detail=_with_a_warning())
    every = (tables.curves, tables.every_score, tables.differences, tables.controls)
    every += (breakdown.types,)
    drawn = [draw(visit, one) for one in (several, failed) for draw in (view.verdict, *every)]
    names = "Holm logits F1 PER LOC ORG MISC"
    assert {word for text in _texts(drawn) for word in english_in(text, names)} == set()
    shown = view.outputs(visit, several.outputs[:1], several.strengths)
    assert [arm["label"] for arm in shown["sets"][0]["rows"][0]["arms"]] == ["基线", "移位训练"]
    assert "警告（移位训练）：x" in view.verdict(visit, failed)["text"]


def _with_a_warning() -> Verdict:
    broken = Controls(OffsetEffect(0.0, "moves", False, "x"), None)
    gain = Difference(5.0, 2.0, 8.0, 0.002)
    given = Differences((gain, gain), gain, None)
    return judge(Case("entity F1", 30, given, {"shift": broken}, Condition(), more_tokens=0.4))


def test_the_curve_is_chinese_to_its_hover_texts(several: Comparison) -> None:
    visit = Visit("zh")
    figure = curve_figure(panels(several), 3, "light", visit.translate, visit.arm)
    assert [trace.name for trace in figure.data if trace.showlegend] == ["基线", "移位训练"]
    said = [figure.layout.xaxis.title.text, figure.layout.yaxis.title.text]
    said += [note.text for note in figure.layout.annotations]
    said += [text for trace in figure.data for text in trace.text or ()]
    assert {word for text in said for word in english_in(text, "F1 br")} == set()
    assert " 至 " in figure.data[-1].text[0]


def test_without_scores_there_are_no_tables(single: Comparison) -> None:
    empty = dataclasses.replace(single, differences={}, controls={})
    assert tables.differences(Visit("en"), empty) is None
    assert tables.controls(Visit("en"), empty) is None
