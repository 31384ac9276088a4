"""Which samples make up a step."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shiftdemo.errors import DataError
from shiftdemo.training.batching import batches

SIZES = st.lists(st.integers(1, 90), min_size=1, max_size=120)


def one_epoch(
    sizes: list[int], batch_size: int, batch_tokens: int, seed: int, epoch: int = 0
) -> list[list[int]]:
    stream = batches(sizes, batch_size, batch_tokens, seed)
    wanted = itertools.takewhile(lambda item: item[0] <= epoch, stream)
    return [indices for number, indices in wanted if number == epoch]


@given(SIZES, st.integers(1, 40), st.sampled_from([0, 50, 300]), st.integers(0, 99))
def test_every_sample_comes_once_an_epoch(
    sizes: list[int], batch_size: int, batch_tokens: int, seed: int
) -> None:
    for epoch in (0, 1):
        cut = one_epoch(sizes, batch_size, batch_tokens, seed, epoch)
        assert sorted(itertools.chain(*cut)) == list(range(len(sizes)))
        for indices in cut:
            if batch_tokens:
                padded = max(sizes[i] for i in indices) * len(indices)
                assert padded <= batch_tokens or len(indices) == 1
            else:
                assert len(indices) <= batch_size
        assert cut == one_epoch(sizes, batch_size, batch_tokens, seed, epoch)


def test_epochs_and_seeds_have_their_own_order() -> None:
    sizes = [5] * 64
    orders = [one_epoch(sizes, 8, 0, seed, epoch) for seed in (0, 1) for epoch in (0, 1)]
    assert all(a != b for a, b in itertools.combinations(orders, 2))


def test_samples_of_like_length_go_together() -> None:
    sizes = [i % 60 + 1 for i in range(960)]
    cut = one_epoch(sizes, 16, 0, 0)
    padding = sum(max(sizes[i] for i in part) - sizes[j] for part in cut for j in part)
    assert padding < 0.1 * sum(sizes)


def test_no_samples_are_refused_and_do_not_hang() -> None:
    with pytest.raises(DataError, match="no training sentences"):
        next(batches([], 8, 0, 0))
