"""Differences between outputs."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from shiftdemo.viz.diff import mark_tags, mark_words, output_view

TEXT = st.text(alphabet="ab l'.,<é ", max_size=30)


@given(TEXT, TEXT)
def test_mark_words_joins_to_the_text_again(left: str, right: str):
    assert "".join(piece for piece, _ in mark_words(left, right)) == left


@given(TEXT)
def test_mark_words_of_the_same_text_has_no_difference(text: str):
    assert {mark for _, mark in mark_words(text, text)} <= {"same"}


def test_mark_words_marks_what_the_other_text_has_not():
    left, right = "un chat noir dort", "un grand chien dort"
    assert mark_words(left, right)[1] == ("chat noir", "different")
    assert mark_words(right, left)[1] == ("grand chien", "different")


def test_mark_tags_names_every_kind_of_mistake():
    words = ("Ada", "in", "Rome", "x")
    marks = mark_tags(words, ("B-PER", "B-LOC", "B-PER", "O"), ("B-PER", "O", "B-LOC", "B-ORG"))
    assert [m["mark"] for m in marks] == ["right", "extra", "wrong", "missed"]
    assert mark_tags(words, ("O",) * 4)[0] == {
        "text": "Ada",
        "tag": "O",
        "gold": None,
        "mark": "plain",
    }


def test_output_view_texts():
    row = {
        "id": "1",
        "source": "<b>a</b>",
        "words": [],
        "reference": "un chat",
        "outputs": {"base": ["un chat", "un"], "shift": ["un chat", "un chat"]},
    }
    view = json.loads(json.dumps(output_view(row, 1)))
    assert view["kind"] == "text" and view["source"] == "<b>a</b>"
    base, shift = view["arms"]
    assert (base["label"], shift["label"], shift["same"]) == ("base", "shift-trained", False)
    assert shift["pieces"] == [
        {"text": "un ", "mark": "same"},
        {"text": "chat", "mark": "different"},
    ]
    assert output_view(row, 0)["arms"][1]["same"]


def test_output_view_tags():
    row = {
        "id": "1",
        "source": "Ada reads",
        "words": ["Ada", "reads"],
        "reference": ["B-PER", "O"],
        "outputs": {"base": [["O", "O"]], "shift": [["B-PER", "O"]]},
    }
    view = output_view(row)
    base, shift = view["arms"]
    assert view["kind"] == "tags" and view["reference"][0]["tag"] == "B-PER"
    assert [w["mark"] for w in base["words"]] == ["missed", "right"]
    assert [w["changed"] for w in shift["words"]] == [True, False] and not shift["same"]
