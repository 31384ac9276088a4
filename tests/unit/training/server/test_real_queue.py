"""The queue with real training: how soon it starts and stops, resuming, an arm that is killed."""

from __future__ import annotations

import dataclasses
import os
import signal
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from cores import on_every_core

from shiftdemo import api
from shiftdemo.core.config import DataSpec, TrainConfig
from shiftdemo.core.errors import LimitError
from shiftdemo.core.events import (
    RunCancelled,
    RunEvent,
    RunFailed,
    RunFinished,
    RunResumed,
    RunStarted,
    StepLogged,
)
from shiftdemo.training.server.queue import Runs

CONFIG = TrainConfig(
    data=DataSpec(size=120, eval_size=16, max_words=8),
    steps=100_000,
    batch_size=8,
    eval_every=0,
    precision="float32",
    processes=2,
)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runs]:
    with on_every_core():  # a server gives a run no more processes than it has cores
        started = Runs(api.finetune_in_worker, tmp_path_factory.mktemp("runs"))
        started.warm()
        yield started
        started.close()


def until(runs: Runs, run_id: str, met: Callable[[], bool], seconds: float = 90) -> None:
    end = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < end, runs.events(run_id)[-3:]
        runs.keep_alive(run_id)
        time.sleep(0.01)


def steps(runs: Runs, run_id: str) -> list[StepLogged]:
    return [event for event in runs.events(run_id) if isinstance(event, StepLogged)]


def last(runs: Runs, run_id: str) -> RunEvent:
    return runs.events(run_id)[-1]


def test_a_stopped_run_ends_within_a_step_and_resumes(runs: Runs) -> None:
    run_id = runs.submit(CONFIG)
    until(runs, run_id, lambda: len(steps(runs, run_id)) > 20)
    with pytest.raises(LimitError, match="cannot go on"):
        runs.resume(run_id)
    before = steps(runs, run_id)[-1].step
    runs.cancel(run_id)
    until(runs, run_id, lambda: runs.state(run_id) == "cancelled")
    end = last(runs, run_id)
    took = statistics.median(e.step_seconds for e in steps(runs, run_id))
    # Whatever it did between the two looks at the log, and one step more.
    assert isinstance(end, RunCancelled) and end.step <= before + 2 + 0.5 / took
    assert runs.can_resume(run_id)
    runs.resume(run_id)
    until(runs, run_id, lambda: len(steps(runs, run_id)) > 2 * end.step + 10)
    resumed = [e for e in runs.events(run_id) if isinstance(e, RunResumed)]
    assert resumed[0].step == end.step
    assert [e.step for e in steps(runs, run_id) if e.arm == "base"][: end.step + 5] == list(
        range(1, end.step + 6)
    )
    runs.cancel(run_id)
    until(runs, run_id, lambda: runs.state(run_id) == "cancelled")


def test_an_arm_killed_in_a_worker_fails_the_run_and_the_next_one_trains(runs: Runs) -> None:
    run_id = runs.submit(CONFIG)
    until(runs, run_id, lambda: len(steps(runs, run_id)) > 4)
    ours = [p for p in psutil.Process().children(recursive=True) if p.ppid() != os.getpid()]
    ours.sort(key=lambda process: process.create_time())
    os.kill(ours[-2].pid, signal.SIGKILL)  # the worker was started last, its arms before it
    until(runs, run_id, lambda: runs.state(run_id) == "failed")
    end = last(runs, run_id)
    assert isinstance(end, RunFailed) and "ended unexpectedly" in end.message
    after = runs.submit(CONFIG)
    until(runs, after, lambda: len(steps(runs, after)) > 4)
    runs.cancel(after)
    until(runs, after, lambda: runs.state(after) == "cancelled")


def test_a_run_out_of_time_gets_as_much_again(runs: Runs) -> None:
    config = dataclasses.replace(CONFIG, seconds=1.5, processes=1)
    run_id = runs.submit(config)
    ends = []
    for _ in range(2):
        until(runs, run_id, lambda: runs.state(run_id) == "finished")
        end = last(runs, run_id)
        assert isinstance(end, RunFinished) and "time limit" in end.reason
        ends.append((steps(runs, run_id)[-1].step, end.seconds))
        runs.resume(run_id)
    (first, after), (second, later) = ends
    assert second > first and later - after > 1  # as much time; how many steps that are varies
    runs.cancel(run_id)
    until(runs, run_id, lambda: runs.state(run_id) == "cancelled")


def test_where_the_gpu_is_lent_by_the_call_a_thread_looks_after_the_run(tmp_path: Path) -> None:
    from shiftdemo.ui import zerogpu

    runs = Runs(api.finetune_in_worker, tmp_path, run_in_thread=zerogpu.train)
    run_id = runs.submit(TrainConfig(data=CONFIG.data, steps=5, batch_size=8, processes=1))
    until(runs, run_id, lambda: runs.state(run_id) == "finished")
    assert isinstance(last(runs, run_id), RunFinished)
    stopped = runs.submit(TrainConfig(data=CONFIG.data, steps=100_000, processes=1))
    until(runs, stopped, lambda: len(steps(runs, stopped)) > 2)
    runs.cancel(stopped)
    until(runs, stopped, lambda: runs.state(stopped) == "cancelled")
    runs.close()

    def refused(config: TrainConfig, folder: str) -> Iterator[str]:
        raise RuntimeError("You have exceeded your GPU quota.")

    poor = Runs(api.finetune_in_worker, tmp_path / "poor", run_in_thread=refused)
    run_id = poor.submit(CONFIG)
    until(poor, run_id, lambda: poor.state(run_id) == "failed")
    end = last(poor, run_id)
    assert isinstance(end, RunFailed) and "exceeded your GPU quota" in end.message
    poor.close()


def test_the_seconds_asked_of_a_gpu_follow_the_plan() -> None:
    from shiftdemo.ui.zerogpu import duration

    short, long = TrainConfig(steps=100), TrainConfig(steps=1000, seeds=(0, 1))
    assert 45 < duration(short, "") < duration(long, "")
    assert duration(TrainConfig(steps=100_000, seconds=60), "") == 105
    assert duration(TrainConfig(steps=1000, arms=("base",)), "") < duration(
        TrainConfig(steps=1000), ""
    )


def test_a_log_begins_with_the_start_of_its_run(runs: Runs) -> None:
    run_id = runs.submit(CONFIG)
    until(runs, run_id, lambda: bool(steps(runs, run_id)))
    kinds = [type(event) for event in runs.events(run_id)]
    assert kinds[0] is RunStarted
    runs.cancel(run_id)
    until(runs, run_id, lambda: runs.state(run_id) == "cancelled")
