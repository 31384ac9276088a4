"""The Build tab: one sample before and after a shift."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gradio as gr

from shiftdemo import api
from shiftdemo.config import DataSpec
from shiftdemo.errors import DataError
from shiftdemo.types import Sample
from shiftdemo.ui import texts
from shiftdemo.ui.build_set import build_set
from shiftdemo.ui.build_view import view_of
from shiftdemo.ui.context import Context
from shiftdemo.ui.forms import ShiftForm, shift_names
from shiftdemo.ui.i18n import Visit, t
from shiftdemo.ui.wiring import drawn, message_box, wire

WORKED = {
    "translation": (
        "I we are going to build a language model",
        "Nous allons construire un modèle linguistique",
    ),
    "ner": (
        "Ada Lovelace wrote to Charles Babbage in London.",
        "B-PER I-PER O O B-PER I-PER O B-LOC O",
    ),
}
WORKED_WORDS = {"translation": ("a", "modèle"), "ner": ("London", "")}
MOST_INDEX = 19_999
NEIGHBOURS = 32


class BuildTab:
    """The components and handlers of the tab."""

    def __init__(self, page: gr.Blocks, context: Context, tasks: Sequence[tuple[Any, str]]) -> None:
        """Draws the tab."""
        self.context = context
        with gr.Row(elem_classes="sd-split"):
            with gr.Column(scale=2, min_width=300):
                self.task = gr.Radio(list(tasks), value="translation", label=t("Task"))
                self._sample_controls()
                word, target_word = WORKED_WORDS["translation"]
                values = {"word": word, "target_word": target_word}
                self.form = ShiftForm("build", "translation", "append_copy", values, hidden=("p",))
                self.seed = gr.Number(
                    0,
                    label=t("Seed of the draws"),
                    info=t("The same seed draws the same shift."),
                    minimum=0,
                    maximum=2**31 - 1,
                    precision=0,
                )
            with gr.Column(scale=3, min_width=300):
                self.message = message_box()
                self.view = drawn("build", "sd-tall")
        self._wire(page)
        build_set(
            context, self.form, [self.task, self.origin, self.corpus_seed, self.file, self.seed]
        )

    def _sample_controls(self) -> None:
        origins = [
            (t("worked example"), "worked"),
            (t("typed text"), "typed"),
            (t("built-in corpus"), "corpus"),
            (t("file"), "file"),
        ]
        self.origin = gr.Radio(origins, value="worked", label=t("Sample from"))
        text, target = WORKED["translation"]
        with gr.Column(visible=False, elem_classes="sd-params") as self.typed:
            self.text = gr.Textbox(
                text, label=t("Sentence"), lines=2, max_length=2000, elem_id="build-text"
            )
            self.target = gr.Textbox(
                target,
                label=t("Its translation, or one tag a word"),
                lines=2,
                max_length=2000,
                elem_id="build-target",
            )
        with gr.Column(visible=False, elem_classes="sd-params") as self.from_corpus:
            self.corpus_seed = gr.Number(
                0, label=t("Seed of the corpus"), minimum=0, maximum=2**31 - 1, precision=0
            )
        with gr.Column(visible=False, elem_classes="sd-params") as self.from_file:
            self.file = gr.File(
                label=t("JSONL, CSV, TSV or CoNLL"), height=130, elem_id="build-file"
            )
            gr.Markdown(t(texts.FILE_COLUMNS), elem_classes="sd-note")
        self.index = gr.Number(
            0,
            label=t("Sentence number"),
            info=t("Counted from 0."),
            minimum=0,
            maximum=MOST_INDEX,
            precision=0,
            visible=False,
        )

    def _wire(self, page: gr.Blocks) -> None:
        form, message = self.form, self.message
        controls = [self.typed, self.from_corpus, self.from_file, self.index]
        words = [form.control("append_copy", name) for name in ("word", "target_word")]
        shown = [*controls, *words]
        wire(self.origin.change, _controls, [self.origin, self.task], shown, message)
        picked = [form.picker.change, page.load]
        wire(picked, form.show, [form.picker], form.shown, message)
        changed = [self.text, self.target, form.picker, *words]
        asked = [self.task, form.picker, self.origin]
        wire(self.task.change, self._for_task, asked, changed, message)
        inputs: list[Any] = [
            self.task,
            self.origin,
            self.text,
            self.target,
            self.corpus_seed,
            self.file,
        ]
        inputs += [self.index, self.seed, *form.inputs]
        triggers = [page.load, *(item.change for item in inputs)]
        wire(triggers, self._show, inputs, [self.view], message, trigger_mode="always_last")

    def _for_task(self, visit: Visit, task: str, operator: str, origin: str) -> list[Any]:
        names = shift_names(task)
        picker = gr.update(
            choices=self.form.choices(task), value=operator if operator in names else names[0]
        )
        return [*WORKED[task], picker, *_words_of(origin, task)]

    def _show(self, visit: Visit, *values: Any) -> dict[str, Any]:
        task, origin, text, target, corpus_seed, file, index, seed, *shift = values
        place = int(index or 0)
        if origin in ("worked", "typed"):
            if origin == "worked":
                text, target = WORKED[task]
            sample = self._typed(task, text, target)
            others = api.load_samples(task, DataSpec(), "train", NEIGHBOURS)
        else:
            data = data_of(origin, corpus_seed, file, place + NEIGHBOURS)
            others = api.load_samples(task, data, "train", place + NEIGHBOURS)
            if place >= len(others):
                raise DataError(
                    f"There is no sentence number {place}; the file holds {len(others)} "
                    f"(0 to {len(others) - 1})."
                )
            sample = others[place]
        spec = self.form.spec(shift, p=1)
        shifted = next(api.build_shifted(task, [sample], [spec], int(seed or 0), others))
        view = view_of(visit, shifted)
        if origin == "worked" and view["kind"] == "translation" and "append_copy" in spec:
            view["note"] = f"{view['note']} {visit(texts.WORKED_NOTE)}".strip()
        return view

    def _typed(self, task: str, text: str, target: str) -> Sample:
        limits = self.context.limits
        tags = tuple(target.split()) if task == "ner" else ()
        if task == "ner" and text == WORKED["ner"][0] and not tags:
            tags = tuple(WORKED["ner"][1].split())
        return api.typed_sample(task, text, "" if task == "ner" else target, tags, limits=limits)


def _controls(visit: Visit, origin: str, task: str) -> list[Any]:
    shown = (origin == "typed", origin == "corpus", origin == "file", origin in ("corpus", "file"))
    return [*(gr.update(visible=one) for one in shown), *_words_of(origin, task)]


def _words_of(origin: str, task: str) -> tuple[str, str]:
    """Returns the words to copy: those of the worked example, else none, so that they are drawn."""
    return WORKED_WORDS[task] if origin == "worked" else ("", "")


def data_of(origin: str, corpus_seed: Any, file: str | None, size: int) -> DataSpec:
    """Returns where the samples of the tab come from.

    Raises:
        DataError: a file is wanted and none was given.
    """
    if origin == "file":
        if not file:
            raise DataError("No file yet; choose one under 'Sample from: file'.")
        return DataSpec(train=file, size=max(16, size))
    return DataSpec(size=max(16, size), seed=int(corpus_seed or 0))
