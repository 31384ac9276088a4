"""A comparison as what the page draws: verdict, tables and outputs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shiftdemo.core.messages import Message
from shiftdemo.core.plain import as_plain
from shiftdemo.evaluation.results import Comparison, OutputRow
from shiftdemo.evaluation.typed import TypedOutput
from shiftdemo.evaluation.verdict import rules
from shiftdemo.publishing.comparison import words
from shiftdemo.ui.common import texts
from shiftdemo.ui.common.i18n import Visit
from shiftdemo.viz.diff import changed_words, output_view, sure_of
from shiftdemo.viz.style import arm_style


def verdict(visit: Visit, result: Comparison, badge: str = "") -> dict[str, Any]:
    """Returns what ``verdict.js`` draws."""
    notes: list[str] = []
    if result.of_seeds:
        notes = [words.seed_by_seed(visit, result), visit(texts.FIRST_SEED)]
    return {
        "plain": words.plain(visit, result),
        "text": words.brief(visit, result),
        "power": words.power(visit, result),
        "full": words.whole(visit, result),
        "left": [visit.translate(note) for note in result.notes],
        "notes": notes,
        "rules": [visit.translate(rule) for rule in rules()],
        "rulesLabel": visit("How the verdict is made"),
        "badge": badge,
    }


def outputs(
    visit: Visit,
    rows: Sequence[OutputRow],
    strengths: Sequence[float],
    lead: str = "",
    first: int = 0,
) -> dict[str, Any]:
    """Returns what ``outputs.js`` draws: each sentence's outputs, one set for each strength.

    Args:
        first: the index of the strength that is shown first.
    """
    sets = [
        {
            "name": f"{strength:g}",
            "strength": strength,
            "rows": [_row(visit, row, index) for row in rows],
        }
        for index, strength in enumerate(strengths)
    ]
    labels = {
        "source": visit("source"),
        "reference": visit("reference"),
        "nothing": visit("(nothing)"),
        "pick": visit("First word at position"),
        "show": visit("Show"),
        "filters": {
            "all": visit("all of these"),
            "better": visit("{arm} better", arm=visit.arm("shift")),
            "worse": visit("{arm} better", arm=visit.arm("base")),
        },
        "none": visit("None of the sentences kept here is of that kind."),
        "part": visit("Only:"),
    }
    marks = {arm: arm_style(arm).mark for row in rows for arm in row.outputs}
    return {"sets": sets, "labels": labels, "marks": marks, "lead": lead, "first": first}


def _row(visit: Visit, row: OutputRow, index: int) -> dict[str, Any]:
    drawn = output_view(_at(row, index), index, label=visit.arm)
    if row.moved and row.moved[index].source != row.source:
        drawn["changed"] = changed_words(row.source, row.moved[index].source)
    return {**drawn, "gain": row.gains[index] if row.gains else 0, "slices": list(row.slices)}


def _at(row: OutputRow, index: int) -> dict[str, Any]:
    """Returns a row as plain values, with the sentence as it is at one strength."""
    plain: dict[str, Any] = as_plain(row)
    return {**plain, **plain["moved"][index]} if row.moved else plain


def typed(visit: Visit, found: Sequence[TypedOutput], lead: str) -> dict[str, Any]:
    """Returns what ``outputs.js`` draws of typed sentences: one set, with probabilities."""
    rows = []
    for number, one in enumerate(found):
        outputs = {arm: (visit.translate(said),) for arm, said in one.outputs.items()}
        row = OutputRow(str(number), one.moved.read, one.words, "", outputs)
        drawn = sure_of(output_view(as_plain(row), 0, label=visit.arm), one.probabilities)
        if one.moved.read != one.original.read:
            drawn["changed"] = changed_words(one.original.read, one.moved.read)
        note = visit.translate(Message("typed.left", reason=one.note)) if one.note else ""
        rows.append({**drawn, "note": note})
    labels = {"source": visit("source"), "nothing": visit("(nothing)"), "reference": ""}
    marks = {arm: arm_style(arm).mark for one in found for arm in one.outputs}
    sets = [{"name": "", "strength": 0, "rows": rows}]
    return {"sets": sets, "labels": labels, "marks": marks, "lead": lead, "first": 0}
