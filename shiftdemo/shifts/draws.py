"""Random numbers from a key, quickly: a new stream for every sample costs a microsecond."""

from __future__ import annotations

import hashlib
import random
import struct
from collections.abc import Sequence
from typing import Any

import numpy as np

_WORDS = struct.Struct("<16I")  # a block of BLAKE2b
_UNIT = 2.0**-32


class HashRandom(random.Random):
    """A random stream that a string decides: BLAKE2b in counter mode.

    Starting Python's own generator takes as long as shifting a sentence. Draws are multiples of
    2^-32; every method of :class:`random.Random` works.
    """

    def __init__(self, key: str) -> None:
        """Args: key: the same key gives the same draws, on every machine."""
        self._key, self._block = key, 0
        self._left: list[int] = []
        self.gauss_next = None

    def _refill(self) -> None:
        key = f"{self._key}/{self._block}".encode(errors="surrogatepass")
        self._block += 1
        self._left += _WORDS.unpack(hashlib.blake2b(key).digest())

    def random(self) -> float:
        """Returns a number in ``[0, 1)``."""
        if not self._left:
            self._refill()
        return self._left.pop() * _UNIT

    def getrandbits(self, k: int, /) -> int:
        """Returns a whole number of ``k`` bits."""
        bits = 0
        for _ in range(0, k, 32):
            if not self._left:
                self._refill()
            bits = bits << 32 | self._left.pop()
        return bits >> (-k % 32)

    def seed(self, *args: Any, **kwargs: Any) -> None:
        """Does nothing: the key decides."""


def uniforms(rng: random.Random, n: int) -> list[float]:
    """Returns ``n`` numbers in ``[0, 1)``."""
    if not isinstance(rng, HashRandom):
        return [rng.random() for _ in range(n)]
    left = rng._left
    while len(left) < n:
        rng._refill()
    taken = left[:n]
    del left[:n]
    return [u * _UNIT for u in taken]


class HashRandoms:
    """The streams of many keys at once: each row's draws are those of its ``HashRandom``.

    Every method gives an array ``(n,)``, one number a row. Rows that are not ``active`` draw
    nothing and get 0.

    Attributes:
        active: which rows draw, bool ``(n,)``.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        """Args: keys: one a row; UnicodeEncodeError is raised for one with half a character."""
        self._keys = keys
        self.active = np.ones(len(keys), bool)
        self._blocks = np.zeros(len(keys), np.int64)  # how many were made
        # What is left of row r stands in _left[r, _front[r]:_back[r]].
        self._left = np.empty((len(keys), 3 * _WORDS.size // 4), np.uint32)
        self._front, self._back = np.zeros((2, len(keys)), np.int64)

    def _need(self, rows: np.ndarray, least: Any) -> None:
        """Makes more of the streams until each of ``rows`` has ``least`` draws left."""
        while True:
            rows = rows[self._back[rows] - self._front[rows] < least[rows]]
            if not len(rows):
                return
            fresh = self._next_blocks(rows)
            ends = self._back[rows]
            wide = int(ends.max()) + fresh.shape[1]
            if wide > self._left.shape[1]:
                self._left = np.pad(self._left, ((0, 0), (0, wide)))
            self._left[rows[:, None], ends[:, None] + np.arange(fresh.shape[1])] = fresh
            self._blocks[rows] += 1
            self._back[rows] += fresh.shape[1]

    def _next_blocks(self, rows: np.ndarray) -> np.ndarray:
        """Returns the next block of each of ``rows``, uint32 ``(rows, 16)``."""
        fresh = np.empty((len(rows), _WORDS.size // 4), np.uint32)
        blocks, make = self._blocks[rows], hashlib.blake2b
        for block in np.unique(blocks).tolist():
            same, end = blocks == block, f"/{block}"
            keys = [self._keys[row] + end for row in rows[same].tolist()]
            digests = b"".join([make(key.encode()).digest() for key in keys])
            fresh[same] = np.frombuffer(digests, "<u4").reshape(len(keys), -1)
        return fresh

    def _last(self, rows: np.ndarray) -> np.ndarray:
        """Takes the last draw of each of ``rows``, whole numbers of 32 bits."""
        self._need(rows, np.ones(len(self._keys), np.int64))
        self._back[rows] -= 1
        return self._left[rows, self._back[rows]].astype(np.int64)

    def random(self) -> np.ndarray:
        """Returns numbers in ``[0, 1)``."""
        return self.getrandbits(32) * _UNIT

    def getrandbits(self, k: int) -> np.ndarray:
        """Returns whole numbers of ``k`` bits, ``k <= 32``."""
        drawn, rows = np.zeros(len(self._keys), np.int64), np.flatnonzero(self.active)
        drawn[rows] = self._last(rows) >> (32 - k)
        return drawn

    def randint(self, low: int, high: Any) -> np.ndarray:
        """Returns whole numbers from ``low`` to ``high`` (or one a row), both inclusive."""
        width = np.broadcast_to(np.asarray(high) - low + 1, len(self._keys))
        n_bits = np.frexp(width)[1]  # as int.bit_length
        drawn, rows = np.zeros(len(self._keys), np.int64), np.flatnonzero(self.active)
        while len(rows):  # as random.Random does: again where the draw is too great
            drawn[rows] = self._last(rows) >> (32 - n_bits[rows])
            rows = rows[drawn[rows] >= width[rows]]
        return np.where(self.active, low + drawn, 0)

    def uniforms(self, counts: np.ndarray) -> np.ndarray:
        """Returns ``counts[r]`` numbers in ``[0, 1)`` for row r, one row after the other.

        Args:
            counts: int64 ``(n,)``; 0 where the row is not active.
        """
        self._need(np.flatnonzero(counts), counts)
        starts = np.arange(len(counts)) * self._left.shape[1] + self._front
        self._front += counts
        return self._left.ravel()[ranges(starts, counts)] * _UNIT


def ranges(starts: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Returns ``starts[r] … starts[r] + counts[r] - 1`` for every row, one after the other."""
    ends = np.cumsum(counts)
    return np.repeat(starts - ends + counts, counts) + np.arange(ends[-1] if len(ends) else 0)
