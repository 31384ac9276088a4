"""An exported row, made again from what it says about itself."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from shiftdemo.core.errors import DataError
from shiftdemo.core.samples import (
    QuestionSample,
    Sample,
    TaggedSample,
    TextSample,
    TranslationSample,
)
from shiftdemo.core.types import ShiftedSample
from shiftdemo.data.reading.languages import with_languages
from shiftdemo.data.writing.export import as_row
from shiftdemo.shifts import apply_shifts, make_shift

_CONTENT = frozenset(("source", "target", "words", "text", "context", "answers"))


def regenerate(row: Mapping[str, Any], context: Sequence[Sample] = ()) -> ShiftedSample:
    """Returns the shifted sample that an exported row was written from.

    Args:
        row: as read back from JSONL or Parquet (or from CSV, whose cells are all texts).
        context: the set that ``prefix_context`` drew from, from its beginning; as many of it are
            taken as the row says (512, or all of a smaller set). Of a typed text that is
            ``api.typed_context(task)``.

    Raises:
        DataError: the row lacks what makes it again, comes out otherwise, or was drawn from more
            samples than are given.
        ConfigError: an operator of that name or those bounds is not there.
    """
    identity = str(row.get("id", ""))
    where = f"Row {identity[:80]!r}"
    try:
        seed, epoch = int(row["seed"]), int(row["epoch"])
        specs = _listed(row["specs"], where)
        original = _original(row, identity, where)
    except KeyError as error:
        raise DataError(f"{where} has no column {error}; export it with this version.") from None
    except (TypeError, ValueError):
        raise DataError(
            f"{where}: seed, epoch, the original links or starts are no numbers."
        ) from None
    context = _drawn_from(row, context, where)
    # A share that was drawn, or counted as 1 (``always``): either way the operator was tried.
    always = "not drawn (p = " not in str(row.get("note") or "")
    made = apply_shifts(
        [make_shift(spec) for spec in specs], original, seed, context, epoch, always
    )
    if not _is_row(made, row, where):
        raise DataError(
            f"{where} does not come out again; give the samples that prefix_context drew from as "
            "context (of a set, its first 512)."
        )
    return made


def _drawn_from(row: Mapping[str, Any], context: Sequence[Sample], where: str) -> Sequence[Sample]:
    """Returns the part of ``context`` that a row was drawn from; all where it tells no size."""
    params = _listed(row.get("params") or "{}", where)
    told = params if isinstance(params, Mapping) else {}
    sizes = [value for key, value in told.items() if key.endswith(".context_size")]
    if not sizes:
        return context  # nothing was drawn from it, or an older version wrote the row
    try:
        size = max(0, *map(int, sizes))
    except (TypeError, ValueError):
        raise DataError(f"{where}: {sizes[0]!r:.40} is no number of samples.") from None
    if size > len(context):
        raise DataError(
            f"{where}: it was drawn from the first {size} samples of its set; give them as context "
            f"(given: {len(context)})."
        )
    return context[:size]


def _original(row: Mapping[str, Any], identity: str, where: str) -> Sample:
    if "original_words" in row:
        words, tags = (_listed(row[name], where) for name in ("original_words", "original_tags"))
        return TaggedSample(identity, tuple(words), tuple(tags))
    if "original_context" in row:
        answers = _listed(row["answers"], where)["text"]
        starts = [int(start) for start in _listed(row["original_starts"], where)]
        context = row["original_context"]
        return QuestionSample(identity, row["question"], context, tuple(answers), tuple(starts))
    if "original_text" in row:
        return TextSample(identity, row["original_text"], str(row.get("label") or ""))
    pairs = _listed(row.get("original_links") or "null", where)
    links = None if pairs is None else tuple((int(s), int(t)) for s, t in pairs)
    texts = row["original_source"], row["original_target"]
    return next(with_languages([TranslationSample(identity, *texts, links=links)]))


def _is_row(made: ShiftedSample, row: Mapping[str, Any], where: str) -> bool:
    """Whether a sample is what the row holds; a CSV cell may have a mark against formulas."""
    fresh = as_row(made)
    for name in _CONTENT & set(fresh):
        if isinstance(fresh[name], str):
            cell = str(row.get(name) or "")
            same = fresh[name] in (cell, cell[1:])
        else:
            same = fresh[name] == _listed(row.get(name, ()), where)
        if not same:
            return False
    return True


def _listed(value: Any, where: str) -> Any:
    """Returns a list that may be JSON in a text."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        raise DataError(f"{where}: {value[:40]!r} is no list in JSON.") from None
