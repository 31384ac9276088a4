"""What every subcommand prints with: JSON for programs, messages for people."""

from __future__ import annotations

import json
import sys
from typing import Any


def print_json(value: Any) -> None:
    """Prints one JSON object on a line of standard output."""
    print(json.dumps(value, ensure_ascii=False), flush=True)


def say(text: str, end: str = "\n") -> None:
    """Prints a message for people, on standard error."""
    print(text, end=end, file=sys.stderr, flush=True)
