"""Which samples make up each step: the same for every arm of a run."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from shiftdemo.errors import DataError

# Sorting by length inside a pool of this many batches keeps padding low and the order random.
_POOL = 40


def batches(
    sizes: Sequence[int], batch_size: int, batch_tokens: int, seed: int
) -> Iterator[tuple[int, list[int]]]:
    """Yields ``(epoch, indices)`` without end, samples of like length together.

    Args:
        sizes: tokens of each sample.
        batch_size: samples a batch; used where ``batch_tokens`` is 0.
        batch_tokens: tokens a batch, padding counted.
        seed: of the order.

    Raises:
        DataError: there are no samples.
    """
    if not sizes:
        raise DataError("There are no training sentences; give at least one.")
    epoch = 0
    while True:
        rng = random.Random(f"{seed}/{epoch}/order")
        order = list(range(len(sizes)))
        rng.shuffle(order)
        per_batch = batch_size
        if batch_tokens:
            per_batch = max(1, batch_tokens * len(sizes) // max(1, sum(sizes)))
        pool = max(1, per_batch * _POOL)
        cut: list[list[int]] = []
        for start in range(0, len(order), pool):
            part = sorted(order[start : start + pool], key=lambda i: sizes[i])
            cut.extend(_cut(part, sizes, batch_size, batch_tokens))
        rng.shuffle(cut)
        for indices in cut:
            yield epoch, indices
        epoch += 1


def _cut(
    part: list[int], sizes: Sequence[int], batch_size: int, batch_tokens: int
) -> Iterator[list[int]]:
    current: list[int] = []
    for index in part:
        full = len(current) == batch_size
        if batch_tokens:  # sorted by size, so the newest is the longest
            full = bool(current) and sizes[index] * (len(current) + 1) > batch_tokens
        if full:
            yield current
            current = []
        current.append(index)
    if current:
        yield current
