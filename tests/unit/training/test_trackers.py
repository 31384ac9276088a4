"""Figures to TensorBoard and trackio: all of them, on this machine alone, never in the way."""

from __future__ import annotations

import dataclasses
import json
import logging
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from shiftdemo.core.errors import ConfigError
from shiftdemo.core.events import (
    ArmSaved,
    EvalLogged,
    RunEvent,
    RunFinished,
    RunStarted,
    StepLogged,
)
from shiftdemo.training.trackers import figures, track

ROOT = Path(__file__).resolve().parents[3]
EVENTS: list[RunEvent] = [
    RunStarted("run", ("base", "shift"), 4, {"task": "ner", "steps": 2}, 5),
    *[
        StepLogged(arm, seed, step, seed + 1 / step, 30, 0.1 * step, 1e-3 * step, 0.05)
        for seed in (0, 1)
        for step in (1, 2)
        for arm in ("base", "shift")
    ],
    EvalLogged("base", 0, 2, 0.5, 0.75, 90.0, 80.0),
    EvalLogged("shift", 0, 2, 0.5, 0.625, 89.0, 85.0, "", "entity F1", 60.0, 55.0),
    ArmSaved("base", 0, 2, "base"),
    RunFinished("run", "all steps done", 1.0),
]
SMOOTHED = StepLogged("shift", 0, 3, 0.25, 30, 0.3, objective=0.5)
CURVES = ["base-seed0", "base-seed1", "shift-seed0", "shift-seed1"]


def test_without_a_tracker_events_pass(tmp_path: Path) -> None:
    assert list(track(EVENTS, "", tmp_path, "run")) == EVENTS
    assert list(tmp_path.iterdir()) == []


def test_the_objective_is_told_where_it_is_not_the_loss() -> None:
    assert figures(SMOOTHED) == {
        "train/loss": 0.25,
        "train/objective": 0.5,
        "train/learning_rate": 0.0,
    }
    assert "train/objective" not in figures(dataclasses.replace(SMOOTHED, objective=None))


def test_tensorboard_gets_every_figure(tmp_path: Path) -> None:
    assert list(track(iter(EVENTS), "tensorboard", tmp_path, "run")) == EVENTS
    folder = tmp_path / "tensorboard"
    assert sorted(path.name for path in folder.iterdir()) == CURVES
    found = EventAccumulator(str(folder / "shift-seed0")).Reload()
    assert sorted(found.Tags()["scalars"]) == [
        *("eval/clean_accuracy", "eval/clean_loss", "eval/clean_score", "eval/shifted_accuracy"),
        *("eval/shifted_loss", "eval/shifted_score"),
        *("train/learning_rate", "train/loss", "train/tokens_per_second"),
    ]
    values = {
        tag: [(e.step, e.value) for e in found.Scalars(tag)] for tag in found.Tags()["scalars"]
    }
    assert values["train/loss"] == [(1, 1.0), (2, 0.5)]
    assert values["train/learning_rate"] == [(1, pytest.approx(1e-3)), (2, pytest.approx(2e-3))]
    assert values["train/tokens_per_second"] == [(1, 600.0), (2, 600.0)]
    assert values["eval/shifted_loss"] == [(2, 0.625)]
    plain = EventAccumulator(str(folder / "base-seed0")).Reload()
    assert "eval/clean_score" not in plain.Tags()["scalars"]


OFFLINE = """\
import json, socket, sys, webbrowser
asked = []
def refuse(*values, **names):
    asked.append(repr(values))
    raise OSError("no network in this test")
socket.socket.connect = socket.getaddrinfo = socket.create_connection = webbrowser.open = refuse
from pathlib import Path
from shiftdemo.training.record import read_events
from shiftdemo.training.trackers import track
folder = Path(sys.argv[1])
for event in track(read_events(folder), "trackio", folder, "my run"):
    pass
print(json.dumps(asked))
"""


def test_trackio_writes_here_and_asks_nobody(tmp_path: Path) -> None:
    from shiftdemo.training.record import record

    assert list(record(EVENTS, tmp_path)) == EVENTS
    hostile = {
        "TRACKIO_SPACE_ID": "ada/space",
        "TRACKIO_SERVER_URL": "http://127.0.0.1:9",
        "TRACKIO_WEBHOOK_URL": "http://127.0.0.1:9",
        "HF_TOKEN": "hf_test",
        "HF_HUB_OFFLINE": "0",
    }
    done = subprocess.run(
        [sys.executable, "-c", OFFLINE, str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={**os.environ, **hostile, "TRACKIO_DIR": str(tmp_path / "kept")},
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "[]\n", "")
    with sqlite3.connect(tmp_path / "kept" / "shiftdemo.db") as database:
        rows = list(database.execute("SELECT run_name, run_id, step, metrics FROM metrics"))
        configs = list(database.execute("SELECT run_name, config FROM configs"))
    assert sorted({name for name, *_ in rows}) == [f"my run-{curve}" for curve in CURVES]
    assert len({run_id for _, run_id, *_ in rows}) == 4
    base = [(step, json.loads(text)) for name, _, step, text in rows if name.endswith(CURVES[0])]
    assert base == [
        (1, {"train/loss": 1.0, "train/learning_rate": 1e-3, "train/tokens_per_second": 600.0}),
        (2, {"train/loss": 0.5, "train/learning_rate": 2e-3, "train/tokens_per_second": 600.0}),
        (
            2,
            {
                "eval/clean_loss": 0.5,
                "eval/shifted_loss": 0.75,
                "eval/clean_accuracy": 90.0,
                "eval/shifted_accuracy": 80.0,
            },
        ),
    ]
    assert [json.loads(text) for _, text in configs] == [{"task": "ner", "steps": 2}] * 4


def test_a_tracker_that_fails_is_left_with_one_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "tensorboard").write_text("a file where the folder should be", encoding="utf-8")
    with caplog.at_level(logging.WARNING):
        assert list(track(iter(EVENTS), "tensorboard", tmp_path, "run")) == EVENTS
    (record,) = caplog.records
    assert "The tracker tensorboard failed" in record.message
    assert "the run goes on without it" in record.message


def test_a_run_that_breaks_off_is_written_and_its_error_is_kept(tmp_path: Path) -> None:
    def broken() -> Iterator[RunEvent]:
        yield from EVENTS[:3]
        raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"):
        list(track(broken(), "tensorboard", tmp_path, "run"))
    found = EventAccumulator(str(tmp_path / "tensorboard" / "base-seed0")).Reload()
    assert len(found.Scalars("train/loss")) == 1


def test_a_reader_that_leaves_ends_the_run_and_the_log(tmp_path: Path) -> None:
    ended: list[str] = []

    def events() -> Iterator[RunEvent]:
        try:
            yield from EVENTS
        finally:
            ended.append("run")

    stream: Any = track(events(), "tensorboard", tmp_path, "run")
    assert [next(stream), next(stream)] == EVENTS[:2]
    stream.close()
    del stream
    assert ended == ["run"]


@pytest.mark.parametrize(
    ("tracker", "missing", "words"),
    [
        ("wandb", "", "There is no tracker 'wandb'; choose tensorboard or trackio."),
        ("trackio", "trackio", "trackio is not installed; run: pip install trackio"),
        ("tensorboard", "tensorboard", "is not installed; run: pip install tensorboard"),
    ],
)
def test_a_tracker_that_is_not_there_is_told_before_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tracker: str, missing: str, words: str
) -> None:
    for name in [name for name in sys.modules if missing and name.split(".")[0] == missing]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delitem(sys.modules, "torch.utils.tensorboard", raising=False)
    if missing:
        monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(ConfigError, match=words):
        track(EVENTS, tracker, tmp_path, "run")
