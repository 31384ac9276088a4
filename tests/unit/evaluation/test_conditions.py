"""What is measured is what was trained: side, range, and nothing that a comparison ignores."""

from __future__ import annotations

import json

import pytest
from chinese import english_in
from starting import at

from shiftdemo.core.errors import ConfigError
from shiftdemo.core.samples import TaggedSample
from shiftdemo.evaluation.comparing import compare_models
from shiftdemo.evaluation.conditions import (
    Condition,
    condition_asked,
    condition_of,
    not_measured,
)
from shiftdemo.evaluation.results import Comparison
from shiftdemo.evaluation.scores import score
from shiftdemo.evaluation.strengths import allowed_strengths
from shiftdemo.shifts import apply_shifts, make_shift, make_shifts


@pytest.mark.parametrize(
    ("specs", "side", "trained"),
    [
        (["position_offset:max_offset=32,p=0.5"], "both", (0, 32)),
        (["position_offset:max_offset=16,side=source"], "source", (0, 16)),
        (["position_offset:max_offset=8,side=target"], "target", (0, 8)),
        (["position_offset:fixed=4"], "both", (4, 4)),
        (["local_shuffle:k=2", "position_offset:max_offset=4"], "both", (0, 4)),
        (["position_offset:max_offset=4", "position_offset:fixed=2"], "both", (2, 6)),
        (
            ["position_offset:max_offset=4", "position_offset:max_offset=8,side=source"],
            "both",
            (0, 4),
        ),
    ],
)
def test_the_condition_follows_the_operators(specs, side, trained) -> None:
    assert condition_of(specs, decoder=True) == Condition(side, trained)


def test_a_model_of_one_row_has_no_sides() -> None:
    assert condition_of(["position_offset:max_offset=4,side=source"], False) == Condition(
        "row", (0, 4)
    )
    assert condition_of(["position_offset:max_offset=4,side=target"], False) is None
    assert condition_of(["length_crop"], True) is None
    assert condition_of(["position_offset:fixed=0"], True) is None


def test_offsets_are_inside_outside_or_clean() -> None:
    known, one, unknown = Condition("row", (0, 4)), Condition("row", (4, 4)), Condition("row")
    for condition, inside, outside in (
        (known, [1, 4], [5, 64]),
        (one, [4], [1, 5, 64]),
        (unknown, [1, 4, 5, 64], []),
    ):
        offsets = (0, 1, 4, 5, 64)
        assert [k for k in offsets if condition.inside(k)] == inside
        assert [k for k in offsets if condition.outside(k)] == outside


def test_the_ends_of_the_trained_range_are_measured(base_tagger, ner, tagged) -> None:
    found = allowed_strengths([base_tagger], ner, tagged, Condition("row", (5, 5)), (0, 8))
    assert found == (0, 5, 8)
    inside = allowed_strengths([base_tagger], ner, tagged, Condition("row", (0, 9)), (0, 8))
    assert inside == (0, 8)
    default = allowed_strengths([base_tagger], ner, tagged, Condition("row", (0, 9)))
    assert default == (0, 1, 2, 4, 8, 9, 16, 32)
    far = allowed_strengths([base_tagger], ner, tagged, Condition("row", (0, 4000)))
    assert max(far) < 64


@pytest.mark.parametrize(
    ("spec", "trained", "params"),
    [
        ("local_shuffle:k=3", (0, 3), {}),
        ("local_shuffle", None, {}),
        ("prefix_filler:k=4,filler=um", (4, 4), {"draw": False, "filler": "um"}),
        ("prefix_filler:k=4,draw=true", (0, 4), {"draw": True, "filler": "well now so then"}),
        ("drop:rate=0.1", (0, 0.1), {}),
    ],
)
def test_any_operator_with_a_strength_is_a_condition(spec, trained, params) -> None:
    found = condition_asked(spec, "ner", decoder=False)
    assert (found.trained, dict(found.params)) == (trained, params)
    assert not_measured([spec, "position_offset", spec]) == [found.operator]
    assert condition_of([spec], False) == condition_asked(f"{make_shift(spec).spec}", "ner", False)


def test_a_condition_moves_samples_as_its_operator_does(tagged) -> None:
    condition = condition_asked("local_shuffle:k=3", "ner", decoder=False)
    shifts = make_shifts(["local_shuffle:k=2"], "ner")
    assert condition.moved(tagged, 2, seed=5) == [apply_shifts(shifts, s, 5) for s in tagged]
    assert [one.shifted for one in condition.moved(tagged, 0)] == tagged


def test_side_and_every_parameter_belong_to_what_is_measured(pairs) -> None:
    uneven = condition_asked("position_skip:chunks=3,max_gap=9", "translation", decoder=True)
    assert (uneven.side, dict(uneven.params)) == ("source", {"chunks": 3})
    feeds = [one.feed for one in uneven.moved(pairs, 9)]
    assert all(feed.source.skips and not feed.target.skips for feed in feeds)
    with pytest.raises(ConfigError, match="cannot be uneven"):
        condition_asked("position_skip:side=target", "translation", decoder=True)


@pytest.mark.parametrize(
    ("spec", "task", "said"),
    [
        ("length_crop", "translation", "acts on training"),
        ("tag_roll", "ner", "acts on training"),
        ("append_copy", "ner", "no strength that grows"),
        ("rotate", "translation", "not defined for translation"),
    ],
)
def test_what_a_comparison_cannot_move_is_refused_in_a_sentence(spec, task, said) -> None:
    with pytest.raises(ConfigError, match=said):
        condition_asked(spec, task, decoder=task == "translation")


@pytest.mark.parametrize("spec", ["local_shuffle", "prefix_filler", "prefix_context", "drop"])
def test_curves_of_other_operators_are_scored_against_what_was_moved(
    spec, base_tagger, shift_tagger, ner, tagged
) -> None:
    condition = condition_asked(spec, "ner", decoder=False)
    models = {"base": base_tagger, "shift": shift_tagger}
    strengths = (0, 0.5) if spec == "drop" else (0, 1, 3)
    found = compare_models(models, ner, tagged, strengths, 7, [condition])
    assert found.strengths == strengths and found.condition == condition
    plain = ner.predict(base_tagger, at(tagged))
    assert [row.outputs["base"][0] for row in found.outputs] == plain
    moved = condition.moved(tagged, strengths[-1], 7)
    last = found.curves["base"][-1]
    wanted = score(
        ner, ner.spec.score_name, [m.shifted for m in moved], ner.predict(base_tagger, moved), 7
    )
    assert last == wanted and last.low <= last.value <= last.high
    row = found.outputs[0]
    assert row.moved[-1].words == moved[0].shifted.words
    assert len(row.outputs["shift"][-1]) == len(row.moved[-1].words)
    again = Comparison.from_dict(json.loads(json.dumps(found.to_dict())))
    assert again.to_dict() == found.to_dict() and again.curves == found.curves
    assert "offsets" not in found.to_dict() and found.condition.dial in found.condition.axis
    axis = again.condition.axis.text("zh")
    assert english_in(axis, found.condition.operator, found.condition.dial) == []


def test_sentences_that_an_operator_does_not_fit_are_counted(base_tagger, ner, tagged) -> None:
    one = TaggedSample("one", ("New", "York"), ("B-LOC", "I-LOC"))
    condition = condition_asked("rotate", "ner", decoder=False)
    found = compare_models({"base": base_tagger}, ner, [*tagged, one], (1,), 0, [condition])
    assert any(note.startswith("1 of ") and "does not fit" in note for note in found.notes)


def test_a_condition_that_moves_nothing_is_refused() -> None:
    with pytest.raises(ConfigError, match="moves nothing"):
        condition_asked("position_offset:max_offset=4,side=target", "ner", decoder=False)


def test_each_side_is_moved_by_itself(translator, translation, pairs) -> None:
    outputs = {}
    for side in ("both", "source", "target"):
        found = compare_models(
            {"base": translator}, translation, pairs, (20,), conditions=[Condition(side)]
        )
        outputs[side] = [row.outputs["base"] for row in found.outputs]
        assert [one[0] for one in outputs[side]] == [pair.target for pair in pairs]
        starts = {"both": (20, 20), "source": (20, 0), "target": (0, 20)}
        wanted = translation.predict(translator, at(pairs, *starts[side]))
        assert [one[1] for one in outputs[side]] == wanted
    moved = {side: [one[1] for one in outputs[side]] for side in outputs}
    assert moved["source"] != moved["both"] and moved["target"] != moved["both"]
    assert moved["source"] != moved["target"]


def test_arms_of_different_training_are_measured_on_each(base_tagger, shift_tagger, ner, tagged):
    conditions = [Condition("row", (0, 16)), Condition("row", (4, 4))]
    models = {"base": base_tagger, "shift": shift_tagger}
    found = compare_models(models, ner, tagged, (4, 16), conditions=conditions)
    assert found.condition == conditions[0] and [one.condition for one in found.also] == [
        conditions[1]
    ]
    assert found.also[0].strengths == (0, 4, 16)
    alone = compare_models(models, ner, tagged, (4, 16), conditions=conditions[:1])
    corrected, single = found.verdict_detail.corrected, alone.verdict_detail.corrected
    # inside, clean (once for both), inside and outside of the second: four tests, not two
    assert corrected["inside"] >= single["inside"]
    kept = found.to_dict()["also"][0]["condition"]
    assert (kept["side"], kept["trained"]) == ("row", [4, 4])
