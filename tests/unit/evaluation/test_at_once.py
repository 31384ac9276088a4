"""A second process changes nothing but the time, and may be lost at any moment."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

import pytest

from shiftdemo.evaluation import at_once
from shiftdemo.evaluation.comparing import Comparison, compare_models
from shiftdemo.evaluation.conditions import Condition

STRENGTHS = (1, 2, 4, 8, 12, 16)


@pytest.fixture
def compared(base_tagger, shift_tagger, ner, tagged, monkeypatch) -> Callable[..., Comparison]:
    monkeypatch.setattr(at_once, "WORTH_SECONDS", 0.0)
    monkeypatch.setattr(at_once.processes, "cores", lambda: 2)
    models = {"base": base_tagger, "shift": shift_tagger}

    def call(together: bool) -> Comparison:
        where = [Condition("row", (0, 16))]
        return compare_models(models, ner, tagged, STRENGTHS, conditions=where, at_once=together)

    return call


def test_two_processes_give_what_one_gives(compared, monkeypatch) -> None:
    seen: list[int] = []
    end = at_once.Helper.end

    def ended(self: at_once.Helper) -> None:
        seen.append(len(self.found))
        end(self)

    # So that the other process is there in time: this one waits for its first piece.
    took = at_once.Work.measure

    def measure(self, piece, *more):
        found = took(self, piece, *more)
        for _ in range(200):
            if not helpers or helpers[0].found:
                break
            helpers[0]._thread.join(0.1)
        return found

    helpers: list[at_once.Helper] = []
    start = at_once.Helper.__init__

    def started(self, *given) -> None:
        start(self, *given)
        helpers.append(self)

    monkeypatch.setattr(at_once.Helper, "__init__", started)
    monkeypatch.setattr(at_once.Helper, "end", ended)
    monkeypatch.setattr(at_once.Work, "measure", measure)
    together = compared(together=True)
    assert seen and seen[0] >= 1
    monkeypatch.undo()
    assert together.to_dict() == compared(together=False).to_dict()


def test_a_process_that_is_lost_costs_nothing_but_time(compared, monkeypatch) -> None:
    start = at_once.Helper.__init__

    def started(self, *given) -> None:
        start(self, *given)
        self._thread.join(0.2)
        while self._process is None and self._thread.is_alive():
            self._thread.join(0.05)
        if self._process is not None and self._process.pid:
            os.kill(self._process.pid, signal.SIGKILL)

    monkeypatch.setattr(at_once.Helper, "__init__", started)
    together = compared(together=True)
    assert together.strengths == (0, *STRENGTHS)
    assert together.to_dict() == compared(together=False).to_dict()
