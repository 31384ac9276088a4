"""An exported row, made again from what it says about itself."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from shiftdemo.core.errors import DataError
from shiftdemo.core.samples import KINDS, Sample
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
        raise DataError("regenerate.has_no_column_export", where=where, error=error) from None
    except (TypeError, ValueError):
        raise DataError("regenerate.seed_epoch_original_links", where=where) from None
    context = _drawn_from(row, context, where)
    # A share that was drawn, or counted as 1 (``always``): either way the operator was tried.
    always = "not drawn (p = " not in str(row.get("note") or "")
    shifted = apply_shifts(
        [make_shift(spec) for spec in specs], original, seed, context, epoch, always
    )
    if not _is_row(shifted, row, where):
        raise DataError("regenerate.does_not_come_out", where=where)
    return shifted


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
        raise DataError("regenerate.no_number_samples", where=where, sizes=sizes[0]) from None
    if size > len(context):
        raise DataError(
            "regenerate.was_drawn_from_first", where=where, size=size, n_context=len(context)
        )
    return context[:size]


def _original(row: Mapping[str, Any], identity: str, where: str) -> Sample:
    """Returns the sample that a row was shifted from, of the kind that its columns tell."""
    kind = next((k for k in KINDS if k.original in row), KINDS[-1])
    cells = {name: row[name] for name in kind.lists if name in row}
    lists = {n: _listed("null" if cell == "" else cell, where) for n, cell in cells.items()}
    return next(with_languages([kind.from_row(identity, {**row, **lists})]))


def _is_row(shifted: ShiftedSample, row: Mapping[str, Any], where: str) -> bool:
    """Whether a sample is what the row holds; a CSV cell may have a mark against formulas."""
    fresh = as_row(shifted)
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
        raise DataError("regenerate.no_list_json", where=where, value=value[:40]) from None
