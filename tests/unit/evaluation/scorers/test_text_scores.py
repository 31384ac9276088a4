"""Scores of language models and classifiers, by hand and against scikit-learn's definitions."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest

from shiftdemo.core.samples import TaggedSample, TextSample
from shiftdemo.evaluation.scores import (
    class_tables,
    measure,
    scorable,
    score,
    score_names,
    signature,
    statistics,
)
from shiftdemo.evaluation.significance import paired
from shiftdemo.tasks.heads import make_task
from shiftdemo.tasks.heads.causal_lm import TextFit

LM, CLASSES = make_task("language_modeling"), make_task("classification")


def texts(n: int) -> list[TextSample]:
    return [TextSample(str(i), "some words") for i in range(n)]


def labelled(labels: str) -> list[TextSample]:
    return [TextSample(str(i), "some words", label) for i, label in enumerate(labels.split())]


def test_perplexity_and_accuracy_are_over_all_tokens() -> None:
    # 4 nats over 4 tokens and 0 over 6: 0.4 nats a token, not the mean of 1 and 0.
    fits = [TextFit(4.0, 4, 1), TextFit(0.0, 6, 6)]
    sums = statistics(LM, texts(2), fits).sum(0)
    assert measure(LM, "perplexity", sums) == pytest.approx(math.exp(0.4))
    assert measure(LM, "token accuracy", sums) == pytest.approx(70.0)
    assert score_names(LM) == ("token accuracy", "perplexity")
    assert LM.spec.score_name == "token accuracy"
    assert "lower is better" in signature(LM, "perplexity", texts(2), 0)


def test_a_uniform_model_has_the_perplexity_of_its_vocabulary() -> None:
    fits = [TextFit(n * math.log(500), n, 0) for n in (3, 9, 20)]
    found = score(LM, "perplexity", texts(3), fits, 0)
    assert (found.value, found.low, found.high) == pytest.approx((500, 500, 500))


def test_the_interval_of_a_perplexity_holds_its_value() -> None:
    rng = random.Random(0)
    fits = [TextFit(rng.uniform(5, 50), rng.randint(5, 20), 3) for _ in range(100)]
    found = score(LM, "perplexity", texts(100), fits, 0)
    assert found.low < found.value < found.high and found.n == 100


def test_every_text_is_its_own_reference() -> None:
    assert scorable(LM, [*texts(2), TextSample("e", " "), TaggedSample("t", (), ())]) == [0, 1]


def test_accuracy_and_macro_f1_by_hand() -> None:
    gold, found = labelled("a a a b b c"), "a a b b c c".split()
    sums = statistics(CLASSES, gold, found).sum(0)
    assert measure(CLASSES, "accuracy", sums) == pytest.approx(400 / 6)
    # a: 2 right of 2 found and 3 gold; b: 1 of 2 and 2; c: 1 of 2 and 1.
    f1 = [2 * 2 / 5, 2 * 1 / 4, 2 * 1 / 3]
    assert measure(CLASSES, "macro F1", sums) == pytest.approx(100 * sum(f1) / 3)
    assert score_names(CLASSES) == ("accuracy", "macro F1")
    rows = class_tables(CLASSES, gold, found, 0)
    assert [(row.type, row.support, row.predicted) for row in rows] == [
        ("a", 3, 2),
        ("b", 2, 2),
        ("c", 1, 2),
    ]
    assert [row.f1.value for row in rows] == pytest.approx([100 * value for value in f1])


def test_one_class_for_all_scores_high_in_accuracy_alone() -> None:
    gold = labelled("a " * 9 + "b")
    sums = statistics(CLASSES, gold, ["a"] * 10).sum(0)
    assert measure(CLASSES, "accuracy", sums) == pytest.approx(90.0)
    assert measure(CLASSES, "macro F1", sums) == pytest.approx((100 * 18 / 19 + 0) / 2)


def test_a_label_that_no_reference_has_is_wrong_and_makes_no_class() -> None:
    gold = labelled("a b")
    right, odd = (statistics(CLASSES, gold, found) for found in (["a", "b"], ["a", "z"]))
    assert right.shape == odd.shape == (2, 6)  # so that two models can be paired
    assert measure(CLASSES, "accuracy", odd.sum(0)) == pytest.approx(50.0)
    assert measure(CLASSES, "macro F1", odd.sum(0)) == pytest.approx(50.0)


def test_a_resample_without_a_class_leaves_it_out_of_the_mean() -> None:
    stats = statistics(CLASSES, labelled("a b"), ["a", "b"])
    assert measure(CLASSES, "macro F1", stats[0] * 2) == pytest.approx(100.0)


def test_paired_differences_of_classifiers_are_over_the_same_texts() -> None:
    rng = np.random.default_rng(0)
    gold = labelled(" ".join(rng.choice(["a", "b"], 200)))
    good = [one.label if rng.random() < 0.9 else "a" for one in gold]
    bad = [one.label if rng.random() < 0.4 else "a" for one in gold]
    a, b = (statistics(CLASSES, gold, found) for found in (bad, good))
    gap = paired(a, b, lambda sums: 100 * sums[..., 0::3].sum(-1) / sums[..., 2::3].sum(-1), 0)
    assert gap.low > 0 and gap.p_value < 0.01


def test_typed_texts_without_a_label_are_not_scored() -> None:
    assert scorable(CLASSES, [*labelled("a"), TextSample("typed", "x")]) == [0]
