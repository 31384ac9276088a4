"""Reading the lexicon's tables."""

from __future__ import annotations

from pathlib import Path


def lexicon_folder() -> Path:
    """Returns ``assets/lexicon`` of this checkout or installation."""
    return Path(__file__).resolve().parents[3] / "assets" / "lexicon"


def read_table(name: str) -> list[tuple[str, ...]]:
    """Returns the rows of a tab-separated table; lines that begin with ``#`` are comments."""
    text = (lexicon_folder() / name).read_text(encoding="utf-8")
    return [
        tuple(line.split("\t")) for line in text.splitlines() if line and not line.startswith("#")
    ]
