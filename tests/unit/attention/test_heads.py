"""How far heads moved, what they look at, and profiles, against other ways to compute them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats
from scipy.spatial.distance import jensenshannon

from shiftdemo.attention.head_moves import head_moves, js_distance, strongest_moved
from shiftdemo.attention.head_stats import STATS, head_stats
from shiftdemo.attention.profiles import Means, Profile, offset_profile, place_profile
from shiftdemo.core.errors import DataError
from shiftdemo.core.types import AttentionMap

N = 5
TOKENS = tuple("abcde")
WORDS = (None, 0, 1, 2, None)


def random_map(seed: int, kind: str = "encoder", n: int = N, layers: int = 2) -> AttentionMap:
    weights = np.random.default_rng(seed).dirichlet(np.full(n, 0.3), size=(layers, 3, n))
    words = tuple(range(n)) if n != N else WORDS
    tokens = tuple(str(i) for i in range(n)) if n != N else TOKENS
    return AttentionMap(kind, weights.astype(np.float32), tokens, tokens, words, words)


def test_distance_is_scipys_and_counts_what_is_not_shown_as_one_key() -> None:
    one, other = random_map(0), random_map(1)
    found = js_distance(one, other)
    for index in np.ndindex(found.shape):
        wanted = jensenshannon(
            one.weights[index].astype(float), other.weights[index].astype(float), base=2
        )
        assert found[index] == pytest.approx(wanted, abs=1e-6)
    np.testing.assert_allclose(head_moves(one, other), found.mean(-1))
    assert head_moves(one, one).max() < 1e-6
    rows, columns = [1, 2], [1, 3]
    parts = [whole.part(rows, columns) for whole in (one, other)]
    full = [np.append(p.weights[1, 2, 0], p.outside[1, 2, 0]).astype(float) for p in parts]
    assert js_distance(*parts)[1, 2, 0] == pytest.approx(jensenshannon(*full, base=2), abs=1e-5)
    whole = AttentionMap("encoder", one.part(rows, range(N)).weights, TOKENS[1:3], TOKENS)
    partly = AttentionMap(
        "encoder",
        whole.weights / 2,
        TOKENS[1:3],
        TOKENS,
        (),
        (),
        np.full(whole.weights.shape[:3], 0.5, np.float32),
    )
    p, q = np.append(whole.weights[0, 0, 0], 0.0), np.append(partly.weights[0, 0, 0], 0.5)
    assert js_distance(whole, partly)[0, 0, 0] == pytest.approx(
        jensenshannon(p, q, base=2), abs=1e-5
    )
    with pytest.raises(DataError, match="different tokens"):
        js_distance(one, parts[0])


def test_strongest_moved_counts_rows_of_the_sentence_alone() -> None:
    weights = np.full((1, 1, N, N), 0.1, dtype=np.float32)
    moved = weights.copy()
    for row in range(N):
        weights[0, 0, row, row] = 0.6
        moved[0, 0, row, (row + 1) % N if row != 2 else row] = 0.6
    before, after = (
        AttentionMap("encoder", w, TOKENS, TOKENS, WORDS, WORDS) for w in (weights, moved)
    )
    counts, n = strongest_moved(before, after)
    assert n == 3 and counts.tolist() == [[2]]
    of_decoder = [replace(one, kind="decoder") for one in (before, after)]
    assert strongest_moved(*of_decoder)[1] == N  # each of its rows predicts


def test_stats_of_a_head_that_looks_one_back() -> None:
    weights = np.zeros((1, 1, N, N), dtype=np.float32)
    for row in range(N):
        weights[0, 0, row, max(row - 1, 0)] = 0.75
        weights[0, 0, row, N - 1] += 0.25
    found = head_stats(AttentionMap("encoder", weights, TOKENS, TOKENS, WORDS, WORDS))
    told = {name: round(float(values[0, 0]), 4) for name, values in found.items()}
    assert list(told) == list(STATS)
    assert (told["own"], told["previous"], told["strongest"]) == (0.0, 0.75, 0.75)
    assert told["next"] == pytest.approx(0.25 / 3, abs=1e-4)  # row 3 of 1 to 3 has the last next
    assert (told["first"], told["last"], told["special"]) == (0.25, 0.25, 0.5)
    assert told["entropy"] == pytest.approx(stats.entropy([0.75, 0.25], base=2), abs=1e-4)
    assert told["distance"] == pytest.approx(0.75 + 0.25 * (3 + 2 + 1) / 3, abs=1e-4)
    cross = AttentionMap("cross", weights, TOKENS, TOKENS, WORDS, WORDS)
    assert set(STATS) - set(head_stats(cross)) == {"own", "previous", "next", "distance"}


def test_profiles_are_the_diagonals_and_the_columns() -> None:
    one = random_map(3, n=6)
    found = offset_profile(one, reach=7)
    for d in range(-5, 6):
        np.testing.assert_allclose(
            found[1, 2, d + 7], np.diagonal(one.weights[1, 2], d).mean(), rtol=1e-5
        )
    assert np.isnan(found[..., [0, 1, 13, 14]]).all()
    places = place_profile(one, places=8)
    np.testing.assert_allclose(places[..., :6], one.weights.mean(2), rtol=1e-5)
    assert np.isnan(places[..., 6:]).all()
    causal = place_profile(random_map(3, "decoder", n=6), places=6)
    np.testing.assert_allclose(causal[..., 4], one.weights[:, :, 4:, 4].mean(-1), rtol=1e-5)


def test_streamed_means_and_intervals_equal_those_of_all_at_once() -> None:
    rng = np.random.default_rng(4)
    rows = rng.normal(size=(12, 3))
    rows[3:, 1] = np.nan
    rows[:, 2] = np.nan
    means = Means()
    for row in rows:
        means.add(row)
    found = means.interval()
    assert found.n.tolist() == [12, 3, 0] and np.isnan(found.mean[2]) and np.isnan(found.low[2])
    for column, n in ((0, 12), (1, 3)):
        own = rows[:n, column]
        low, high = stats.t.interval(0.95, n - 1, own.mean(), stats.sem(own))
        assert found.mean[column] == pytest.approx(own.mean())
        assert (found.low[column], found.high[column]) == pytest.approx((low, high))


def test_a_profile_takes_sentences_of_any_length() -> None:
    profile = Profile()
    maps = [random_map(seed, n=n) for seed, n in enumerate((6, 9, 40))]
    for one in maps:
        profile.add(one, random_map(99, n=len(one.key_tokens)))
    found = profile.intervals()
    wanted = np.mean([offset_profile(one)[..., 17] for one in maps], 0)
    np.testing.assert_allclose(found["offsets"].mean[..., 17], wanted)
    np.testing.assert_allclose(found["average"].mean[0, 0, 17], wanted.mean())
    assert found["offsets"].n[0, 0].tolist()[0] == 1  # only the longest has a key 16 before
    assert found["moved"].mean.shape == (2, 3) and (found["moved"].low > 0).all()
