"""The difference that a shift makes, as the page draws it."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from shiftdemo.core import words as w
from shiftdemo.core.samples import TaggedSample, TextSample, TranslationSample
from shiftdemo.shifts import SHIFTS, apply_shifts, make_shift
from shiftdemo.viz.sample_view import build_view

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
    assert view["kind"] == "pair" and view["applied"] and view["steps"]


def test_build_view_offset_moves_positions_only():
    view = _view(TAGGED, "position_offset:fixed=7")
    (side,) = view["sides"]
    assert side["side"] == "words"
    assert _states(side["after"]) == _states(side["before"]) == ["repositioned"] * 3
    assert [word["position"] for word in side["before"]] == [0, 1, 2]
    assert [word["position"] for word in side["after"]] == [7, 8, 9]
    assert [word["tag"] for word in side["after"]] == ["B-PER", "O", "B-PER"]
    assert [step["position"] for step in view["steps"]["steps"]] == [7, 8, 9]


def test_build_view_skips_keep_the_first_chunk():
    view = _view(PAIR, "position_skip:chunks=2,max_gap=0", "position_offset:fixed=0")
    assert _states(view["sides"][0]["after"]) == ["kept"] * 9
    moved = _view(PAIR, "position_skip:chunks=2,max_gap=64")["sides"][0]["after"]
    places = [word["position"] for word in moved]
    assert places == sorted(set(places)) and places[0] == 0 and places[-1] > 8
    assert moved[0]["state"] == "kept" and moved[-1]["state"] == "repositioned"


def test_build_view_gone_and_doubled_words():
    (side,) = _view(TAGGED, "drop:rate=1")["sides"]
    assert _states(side["before"]).count("gone") == 2
    assert len(side["after"]) == 1
    (side,) = _view(TAGGED, "duplicate:rate=1")["sides"]
    assert _states(side["after"]) == ["kept", "copied", "moved", "copied", "moved", "copied"]
    assert [word["copy_of"] for word in side["after"]] == [None, 0, None, 2, None, 4]


def test_build_view_says_which_words_lost_their_tag():
    (side,) = _view(TAGGED, "tag_roll")["sides"]
    assert [word["tag"] for word in side["after"]] == ["B-PER", "B-PER", "O"]
    assert [word["retagged"] for word in side["after"]] == [False, True, True]
    assert not any(word["retagged"] for word in _view(TAGGED, "rotate")["sides"][0]["after"])


def test_decoder_view_is_the_labels_moved_right():
    decoder = _view(PAIR, "right_shift")["steps"]
    steps = decoder["steps"]
    assert [s["input"] for s in steps] == ["<s>", *PAIR.target.split()]
    assert [s["label"] for s in steps] == [*PAIR.target.split(), "</s>"]
    assert decoder["lag"] == 1 and decoder["counted"] == decoder["total"] == 7
    assert {s["state"] for s in steps} == {"loss"}


def test_decoder_view_lags_by_n():
    steps = _view(PAIR, "right_shift:n=3")["steps"]["steps"]
    assert [s["input"] for s in steps] == ["<s>", "<s>", "<s>", *PAIR.target.split()[:4]]
    assert [s["label"] for s in steps] == [*PAIR.target.split(), "</s>"]


def test_decoder_view_crop_cuts_or_masks():
    for mode, state, ends in (("truncate", "cut", ["–"] * 4), ("mask", "masked", [8, 9, 10, 11])):
        view = _view(PAIR, f"length_crop:min=3,max=3,mode={mode}", "position_offset:fixed=5")
        decoder = view["steps"]
        assert [s["state"] for s in decoder["steps"]] == ["loss"] * 3 + [state] * 4
        assert decoder["counted"] == 3 and decoder["total"] == 7
        assert [s["position"] for s in decoder["steps"]] == [5, 6, 7, *ends]


def test_decoder_view_window_has_context_in_front_and_nothing_behind():
    for seed in range(20):
        shift = make_shift("length_crop:min=2,max=2,mode=window")
        steps = build_view(apply_shifts([shift], PAIR, seed))["steps"]["steps"]
        states = [step["state"] for step in steps]
        first = states.index("loss")
        assert states == ["masked"] * first + ["loss"] * 2 + ["cut"] * (5 - first)
        assert [s["input"] for s in steps] == ["<s>", *PAIR.target.split()]


def test_target_words_have_the_positions_of_the_steps_that_ask_for_them():
    for spec in ("position_skip:max_gap=40", "position_sample:span=60", "position_offset:fixed=9"):
        view = _view(PAIR, spec)
        words = [word["position"] for word in view["sides"][1]["after"]]
        assert words == [step["position"] for step in view["steps"]["steps"]][:6]


def test_label_view_comes_late_by_the_delay():
    view = _view(TAGGED, "output_delay:delay=2")["steps"]
    assert [s["input"] for s in view["steps"]] == ["Ada", "reads", "Ada", "<pad>", "<pad>"]
    assert [s["label"] for s in view["steps"]] == ["–", "–", "B-PER", "O", "B-PER"]
    assert [s["state"] for s in view["steps"]] == ["masked"] * 2 + ["loss"] * 3
    assert view["lag"] == 2


def test_steps_name_the_state_that_a_delay_layer_sees():
    steps = _view(PAIR, "delay_layer:delay=2")["steps"]
    assert [s["seen"] for s in steps["steps"]] == ["0", "0", "<s>", *PAIR.target.split()[:4]]
    assert "seen" not in _view(PAIR, "delay_layer:kind=placebo")["steps"]["steps"][0]


def test_decoder_view_counts_tokens_where_they_are_known():
    shifted = apply_shifts([make_shift("length_crop:min=2,max=2")], PAIR, 0)
    decoder = build_view(shifted, ["Nous", "all", "·ons", "</s>"])["steps"]
    assert decoder["unit"] == "token" and decoder["total"] == 4 and decoder["counted"] == 2
    assert decoder["steps"][2]["input"] == "all"


def test_build_view_draws_a_very_long_sentence_in_part():
    long = TranslationSample("l", "word " * 5000, "mot " * 4000)
    view = _view(long, "prefix_filler:k=1")
    assert view["hidden"] == 5001 - 150 and len(view["steps"]["steps"]) == 150
    assert all(len(side[row]) == 150 for side in view["sides"] for row in ("before", "after"))
    assert all((word["to"] or 0) < 150 for side in view["sides"] for word in side["before"])
    assert _view(PAIR, "prefix_filler")["hidden"] == 0


def test_build_view_edges_end():
    assert _view(TranslationSample("e", "", ""))["steps"] is None
    assert _view(TaggedSample("e", (), ()))["sides"][0]["after"] == []
    text = _view(TextSample("x", "just a text", "good"))
    assert text["kind"] == "text" and len(text["sides"][0]["after"]) == 3
    assert text["steps"] is None


def test_a_language_model_is_asked_for_the_text_itself():
    shift = make_shift("right_shift:n=2")
    sample = TextSample("x", "just a text")
    shifted = apply_shifts([shift], sample, 1, (), always=True)
    steps = build_view(shifted, causal=True)["steps"]
    pairs = [(step["input"], step["label"]) for step in steps["steps"]]
    assert pairs == [("<s>", "just"), ("<s>", "a"), ("just", "text"), ("a", "</s>")]
    moved = apply_shifts([make_shift("position_offset:fixed=5")], sample, 1, (), always=True)
    steps = build_view(moved, causal=True)["steps"]["steps"]
    assert [step["position"] for step in steps] == [5, 6, 7, 8]


@given(st.sampled_from(SHIFTS.names()), st.lists(st.sampled_from("abc"), min_size=1, max_size=6))
def test_build_view_gives_the_shifted_text_back(name: str, letters: list[str]):
    if "translation" not in SHIFTS.get(name).tasks():
        return
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
