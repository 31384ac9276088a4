"""Pieces of a card: front matter, tables and code that no text of a user can break."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any


def front_matter(fields: Mapping[str, Any]) -> list[str]:
    """Returns the lines of a YAML head; the values are written as JSON, which YAML contains."""
    written = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in fields.items()]
    return ["---", *written, "---"]


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Returns the lines of a table; a ``|`` in a cell stays in its cell."""
    lines = [head, ["---"] * len(head), *rows]
    return [f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in lines]


def printable(text: str) -> str:
    """Returns ``text`` in one line, ``?`` for every character that cannot be printed."""
    return "".join(c if c.isprintable() else "?" for c in text)


def code(text: str) -> str:
    """Returns ``text`` as a code span, whatever it holds (CommonMark 0.31, section 6.1)."""
    shown = printable(text)
    fence = "`" * (_longest_run(shown) + 1)
    # A space on either side goes again; it keeps a backtick from the fence.
    space = " " if not shown or (shown.strip() and {shown[0], shown[-1]} & {" ", "`"}) else ""
    return f"{fence}{space}{shown}{space}{fence}"


def fenced(text: str, language: str = "") -> list[str]:
    """Returns the lines of a code block that its own text cannot end (section 4.5)."""
    fence = "`" * max(3, _longest_run(text) + 1)
    return [f"{fence}{language}", *text.split("\n"), fence]


def _longest_run(text: str) -> int:
    """Returns the length of the longest run of backticks."""
    return max(map(len, re.findall("`+", text)), default=0)
