"""ROUGE by hand and against Google's rouge-score."""

from __future__ import annotations

import random

import numpy as np
import pytest

from shiftdemo.core.samples import Sample, TranslationSample
from shiftdemo.evaluation.scorers import rouge
from shiftdemo.evaluation.scores import score, score_names
from shiftdemo.tasks.heads import make_task

TASK = make_task("summarization")


def _samples(*references: str) -> list[Sample]:
    return [TranslationSample(str(n), "a document", text) for n, text in enumerate(references)]


def test_counts_are_those_by_hand() -> None:
    """4 of 5 words are shared, 2 of 4 pairs; the longest common subsequence has 4 words."""
    rows = rouge.count(_samples("the cat sat on mats"), ["The cat lay on mats!"])
    assert rows.tolist() == [pytest.approx([0.8, 0.8, 0.5, 1.0])]
    swapped = rouge.count(_samples("a b c d"), ["c d a b"])  # all words, in another order
    assert swapped.tolist() == [pytest.approx([0.5, 1.0, 2 / 3, 1.0])]


@pytest.mark.parametrize("prediction", ["", "   ", "…"])
def test_an_empty_summary_scores_nothing(prediction: str) -> None:
    assert rouge.count(_samples("the cat"), [prediction]).tolist() == [[0.0, 0.0, 0.0, 1.0]]


def test_counts_are_those_of_google_s_rouge_score() -> None:
    rouge_scorer = pytest.importorskip("rouge_score.rouge_scorer")
    reference = rouge_scorer.RougeScorer(["rougeL", "rouge1", "rouge2"])
    rng = random.Random(0)
    words = ["The", "cat", "it's", "well-known", "3.5", "naïve", "on", "a", "mat.", "…", "a"]
    texts = [" ".join(rng.choices(words, k=rng.randint(1, 30))) for _ in range(120)]
    golds, outputs = texts[:60], texts[60:]
    found = rouge.count(_samples(*golds), outputs)
    for row, gold, output in zip(found, golds, outputs, strict=True):
        wanted = [part.fmeasure for part in reference.score(gold, output).values()]
        names = list(reference.score(gold, output))
        by_name = dict(zip(names, wanted, strict=True))
        assert row[:3] == pytest.approx([by_name[k] for k in ("rougeL", "rouge1", "rouge2")])


def test_other_alphabets_are_counted_by_words_and_the_signature_says_so() -> None:
    samples = _samples("猫坐在垫子上。", "кошка сидит на ковре")
    found = rouge.count(samples, ["猫躺在垫子上。", "кошка спит на ковре"])
    assert found[0].tolist() == pytest.approx([5 / 6, 5 / 6, 3 / 5, 1.0])
    assert found[1].tolist() == pytest.approx([3 / 4, 3 / 4, 1 / 3, 1.0])
    assert "tok:words (CJK by character)" in rouge.signature("ROUGE-1", samples)
    assert "tok:rouge" in rouge.signature("ROUGE-1", _samples("Un café noir"))


def test_the_score_is_the_mean_with_an_interval_and_its_signature() -> None:
    samples = _samples("a b c d", "a b c d", "a b c d")
    found = score(TASK, "ROUGE-1", samples, ["a b c d", "x", "a b"], seed=0)
    assert found.value == pytest.approx(100 * (1 + 0 + 2 / 3) / 3)
    assert found.low < found.value < found.high and found.n == 3
    assert found.signature.startswith("rouge1|measure:F1|tok:rouge")
    assert "stemmer:no" in found.signature and "torchmetrics" in found.signature
    assert score_names(TASK) == ("ROUGE-L", "ROUGE-1", "ROUGE-2")
    assert TASK.spec.score_name == "ROUGE-L"


def test_only_documents_with_a_summary_are_scored() -> None:
    assert rouge.scorable(_samples("a", "", " ", "b")) == [0, 3]


def test_sums_of_statistics_give_the_mean_for_many_resamples() -> None:
    stats = rouge.count(_samples("a b", "a b"), ["a b", "a c"])
    columns, formula = rouge.MEASURES["ROUGE-1"]
    sums = np.stack([stats.sum(0), 2 * stats[0], 2 * stats[1]])
    assert formula(sums[:, columns]).tolist() == pytest.approx([75.0, 100.0, 50.0])
