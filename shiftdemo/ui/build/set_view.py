"""What the Build tab draws of a set: its counts, its figure and its first rows."""

from __future__ import annotations

from typing import Any

import gradio as gr

from shiftdemo.core.samples import QuestionSample, Sample, TaggedSample, TranslationSample
from shiftdemo.core.task_spec import TASKS
from shiftdemo.core.types import ShiftedSample
from shiftdemo.ui.build.set_work import FORMATS, BuiltSet
from shiftdemo.ui.common.i18n import Visit

MOST_REASONS = 6
NARROW = 640  # pixels, as in the style sheet


def drawn_set(visit: Visit, built: BuiltSet, task: str, page_look: str) -> dict[str, Any]:
    """Returns the updates of counts, figure, table and downloads."""
    from shiftdemo.viz.set_view import set_figure

    theme, _, width = page_look.partition(" ")
    tagged = "tags" in TASKS.get(task).columns
    figure = set_figure(
        built.summary,
        (
            visit("Words of a sentence"),
            visit("Mentions begin at position (words)" if tagged else TARGET_TITLE),
        ),
        (visit("sentences"), visit("mentions" if tagged else "sentences")),
        (visit("original"), visit("shifted")),
        "dark" if theme == "dark" else "light",
        narrow=width.isdigit() and int(width) < NARROW,
    )
    files = {
        name: gr.update(value=str(built.files[name]), visible=True)
        if name in built.files
        else gr.update(visible=False)
        for name in FORMATS
    }
    plot = gr.update(value=figure, visible=True)
    counts = _counts(visit, built.summary)
    return {"counts": counts, "plot": plot, "table": preview(visit, built), **files}


TARGET_TITLE = "Target labels that carry loss (words)"


def _counts(visit: Visit, summary: Any) -> dict[str, Any]:
    """Returns the figures of a set, and why operators were not applied."""
    from shiftdemo.viz.set_view import applicability

    means = summary.means()
    rows = [
        [visit("Sentences"), f"{summary.n:,}", ""],
        [visit("shifted"), f"{summary.applied:,}", _percent(summary.applied, summary.n)],
        [visit("really changed"), f"{summary.changed:,}", _percent(summary.changed, summary.n)],
        [
            visit("Words of a sentence, mean"),
            f"{means['lengths_before']:.1f} → {means['lengths_after']:.1f}",
            "",
        ],
    ]
    reasons = applicability(summary)
    for reason, count, share in reasons[:MOST_REASONS]:
        rows.append(
            [f"{visit('not applied')}: {visit.translate(reason)}", f"{count:,}", f"{share:.1f} %"]
        )
    columns = ["", visit("samples"), visit("share")]
    return {"lead": "", "columns": columns, "rows": rows, "size": 4 + MOST_REASONS}


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / max(1, whole):.1f} %"


def preview(visit: Visit, built: BuiltSet) -> dict[str, Any]:
    """Returns the table of the first rows."""
    n = built.summary.n
    lead = visit("{n} sentences, {m} of them shifted.", n=n, m=built.summary.applied)
    if n > len(built.first):
        lead += " " + visit("The first {n} are shown; the files hold all.", n=len(built.first))
    columns = [visit("original"), visit("shifted"), visit("what was drawn")]
    cells = [[_text(r.original), _text(r.shifted), _drawn(visit, r)] for r in built.first]
    return {"lead": lead, "columns": columns, "rows": cells, "size": 8}


def _text(sample: Sample) -> str:
    if isinstance(sample, TranslationSample):
        return f"{sample.source}\n{sample.target}"
    if isinstance(sample, TaggedSample):
        return " ".join(
            word if tag == "O" else f"{word}/{tag}"
            for word, tag in zip(sample.words, sample.tags, strict=True)
        )
    return (
        f"{sample.read}\n{sample.reference}" if isinstance(sample, QuestionSample) else sample.text
    )


def _drawn(visit: Visit, row: ShiftedSample) -> str:
    """Returns the draws of a row, operator by operator."""
    draws: dict[str, list[str]] = {}
    for key, value in row.params.items():
        operator, drawn_, name = key.partition(".drawn_")
        idle = name.startswith("target") and row.target_alignment is None
        if drawn_ and not idle and value is not None:
            draws.setdefault(operator, []).append(f"{name} = {_short(value)}")
    lines = [f"{operator}: {', '.join(parts)}" for operator, parts in draws.items()]
    return "\n".join([*lines, *([visit.translate(row.note)] if row.note else [])]) or visit(
        "not shifted"
    )


def _short(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value))
    return f"{value:.2f}" if isinstance(value, float) else str(value)
