"""Several seeds put together: one verdict, and every figure a mean over them."""

from __future__ import annotations

import dataclasses
import json
import math

import numpy as np
import pytest

from shiftdemo.core.errors import DataError
from shiftdemo.core.samples import Sample
from shiftdemo.evaluation.comparing import Comparison, compare_models, over_seeds
from shiftdemo.evaluation.conditions import Condition
from shiftdemo.evaluation.control_results import SourceUse
from shiftdemo.evaluation.seed_interval import mean_interval, over_seeds_and_sentences
from shiftdemo.models.load import LoadedModel
from shiftdemo.tasks.heads import Task


@pytest.fixture(scope="module")
def seeds(
    base_tagger: LoadedModel, shift_tagger: LoadedModel, ner: Task, tagged: list[Sample]
) -> list[Comparison]:
    """Two comparisons that stand for two seeds: in the second the arms have changed places."""
    return [
        compare_models(models, ner, tagged, (8, 40), conditions=[Condition("row", (0, 16))])
        for models in (
            {"base": base_tagger, "shift": shift_tagger},
            {"base": shift_tagger, "shift": base_tagger},
        )
    ]


def test_every_figure_is_of_all_seeds_and_says_so(seeds: list[Comparison]) -> None:
    found = over_seeds(seeds)
    assert found.n_seeds == 2 and found.brackets == "least to greatest of 2 seeds"
    for arm in ("base", "shift"):
        for place, score in enumerate(found.curves[arm]):
            values = [one.curves[arm][place].value for one in seeds]
            assert score.value == pytest.approx(np.mean(values))
            assert (score.low, score.high) == (min(values), max(values))
            assert "mean of 2 training seeds|interval:least to greatest seed" in score.signature
        at_zero = [one.scores[arm]["entity F1"].value for one in seeds]
        assert found.scores[arm]["entity F1"].value == pytest.approx(np.mean(at_zero))
        worst = [one.summaries[arm].worst_inside.value for one in seeds]
        assert found.summaries[arm].worst_inside.value == pytest.approx(np.mean(worst))
        assert found.summaries[arm].area.value != seeds[0].summaries[arm].area.value
        assert {row.type for row in found.types[arm]} == {"LOC", "PER"}
    assert len(found.of_seeds) == 2


def test_arms_that_change_places_from_seed_to_seed_do_not_differ(seeds: list[Comparison]) -> None:
    assert "robust_gain" in seeds[0].findings and "robust_loss" in seeds[1].findings
    found = over_seeds(seeds)
    assert found.findings[:2] == ("over_seeds", "no_robust_difference")
    inside = found.differences["shift"].inside
    assert inside.value == pytest.approx(0.0) and inside.low < -20 < 20 < inside.high
    values = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert values["verdict"].startswith("About the training, over 2 seeds")
    assert [one["findings"][0] for one in values["of_seeds"]] == ["these_models"] * 2


def test_a_gain_of_every_seed_is_a_gain_of_the_training(seeds: list[Comparison]) -> None:
    found = over_seeds([seeds[0], seeds[0], seeds[0]])
    assert "robust_gain" in found.findings
    assert found.differences["shift"].inside.value == pytest.approx(
        seeds[0].differences["shift"].inside.value
    )


def test_a_control_that_fails_in_one_seed_is_named_with_it(seeds: list[Comparison]) -> None:
    deaf = SourceUse(3.0, 3.0, False, "hardly looks at its source.")
    controls = {
        **seeds[0].controls,
        "shift": dataclasses.replace(seeds[0].controls["shift"], source=deaf),
    }
    second = dataclasses.replace(seeds[0], controls=controls)
    found = over_seeds([seeds[0], second])
    assert "Warning (shift): seed 2: hardly looks at its source." in found.verdict
    assert "robust_gain" not in found.findings


def test_one_seed_stays_as_it_is_and_unlike_ones_are_refused(seeds: list[Comparison]) -> None:
    assert over_seeds(seeds[:1]) is seeds[0]
    with pytest.raises(DataError, match="differ in strengths"):
        over_seeds([seeds[0], dataclasses.replace(seeds[1], strengths=(0, 1, 2, 3))])
    with pytest.raises(DataError, match="differ in condition"):
        over_seeds([seeds[0], dataclasses.replace(seeds[1], condition=Condition("row", (0, 8)))])
    with pytest.raises(DataError, match="at least one"):
        over_seeds([])


def test_mean_interval_is_students() -> None:
    mean, half = mean_interval([74.0, 75.0, 76.0])
    assert mean == 75.0 and half == pytest.approx(4.3027 / math.sqrt(3), rel=1e-4)
    assert mean_interval([1.0, 3.0]) == (2.0, pytest.approx(12.706, rel=1e-4))
    assert mean_interval([2.0]) == (2.0, math.inf)
    wide = mean_interval([0.0, 1.0] * 10)[1]
    assert wide == pytest.approx(2.0930 * math.sqrt(5 / 19) / math.sqrt(20), rel=1e-4)


def test_the_interval_is_students_of_seeds_or_sentences_whichever_vary() -> None:
    certain = np.zeros(1000)
    found = over_seeds_and_sentences([4.0, 5.0, 6.0], certain, 400)
    assert (found.low, found.high) == pytest.approx((5 - 2.4841, 5 + 2.4841), abs=1e-3)
    assert found.p_value == pytest.approx(0.0131, abs=1e-4)  # t = 8.66 with 2 degrees of freedom
    noisy = np.random.default_rng(0).normal(5.0, 1.0, 1000)
    # Without a difference between the seeds the sentences decide, with many degrees of freedom.
    alike = over_seeds_and_sentences([2.0, 2.0, 2.0], noisy, 400)
    assert alike.high == pytest.approx(2.0 + 1.966 * noisy.std(), rel=1e-3)
    assert over_seeds_and_sentences([0.0, 0.0], certain, 9).p_value == 1.0
