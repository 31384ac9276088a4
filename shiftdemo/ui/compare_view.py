"""A comparison as what the page draws: verdict, tables and outputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shiftdemo.types import running_text
from shiftdemo.ui import texts
from shiftdemo.ui.i18n import Visit
from shiftdemo.viz.diff import output_view
from shiftdemo.viz.style import ARMS, arm_label

EXAMPLES = 20


def named(arm: str) -> str:
    """Returns an arm's marker and label."""
    return f"{ARMS[arm].mark} {arm_label(arm)}" if arm in ARMS else arm


def verdict(visit: Visit, result: Mapping[str, Any], badge: str = "") -> dict[str, Any]:
    """Returns what ``verdict.js`` draws."""
    text = result["verdict"]
    if visit.lang == "zh":
        text = "".join(visit(texts.FINDINGS[code]) for code in result["findings"])
    notes = [*result.get("notes", ()), visit(texts.ONE_SEED)]
    if result.get("n_seeds", 1) > 1:
        text = _mean_text(visit, result)
        notes = [visit(texts.SEVERAL_SEEDS)]
        if visit.lang == "en":  # these sentences are written in English alone
            notes += [f"Seed {i}: {one}" for i, one in enumerate(result["verdicts"], 1)]
    rules = list(result.get("rules", ()))
    return {
        "text": text,
        "notes": notes,
        "rules": rules,
        "rulesLabel": visit("How the verdict is made"),
        "badge": badge,
    }


def _mean_text(visit: Visit, result: Mapping[str, Any]) -> str:
    """Returns how far each arm falls inside the trained range, in means over the seeds."""
    most = result.get("trained_offset")
    inside = [i for i, k in enumerate(result["offsets"]) if most is None or k <= most]
    parts = []
    for arm, curve in result["curves"].items():
        values = [curve[i]["value"] for i in inside]
        worst = min(range(len(values)), key=values.__getitem__)
        parts.append(
            visit(
                "{arm}: {clean} at k = 0, {worst} at worst (k = {k})",
                arm=arm_label(arm),
                clean=number(values[0]),
                worst=number(values[worst]),
                k=result["offsets"][inside[worst]],
            )
        )
    name, n = result["score_name"], result["n_seeds"]
    return visit("{score}, mean of {n} seeds. ", score=name, n=n) + "; ".join(parts) + "."


def scores(visit: Visit, result: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the table of scores at offset 0 and of what the curve says in a few numbers."""
    # Lenient precision and recall are in the data; the table stays narrow enough to read.
    hidden = ("entity precision (lenient)", "entity recall (lenient)")
    names = [name for name in next(iter(result["scores"].values()), {}) if name not in hidden]
    trained = result.get("trained_offset")
    inside = visit("worst for k ≤ {k}", k=trained) if trained is not None else ""
    first, *others = (f"{name}, k = 0" for name in names)
    columns = [visit("arm"), first] + ([inside] if inside else [])
    columns += [visit("mean over the curve")] + ([visit("mean beyond")] if inside else [])
    columns += others
    rows = []
    for arm, of in result["scores"].items():
        summary = result["summaries"][arm]
        value, *others = (interval(of[name]) for name in names)
        row = [named(arm), value] + ([number(summary["worst_inside"])] if inside else [])
        row += [number(summary["area"])] + ([number(summary["outside"])] if inside else [])
        row += others
        rows.append(row)
    caption = visit(
        "n = {n} sentences; in brackets the 95 % bootstrap interval over them; 0 to 100, "
        "higher is better; k is the position of the first word.",
        n=result["n"],
    )
    if "perplexity" in names:
        caption += " " + visit("Perplexity is at least 1, and lower is better.")
    signatures = {s["signature"] for of in result["scores"].values() for s in of.values()}
    small = f"{visit('Signatures')}: {'; '.join(sorted(signatures))}"
    return {"columns": columns, "rows": rows, "caption": caption, "small": small, "size": 10}


def interval(score: Mapping[str, Any]) -> str:
    """Returns a score with its interval."""
    return f"{number(score['value'])} ({number(score['low'])} to {number(score['high'])})"


def number(value: Any) -> str:
    """Returns a figure with one decimal, or a dash where there is none."""
    return "–" if value is None else f"{value:.1f}"


def details(visit: Visit, result: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the table of paired differences and controls."""
    rows = []
    for arm, found in result.get("seed_differences", {}).items():
        for k, score in zip(result["offsets"], found, strict=True):
            rows.append([f"{arm_label(arm)} − base, k = {k}", interval(score)])
    single = result.get("differences", {}) if result.get("n_seeds", 1) == 1 else {}
    for arm, found in single.items():
        parts = [(visit("on clean sentences (k = 0)"), found["by_offset"][0])]
        parts.append((visit("mean inside the trained range"), found["inside"]))
        parts.append((visit("mean beyond the trained range"), found["outside"]))
        for where, difference in parts:
            if difference:
                row = f"{difference['value']:+.1f} ({number(difference['low'])} to "
                row += f"{number(difference['high'])}), p = {difference['p_value']:.3f}"
                rows.append([f"{arm_label(arm)} − base, {where}", row])
    for arm, control in result.get("controls", {}).items():
        for name, label in (("offset", "no-op detector"), ("source", "shuffled sources")):
            found = control.get(name)
            if found:
                mark = "✓" if found["ok"] else "✗"
                rows.append([f"{named(arm)}, {visit(label)}", f"{mark} {found['message']}"])
    return {
        "columns": [visit("difference or control"), visit("result")],
        "rows": rows,
        "caption": visit(
            "Differences are paired over the same sentences (score points, 95 % interval, "
            "p-value). Controls say whether the curves mean anything."
        ),
        "size": 12,
    }


def outputs(
    visit: Visit, rows: Sequence[Mapping[str, Any]], offsets: Sequence[int], lead: str = ""
) -> dict[str, Any]:
    """Returns what ``outputs.js`` draws: each sentence's outputs, one set for each offset.

    Args:
        rows: ``outputs`` of a comparison's dict.
    """
    sets = [
        {
            "name": str(offset),
            "rows": [output_view(row, place) for row in rows[:EXAMPLES]],
        }
        for place, offset in enumerate(offsets)
    ]
    labels = {
        "source": visit("source"),
        "reference": visit("reference"),
        "pick": visit("First word at position"),
    }
    marks = {arm: style.mark for arm, style in ARMS.items()}
    return {"sets": sets, "labels": labels, "marks": marks, "lead": lead}


def typed_row(sample: Any, outputs: dict[str, Any]) -> dict[str, Any]:
    """Returns a typed sentence and its outputs as a row of a comparison."""
    words = tuple(getattr(sample, "words", ()))
    source = running_text(sample)
    return {"id": sample.id, "source": source, "words": words, "reference": "", "outputs": outputs}
