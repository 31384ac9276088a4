"""What every subcommand prints with: JSON for programs, messages for people."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from shiftdemo.data.reading.report import ReadReport


def print_json(value: Any) -> None:
    """Prints one JSON object on a line of standard output."""
    print(json.dumps(value, ensure_ascii=False), flush=True)


def say(text: str, end: str = "\n") -> None:
    """Prints a message for people, on standard error."""
    print(text, end=end, file=sys.stderr, flush=True)


def say_read(report: ReadReport) -> None:
    """Prints what was read of a file."""
    for sentence in report.sentences():
        say(sentence)
