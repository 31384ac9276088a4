"""Shifted samples to JSONL, CSV and CoNLL, with where each came from."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, Any

from shiftdemo.errors import ConfigError, DataError
from shiftdemo.types import ShiftedSample, TaggedSample, TextSample, TranslationSample

FORMATS = ("jsonl", "csv", "conll")


def as_row(sample: ShiftedSample) -> dict[str, Any]:
    """Returns one row: the shifted sample, and what regenerates it (operator, seed, original)."""
    shifted, original = sample.shifted, sample.original
    row: dict[str, Any] = {"id": original.id}
    if isinstance(shifted, TranslationSample) and isinstance(original, TranslationSample):
        row |= {"source": shifted.source, "target": shifted.target}
        row |= {"original_source": original.source, "original_target": original.target}
    elif isinstance(shifted, TaggedSample) and isinstance(original, TaggedSample):
        row |= {"words": list(shifted.words), "tags": list(shifted.tags)}
        row |= {"original_words": list(original.words), "original_tags": list(original.tags)}
    elif isinstance(shifted, TextSample):
        row |= {"text": shifted.text, "label": shifted.label}
    return row | {
        "shift": sample.shift,
        "params": dict(sample.params),
        "seed": sample.seed,
        "alignment": list(sample.alignment),
        "target_alignment": None
        if sample.target_alignment is None
        else list(sample.target_alignment),
        "source_offset": sample.source_offset,
        "target_offset": sample.target_offset,
        "target_length": sample.target_length,
        "applied": sample.applied,
        "note": sample.note,
    }


def write_shifted(rows: Iterable[ShiftedSample], path: Path, form: str = "jsonl") -> int:
    """Writes samples to a file that appears whole or not at all; returns how many.

    Raises:
        ConfigError: the format is unknown.
        DataError: the folder cannot be written, or CoNLL is asked for untagged samples.
    """
    temporary = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(temporary, "w", encoding="utf-8", newline="") as out:
            count = stream_shifted(rows, out, form)
        os.replace(temporary, path)
    except OSError as error:
        raise DataError(f"{path} cannot be written: {error.strerror}.") from None
    finally:
        temporary.unlink(missing_ok=True)
    return count


def stream_shifted(rows: Iterable[ShiftedSample], out: IO[str], form: str = "jsonl") -> int:
    """Writes samples to an open text file, one at a time; returns how many."""
    writers: dict[str, Callable[[ShiftedSample], str]] = {
        "jsonl": lambda sample: json.dumps(as_row(sample), ensure_ascii=False) + "\n",
        "conll": _conll,
    }
    count = 0
    if form == "csv":
        for line in _csv_lines(rows):
            out.write(line)
            count += 1
        return max(0, count - 1)
    if form not in writers:
        raise ConfigError(f"There is no format {form!r}; choose one of {', '.join(FORMATS)}.")
    for sample in rows:
        out.write(writers[form](sample))
        count += 1
    return count


def _conll(sample: ShiftedSample) -> str:
    if not isinstance(sample.shifted, TaggedSample):
        raise DataError(
            f"Sample {sample.original.id} has no tags; CoNLL is for ner, write jsonl or csv."
        )
    pairs = zip(sample.shifted.words, sample.shifted.tags, strict=True)
    return "".join(f"{word}\t{tag}\n" for word, tag in pairs) + "\n"


def _csv_lines(rows: Iterable[ShiftedSample]) -> Iterator[str]:
    header: list[str] = []
    for sample in rows:
        row = as_row(sample)
        if not header:
            header = list(row)
            yield _csv_line(header)
        yield _csv_line([_cell(value) for value in row.values()])


def _csv_line(cells: list[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerow(cells)
    return buffer.getvalue()


def _cell(value: Any) -> str:
    """Returns a cell that no spreadsheet takes for a formula."""
    if isinstance(value, (list, dict)):
        return json.dumps(value, ensure_ascii=False)
    text = "" if value is None else str(value)
    return (
        "'" + text
        if text[:1] in ("=", "+", "-", "@", "\t", "\r") and isinstance(value, str)
        else text
    )
