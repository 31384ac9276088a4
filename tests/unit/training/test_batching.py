"""Which samples make up a step."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shiftdemo.core.errors import DataError
from shiftdemo.training.batching import batches

Sizes = list[tuple[int, int]]
SIZES = st.lists(st.tuples(st.integers(1, 90), st.integers(0, 90)), min_size=1, max_size=120)


def one_epoch(
    sizes: Sizes, batch_size: int, batch_tokens: int, seed: int, epoch: int = 0
) -> list[list[int]]:
    asked: list[int] = []

    def lengths(indices: Sequence[int]) -> Sizes:
        asked.extend(indices)
        return [sizes[i] for i in indices]

    stream = batches(len(sizes), lengths, batch_size, batch_tokens, seed)
    wanted = itertools.takewhile(lambda item: item[0] <= epoch, stream)
    found = [indices for number, indices in wanted if number == epoch]
    assert len(asked) == len(set(asked))  # every sample is measured once
    return found


@given(SIZES, st.integers(1, 40), st.sampled_from([0, 50, 300]), st.integers(0, 99))
def test_every_sample_comes_once_an_epoch(
    sizes: Sizes, batch_size: int, batch_tokens: int, seed: int
) -> None:
    for epoch in (0, 1):
        cut = one_epoch(sizes, batch_size, batch_tokens, seed, epoch)
        assert sorted(itertools.chain(*cut)) == list(range(len(sizes)))
        for indices in cut:
            if batch_tokens:
                widths = (max(sizes[i][side] for i in indices) for side in (0, 1))
                padded = sum(widths) * len(indices)
                assert padded <= batch_tokens or len(indices) == 1
            else:
                assert len(indices) <= batch_size
        assert cut == one_epoch(sizes, batch_size, batch_tokens, seed, epoch)


def test_epochs_and_seeds_have_their_own_order() -> None:
    sizes = [(5, 0)] * 64
    orders = [one_epoch(sizes, 8, 0, seed, epoch) for seed in (0, 1) for epoch in (0, 1)]
    assert all(a != b for a, b in itertools.combinations(orders, 2))


def test_samples_of_like_length_go_together() -> None:
    sizes = [(i % 60 + 1, i % 7 + i % 60) for i in range(960)]
    cut = one_epoch(sizes, 16, 0, 0)
    padded = sum(
        len(part) * sum(max(sizes[i][side] for i in part) for side in (0, 1)) for part in cut
    )
    assert padded < 1.15 * sum(map(sum, sizes))


def test_a_run_measures_no_more_than_the_pool_that_it_is_in() -> None:
    asked: list[int] = []

    def lengths(indices: Sequence[int]) -> Sizes:
        asked.extend(indices)
        return [(3, 0)] * len(indices)

    next(batches(10_000, lengths, 8, 0, 0))
    assert len(asked) == 320


def test_no_samples_are_refused_and_do_not_hang() -> None:
    with pytest.raises(DataError, match="no training sentences"):
        next(batches(0, lambda indices: [], 8, 0, 0))
