"""The event log: whole lines, read back as they were written."""

from __future__ import annotations

import json
from pathlib import Path

from shiftdemo.core.events import EvalLogged, RunFailed, RunFinished, RunStarted, StepLogged
from shiftdemo.training.record import (
    LogReader,
    append,
    from_json,
    read_events,
    record,
    to_json,
)
from shiftdemo.training.run_folder import RunFolder

EVENTS_MADE = [
    RunStarted("r", ("base", "shift"), 2, {"seeds": [0]}, 10, ("a note",)),
    StepLogged("base", 0, 1, 0.5, 12, 0.1),
    EvalLogged("base", 0, 1, 0.4, 0.6, 90.0, 80.0),
    RunFinished("r", "all steps done", 1.0),
]


def test_events_survive_json() -> None:
    for event in EVENTS_MADE:
        assert from_json(json.loads(json.dumps(to_json(event)))) == event


def test_record_writes_each_event_before_it_is_passed_on(tmp_path: Path) -> None:
    reader, seen = LogReader(tmp_path), []
    for number, event in enumerate(record(EVENTS_MADE, tmp_path), 1):
        seen += reader.new()
        assert read_events(tmp_path)[-1] == event
        assert len(read_events(tmp_path)) == number
    assert json.loads((tmp_path / "config.json").read_text(encoding="utf-8")) == {"seeds": [0]}
    assert reader.new() == [] and seen == EVENTS_MADE


def test_a_half_written_line_is_left_for_later(tmp_path: Path) -> None:
    list(record(EVENTS_MADE, tmp_path))
    with open(RunFolder(tmp_path).events, "a", encoding="utf-8") as log:
        log.write('{"event": "StepLogged", "arm"')
    assert read_events(tmp_path) == EVENTS_MADE


def test_no_log_is_no_events(tmp_path: Path) -> None:
    assert read_events(tmp_path / "nothing") == []


def test_an_event_after_half_a_line_is_not_lost(tmp_path: Path) -> None:
    list(record(EVENTS_MADE[:2], tmp_path))
    with open(RunFolder(tmp_path).events, "a", encoding="utf-8") as log:
        log.write('{"event": "StepLogged", "arm"')
    end = RunFailed("r", "killed", 1.0)
    append(end, tmp_path)
    assert read_events(tmp_path) == [*EVENTS_MADE[:2], end]


def test_a_line_separator_inside_a_message_does_not_cut_the_event(tmp_path: Path) -> None:
    end = RunFailed("r", "a\u2028b\x85c", 1.0)
    append(end, tmp_path)
    assert read_events(tmp_path) == [end]
