"""A comparison as what the page draws: verdict, tables and outputs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from shiftdemo.core.messages import Message
from shiftdemo.core.plain import as_plain
from shiftdemo.core.types import Score
from shiftdemo.evaluation.results import Comparison, OutputRow
from shiftdemo.evaluation.significance import Difference
from shiftdemo.evaluation.verdict import p_text, rules
from shiftdemo.ui.common import texts
from shiftdemo.ui.common.i18n import Visit
from shiftdemo.viz.diff import output_view
from shiftdemo.viz.style import arm_style

if TYPE_CHECKING:
    from shiftdemo.viz.robustness import CurvePanel


def named(visit: Visit, arm: str) -> str:
    """Returns an arm's marker and label."""
    return f"{arm_style(arm).mark} {visit.arm(arm)}"


def verdict(visit: Visit, result: Comparison, badge: str = "") -> dict[str, Any]:
    """Returns what ``verdict.js`` draws."""
    panels = [result, *result.also]
    said = [_verdict_text(visit, panel) for panel in panels]
    if len(panels) > 1:
        said = [
            f"{visit.translate(panel.condition.axis)}: {text}"
            for panel, text in zip(panels, said, strict=True)
        ]
    notes: list[str] = []
    if result.of_seeds:
        notes = [_seed_by_seed(visit, result), visit(texts.FIRST_SEED)]
    return {
        "text": _brief(visit, panels),
        "full": " ".join(said),
        "left": [visit.translate(note) for note in result.notes],
        "notes": notes,
        "rules": [visit.translate(rule) for rule in rules()],
        "rulesLabel": visit("How the verdict is made"),
        "badge": badge,
    }


def _brief(visit: Visit, panels: Sequence[Comparison]) -> str:
    """Returns the verdict in one line: what was found, with its values, and every warning."""
    parts: list[str] = []
    for panel in panels:
        found = [_short(visit, sentence) for sentence in panel.verdict_detail.sentences]
        axis = f"{visit.translate(panel.condition.axis)}: " if len(panels) > 1 else ""
        parts.append(axis + ("；" if visit.lang == "zh" else "; ").join(filter(None, found)))
    seeds = panels[0].n_seeds
    head = visit("One seed: ") if seeds == 1 else visit("{n} seeds: ", n=seeds)
    return head + " ".join(parts)


def _short(visit: Visit, sentence: str) -> str:
    if not isinstance(sentence, Message) or sentence.key in _SCOPES:
        return "" if isinstance(sentence, Message) else sentence
    if sentence.key == "verdict.finding":
        return visit.translate(Message("verdict.short", **sentence.values))
    return visit.translate(sentence)


_SCOPES = ("verdict.these_models", "verdict.over_seeds")  # told by the number of seeds


def _verdict_text(visit: Visit, result: Comparison) -> str:
    said = map(visit.translate, result.verdict_detail.sentences)
    return ("" if visit.lang == "zh" else " ").join(said)


def _seed_by_seed(visit: Visit, result: Comparison) -> str:
    """Returns the differences of the single seeds, where it matters most."""
    arm = result.case.arm
    where = "inside" if result.differences[arm].inside else "clean"
    tests = (seed.differences[arm].tests[where] for seed in result.of_seeds)
    return visit(
        texts.SEED_BY_SEED,
        what=visit(_WHERE[where]),
        values=", ".join(f"{test.value:+.1f}" for test in tests),
        score=visit(result.score_name),
    )


_WHERE = {
    "inside": "mean inside the trained range",
    "clean": "on clean sentences (k = 0)",
    "outside": "mean outside the trained range",
}


def scores(visit: Visit, result: Comparison) -> dict[str, Any]:
    """Returns the table of scores at offset 0 and of what the curve says in a few numbers."""
    # Lenient precision and recall are in the data; the table stays narrow enough to read.
    hidden = ("entity precision (lenient)", "entity recall (lenient)")
    names = [name for name in next(iter(result.scores.values()), {}) if name not in hidden]
    panels = [result, *result.also]
    trained = any(panel.condition.trained for panel in panels)
    first, *others = (f"{visit(name)}, k = 0" for name in names)
    columns = [visit("arm"), first]
    columns += [visit("worst in the trained range")] if trained else []
    columns += [visit("mean over the curve")]
    columns += [visit("mean outside the range")] if trained else []
    rows = []
    for panel in panels:
        for arm, of in panel.scores.items():
            summary = panel.summaries[arm]
            value, *more = (interval(visit, of[name]) for name in names)
            label = (
                named(visit, arm)
                if len(panels) == 1
                else f"{named(visit, arm)}, {visit.translate(panel.condition.axis)}"
            )
            row = [label, value] + ([number(summary.worst_inside)] if trained else [])
            row += [number(summary.area)] + ([number(summary.outside)] if trained else [])
            rows.append(row + more)
    caption = visit(
        "{kind}. n = {n} sentences; 0 to 100, higher is better; k is the position of the first "
        "word.",
        kind=_kind(visit, result),
        n=result.n,
    )
    if "perplexity" in names:
        caption += " " + visit("Perplexity is at least 1, and lower is better.")
    signatures = {s.signature for of in result.scores.values() for s in of.values()}
    small = f"{visit('Signatures')}: {'; '.join(sorted(signatures))}"
    return {
        "columns": columns + others,
        "rows": rows,
        "caption": caption,
        "small": small,
        "size": 10,
    }


def _kind(visit: Visit, result: Comparison) -> str:
    """Returns what the scores are, and what stands in their brackets."""
    if result.n_seeds > 1:
        return visit("Means of {n} seeds (in brackets: least to greatest)", n=result.n_seeds)
    return visit("Scores (in brackets: 95 % interval over the sentences)")


def interval(visit: Visit, estimate: Score | Difference, form: str = ".1f") -> str:
    """Returns a score or a difference with its interval."""
    span = Message("range.span", low=number(estimate.low), high=number(estimate.high))
    return f"{number(estimate.value, form)} ({visit.translate(span)})"


def number(value: float | None, form: str = ".1f") -> str:
    """Returns a figure with one decimal, or a dash where there is none."""
    return "–" if value is None or math.isnan(value) else f"{value:{form}}"


def differences(visit: Visit, result: Comparison) -> dict[str, Any] | None:
    """Returns the table of paired differences; ``None`` where there is nothing to subtract."""
    rows = []
    panels = [result, *result.also]
    for panel in panels:
        for arm, difference in panel.differences.items():
            tests = difference.tests
            for where in (name for name in ("clean", "inside", "outside") if name in tests):
                test = tests[where]
                label = f"{visit.arm(arm)} − {visit.arm('base')}, {visit(_WHERE[where])}"
                if len(panels) > 1:
                    label += f"; {visit.translate(panel.condition.axis)}"
                cell = interval(visit, test, "+.1f")
                corrected = panel.verdict_detail.corrected.get(where)
                rows.append([label, cell, _p(test.p_value), _p(corrected)])
    if not rows:
        return None
    over = "Differences over the same sentences (in brackets: 95 % interval over the sentences)."
    if result.n_seeds > 1:
        over = "Differences (in brackets: 95 % interval over seeds and sentences)."
    counts = "A p below 0.05 after the correction of all of them (Holm) counts in the verdict."
    return {
        "columns": [visit("difference"), visit(result.score_name), "p", visit("p corrected")],
        "rows": rows,
        "caption": f"{visit(over)} {visit(counts)}",
        "size": 12,
    }


def _p(value: float | None) -> str:
    """Returns a p-value that stays on one line, or a dash where there is none."""
    return "–" if value is None else p_text(value).replace(" ", "\u00a0")


def controls(visit: Visit, result: Comparison) -> dict[str, Any] | None:
    """Returns the table of controls; ``None`` where none applies."""
    rows = []
    for arm, control in result.controls.items():
        kinds = (("no-op detector", control.offset), ("shuffled sources", control.source))
        for label, check in kinds:
            if check is not None:
                mark = "✓" if check.ok else "✗"
                rows.append(
                    [
                        f"{named(visit, arm)}, {visit(label)}",
                        f"{mark} {visit.translate(check.message)}",
                    ]
                )
    if not rows:
        return None
    return {
        "columns": [visit("control"), visit("result")],
        "rows": rows,
        "caption": visit("Controls say whether the curves mean anything."),
        "size": 12,
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
            "rows": [output_view(_at(row, index), index, label=visit.arm) for row in rows],
        }
        for index, strength in enumerate(strengths)
    ]
    labels = {
        "source": visit("source"),
        "reference": visit("reference"),
        "nothing": visit("(nothing)"),
        "pick": visit("First word at position"),
    }
    marks = {arm: arm_style(arm).mark for row in rows for arm in row.outputs}
    return {"sets": sets, "labels": labels, "marks": marks, "lead": lead, "first": first}


def _at(row: OutputRow, index: int) -> dict[str, Any]:
    """Returns a row as plain values, with the sentence as it is at one strength."""
    plain: dict[str, Any] = as_plain(row)
    return {**plain, **plain["moved"][index]} if row.moved else plain


def curves(result: Comparison) -> list[CurvePanel]:
    """Returns what the curve's figure is drawn from, a panel a condition."""
    from shiftdemo.viz.robustness import CurvePanel  # plotly is not loaded before it is needed

    return [
        CurvePanel(
            panel.strengths,
            panel.curves,
            panel.condition.axis,
            panel.condition.dial,
            panel.condition.trained,
        )
        for panel in (result, *result.also)
    ]


def typed_row(sample: Any, outputs: dict[str, Any]) -> OutputRow:
    """Returns a typed sentence and its outputs as a row of a comparison."""
    words = tuple(getattr(sample, "words", ()))
    return OutputRow(sample.id, sample.read, words, "", outputs)
