"""The lower half of the Build tab: many sentences shifted at once, as a preview and as files."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any

import gradio as gr

from shiftdemo import api
from shiftdemo.core.errors import LimitError, ShiftDemoError
from shiftdemo.core.samples import Sample, TaggedSample, TranslationSample, running_text
from shiftdemo.core.types import ShiftedSample
from shiftdemo.ui.common import texts
from shiftdemo.ui.build.sources import BuildData
from shiftdemo.ui.common.context import Context
from shiftdemo.ui.common.form import ShiftForm, extra_operators, part, prefixed
from shiftdemo.ui.common.i18n import Visit, t
from shiftdemo.ui.common.job import follow
from shiftdemo.ui.build.set_work import FORMATS, BuiltSet, Cancelled, build_files, read_all, to_read
from shiftdemo.ui.common.handlers import drawn, message_box, wire

MOST_REASONS = 6
NARROW = 640  # pixels, as in the style sheet


class BuildSet:
    """The controls, the preview and the downloads of a whole set."""

    def __init__(
        self,
        context: Context,
        form: ShiftForm,
        data: BuildData,
        more: Mapping[str, Any],
        look: Any,
    ) -> None:
        """Draws them.

        Args:
            data: where the tab's sentences come from.
            more: the components ``task``, ``seed`` and ``then`` of the tab.
            look: ``light`` or ``dark`` and the width of the page, set by the browser.
        """
        self.context, self.form, self.data = context, form, data
        gr.Markdown(t("Build a set"), elem_classes="sd-heading")
        gr.Markdown(t(texts.SET_NOTE), elem_classes="sd-note")
        message = message_box()
        with gr.Row(elem_classes="sd-bar"):
            self.n = gr.Number(
                200,
                label=t("Sentences"),
                info=t("How many to build."),
                minimum=1,
                maximum=context.limits.train_samples,
                precision=0,
                min_width=140,
            )
            self.share = gr.Slider(
                0,
                1,
                value=1,
                step=0.05,
                label=t("Share p"),
                info=t("Share of the samples that are shifted (0 to 1)."),
                min_width=260,
            )
            with gr.Column(min_width=200, scale=1):
                self.button = gr.Button(t("Build the set"), variant="primary")
                self.stop = gr.Button(t("Cancel"), interactive=False)
        inputs = {
            "look": look,
            "n": self.n,
            "share": self.share,
            **more,
            **prefixed("data", data.controls),
            **prefixed("shift", form.controls),
        }
        wire(self.button.click, self._run, inputs, self._outputs(), message)
        wire(self.stop.click, self._cancel, [], [self.stop], message)

    def _outputs(self) -> dict[str, Any]:
        """Draws what a set is shown in, and returns it by name."""
        shown = {
            "status": drawn("run"),
            "button": self.button,
            "stop": self.stop,
            "counts": drawn("table", "sd-counts"),
            "plot": gr.Plot(
                visible=False, show_label=False, container=False, elem_id="set-plot"
            ),
            "table": drawn("table", "sd-set"),
        }
        with gr.Row(elem_classes="sd-bar"):
            for name, label in FORMATS.items():
                shown[name] = gr.DownloadButton(label, visible=False, size="sm", min_width=100)
        return shown

    def _cancel(self, visit: Visit) -> Any:
        self.context.stop_job(f"{visit.session}/set")
        return gr.update(interactive=False)

    async def _run(self, visit: Visit, values: dict[str, Any]) -> AsyncIterator[dict[str, Any]]:
        task, source, shift = values["task"], part("data", values), part("shift", values)
        n, most = int(values["n"] or 0), self.context.limits.train_samples
        if not 1 <= n <= most:
            raise LimitError("build.sentences_give", n=n, most=most)
        drawn_anew = _drawn_words(source["origin"], shift["operator"])
        specs = [self.form.spec(shift, p=values["share"], **drawn_anew)]
        specs += extra_operators(values["then"])
        size = to_read(task, specs, n)
        spec = self.data.spec(task, source, size)

        def work(report: Any, stopped: Any) -> BuiltSet:
            found = api.each_sample(task, spec, "train", size, self.context.limits)
            samples = read_all(found, size, report, stopped, visit)
            folder = self.context.files_of(visit.session)
            told = folder, report, stopped, visit
            return build_files(task, samples, specs, int(values["seed"] or 0), *told, n=n)

        try:
            async for job in follow(self.context, f"{visit.session}/set", work, turns=False):
                if not job.done.is_set():
                    status = {"state": job.text, "fraction": job.fraction}
                    yield {"status": status, **_buttons(busy=True)}
            if isinstance(job.error, Cancelled) or (job.result is None and not job.error):
                yield {"status": {"state": visit("Stopped.")}, **_buttons(busy=False)}
                return
            if job.error:
                raise job.error
        except ShiftDemoError:
            yield {"status": None, **_buttons(busy=False)}
            raise
        shown = await asyncio.to_thread(_shown, visit, job.result, task, values["look"])
        yield {"status": None, **_buttons(busy=False), **shown}


def _buttons(busy: bool) -> dict[str, Any]:
    """Returns updates of "Build the set" and "Cancel", new ones each time."""
    return {"button": gr.update(interactive=not busy), "stop": gr.update(interactive=busy)}


def _shown(visit: Visit, built: BuiltSet, task: str, look: str) -> dict[str, Any]:
    """Returns counts, figure, table and downloads."""
    from shiftdemo.viz.set_view import set_figure

    theme, _, width = look.partition(" ")
    figure = set_figure(
        built.summary,
        (
            visit("Words of a sentence"),
            visit("Mentions begin at position (words)" if task == "ner" else TARGET_TITLE),
        ),
        (visit("sentences"), visit("mentions" if task == "ner" else "sentences")),
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
    return {
        "counts": _counts(visit, built.summary),
        "plot": gr.update(value=figure, visible=True),
        "table": preview(visit, built),
        **files,
    }


TARGET_TITLE = "Target labels that carry loss (words)"


def _drawn_words(origin: str, operator: str) -> dict[str, Any]:
    """Returns what is drawn anew in a set: the worked example's words are hardly in others."""
    if operator == "append_copy" and origin == "worked":
        return {"word": "", "target_word": "", "index": -1}
    return {"index": -1} if operator == "append_copy" else {}


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
        rows.append([visit("not applied") + f": {visit.translate(reason)}", f"{count:,}", f"{share:.1f} %"])
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
    return running_text(sample)


def _drawn(visit: Visit, row: ShiftedSample) -> str:
    """Returns the draws of a row, operator by operator."""
    draws: dict[str, list[str]] = {}
    for key, value in row.params.items():
        operator, drawn_, name = key.partition(".drawn_")
        idle = name.startswith("target") and row.target_alignment is None
        if drawn_ and not idle and value is not None:
            draws.setdefault(operator, []).append(f"{name} = {_short(value)}")
    found = [f"{operator}: {', '.join(parts)}" for operator, parts in draws.items()]
    return "\n".join([*found, *([visit.translate(row.note)] if row.note else [])]) or visit(
        "not shifted"
    )


def _short(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value))
    return f"{value:.2f}" if isinstance(value, float) else str(value)
