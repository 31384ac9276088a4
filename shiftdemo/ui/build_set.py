"""The lower half of the Build tab: many sentences shifted at once, as a preview and as files."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import gradio as gr

from shiftdemo import api
from shiftdemo.config import DataSpec
from shiftdemo.errors import DataError, LimitError
from shiftdemo.types import Sample, ShiftedSample, TaggedSample, TranslationSample
from shiftdemo.ui import texts
from shiftdemo.ui.context import Context
from shiftdemo.ui.forms import ShiftForm
from shiftdemo.ui.i18n import Visit, t
from shiftdemo.ui.wiring import drawn, message_box, wire

MOST_SHOWN = 200
NEIGHBOURS = 64
FORMATS = ("jsonl", "csv", "conll")


def build_set(context: Context, form: ShiftForm, source: Sequence[Any]) -> None:
    """Draws the controls, the preview and the downloads.

    Args:
        source: the components task, origin, corpus seed, file and seed of the tab.
    """
    gr.Markdown(t("Build a set"), elem_classes="sd-heading")
    gr.Markdown(t(texts.SET_NOTE), elem_classes="sd-note")
    message = message_box()
    with gr.Row(elem_classes="sd-bar"):
        most = context.limits.train_samples
        n = gr.Number(
            200,
            label=t("Sentences"),
            info=t("How many to build."),
            minimum=1,
            maximum=most,
            precision=0,
            min_width=140,
        )
        share = gr.Slider(
            0,
            1,
            value=1,
            step=0.05,
            label=t("Share p"),
            info=t("Share of the samples that are shifted (0 to 1)."),
            min_width=260,
        )
        button = gr.Button(t("Build the set"), variant="primary", min_width=140)
    table = drawn("table", "sd-set")
    with gr.Row(elem_classes="sd-bar"):
        downloads = [
            gr.DownloadButton(name, visible=False, size="sm", min_width=100)
            for name in ("JSONL", "CSV", "CoNLL")
        ]

    def run(visit: Visit, *values: Any) -> list[Any]:
        return _run(context, form, visit, values)

    inputs = [n, share, *source, *form.inputs]
    wire(button.click, run, inputs, [table, *downloads], message)


def _run(context: Context, form: ShiftForm, visit: Visit, values: Sequence[Any]) -> list[Any]:
    n, share, task, origin, corpus_seed, file, seed, *shift = values
    n = int(n or 0)
    if not 1 <= n <= context.limits.train_samples:
        raise LimitError(f"Sentences: {n}; give 1 to {context.limits.train_samples}.")
    data = DataSpec(size=max(16, n), seed=int(corpus_seed or 0))
    if origin == "file":
        if not file:
            raise DataError("No file yet; choose one above, under 'Sample from: file'.")
        data = DataSpec(train=file, size=max(16, n))
    samples = api.load_samples(task, data, "train", n)
    # The words of the worked example are hardly in other sentences; there they are drawn.
    drawn_words = {"word": "", "target_word": ""}
    plain = origin == "worked" and shift[0] == "append_copy"
    spec = form.spec(shift, p=share, **(drawn_words if plain else {}))
    rows = list(api.build_shifted(task, samples, [spec], int(seed or 0), samples[:NEIGHBOURS]))
    files = [_write(rows, form_name, task) for form_name in FORMATS]
    return [preview(visit, rows), *files]


def _write(rows: list[ShiftedSample], form: str, task: str) -> Any:
    if form == "conll" and task != "ner":
        return gr.update(visible=False)
    path = Path(tempfile.mkdtemp(prefix="shiftdemo-")) / f"shifted.{form}"
    api.write_shifted(rows, path, form)
    return gr.update(value=str(path), visible=True)


def preview(visit: Visit, rows: list[ShiftedSample]) -> dict[str, Any]:
    """Returns the table of the first rows, with counts."""
    applied = sum(row.applied for row in rows)
    lead = visit("{n} sentences, {m} of them shifted.", n=len(rows), m=applied)
    if len(rows) > MOST_SHOWN:
        lead += " " + visit("The first {n} are shown; the files hold all.", n=MOST_SHOWN)
    columns = [visit("original"), visit("shifted"), visit("what was drawn")]
    cells = [[_text(r.original), _text(r.shifted), _drawn(visit, r)] for r in rows[:MOST_SHOWN]]
    return {"lead": lead, "columns": columns, "rows": cells, "size": 8}


def _text(sample: Sample) -> str:
    if isinstance(sample, TranslationSample):
        return f"{sample.source}\n{sample.target}"
    if isinstance(sample, TaggedSample):
        return " ".join(
            word if tag == "O" else f"{word}/{tag}"
            for word, tag in zip(sample.words, sample.tags, strict=True)
        )
    return sample.text


def _drawn(visit: Visit, row: ShiftedSample) -> str:
    if not row.applied:
        return row.note or visit("not shifted")
    draws = {key: value for key, value in row.params.items() if ".drawn_" in key}
    return ", ".join(f"{key.split('.drawn_')[1]} = {value}" for key, value in draws.items())
