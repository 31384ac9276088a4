"""An exported row, made again from what it says about itself."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from shiftdemo.errors import DataError
from shiftdemo.shifts import apply_shifts, make_shifts
from shiftdemo.types import Sample, ShiftedSample, TaggedSample, TranslationSample


def regenerate(row: Mapping[str, Any], context: Sequence[Sample] = ()) -> ShiftedSample:
    """Returns the shifted sample that an exported row was written from.

    Args:
        row: as read back from JSONL or Parquet (or from CSV, whose cells are all texts).
        context: the samples that ``prefix_context`` drew from; of a file, its first 512.

    Raises:
        DataError: the row lacks what makes it again, or comes out otherwise.
        ConfigError: an operator of that name or those bounds is not there.
    """
    identity = str(row.get("id", ""))
    where = f"Row {identity[:80]!r}"
    try:
        seed, epoch = int(row["seed"]), int(row["epoch"])
        specs = _listed(row["specs"], where)
        original: Sample
        if "original_words" in row:
            words, tags = (
                _listed(row[name], where) for name in ("original_words", "original_tags")
            )
            original, task = TaggedSample(identity, tuple(words), tuple(tags)), "ner"
        else:
            pairs = _listed(row.get("original_links") or "null", where)
            links = None if pairs is None else tuple((int(s), int(t)) for s, t in pairs)
            source, target = row["original_source"], row["original_target"]
            original, task = TranslationSample(identity, source, target, links=links), "translation"
    except KeyError as error:
        raise DataError(f"{where} has no column {error}; export it with this version.") from None
    except (TypeError, ValueError):
        raise DataError(f"{where}: seed, epoch or the original links are no numbers.") from None
    # A share that was drawn, or counted as 1 (``always``): either way the operator was tried.
    always = "not drawn (p = " not in str(row.get("note") or "")
    made = apply_shifts(make_shifts(specs, task), original, seed, context, epoch, always)
    if not _is_row(made.shifted, row, where):
        raise DataError(
            f"{where} does not come out again; give the samples that prefix_context drew from as "
            "context (of a file, its first 512)."
        )
    return made


def _is_row(made: Sample, row: Mapping[str, Any], where: str) -> bool:
    """Whether a sample is what the row holds; a CSV cell may have a mark against formulas."""
    if isinstance(made, TaggedSample):
        return list(made.words) == list(_listed(row.get("words", ()), where))
    pair = (made.source, made.target) if isinstance(made, TranslationSample) else ()
    cells = (str(row.get("source", "")), str(row.get("target", "") or ""))
    return all(text in (cell, cell[1:]) for text, cell in zip(pair, cells, strict=True))


def _listed(value: Any, where: str) -> Any:
    """Returns a list that may be JSON in a text."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        raise DataError(f"{where}: {value[:40]!r} is no list in JSON.") from None
