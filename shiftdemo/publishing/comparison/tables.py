"""A comparison as tables: what the arms score, how they differ, and whether to believe it."""

from __future__ import annotations

from shiftdemo.core.types import Score
from shiftdemo.evaluation.results import Comparison
from shiftdemo.publishing.comparison.figures import (
    WHERE,
    Table,
    interval,
    maybe,
    p_cell,
    signatures,
    strength_name,
)
from shiftdemo.viz.reader import Reader

# Lenient precision and recall are in the data; the table stays short enough to read.
_HIDDEN = ("entity precision (lenient)", "entity recall (lenient)")


def curves(visit: Reader, result: Comparison) -> Table | None:
    """Returns the curves in a few numbers; ``None`` where nothing was scored."""
    if not result.curves:
        return None
    panels = [result, *result.also]
    trained = any(panel.condition.trained for panel in panels)
    columns = [visit("arm"), f"{visit(result.score_name)}, k = 0"]
    columns += [visit("worst in the trained range")] if trained else []
    columns += [visit("mean over the curve")]
    columns += [visit("mean outside the range")] if trained else []
    rows, scores = [], []
    for panel in panels:
        for arm, summary in panel.summaries.items():
            label = visit.marked(arm)
            if len(panels) > 1:
                label += f", {visit.translate(panel.condition.axis)}"
            row = [label, interval(visit, summary.at_zero)]
            row += [maybe(visit, summary.worst_inside)] if trained else []
            row += [interval(visit, summary.area)]
            row += [maybe(visit, summary.outside)] if trained else []
            rows.append(row)
            scores += [summary.at_zero, summary.area]
    caption = visit(
        "{kind}. n = {n} sentences; 0 to 100, higher is better; k is the position of the first "
        "word.",
        kind=_kind(visit, result),
        n=result.n,
    )
    small = signatures(visit, scores)
    title = visit("The curve in a few numbers")
    table = {"columns": columns, "rows": rows, "caption": caption, "small": small, "size": 10}
    return {**table, "title": title}


def every_score(visit: Reader, result: Comparison) -> Table | None:
    """Returns every score, clean and shifted, of every arm; ``None`` where nothing was scored."""
    if not result.details:
        return None
    arms = list(result.details[0].scores)
    names = [name for name in next(iter(result.scores.values())) if name not in _HIDDEN]
    columns = [visit("score")]
    for detail in result.details:
        at = strength_name(visit, result, detail.strength)
        columns += [f"{visit.marked(arm)}, {at}" for arm in arms]
    rows, scores = [], list[Score]()
    for name in names:
        found = [detail.scores[arm][name] for detail in result.details for arm in arms]
        rows.append([visit(name), *(interval(visit, score) for score in found)])
        scores += found
    lower = [name for name in names if name in ("TER", "perplexity")]
    caption = ""
    if lower:
        caption = visit("Lower is better: {names}.", names=", ".join(map(visit, lower)))
    small = signatures(visit, scores)
    title = visit("Every score")
    table = {"columns": columns, "rows": rows, "caption": caption, "small": small, "size": 12}
    return {**table, "title": title}


def _kind(visit: Reader, result: Comparison) -> str:
    """Returns what the scores are, and what stands in their brackets."""
    if result.n_seeds > 1:
        return visit("Means of {n} seeds (in brackets: least to greatest)", n=result.n_seeds)
    return visit("Scores (in brackets: 95 % interval over the sentences)")


def matrix(visit: Reader, result: Comparison) -> Table | None:
    """Returns what every arm scores under every condition; ``None`` where there is one alone."""
    panels = [panel for panel in (result, *result.also) if panel.curves]
    if len(panels) < 2:
        return None
    columns = [visit("arm"), visit("clean")]
    columns += [visit.translate(panel.condition.axis) for panel in panels]
    rows = []
    for arm in result.curves:
        own = [panel.summaries[arm] for panel in panels if arm in panel.summaries]
        cells = [maybe(visit, summary.inside or summary.area) for summary in own]
        rows.append([visit.marked(arm), interval(visit, result.curves[arm][0]), *cells])
    caption = visit(
        "Trained on × tested on: mean {score} inside the range that was trained, or over the whole "
        "curve where that is not known.",
        score=visit(result.score_name),
    )
    return {"columns": columns, "rows": rows, "caption": caption, "size": 8}


def differences(visit: Reader, result: Comparison) -> Table | None:
    """Returns the table of paired differences; ``None`` where there is nothing to subtract."""
    rows = []
    panels = [result, *result.also]
    for panel in panels:
        for arm, difference in panel.differences.items():
            tests = difference.tests
            for where in (name for name in ("clean", "inside", "outside") if name in tests):
                test = tests[where]
                label = (
                    f"{visit.arm(arm)} − {visit.arm(panel.reference_arm)}, {visit(WHERE[where])}"
                )
                if len(panels) > 1:
                    label += f"; {visit.translate(panel.condition.axis)}"
                cell = interval(visit, test, "+.1f")
                least = "–" if not test.detectable > 0 else f"{test.detectable:.1f}"
                # Only what is judged is corrected, and only what is corrected is judged.
                corrected = panel.verdict_detail.corrected if arm == panel.judged else {}
                rows.append(
                    [label, cell, least, p_cell(test.p_value), p_cell(corrected.get(where))]
                )
    if not rows:
        return None
    over = "Differences over the same sentences (in brackets: 95 % interval over the sentences)."
    if result.n_seeds > 1:
        over = "Differences (in brackets: 95 % interval over seeds and sentences)."
    counts = "A p below 0.05 after the correction of all of them (Holm) counts in the verdict."
    seen = (
        "Smaller true differences than the third column has would mostly not be seen (80 % power)."
    )
    columns = [visit("difference"), visit(result.score_name), visit("seen from")]
    return {
        "columns": [*columns, "p", visit("p corrected")],
        "rows": rows,
        "caption": f"{visit(over)} {visit(seen)} {visit(counts)}",
        "size": 12,
    }


def controls(visit: Reader, result: Comparison) -> Table | None:
    """Returns the table of controls; ``None`` where none applies."""
    rows = []
    for arm, control in result.controls.items():
        kinds = (("no-op detector", control.offset), ("shuffled sources", control.source))
        for label, check in kinds:
            if check is not None:
                mark = "✓" if check.ok else "✗"
                row = [f"{visit.marked(arm)}, {visit(label)}"]
                rows.append([*row, f"{mark} {visit.translate(check.message)}"])
    if not rows:
        return None
    return {
        "columns": [visit("control"), visit("result")],
        "rows": rows,
        "caption": visit("Controls say whether the curves mean anything."),
        "size": 12,
    }


def costs(visit: Reader, result: Comparison) -> Table | None:
    """Returns what the training of every arm took; ``None`` where no run tells."""
    rows = []
    first = next(iter(result.costs.values()), None)
    for arm, cost in result.costs.items():
        cells = [f"{cost.steps:,}", f"{cost.tokens:,}", f"{cost.seconds:.1f} s"]
        cells.append(f"{cost.flops / 1e12:.2f}")
        if first is not None and arm != next(iter(result.costs)) and first.tokens:
            cells[1] += f" ({100 * (cost.tokens / first.tokens - 1):+.0f} %)"
        rows.append([visit.marked(arm), *cells])
    if not rows:
        return None
    columns = ["arm", "steps", "tokens", "time", "10¹² operations"]
    caption = visit(
        "What the training of each arm took, all seeds together; in brackets against the first. "
        "Operations are an estimate."
    )
    return {"columns": [visit(name) for name in columns], "rows": rows, "caption": caption}
