"""The difference that a shift makes, as the page draws it."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from shiftdemo import words as w
from shiftdemo.shifts import SHIFTS, apply_shifts, make_shift
from shiftdemo.types import TaggedSample, TextSample, TranslationSample
from shiftdemo.viz.build import build_view

PAIR = TranslationSample(
    "worked",
    "I we are going to build a language model",
    "Nous allons construire un modèle linguistique",
)
CONTEXT = (TranslationSample("other", "He sleeps a lot.", "Il dort beaucoup."),)
TAGGED = TaggedSample("t", ("Ada", "reads", "Ada"), ("B-PER", "O", "B-PER"))


def _view(sample, *specs, context=()):
    shifts = [make_shift(spec) for spec in specs]
    view = build_view(apply_shifts(shifts, sample, 0, context, always=True))
    return json.loads(json.dumps(view))  # it is plain JSON


def _states(words):
    return [word["state"] for word in words]


def test_build_view_worked_example_marks_the_copies():
    view = _view(PAIR, "append_copy:word=a,target_word=modèle")
    source, target = view["sides"]
    assert source["side"] == "source" and target["side"] == "target"
    assert _states(source["before"]) == ["kept"] * 9
    assert _states(source["after"]) == ["kept"] * 9 + ["copied"]
    assert source["after"][-1] | {} == {
        "text": "a",
        "gap": " ",
        "index": 9,
        "position": 9,
        "state": "copied",
        "tag": None,
        "from": None,
        "copy_of": 6,
    }
    assert target["after"][-1]["copy_of"] == 4


def test_build_view_copy_of_a_repeated_word_names_the_one_that_was_copied():
    view = _view(TAGGED, "append_copy:index=2")
    assert view["sides"][0]["after"][-1]["copy_of"] == 2
    assert view["sides"][0]["after"][-1]["tag"] == "B-PER"


def test_build_view_context_is_new_and_the_sentence_moves():
    view = _view(PAIR, "prefix_context", context=CONTEXT)
    source = view["sides"][0]
    assert _states(source["before"]) == ["moved"] * 9
    assert _states(source["after"]) == ["new"] * 5 + ["moved"] * 9
    assert source["before"][0]["to"] == 5 and source["after"][5]["from"] == 0
    assert view["kind"] == "translation" and view["applied"] and view["decoder"]


def test_build_view_offset_moves_positions_only():
    view = _view(TAGGED, "position_offset:fixed=7")
    (side,) = view["sides"]
    assert side["side"] == "words" and side["offset"] == 7
    assert _states(side["after"]) == ["kept"] * 3
    assert [word["position"] for word in side["before"]] == [0, 1, 2]
    assert [word["position"] for word in side["after"]] == [7, 8, 9]
    assert [word["tag"] for word in side["after"]] == ["B-PER", "O", "B-PER"]
    assert view["decoder"] is None and view["kind"] == "ner"


def test_build_view_gone_word():
    from shiftdemo.types import ShiftedSample

    after = TaggedSample("t", ("Ada", "Ada"), ("B-PER", "B-PER"))
    shifted = ShiftedSample(TAGGED, after, "drop", {}, 0, (0, None, 1))
    (side,) = build_view(shifted)["sides"]
    assert _states(side["before"]) == ["kept", "gone", "moved"]
    assert side["before"][1]["to"] is None and _states(side["after"]) == ["kept", "moved"]


def test_decoder_view_is_the_labels_moved_right():
    decoder = _view(PAIR, "right_shift")["decoder"]
    steps = decoder["steps"]
    assert [s["input"] for s in steps] == ["<s>", *PAIR.target.split()]
    assert [s["label"] for s in steps] == [*PAIR.target.split(), "</s>"]
    assert decoder["mode"] == "all" and decoder["length"] == decoder["total"] == 7
    assert {s["state"] for s in steps} == {"loss"}


def test_decoder_view_crop_cuts_or_masks():
    for mode, state in (("truncate", "cut"), ("mask", "masked")):
        view = _view(PAIR, f"length_crop:min=3,max=3,mode={mode}", "position_offset:fixed=5")
        decoder = view["decoder"]
        assert [s["state"] for s in decoder["steps"]] == ["loss"] * 3 + [state] * 4
        assert decoder["mode"] == mode and decoder["length"] == 3
        assert [s["position"] for s in decoder["steps"]] == list(range(5, 12))


def test_decoder_view_counts_tokens_where_they_are_known():
    shifted = apply_shifts([make_shift("length_crop:min=2,max=2")], PAIR, 0)
    decoder = build_view(shifted, ["Nous", "all", "·ons", "</s>"])["decoder"]
    assert decoder["unit"] == "token" and decoder["total"] == 4 and decoder["length"] == 2
    assert decoder["steps"][2]["input"] == "all"


def test_build_view_edges_end():
    assert _view(TranslationSample("e", "", ""))["decoder"] is None
    assert _view(TaggedSample("e", (), ()))["sides"][0]["after"] == []
    text = _view(TextSample("x", "just a text", "good"))
    assert text["kind"] == "text" and len(text["sides"][0]["after"]) == 3


@given(st.sampled_from(SHIFTS.names()), st.lists(st.sampled_from("abc"), min_size=1, max_size=6))
def test_build_view_gives_the_shifted_text_back(name: str, letters: list[str]):
    sample = TranslationSample("s", " ".join(letters), " ".join(reversed(letters)))
    shifted = apply_shifts([make_shift(name)], sample, 1, CONTEXT, always=True)
    view = build_view(shifted)
    texts = (shifted.shifted.source, shifted.shifted.target)
    for side, text in zip(view["sides"], texts, strict=True):
        assert "".join(word["gap"] + word["text"] for word in side["after"]) == text
        for word in side["before"]:
            if word["to"] is not None:
                assert side["after"][word["to"]]["text"] == word["text"]
    assert len(view["sides"][0]["after"]) == len(w.split(shifted.shifted.source).words)
