"""Comparisons as earlier versions wrote them, in the present form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_ROW = {"precision": "precision", "recall": "recall", "f1": "F1"}


def older(values: Mapping[str, Any]) -> dict[str, Any]:
    """Returns plain values of a comparison in the present form.

    Before comparisons had details they held the scores of the unshifted sentences alone, and their
    summaries and tables by class were bare numbers: they get no interval, which they never had.
    """
    if "details" in values:
        return dict(values)
    n = values["n"]

    def score(name: str, value: float | None) -> dict[str, Any] | None:
        if value is None:
            return None
        ends = {"low": None, "high": None}
        return {"name": name, "value": value, **ends, "n": n, "signature": ""}

    types = {
        arm: [{**row, **{key: score(name, row[key]) for key, name in _ROW.items()}} for row in rows]
        for arm, rows in values["types"].items()
    }
    summaries = {
        arm: {key: score(values["score_name"], value) for key, value in summary.items()}
        | {"at_zero": values["curves"][arm][0]}
        for arm, summary in values["summaries"].items()
    }
    detail = {"strength": 0, "scores": values["scores"], "types": types}
    return {**values, "details": [detail], "summaries": summaries}
