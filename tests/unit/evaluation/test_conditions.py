"""What is measured is what was trained: side, range, and nothing that a comparison ignores."""

from __future__ import annotations

import pytest

from shiftdemo.core.errors import ConfigError
from shiftdemo.evaluation.comparing import compare_models
from shiftdemo.evaluation.conditions import (
    Condition,
    condition_asked,
    condition_of,
    not_measured,
)
from shiftdemo.evaluation.robustness import allowed_offsets


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
    assert condition_of(["local_shuffle:k=2"], True) is None
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
    assert known.start(3) == 3
    assert (Condition("source").start(3), Condition("target").start(3)) == ((3, 0), (0, 3))


def test_the_ends_of_the_trained_range_are_measured(base_tagger, ner, tagged) -> None:
    found = allowed_offsets([base_tagger], ner, tagged, (0, 8), Condition("row", (5, 5)))
    assert found == (0, 5, 8)
    inside = allowed_offsets([base_tagger], ner, tagged, (0, 8), Condition("row", (0, 9)))
    assert inside == (0, 8)
    default = allowed_offsets([base_tagger], ner, tagged, (), Condition("row", (0, 9)))
    assert default == (0, 1, 2, 4, 8, 9, 16, 32)
    far = allowed_offsets([base_tagger], ner, tagged, (), Condition("row", (0, 4000)))
    assert max(far) < 64


@pytest.mark.parametrize("spec", ["local_shuffle:k=3", "position_sample:span=64", "drop:rate=0.1"])
def test_another_operator_is_refused_until_it_means_something(spec: str) -> None:
    with pytest.raises(ConfigError, match="measures position offsets, not"):
        condition_asked(spec, decoder=True)
    assert not_measured([spec, "position_offset", spec]) == [spec.partition(":")[0]]


def test_a_condition_that_moves_nothing_is_refused() -> None:
    with pytest.raises(ConfigError, match="moves nothing"):
        condition_asked("position_offset:max_offset=4,side=target", decoder=False)


def test_each_side_is_moved_by_itself(translator, translation, pairs) -> None:
    outputs = {}
    for side in ("both", "source", "target"):
        found = compare_models(
            {"base": translator}, translation, pairs, (20,), conditions=[Condition(side)]
        )
        outputs[side] = [row.outputs["base"] for row in found.outputs]
        assert [one[0] for one in outputs[side]] == [pair.target for pair in pairs]
        starts = {"both": 20, "source": (20, 0), "target": (0, 20)}
        wanted = translation.predict(translator, pairs, starts[side])
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
    assert found.also[0].offsets == (0, 4, 16)
    alone = compare_models(models, ner, tagged, (4, 16), conditions=conditions[:1])
    corrected, single = found.verdict_detail.corrected, alone.verdict_detail.corrected
    # inside, clean (once for both), inside and outside of the second: four tests, not two
    assert corrected["inside"] >= single["inside"]
    assert found.to_dict()["also"][0]["condition"] == {"side": "row", "trained": [4, 4]}
