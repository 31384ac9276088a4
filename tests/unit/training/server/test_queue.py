"""The queue and the worker process: crashes, cancelling, silence, memory of old runs."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from shiftdemo.core import processes
from shiftdemo.core.config import TrainConfig
from shiftdemo.core.errors import DataError, LimitError
from shiftdemo.core.events import RunCancelled, RunEvent, RunFailed, RunFinished, RunStarted
from shiftdemo.training.record import record
from shiftdemo.training.server import queue
from shiftdemo.training.server.queue import Runs

CONFIG = TrainConfig(steps=5, processes=1)


def slow(
    config: TrainConfig, folder: Path, cancel: Callable[[], bool], spare: Any = ()
) -> Iterator[RunEvent]:
    """Runs until it is cancelled, or for ``config.seconds``."""

    def events() -> Iterator[RunEvent]:
        yield RunStarted(folder.name, config.arms, config.steps, {"pid": os.getpid()}, 1)
        end = time.monotonic() + (config.seconds or 60)
        while time.monotonic() < end:
            if cancel():
                yield RunCancelled(folder.name, 1, 0.0)
                return
            time.sleep(0.02)
        yield RunFinished(folder.name, "done", 0.0)

    return record(events(), folder)


def broken(
    config: TrainConfig, folder: Path, cancel: Callable[[], bool], spare: Any = ()
) -> Iterator[RunEvent]:
    raise DataError("lines.text", name="bad.csv, line 3", kind="broken")


def fault(
    config: TrainConfig, folder: Path, cancel: Callable[[], bool], spare: Any = ()
) -> Iterator[RunEvent]:
    raise RuntimeError("a fault of ours")


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[..., Runs]]:
    made: list[Runs] = []

    def build(target: Callable[..., Iterator[RunEvent]], **options: int) -> Runs:
        made.append(Runs(target, tmp_path, **options))
        return made[-1]

    yield build
    for runs in made:
        runs.close()


def wait(runs: Runs, run_id: str, *states: str, seconds: float = 60) -> str:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if runs.state(run_id) in states:
            return runs.state(run_id)
        runs.keep_alive(run_id)
        time.sleep(0.05)
    raise AssertionError(f"the run stayed {runs.state(run_id)}")


def started(runs: Runs, run_id: str) -> RunStarted:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        for event in runs.events(run_id):
            if isinstance(event, RunStarted):
                return event
        runs.keep_alive(run_id)
        time.sleep(0.05)
    raise AssertionError("the run did not start")


def test_one_run_at_a_time_and_the_rest_know_their_place(make: Callable[..., Runs]) -> None:
    runs = make(slow)
    first, second, third = (runs.submit(CONFIG) for _ in range(3))
    started(runs, first)
    assert [runs.state(r) for r in (first, second, third)] == ["running", "queued", "queued"]
    assert [runs.queue_position(r) for r in (first, second, third)] == [0, 1, 2]
    runs.cancel(second)
    assert runs.state(second) == "cancelled"
    assert runs.queue_position(third) == 1
    runs.cancel(first)
    assert wait(runs, first, "cancelled") == "cancelled"
    started(runs, third)
    runs.cancel(third)
    wait(runs, third, "cancelled")


def test_killed_worker_ends_in_a_clear_event_and_the_next_runs(make: Callable[..., Runs]) -> None:
    runs = make(slow)
    first, second = runs.submit(CONFIG), runs.submit(CONFIG)
    os.kill(int(started(runs, first).config["pid"]), signal.SIGKILL)
    assert wait(runs, first, "failed") == "failed"
    end = runs.events(first)[-1]
    assert isinstance(end, RunFailed) and "exit code -9" in end.message
    started(runs, second)


@pytest.mark.parametrize(("target", "words"), [(broken, "bad.csv, line 3"), (fault, "exit code")])
def test_errors_end_the_run_and_not_the_server(
    make: Callable[..., Runs], target: Callable[..., Iterator[RunEvent]], words: str
) -> None:
    runs = make(target)
    run_id = runs.submit(CONFIG)
    assert wait(runs, run_id, "failed") == "failed"
    end = runs.events(run_id)[-1]
    assert isinstance(end, RunFailed) and words in end.message


def test_a_run_that_nobody_looks_at_ends(
    make: Callable[..., Runs], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "SILENCE_SECONDS", 0.5)
    runs = make(slow)
    run_id = runs.submit(CONFIG)
    end = time.monotonic() + 60
    while runs.state(run_id) in ("queued", "running") and time.monotonic() < end:
        time.sleep(0.05)
    assert runs.state(run_id) == "cancelled"


def test_the_queue_is_bounded(make: Callable[..., Runs]) -> None:
    runs = make(slow, max_waiting=1)
    started(runs, runs.submit(CONFIG))
    runs.submit(CONFIG)
    with pytest.raises(LimitError, match="wait already"):
        runs.submit(CONFIG)


def test_old_runs_are_forgotten_with_their_files(make: Callable[..., Runs]) -> None:
    runs = make(broken, keep=1)
    ids = []
    for _ in range(3):
        ids.append(runs.submit(CONFIG))
        wait(runs, ids[-1], "failed")
    runs.submit(CONFIG)
    assert not runs.knows(ids[0])
    with pytest.raises(LimitError, match="no longer kept"):
        runs.state(ids[0])


def test_a_process_that_cannot_start_fails_and_the_queue_goes_on(
    make: Callable[..., Runs], monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = make(slow)
    start = processes.start

    def refuse(*args: Any) -> Any:
        monkeypatch.setattr(processes, "start", start)
        raise OSError("no memory")

    monkeypatch.setattr(processes, "start", refuse)
    first = runs.submit(CONFIG)
    assert wait(runs, first, "failed") == "failed"
    end = runs.events(first)[-1]
    assert isinstance(end, RunFailed) and "could not be started" in end.message
    started(runs, runs.submit(CONFIG))
