from __future__ import annotations

import numpy as np
import pytest

from shiftdemo.evaluation.significance import (
    holm,
    interval,
    paired,
    paired_mean,
    resampled_sums,
)


def mean(sums: np.ndarray) -> np.ndarray:
    """Share of right answers in percent: columns right, all."""
    return 100.0 * sums[..., 0] / sums[..., 1]


def answers(n: int, share: float, seed: int) -> np.ndarray:
    right = np.random.default_rng(seed).random(n) < share
    return np.stack([right, np.ones(n)], axis=1).astype(np.int64)


def test_resampled_sums_draw_as_many_sentences_as_there_are() -> None:
    stats = np.stack([np.arange(50), np.ones(50)], axis=1)
    sums = resampled_sums(stats, seed=3)
    assert sums.shape == (1000, 2)
    assert (sums[:, 1] == 50).all()
    assert sums[:, 0].mean() == pytest.approx(stats[:, 0].sum(), rel=0.02)
    assert (sums == resampled_sums(stats, seed=3)).all()
    assert (sums != resampled_sums(stats, seed=4)).any()


def test_resampled_sums_do_not_depend_on_the_block(monkeypatch: pytest.MonkeyPatch) -> None:
    stats = answers(70, 0.5, 0)
    whole = resampled_sums(stats, seed=5)
    monkeypatch.setattr("shiftdemo.evaluation.significance._BLOCK", 700)
    monkeypatch.setattr("shiftdemo.evaluation.significance._KEPT", 0)
    assert (resampled_sums(stats, seed=5) == whole).all()


def test_interval_is_close_to_the_normal_one() -> None:
    # Standard error of a share of 0.3 over 400: 100 * sqrt(0.3 * 0.7 / 400) = 2.29.
    stats = answers(400, 0.3, 1)
    low, high = interval(mean(resampled_sums(stats, seed=0)), len(stats))
    centre = float(mean(stats.sum(0)))
    assert low == pytest.approx(centre - 1.96 * 2.29, abs=0.7)
    assert high == pytest.approx(centre + 1.96 * 2.29, abs=0.7)


def test_equal_systems_do_not_differ() -> None:
    stats = answers(100, 0.6, 2)
    same = paired(stats, stats, mean, seed=0)
    assert (same.value, same.low, same.high, same.p_value) == (0.0, 0.0, 0.0, 1.0)


def test_a_clear_gain_is_significant_and_its_mirror_a_loss() -> None:
    before = answers(300, 0.4, 3)
    after = before.copy()
    after[:90, 0] = 1
    gain = paired(before, after, mean, seed=0)
    assert gain.value == pytest.approx(float(mean(after.sum(0)) - mean(before.sum(0))))
    assert gain.low > 0 and gain.p_value < 0.01
    loss = paired(after, before, mean, seed=0)
    assert loss.p_value < 0.01
    assert (loss.value, loss.low, loss.high) == pytest.approx((-gain.value, -gain.high, -gain.low))


def test_pairing_narrows_the_interval() -> None:
    before = answers(300, 0.5, 4)
    after = before.copy()
    after[np.flatnonzero(before[:, 0] == 0)[:6], 0] = 1
    difference = paired(before, after, mean, seed=0)
    low, high = interval(mean(resampled_sums(after, seed=0)), len(after))
    assert difference.high - difference.low < 0.5 * (high - low)


def test_noise_is_rarely_called_significant() -> None:
    found = [
        paired(answers(200, 0.5, 2 * s), answers(200, 0.5, 2 * s + 1), mean, seed=s).p_value < 0.05
        for s in range(60)
    ]
    assert sum(found) <= 8  # 3 expected


def test_few_sentences_keep_the_level() -> None:
    found = [
        paired(answers(30, 0.5, 2 * s), answers(30, 0.5, 2 * s + 1), mean, seed=s).p_value < 0.05
        for s in range(200)
    ]
    assert sum(found) <= 18  # 10 expected at most; 18 or fewer in 99.4 % of such sets


def test_holm_checked_by_hand() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.5, 0.9]) == pytest.approx([1.0, 1.0])
    assert holm([0.02]) == [0.02] and holm([]) == []


def test_paired_mean_of_one_condition_is_paired() -> None:
    a, b = answers(80, 0.4, 5), answers(80, 0.6, 6)
    assert paired_mean([a], [b], mean, seed=1) == paired(a, b, mean, seed=1)
    both = paired_mean([a, b], [b, b], mean, seed=1)
    assert both.value == pytest.approx(paired(a, b, mean, seed=1).value / 2)


def test_unpaired_statistics_are_refused() -> None:
    with pytest.raises(ValueError, match="not paired"):
        paired(answers(3, 0.5, 0), answers(4, 0.5, 0), mean, seed=0)


@pytest.mark.parametrize("n", [30, 200])
def test_intervals_hold_the_true_value_in_95_of_100_cases(n: int) -> None:
    """``benchmarks/compare.py coverage`` does the same at length, and at 800 sentences."""
    rng, held, sims = np.random.default_rng(n), 0, 500
    for seed in range(sims):
        stats = np.stack([rng.random(n) < 0.85, np.ones(n)], axis=1).astype(float)
        low, high = interval(mean(resampled_sums(stats, seed)), n)
        held += low <= 85.0 <= high
    assert 0.92 < held / sims < 0.98
