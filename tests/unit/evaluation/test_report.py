from __future__ import annotations

import dataclasses
import json

import pytest

from shiftdemo.errors import ConfigError, DataError, ModelError
from shiftdemo.evaluation.controls import SourceUse
from shiftdemo.evaluation.effects import OffsetEffect
from shiftdemo.evaluation.predict import Cancelled
from shiftdemo.evaluation.report import Comparison, compare_models, mean_over_seeds
from shiftdemo.evaluation.significance import Difference
from shiftdemo.evaluation.verdict import RULES, Controls, Differences, judge
from shiftdemo.models import Loaded
from shiftdemo.tasks import Task
from shiftdemo.types import Sample, TaggedSample, TranslationSample

FINE = Controls(OffsetEffect(1.0, "moves", True, "moves."), SourceUse(0.1, 3.0, True, "used."))
GAIN, LOSS, NOTHING = (
    Difference(12.0, 9.0, 15.0, 0.001),
    Difference(-5.0, -8.0, -2.0, 0.001),
    Difference(0.3, -1.0, 1.5, 0.7),
)


@pytest.fixture(scope="module")
def comparison(
    base_tagger: Loaded, shift_tagger: Loaded, ner: Task, tagged: list[Sample]
) -> Comparison:
    models = {"shift": shift_tagger, "base": base_tagger}
    return compare_models(models, ner, tagged, (8, 16, 40), trained_offset=16)


def test_the_shift_trained_tagger_is_more_robust_inside_its_range(comparison: Comparison) -> None:
    base, shift = comparison.curves["base"], comparison.curves["shift"]
    assert comparison.offsets == (0, 8, 16, 40)
    assert [len(base), len(shift)] == [4, 4]
    assert shift[2].value > base[2].value + 20
    assert comparison.differences["shift"].by_offset[2].value == pytest.approx(
        shift[2].value - base[2].value
    )
    assert "robust_gain" in comparison.findings
    assert "More robust inside the trained range" in comparison.verdict


def test_the_reference_arm_comes_first_whatever_the_order(comparison: Comparison) -> None:
    assert comparison.reference_arm == "base"
    assert list(comparison.arms) == ["base", "shift"]
    assert list(comparison.differences) == ["shift"]


def test_scores_controls_and_types_are_there_for_each_arm(comparison: Comparison) -> None:
    for arm in ("base", "shift"):
        assert comparison.scores[arm]["entity F1"] == comparison.curves[arm][0]
        assert comparison.controls[arm].offset.ok and comparison.controls[arm].source.ok
        assert {row.type for row in comparison.types[arm]} == {"LOC", "PER"}
        assert comparison.summaries[arm].at_zero == comparison.curves[arm][0].value


def test_outputs_hold_one_output_an_offset(
    comparison: Comparison, ner, base_tagger, tagged
) -> None:
    row = comparison.outputs[0]
    assert row.words == tagged[0].words and row.reference == tagged[0].tags
    assert row.outputs["base"][2] == ner.predict(base_tagger, tagged[:1], offset=16)[0]


def test_to_dict_is_json_and_complete(comparison: Comparison) -> None:
    values = json.loads(json.dumps(comparison.to_dict(), allow_nan=False))
    assert values["verdict"] == comparison.verdict
    assert values["findings"] == list(comparison.findings)
    assert values["rules"] == list(RULES)
    assert values["curves"]["shift"][1]["n"] == comparison.n
    assert values["differences"]["shift"]["inside"]["p_value"] < 0.05
    assert values["controls"]["base"]["offset"]["expected"] == "moves"


def test_the_same_call_gives_the_same_result(
    comparison, base_tagger, shift_tagger, ner, tagged
) -> None:
    models = {"shift": shift_tagger, "base": base_tagger}
    assert compare_models(models, ner, tagged, (8, 16, 40), trained_offset=16) == comparison


def test_translation_scores_outputs_and_progress(
    translator, make_model, translation, pairs
) -> None:
    told: list[float] = []
    typed = TranslationSample("typed", "a red cat", "")
    models = {"base": make_model("translation", "learned"), "shift": translator}
    found = compare_models(
        models, translation, [*pairs, typed], (4,), progress=lambda share, text: told.append(share)
    )
    assert set(found.scores["shift"]) == {"BLEU", "chrF"}
    assert found.n == len(pairs) and "8 of 9 sentences" in found.notes[-1]
    assert found.outputs[0].outputs["shift"][0] == pairs[0].target
    assert "clean_gain" in found.findings
    assert "source_control_failed" in found.findings  # the untrained one ignores its source
    assert "few_sentences" in found.findings
    assert told == sorted(told) and told[-1] == 1.0


def test_typed_text_without_reference_gives_outputs_alone(translator, translation) -> None:
    typed = TranslationSample("typed", "a red cat sleeps", "")
    found = compare_models({"base": translator}, translation, [typed], (0,))
    assert (found.n, dict(found.curves), dict(found.scores)) == (0, {}, {})
    assert found.controls["base"] == Controls(None, None)
    assert found.findings == ("no_reference",)
    assert len(found.outputs) == 1
    json.dumps(found.to_dict(), allow_nan=False)


def test_flat_encodings_are_called_flat(make_model, ner: Task, tagged) -> None:
    models = {"base": make_model("ner", "rotary"), "shift": make_model("ner", "relative")}
    found = compare_models(models, ner, tagged[:4], (0, 7))
    assert "flat_encoding" in found.findings


def test_what_cannot_be_compared_is_refused(base_tagger, ner, translation, tagged, pairs) -> None:
    with pytest.raises(DataError, match="no sentences"):
        compare_models({"base": base_tagger}, ner, [])
    with pytest.raises(ModelError, match="at least one"):
        compare_models({}, ner, tagged)
    with pytest.raises(ModelError, match="made for ner"):
        compare_models({"base": base_tagger}, translation, pairs)
    with pytest.raises(ConfigError, match="out of bounds"):
        compare_models({"base": base_tagger}, ner, tagged, (63,))
    with pytest.raises(Cancelled):
        compare_models({"base": base_tagger}, ner, tagged, (1,), cancel=lambda: True)


def test_tags_that_the_model_does_not_know_count_as_missed(base_tagger, ner: Task, tagged) -> None:
    work = TaggedSample("w", ("Paris", "wrote", "Dune", "."), ("B-PER", "O", "B-WORK", "O"))
    found = compare_models({"base": base_tagger}, ner, [*tagged, work], (0,))
    assert found.scores["base"]["entity recall"].value < 100
    assert [row.type for row in found.types["base"]] == ["LOC", "PER", "WORK"]


def differences(
    inside: Difference | None, clean: Difference, outside: Difference | None
) -> Differences:
    return Differences((clean,), inside, outside)


@pytest.mark.parametrize(
    ("inside", "clean", "outside", "findings"),
    [
        (GAIN, LOSS, NOTHING, ("robust_gain", "clean_cost", "no_outside_difference")),
        (NOTHING, NOTHING, None, ("no_robust_difference", "no_clean_difference")),
        (LOSS, GAIN, LOSS, ("robust_loss", "clean_gain", "outside_loss")),
        (None, NOTHING, GAIN, ("no_clean_difference", "outside_gain")),
    ],
)
def test_verdict_follows_the_intervals(inside, clean, outside, findings) -> None:
    both = {"base": FINE, "shift": FINE}
    assert (
        judge("entity F1", 400, differences(inside, clean, outside), both, 32).findings == findings
    )


def test_a_failed_offset_control_silences_the_robustness_claim() -> None:
    broken = Controls(OffsetEffect(0.0, "moves", False, "Offset 8 does not reach the model."), None)
    found = judge("BLEU", 400, differences(GAIN, NOTHING, GAIN), {"base": FINE, "shift": broken}, 8)
    assert found.findings == ("offset_control_failed", "no_clean_difference")
    assert found.text.startswith("Warning (shift): Offset 8 does not reach the model.")


def test_a_shift_arm_that_ignores_its_source_is_not_called_robust() -> None:
    deaf = Controls(FINE.offset, SourceUse(3.0, 3.0, False, "hardly looks at its source."))
    found = judge("BLEU", 400, differences(GAIN, NOTHING, GAIN), {"base": FINE, "shift": deaf}, 8)
    assert found.findings == ("source_control_failed", "no_clean_difference")
    found = judge("BLEU", 400, differences(GAIN, NOTHING, None), {"base": deaf, "shift": FINE}, 8)
    assert found.findings == ("source_control_failed", "robust_gain", "no_clean_difference")


def test_mean_over_seeds_gives_mean_least_and_greatest(comparison: Comparison) -> None:
    lower = dataclasses.replace(
        comparison,
        curves={
            arm: tuple(dataclasses.replace(s, value=s.value - 10) for s in scores)
            for arm, scores in comparison.curves.items()
        },
    )
    found = mean_over_seeds([comparison, lower])
    value = comparison.curves["base"][0].value
    score = found.curves["base"][0]
    assert (score.value, score.low, score.high) == pytest.approx((value - 5, value - 10, value))
    assert found.n_seeds == 2 and "2 training seeds" in score.signature
    assert len(found.differences["shift"]) == len(found.offsets)
    json.dumps(found.to_dict(), allow_nan=False)


def test_mean_over_seeds_refuses_unlike_comparisons(comparison: Comparison) -> None:
    other = dataclasses.replace(comparison, offsets=(0, 1, 2, 3))
    with pytest.raises(DataError, match="differ in offsets"):
        mean_over_seeds([comparison, other])
    with pytest.raises(DataError, match="at least one"):
        mean_over_seeds([])
