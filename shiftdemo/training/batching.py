"""Which samples make up each step: the same for every arm of a run."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence

from shiftdemo.core.errors import DataError

# Sorting by length inside a pool of this many batches keeps padding low and the order random.
_POOL = 40
_PROBED = 256  # samples whose lengths tell how many go into a batch of so many tokens

Lengths = tuple[int, int]


def batches(
    n: int,
    lengths: Callable[[Sequence[int]], Sequence[Lengths]],
    batch_size: int,
    batch_tokens: int,
    seed: int,
) -> Iterator[tuple[int, list[int]]]:
    """Yields ``(epoch, indices)`` without end, samples of like length together.

    Args:
        n: number of samples.
        lengths: gives the tokens of source and target of the samples at some indices; asked once
            for each, pool by pool, so that a run need not measure everything before its start.
        batch_size: samples a batch; used where ``batch_tokens`` is 0.
        batch_tokens: tokens a batch, padding counted.
        seed: of the order.

    Raises:
        DataError: there are no samples.
    """
    if not n:
        raise DataError("batching.there_no_training_sentences")
    known: dict[int, Lengths] = {}

    def measured(indices: Sequence[int]) -> dict[int, Lengths]:
        new = [i for i in indices if i not in known]
        if new:
            known.update(zip(new, lengths(new), strict=True))
        return known

    epoch = 0
    while True:
        rng = random.Random(f"{seed}/{epoch}/order")
        order = list(range(n))
        rng.shuffle(order)
        per_batch = batch_size
        if batch_tokens:
            probed = order[:_PROBED]
            tokens = sum(sum(measured(probed)[i]) for i in probed)
            per_batch = max(1, batch_tokens * len(probed) // max(1, tokens))
        pool = max(1, per_batch * _POOL)
        for start in range(0, n, pool):
            part = order[start : start + pool]
            sizes = measured(part)
            # The longer side first: sorted by the sum, a pair pads the one or the other.
            part.sort(key=lambda i: (max(sizes[i]), min(sizes[i])))
            cut = list(_cut(part, sizes, batch_size, batch_tokens))
            rng.shuffle(cut)
            for indices in cut:
                yield epoch, indices
        epoch += 1


def _cut(
    part: list[int], sizes: dict[int, Lengths], batch_size: int, batch_tokens: int
) -> Iterator[list[int]]:
    current: list[int] = []
    widest = (0, 0)
    for index in part:
        source, target = sizes[index]
        wider = (max(widest[0], source), max(widest[1], target))
        full = len(current) == batch_size
        if batch_tokens:
            full = bool(current) and sum(wider) * (len(current) + 1) > batch_tokens
        if full:
            yield current
            current, wider = [], (source, target)
        current.append(index)
        widest = wider
    if current:
        yield current
