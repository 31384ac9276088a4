"""A run's log on disk: ``config.json`` and ``events.jsonl``, one event a line."""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from shiftdemo.core.events import EVENT_TYPES, RunEvent, RunStarted
from shiftdemo.core.messages import retold, told
from shiftdemo.training.run_folder import RunFolder


def to_json(event: RunEvent) -> dict[str, Any]:
    """Returns an event as a JSON object; ``"event"`` holds its type.

    Where it says something, ``"messages"`` holds key and values of its English sentences.
    """
    values = {"event": type(event).__name__, **dataclasses.asdict(event)}
    messages = told(values)
    return {**values, "messages": messages} if messages else values


def from_json(values: dict[str, Any]) -> RunEvent:
    """Returns the event that :func:`to_json` wrote."""
    cls = EVENT_TYPES[values["event"]]
    known = retold(values, values.get("messages", {}))
    fields = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in known.items()
        if name not in ("event", "messages")
    }
    event: RunEvent = cls(**fields)
    return event


def record(events: Iterable[RunEvent], folder: Path) -> Iterator[RunEvent]:
    """Passes events on after each has been appended to ``folder/events.jsonl``."""
    folder.mkdir(parents=True, exist_ok=True)
    run = RunFolder(folder)
    with open(run.events, "a", encoding="utf-8") as log:
        for event in events:
            if isinstance(event, RunStarted):
                write_json(run.config, event.config)
            log.write(json.dumps(to_json(event), ensure_ascii=False) + "\n")
            log.flush()
            yield event


def append(event: RunEvent, folder: Path) -> None:
    """Adds one event to a log, for a run whose worker cannot write it any more."""
    folder.mkdir(parents=True, exist_ok=True)
    path = RunFolder(folder).events
    # A worker that was killed may have left half a line; the event must not become its end.
    before = path.read_bytes() if path.exists() else b""
    torn = bool(before) and not before.endswith(b"\n")
    with open(path, "a", encoding="utf-8") as log:
        log.write("\n" * torn + json.dumps(to_json(event), ensure_ascii=False) + "\n")


class LogReader:
    """Reads a log that grows; every line is read once."""

    def __init__(self, folder: Path) -> None:
        """Begins at the first event of the run in ``folder``."""
        self._path, self._offset = RunFolder(folder).events, 0

    def new(self) -> list[RunEvent]:
        """Returns the events that have come since the last call; a half-written line is left."""
        try:
            with open(self._path, "rb") as log:
                log.seek(self._offset)
                data = log.read()
        except FileNotFoundError:
            return []
        whole = data.rpartition(b"\n")[0]
        self._offset += len(whole) + 1 if whole or data.startswith(b"\n") else 0
        events = []
        for line in whole.split(b"\n"):
            try:
                events.append(from_json(json.loads(line)))
            except (ValueError, KeyError, TypeError):
                continue  # a line cut by a crash, with a later event after it
        return events


def read_events(folder: Path) -> list[RunEvent]:
    """Returns the events of a run; a half-written last line is left."""
    return LogReader(folder).new()


def write_json(path: Path, value: Any) -> None:
    """Writes JSON so that the file is whole or absent."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.part")
    temporary.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    os.replace(temporary, path)
