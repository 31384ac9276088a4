"""Puts every arm through every strength; what tells most comes first, so that a stop keeps it."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping

from shiftdemo.core.messages import Message, arm_name
from shiftdemo.core.progress import Cancel, Cancelled, Progress
from shiftdemo.evaluation.assembling import Setting
from shiftdemo.evaluation.at_once import Found, Helper, Piece, Work, help_for
from shiftdemo.evaluation.detail import shifted_index
from shiftdemo.evaluation.measure import Measured
from shiftdemo.models.load import LoadedModel


def runs_of(
    models: Mapping[str, LoadedModel], setting: Setting, progress: Progress, cancel: Cancel
) -> tuple[dict[str, list[Measured]], tuple[float, ...]]:
    """Returns what every arm gave at each strength, and the strengths: fewer where it was stopped.

    Raises:
        Cancelled: before all arms were measured at one strength.
    """
    found: dict[Piece, Found] = {}
    order = _order(setting)
    pieces = deque((arm, strength) for strength in order for arm in models)
    what = (setting.task, setting.samples, setting.scored, setting.condition, setting.seed)
    work = Work(models, *what, frozenset(order[:2] if setting.scored else ()))
    total = len(pieces)
    helper: Helper | None = None
    for loaded in models.values():
        loaded.memo = {}
    try:
        while True:
            try:
                piece = pieces.popleft()
            except IndexError:
                if helper is None or not helper.wait(cancel) or not pieces:
                    break
                continue  # its process was lost, and what it had came back
            elsewhere = len(helper.found) if helper else 0
            tell = _teller(setting, progress, piece[0], len(found) + elsewhere, total)
            began = time.monotonic()
            found[piece] = work.measure(piece, cancel, tell)
            if helper is None:
                seconds = time.monotonic() - began
                helper = help_for(work, pieces, seconds, setting.at_once)
    except Cancelled:
        if len(found) + len(helper.found if helper else ()) < len(models):
            raise
    finally:
        for loaded in models.values():
            loaded.memo = None
        if helper is not None:
            helper.end()
    found |= helper.found if helper else {}
    measured = tuple(k for k in setting.strengths if all((arm, k) in found for arm in models))
    if not measured:
        raise Cancelled("measure.evaluation_was_stopped_start")
    runs = {arm: [Measured(k, work.moved(k), *found[arm, k]) for k in measured] for arm in models}
    return runs, measured


def _teller(
    setting: Setting, progress: Progress, arm: str, done: int, total: int
) -> Callable[[int], None]:
    """Returns what tells how far the measuring is, while an arm is at a strength."""
    n = len(setting.samples)
    size = {"n": n, "n_strengths": len(setting.strengths)}

    def tell(sentences: int) -> None:
        share = min(1.0, (done + sentences / n) / total)
        dial = setting.condition.dial_name
        text = Message("comparing.part", arm=arm_name(arm), fraction=share, dial=dial, **size)
        progress(share, text)

    return tell


def _order(setting: Setting) -> list[float]:
    """Returns the strengths in the order in which they are measured: what tells most first."""
    strengths = setting.strengths
    first = dict.fromkeys((strengths[0], strengths[shifted_index(strengths, setting.condition)]))
    return list(dict.fromkeys((*first, *strengths)))
