"""Random numbers from a key, quickly: a new stream for every sample costs a microsecond."""

from __future__ import annotations

import hashlib
import random
import struct
from typing import Any

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
