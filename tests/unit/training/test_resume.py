"""A run that was killed, stopped or cut short goes on to the same weights."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from shiftdemo import api
from shiftdemo.core.config import DataSpec, TrainConfig
from shiftdemo.core.errors import ConfigError
from shiftdemo.core.events import (
    EvalLogged,
    RunCancelled,
    RunEvent,
    RunFinished,
    RunResumed,
    RunStarted,
    StepLogged,
)
from shiftdemo.training.checkpoints import find_checkpoint
from shiftdemo.training.record import read_events

KILLED = """
import sys
from pathlib import Path
from shiftdemo import api, training
from shiftdemo.training import loop
sys.path.insert(0, {here!r})
from test_resume import config
loop.SAVE_SECONDS = 0.2
loop._SAVE_SHARE = 1.0
for event in api.finetune(config(), Path({output!r})):
    print(type(event).__name__, flush=True)
"""


def config(**settings: object) -> TrainConfig:
    values: dict[str, object] = {
        "data": DataSpec(size=200, eval_size=16, max_words=8),
        "task": "translation",
        "shifts": ("length_curriculum:threshold=0", "local_shuffle"),
        "seeds": (3, 4),
        "steps": 24,
        "batch_size": 8,
        "eval_every": 5,
        "warmup": 5,
        "dropout": 0.2,
        "average": 0.9,
        "patience": 30,
        "processes": 1,
        "precision": "float32",
        **settings,
    }
    return TrainConfig(**values)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run that nobody interrupted."""
    folder: Path = tmp_path_factory.mktemp("whole") / "run"
    assert isinstance(list(api.finetune(config(), folder))[-1], RunFinished)
    return folder


def same(one: Path, other: Path) -> bool:
    """Whether all models of two runs are alike, bit by bit."""
    places = sorted(path.relative_to(one) for path in one.rglob("model.safetensors"))
    assert len(places) == 4
    return all((one / p).read_bytes() == (other / p).read_bytes() for p in places)


def losses(events: list[RunEvent]) -> list[tuple[object, ...]]:
    kinds = (StepLogged, EvalLogged)
    found = [event for event in events if isinstance(event, kinds)]
    return [(e.arm, e.seed, e.step, getattr(e, "loss", None)) for e in found]


def test_a_run_killed_at_a_random_step_resumes_to_the_same_weights(
    whole: Path, tmp_path: Path
) -> None:
    output = tmp_path / "run"
    script = KILLED.format(here=str(Path(__file__).parent), output=str(output))
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.DEVNULL)
    end = time.monotonic() + 120
    while find_checkpoint(output) is None and time.monotonic() < end:
        time.sleep(0.02)
    time.sleep(random.uniform(0, 2))  # in the midst of whatever it does
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    reached = find_checkpoint(output)
    assert reached is not None
    events = list(api.resume(output))
    assert isinstance(events[0], RunResumed) and isinstance(events[-1], RunFinished)
    assert same(whole, output)
    assert losses(read_events(output)) == losses(read_events(whole))
    assert find_checkpoint(output) is None  # a complete run needs none


@pytest.mark.parametrize("after", [1, 15, 40])
def test_a_stopped_run_resumes_to_the_same_weights(whole: Path, tmp_path: Path, after: int) -> None:
    output, seen = tmp_path / "run", 0

    def cancel() -> bool:
        nonlocal seen
        seen += 1
        return seen >= after

    stopped = list(api.finetune(config(), output, cancel))
    assert isinstance(stopped[-1], RunCancelled)
    list(api.resume(output))
    assert same(whole, output)
    assert [type(e) for e in read_events(output)].count(RunStarted) == 1


def test_a_run_out_of_time_resumes_without_its_limit(tmp_path: Path) -> None:
    output = tmp_path / "run"
    first = list(api.finetune(config(seconds=0.5, steps=100, seeds=(3,)), output))
    assert isinstance(first[-1], RunFinished) and "time limit" in first[-1].reason
    done = list(api.resume(output, seconds=0))
    assert isinstance(done[-1], RunFinished) and done[-1].reason == "all steps done"
    assert json.loads((output / "config.json").read_text())["seconds"] == 0


def test_resuming_says_what_is_wrong(whole: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="There is no run in"):
        list(api.resume(tmp_path))
    with pytest.raises(ConfigError, match="is complete: all steps done"):
        list(api.resume(whole))
    with pytest.raises(ConfigError, match="--resume"):
        list(api.finetune(config(), whole))
