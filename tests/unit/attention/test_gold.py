"""Attention against gold alignments and answers, on maps that are known."""

from __future__ import annotations

import numpy as np
import pytest

from shiftdemo.attention.gold import (
    THRESHOLDS,
    answer_share,
    error_rate,
    link_counts,
    word_weights,
)
from shiftdemo.core.samples import QuestionSample
from shiftdemo.core.types import AttentionMap
from shiftdemo.evaluation.alignment_error import alignment_errors

SOURCE = ("the", "·re", "cat", "</s>")  # words 0 0 1, then the end
TARGET = ("<start>", "le", "chat")  # row i predicts the token after it


def _cross(rows: list[list[float]]) -> AttentionMap:
    weights = np.array(rows, dtype=np.float32)[None, None]
    return AttentionMap("cross", weights, TARGET, SOURCE, (None, 0, 1), (0, 0, 1, None))


def test_word_weights_sum_keys_and_mean_queries() -> None:
    one = _cross([[0.3, 0.3, 0.3, 0.1], [0.1, 0.1, 0.6, 0.2], [0.0, 0.1, 0.1, 0.8]])
    predicts = word_weights(one, 2, 2, reads=False)[0, 0]
    np.testing.assert_allclose(predicts, [[0.6, 0.3], [0.2, 0.6]], atol=1e-6)
    reads = word_weights(one, 2, 2, reads=True)[0, 0]
    np.testing.assert_allclose(reads, [[0.2, 0.6], [0.1, 0.1]], atol=1e-6)


def test_a_diagonal_has_no_errors_and_a_crossed_one_has_all() -> None:
    one = _cross([[0.4, 0.4, 0.1, 0.1], [0.1, 0.1, 0.7, 0.1], [0.2, 0.2, 0.2, 0.4]])
    weights = word_weights(one, 2, 2, reads=False)
    straight = link_counts(weights, [(0, 0), (1, 1)])
    assert straight.shape == (1, 2, 1 + len(THRESHOLDS), 3)
    assert error_rate(straight)[0, 0, 0] == 0.0
    assert error_rate(link_counts(weights, [(0, 1), (1, 0)]))[0, 0, 0] == 1.0
    # At 0.1 all four links are found, two of them right: 1 - 2 * 2 / (4 + 2).
    assert error_rate(straight)[0, 0, 1] == pytest.approx(1 / 3)
    # The rate of Och and Ney for argmax with one gold link of two found ones: 1 - 2 / 3.
    assert error_rate(link_counts(weights, [(0, 0)]))[0, 0, 0] == pytest.approx(1 / 3)


def test_the_head_is_picked_on_other_sentences_than_it_is_scored_on() -> None:
    rng = np.random.default_rng(0)
    n, shape = 60, (2, 3, 1 + len(THRESHOLDS))
    right = rng.binomial(10, 0.5, size=(n, *shape))
    right[:, 1, 0, 0] = rng.binomial(10, 0.9, size=n)  # one head aligns
    counts = np.stack([right, np.full_like(right, 10), np.full_like(right, 10)], -1)
    noise = np.stack([right * 0, right * 0 + 10, right * 0 + 10], -1)
    noise[..., 0] = rng.binomial(10, 0.5, size=(n, *shape))
    found = alignment_errors(
        {"base": {"predicts": list(noise)}, "shift": {"predicts": list(counts)}},
        THRESHOLDS,
        error_rate,
    )
    assert found is not None
    best, *_ = found.arms["shift"]
    assert (best.of, best.way, best.layer, best.head) == ("head", "argmax", 1, 0)
    assert best.error.value == pytest.approx(10, abs=4) and best.error.n == 30
    assert best.error.low < best.error.value < best.error.high
    # Chance is told as chance: no head of pure noise looks better than it is.
    assert found.arms["base"][0].error.value == pytest.approx(50, abs=5)
    assert found.differences[0].value < -30 and found.differences[0].p_value < 0.01
    few = {"base": {"predicts": list(noise[:3])}}
    assert alignment_errors(few, THRESHOLDS, error_rate) is None
    assert alignment_errors({}, THRESHOLDS, error_rate) is None


def test_answer_share_is_of_the_questions_rows_and_the_answers_columns() -> None:
    sample = QuestionSample("q", "Who left?", "Ada Lovelace left .", ("Ada Lovelace",), (0,))
    words = (None, -1, -2, None, 0, 1, 2, 3, None)
    weights = np.zeros((1, 1, 9, 9), dtype=np.float32)
    weights[..., 0] = 1.0
    weights[0, 0, 1] = [0, 0, 0, 0, 0.25, 0.5, 0.25, 0, 0]
    weights[0, 0, 2] = [0.5, 0, 0, 0, 0.5, 0, 0, 0, 0]
    tokens = tuple(str(i) for i in range(9))
    one = AttentionMap("encoder", weights, tokens, tokens, words, words)
    found = answer_share(one, sample)
    assert found is not None
    assert found[0][0, 0] == pytest.approx((0.75 + 0.5) / 2) and found[1] == pytest.approx(2 / 9)
    assert answer_share(one, QuestionSample("q", "Who?", "Ada left .")) is None
