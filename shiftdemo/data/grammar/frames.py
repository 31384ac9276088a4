"""Which frames a split may be built of."""

from __future__ import annotations

from functools import lru_cache
from zlib import crc32

from shiftdemo.data.grammar.lexicon import Frame, lexicon

# one frame of so many is withheld, of each kind that has so many
_SHARE = 5


@lru_cache(maxsize=1)
def withheld() -> frozenset[str]:
    """Returns the names of the frames that training does without where new ones are asked for.

    Of each kind that has at least five frames these are a fifth, by the checksum of their names:
    the same on every platform. With a frame go those that have the same words (*want* as a state
    and as a reason), since their clauses could not be told apart.
    """
    frames = lexicon().frames
    chosen = {
        frame.en
        for kind in frames.values()
        for frame in sorted(kind, key=lambda f: crc32(f.name.encode()))[: len(kind) // _SHARE]
    }
    return frozenset(f.name for kind in frames.values() for f in kind if f.en in chosen)


@lru_cache(maxsize=4)
def permitted(held_out: bool, new_frames: bool) -> dict[str, list[Frame]]:
    """Returns the frames of each kind that a split may use.

    Args:
        held_out: whether the split is another one than training.
        new_frames: whether its frames are to be such as training never saw. The kinds with fewer
            than five frames (reasons and reports) are too small for that: they serve all splits.
    """
    frames = lexicon().frames
    if not new_frames:
        return frames
    found = {}
    for kind, members in frames.items():
        divided = len(members) >= _SHARE
        found[kind] = [
            frame
            for frame in members
            if (frame.name in withheld()) == held_out or (held_out and not divided)
        ]
    return found
