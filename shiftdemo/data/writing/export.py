"""Shifted samples to JSONL, CSV, CoNLL and Parquet, with where each came from."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from shiftdemo.core.errors import ConfigError, DataError
from shiftdemo.core.types import PLAIN_INPUTS, ShiftedSample, StepInputs
from shiftdemo.data.writing.parquet import write_parquet
from shiftdemo.data.writing.writers import conll_lines, csv_lines, jsonl_lines

FORMATS = ("jsonl", "csv", "parquet", "conll")
_LINES: dict[str, Callable[[Iterable[Mapping[str, Any]]], Iterator[str]]] = {
    "jsonl": jsonl_lines,
    "csv": csv_lines,
    "conll": conll_lines,
}


def as_row(sample: ShiftedSample) -> dict[str, Any]:
    """Returns one row: the shifted sample, and what regenerates it (operators, seed, original)."""
    shifted, original = sample.shifted, sample.original
    row = {"id": original.id, **shifted.to_row(), **original.to_original()}
    return row | {
        "shift": sample.shift,
        "specs": list(sample.specs),
        "params": dict(sample.params),
        "seed": sample.seed,
        "epoch": sample.epoch,
        "alignment": list(sample.alignment),
        "target_alignment": None
        if sample.target_alignment is None
        else list(sample.target_alignment),
        "feed": _unusual(sample.feed),
        "applied": sample.applied,
        "changed": shifted != original or sample.feed != PLAIN_INPUTS,
        "note": sample.note,
    }


def _unusual(feed: StepInputs) -> dict[str, Any]:
    """Returns the fields that are not as in an ordinary step; mostly none are."""
    if feed == PLAIN_INPUTS:
        return {}
    plain = dataclasses.asdict(PLAIN_INPUTS)
    return {name: value for name, value in dataclasses.asdict(feed).items() if value != plain[name]}


def write_shifted(rows: Iterable[ShiftedSample], path: Path, form: str = "jsonl") -> int:
    """Writes samples to a file that appears whole or not at all; returns how many.

    One sample is held at a time, in Parquet a few thousand. What a format cannot hold is refused:
    see :mod:`shiftdemo.data.writing.writers`.

    Raises:
        ConfigError: the format is unknown.
        DataError: the folder cannot be written, or a sample does not fit the format.
    """
    _check_format(form)
    temporary = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if form == "parquet":
            count = write_parquet(map(as_row, rows), temporary)
        else:
            with open(temporary, "w", encoding="utf-8", newline="") as out:
                count = stream_shifted(rows, out, form)
        os.replace(temporary, path)
    except OSError as error:
        raise DataError(
            "export.cannot_written", path=path, strerror=error.strerror or error
        ) from None
    finally:
        temporary.unlink(missing_ok=True)
    return count


def stream_shifted(rows: Iterable[ShiftedSample], out: IO[str], form: str = "jsonl") -> int:
    """Writes samples to an open text file, one at a time; returns how many.

    Raises:
        ConfigError: the format is unknown, or is none of text.
    """
    _check_format(form)
    if form not in _LINES:
        raise ConfigError("export.format_needs_file_name", form=form)
    count = 0
    for line in _LINES[form](map(as_row, rows)):
        out.write(line)
        count += 1
    return count - (form == "csv" and count > 0)  # its header is no sample


def _check_format(form: str) -> None:
    if form not in FORMATS:
        raise ConfigError("export.there_no_format_choose", form=form, formats=", ".join(FORMATS))
