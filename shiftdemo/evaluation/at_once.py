"""Arms measured in two processes of one thread each, where that is worth starting one.

Small models leave a second thread idle, so a second process takes strengths from the far end of
the list while this one takes them from the near end. Both do the same sums in the same batches: the
outputs are the same, to the bit, as if one had done it all.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from multiprocessing.process import BaseProcess
from typing import Any

import numpy as np

from shiftdemo.core import processes
from shiftdemo.core.progress import Cancel, Cancelled, never
from shiftdemo.core.samples import Sample
from shiftdemo.core.types import ShiftedSample
from shiftdemo.evaluation.conditions import Condition
from shiftdemo.evaluation.information import label_fit
from shiftdemo.evaluation.measure import LabelFit, at_strength
from shiftdemo.models.load import LoadedModel, torch_threads
from shiftdemo.tasks.heads import Task

WORTH_SECONDS = 6.0  # of work: a process that loads torch is there within some five
_POLL = 0.1
Piece = tuple[str, float]  # an arm at a strength
Found = tuple[list[Any], "np.ndarray | None", "LabelFit | None"]  # outputs, statistics, fit
Tell = Callable[[int], None]


def quiet(done: int) -> None:
    """Tells nothing."""


@dataclass(frozen=True)
class Work:
    """What a helping process is given once.

    Attributes:
        scored: indices of the samples that have a reference.
        informed: strengths at which it is measured too how well references are predicted.
    """

    models: Mapping[str, LoadedModel]
    task: Task
    samples: Sequence[Sample]
    scored: Sequence[int]
    condition: Condition
    seed: int
    informed: frozenset[float] = frozenset()
    _moved: dict[float, list[ShiftedSample]] = field(default_factory=dict, repr=False)

    def measure(self, piece: Piece, cancel: Cancel = never, tell: Tell = quiet) -> Found:
        """Returns what an arm gives at a strength."""
        arm, strength = piece
        moved = self.moved(strength)
        step = at_strength(self.models[arm], self.task, moved, self.scored, strength, tell, cancel)
        fit = None
        if strength in self.informed:
            fit = label_fit(self.models[arm], self.task, moved, cancel)
        return step.outputs, step.stats, fit

    def moved(self, strength: float) -> list[ShiftedSample]:
        """Returns the samples at a strength, which all arms are given."""
        if strength not in self._moved:
            self._moved[strength] = self.condition.moved(self.samples, strength, self.seed)
        return self._moved[strength]


class Helper:
    """A process that measures pieces from the far end of a list."""

    def __init__(self, work: Work, pieces: deque[Piece]) -> None:
        """Starts it; ``pieces`` are taken from, and may be taken from by others meanwhile."""
        self.found: dict[Piece, Found] = {}
        self._pieces, self._ended = pieces, threading.Event()
        self._piece: Piece | None = None
        self._taking = threading.Lock()
        self._process: BaseProcess | None = None
        self._ours, self._theirs = multiprocessing.Pipe()
        self._thread = threading.Thread(target=self._feed, args=(work,), daemon=True)
        self._thread.start()

    def _feed(self, work: Work) -> None:
        try:
            self._process = processes.start(_serve, (self._theirs,))  # may take seconds
            self._theirs.close()
            self._ours.send(replace(work, _moved={}))
            self._ours.recv()  # it has the models
            while not self._ended.is_set():
                with self._taking:
                    self._piece = self._pieces.pop()
                self._ours.send(self._piece)
                self.found[self._piece] = self._ours.recv()
                self._piece = None
        except IndexError:  # nothing is left
            pass
        except (OSError, EOFError):  # it is gone: what it had is done here
            if self._piece is not None:
                self._pieces.appendleft(self._piece)
        finally:
            self._piece = None
            self._stop()

    def _stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.join()

    def wait(self, cancel: Cancel) -> bool:
        """Waits for the piece that it has; returns whether it had one.

        Raises:
            Cancelled: ``cancel`` said so.
        """
        with self._taking:
            had = self._piece is not None
        while self._piece is not None and self._thread.is_alive():
            if cancel():
                raise Cancelled("measure.evaluation_was_stopped_start")
            self._thread.join(_POLL)
        return had

    def end(self) -> None:
        """Ends the process, whatever it does; one that is starting ends as soon as it has."""
        self._ended.set()
        with contextlib.suppress(OSError):
            self._ours.close()
        self._stop()


def help_for(work: Work, pieces: deque[Piece], seconds_each: float, allowed: bool) -> Helper | None:
    """Returns a helping process, or ``None`` where one is not worth it or cannot be had.

    Args:
        pieces: what is left.
        seconds_each: that one took here.
        allowed: whether a second process may be used at all.
    """
    on_cpu = all(loaded.device.type == "cpu" for loaded in work.models.values())
    if not allowed or not on_cpu or processes.cores() < 2:
        return None
    if len(pieces) < 2 or len(pieces) * seconds_each < WORTH_SECONDS:
        return None
    return Helper(work, pieces)


def _serve(connection: Any) -> None:
    """Measures what it is asked for, until nobody asks any more."""
    with contextlib.suppress(EOFError, OSError), torch_threads(1):
        work: Work = connection.recv()
        for loaded in work.models.values():
            loaded.memo = {}
        connection.send(None)
        while not processes.parent_is_gone():
            if connection.poll(1.0):
                connection.send(work.measure(connection.recv()))
