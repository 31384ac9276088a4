from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest
from chinese import english_in
from starting import at

from shiftdemo.core.errors import ConfigError, DataError, ModelError
from shiftdemo.core.messages import Message
from shiftdemo.core.progress import Cancelled
from shiftdemo.core.samples import Sample, TaggedSample, TranslationSample
from shiftdemo.evaluation.comparing import Comparison, compare_models
from shiftdemo.evaluation.conditions import Condition
from shiftdemo.evaluation.control_results import Controls, OffsetEffect, SourceUse
from shiftdemo.evaluation.significance import Difference
from shiftdemo.evaluation.verdict import Case, Differences, judge, rules
from shiftdemo.models.load import LoadedModel
from shiftdemo.tasks.heads import Task

FINE = Controls(OffsetEffect(1.0, "moves", True, "moves."), SourceUse(0.1, 3.0, True, "used."))
TRAINED = Condition("row", (0, 16))
GAIN, LOSS, NOTHING = (
    Difference(12.0, 9.0, 15.0, 0.001),
    Difference(-5.0, -8.0, -2.0, 0.001),
    Difference(0.3, -1.0, 1.5, 0.7),
)


@pytest.fixture(scope="module")
def comparison(
    base_tagger: LoadedModel, shift_tagger: LoadedModel, ner: Task, tagged: list[Sample]
) -> Comparison:
    models = {"shift": shift_tagger, "base": base_tagger}
    return compare_models(models, ner, tagged, (8, 16, 40), conditions=[TRAINED])


def test_the_shift_trained_tagger_is_more_robust_inside_its_range(comparison: Comparison) -> None:
    base, shift = comparison.curves["base"], comparison.curves["shift"]
    assert comparison.strengths == (0, 8, 16, 40)
    assert [len(base), len(shift)] == [4, 4]
    assert shift[2].value > base[2].value + 20
    assert comparison.differences["shift"].by_offset[2].value == pytest.approx(
        shift[2].value - base[2].value
    )
    assert "robust_gain" in comparison.findings
    assert "More robust inside the trained range" in comparison.verdict
    assert comparison.verdict.startswith("About these two models (one training seed)")


def test_the_reference_arm_comes_first_whatever_the_order(comparison: Comparison) -> None:
    assert comparison.reference_arm == "base"
    assert list(comparison.arms) == ["base", "shift"]
    assert list(comparison.differences) == ["shift"]


def test_scores_controls_and_types_are_there_for_each_arm(comparison: Comparison) -> None:
    for arm in ("base", "shift"):
        assert comparison.scores[arm]["entity F1"] == comparison.curves[arm][0]
        assert comparison.controls[arm].offset.ok and comparison.controls[arm].source.ok
        assert {row.type for row in comparison.types[arm]} == {"LOC", "PER"}
        assert comparison.summaries[arm].at_zero == comparison.curves[arm][0]


def test_outputs_hold_one_output_an_offset(
    comparison: Comparison, ner, base_tagger, tagged
) -> None:
    row = comparison.outputs[0]
    assert row.words == tagged[0].words and row.reference == tagged[0].tags
    assert row.outputs["base"][2] == ner.predict(base_tagger, at(tagged[:1], 16))[0]


def test_to_dict_is_json_and_complete(comparison: Comparison) -> None:
    values = json.loads(json.dumps(comparison.to_dict(), allow_nan=False))
    assert values["verdict"] == comparison.verdict
    assert values["findings"] == list(comparison.findings)
    assert values["rules"] == list(rules())
    kept = values["condition"]
    assert (kept["side"], kept["trained"], kept["operator"]) == ("row", [0, 16], "position_offset")
    assert values["brackets"] == "95 % interval over 36 sentences"
    assert set(values["corrected"]) == {"clean", "inside", "outside"}
    assert "stats" not in values
    assert values["curves"]["shift"][1]["n"] == comparison.n
    assert values["differences"]["shift"]["inside"]["p_value"] < 0.05
    assert values["controls"]["base"]["offset"]["expected"] == "moves"


def test_the_same_call_gives_the_same_result(
    comparison, base_tagger, shift_tagger, ner, tagged
) -> None:
    models = {"shift": shift_tagger, "base": base_tagger}
    assert compare_models(models, ner, tagged, (8, 16, 40), conditions=[TRAINED]) == comparison


def test_translation_scores_outputs_and_progress(
    translator, make_model, translation, pairs
) -> None:
    told: list[float] = []
    said: list[str] = []

    def progress(share: float, text: Message) -> None:
        told.append(share)
        said.append(text.text("zh"))

    typed = TranslationSample("typed", "a red cat", "")
    models = {"base": make_model("translation", "learned"), "shift": translator}
    found = compare_models(models, translation, [*pairs, typed], (4,), progress=progress)
    assert set(found.scores["shift"]) == {"BLEU", "chrF", "TER"}
    assert found.n == len(pairs) and "8 of 9 sentences" in found.notes[-1]
    assert found.outputs[0].outputs["shift"][0] == pairs[0].target
    assert "clean_gain" in found.findings
    assert "source_control_failed" in found.findings  # the untrained one ignores its source
    assert "few_sentences" in found.findings
    assert told == sorted(told) and told[-1] == 1.0
    assert said[0] == "基线：对照" and "移位训练：100%（9 个句子，2 个偏移）" in said
    said += [one.text("zh") for one in (*found.notes, *found.verdict_detail.sentences)]
    assert [word for one in said for word in english_in(one, "BLEU")] == []


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


def case(
    inside: Difference | None,
    clean: Difference,
    outside: Difference | None,
    controls: Controls = FINE,
    **more: Any,
) -> Case:
    found = Differences((clean,), inside, outside)
    return Case("BLEU", 400, found, {"base": FINE, "shift": controls}, TRAINED, **more)


@pytest.mark.parametrize(
    ("inside", "clean", "outside", "findings"),
    [
        (GAIN, LOSS, NOTHING, ("robust_gain", "clean_cost", "no_outside_difference")),
        (NOTHING, NOTHING, None, ("no_robust_difference", "no_clean_difference")),
        (LOSS, GAIN, LOSS, ("robust_loss", "clean_gain", "outside_loss")),
        (None, NOTHING, GAIN, ("no_clean_difference", "outside_gain")),
    ],
)
def test_verdict_follows_the_tests(inside, clean, outside, findings) -> None:
    assert judge(case(inside, clean, outside)).findings == ("these_models", *findings)


def test_a_test_that_the_correction_leaves_nothing_of_is_no_finding() -> None:
    barely = Difference(1.0, 0.1, 1.9, 0.03)
    assert judge(case(None, barely, None)).findings[-1] == "clean_gain"
    found = judge(case(NOTHING, barely, NOTHING))
    assert found.findings[2] == "no_clean_difference"
    assert found.corrected["clean"] == pytest.approx(0.09)
    assert "p = 0.090 corrected" in found.text


def test_the_first_words_say_what_a_verdict_is_about() -> None:
    one = judge(case(GAIN, NOTHING, None)).text
    assert one.startswith("About these two models (one training seed), not about the training")
    several = judge(case(GAIN, NOTHING, None, n_seeds=3))
    assert several.text.startswith("About the training, over 3 seeds and the sentences together:")
    assert several.findings[:2] == ("over_seeds", "robust_gain")


def test_a_tiny_p_value_is_not_called_zero() -> None:
    tiny = dataclasses.replace(GAIN, p_value=1e-9)
    assert "p < 0.001 corrected" in judge(case(tiny, NOTHING, None)).text


@pytest.mark.parametrize(
    ("more", "words"), [(0.41, "41% more"), (-0.3, "30% fewer"), (0.04, ""), (None, "")]
)
def test_a_verdict_says_when_the_arms_read_other_amounts(more: float | None, words: str) -> None:
    text = judge(case(GAIN, NOTHING, None, more_tokens=more)).text
    assert (f"read {words} tokens a step" in text) if words else ("tokens a step" not in text)


def test_a_failed_offset_control_silences_the_robustness_claim() -> None:
    broken = Controls(OffsetEffect(0.0, "moves", False, "Offset 8 does not reach the model."), None)
    found = judge(case(GAIN, NOTHING, GAIN, broken))
    assert found.findings == ("these_models", "offset_control_failed", "no_clean_difference")
    assert "Warning (shift): Offset 8 does not reach the model." in found.text


def test_a_shift_arm_that_ignores_its_source_is_not_called_robust() -> None:
    deaf = Controls(FINE.offset, SourceUse(3.0, 3.0, False, "hardly looks at its source."))
    found = judge(case(GAIN, NOTHING, GAIN, deaf))
    assert found.findings == ("these_models", "source_control_failed", "no_clean_difference")
    swapped = dataclasses.replace(case(GAIN, NOTHING, None), controls={"base": deaf, "shift": FINE})
    assert judge(swapped).findings[1:] == (
        "source_control_failed",
        "robust_gain",
        "no_clean_difference",
    )
