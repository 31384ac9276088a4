"""One sentence in one model or in several, as it is and after a shift, over the same tokens."""

from __future__ import annotations

from collections.abc import Collection, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from shiftdemo.attention.lining_up import is_still, lined_up, rows_of
from shiftdemo.attention.weights import Reading, attend, called_alike, shown
from shiftdemo.core.types import AttentionMap, ShiftedSample
from shiftdemo.models.load import LoadedModel
from shiftdemo.shifts.applying import unshifted
from shiftdemo.tasks.heads import Task

WINDOW = 64  # tokens of a side that are shown at a time


@dataclass(frozen=True)
class Window:
    """Which tokens of a long sentence are shown.

    Attributes:
        source, target: the first token of either side, from 0.
        size: at most so many of each.
    """

    source: int = 0
    target: int = 0
    size: int = WINDOW

    def cut(self, side: str, n: int) -> slice:
        """Returns the tokens of a side that has ``n``; the last ones where it begins too late."""
        first = self.source if side == "source" else self.target
        first = min(max(first, 0), max(n - self.size, 0))
        return slice(first, first + self.size)


@dataclass(frozen=True)
class Strip:
    """All tokens of one side, for an overview of a sentence that is longer than the window.

    Attributes:
        tokens: of the unshifted sentence, those that are there after the shift too.
        received: by arm, the mean weight that each token gets, over layers, heads and queries.
        first, last: the tokens that are shown, ``last`` not included.
    """

    tokens: tuple[str, ...]
    received: Mapping[str, tuple[float, ...]]
    first: int
    last: int


@dataclass(frozen=True)
class ArmLook:
    """What one model attends to.

    Attributes:
        now: after the shift, with what is masked.
        before: what it is compared with: unmasked where something is masked, else unshifted.
        rows: by side, where the tokens that are shown stand in what the model read.
        masked: words of the shifted sentence that were masked.
    """

    now: Reading
    before: Reading
    rows: Mapping[str, Sequence[int]]
    masked: frozenset[int] = frozenset()

    @property
    def changed(self) -> bool:
        """Whether there is a shift or a mask to be compared with nothing of the kind."""
        return self.now is not self.before


def look(
    models: Mapping[str, LoadedModel],
    task: Task,
    sample: ShiftedSample,
    masked: Collection[int] = (),
    window: Window | None = None,
    stills: MutableMapping[str, Reading] | None = None,
) -> tuple[dict[str, ArmLook], dict[str, Strip]]:
    """Returns the attention of every arm over the same tokens, and the strips of both sides.

    Tokens that are not in both sentences (of a context that was put in front, or of a word that is
    gone) are not shown; what rows give to them is ``outside`` of their maps.

    Args:
        models: by arm.
        sample: after the shift; its alignment says which words are the same.
        masked: words of the original that are masked after the shift.
        window: which tokens are shown.
        stills: by arm what the models make of the unshifted sentence, where that is known; what is
            not is added.

    Raises:
        ShiftDemoError: as :func:`shiftdemo.attention.weights.attend`.
    """
    window = window or Window()
    stills = {} if stills is None else stills
    looks, received = {}, {}
    for arm, loaded in models.items():
        if arm not in stills:
            plain = replace(unshifted(sample.original), seed=sample.seed)
            stills[arm] = attend(loaded, task, plain)
        looks[arm], received[arm] = _look(loaded, task, sample, masked, window, stills[arm])
    first = next(iter(received.values()))
    strips = {}
    for side, (tokens, _) in first.items():
        cut = window.cut(side, len(tokens))
        own = {arm: of[side][1] for arm, of in received.items() if of[side][0] == tokens}
        strips[side] = Strip(tokens, own, cut.start, min(cut.stop, len(tokens)))
    return looks, strips


_Received = dict[str, tuple[tuple[str, ...], tuple[float, ...]]]


def _look(
    loaded: LoadedModel,
    task: Task,
    sample: ShiftedSample,
    masked: Collection[int],
    window: Window,
    still: Reading,
) -> tuple[ArmLook, _Received]:
    moved = still if is_still(sample) else attend(loaded, task, sample)
    ours, theirs = lined_up(still.maps, moved.maps, sample)
    received = _received(still.maps, moved.maps, ours, theirs)
    cuts = {side: window.cut(side, len(rows)) for side, rows in ours.items()}
    ours = {side: rows[cuts[side]] for side, rows in ours.items()}
    theirs = {side: rows[cuts[side]] for side, rows in theirs.items()}
    before = shown(still, ours)
    now = called_alike(shown(moved, theirs), before) if moved is not still else before
    places = [sample.alignment[i] for i in masked if 0 <= i < len(sample.alignment)]
    own = frozenset(i for i in places if i is not None)
    if not own:
        return ArmLook(now, before, theirs), received
    with_mask = shown(attend(loaded, task, sample, own), theirs)
    return ArmLook(called_alike(with_mask, before), now, theirs, own), received


def _received(
    still: Sequence[AttentionMap],
    moved: Sequence[AttentionMap],
    ours: Mapping[str, Sequence[int]],
    theirs: Mapping[str, Sequence[int]],
) -> _Received:
    """Returns the tokens of each side and what each gets after the shift."""
    found = {}
    for side in rows_of(still):
        number = 1 if side == "target" else 0
        tokens = tuple(still[number].key_tokens[i] for i in ours[side])
        mean = moved[number].weights.mean((0, 1, 2))[list(theirs[side])]
        found[side] = (tokens, tuple(float(x) for x in np.round(mean, 5)))
    return found
