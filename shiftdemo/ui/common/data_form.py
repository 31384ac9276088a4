"""The controls of where sentences come from: the built-in corpus, or files of the user."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import gradio as gr

from shiftdemo.core.config import DataSpec
from shiftdemo.core.errors import DataError
from shiftdemo.core.limits import Limits
from shiftdemo.core.params import params_of
from shiftdemo.core.task_spec import TASKS
from shiftdemo.ui.common.form import Form, part, whole
from shiftdemo.ui.common.handlers import wire
from shiftdemo.ui.common.i18n import Visit, t
from shiftdemo.ui.common.reading_form import ReadingForm

RUN, GRAMMAR, FILE = "run", "grammar", "file"
FEWEST = int(params_of(DataSpec)["size"].low or 0)
PLACES = (
    ("anywhere", "any"),
    ("at the start", "start"),
    ("at the end", "end"),
    ("nowhere", "none"),
)
ANSWER_PLACES = (
    ("in any sentence", "any"),
    ("in the first sentence", "first"),
    ("in the last sentence", "last"),
    *((f"in sentence {number}", f"{number}") for number in range(1, 6)),
)


class DataForm(Form):
    """Corpus settings or uploads; names are those of :class:`DataSpec`, and ``origin``."""

    def __init__(
        self,
        message: gr.HTML,
        train: bool,
        first: DataSpec,
        task: gr.Dropdown,
        limits: Limits,
    ) -> None:
        """Draws the controls.

        Args:
            task: the picker of the task, which says whether samples are documents.
            train: the controls for training data too, or those of an evaluation set only.
            first: what they show at first.
        """
        super().__init__(first)
        self.train = train
        origins = [(t("built-in corpus"), GRAMMAR), (t("file"), FILE)]
        if not train:
            origins.insert(0, (t("as in the run"), RUN))
        info = None if train else t("As in the run: held-out sentences of the kind it trained on.")
        chosen = GRAMMAR if train else RUN
        origin = self.add("origin", gr.Radio(origins, value=chosen, label=t("Data"), info=info))
        with gr.Column(visible=train, elem_classes="sd-params") as corpus:
            self._corpus(first)
        with gr.Column(visible=False, elem_classes="sd-params") as upload:
            with gr.Row():
                self.add("train", gr.File(label=t("Training file"), height=120, visible=train))
                self.add("eval", gr.File(label=t("Held-out file"), height=120))
            self.reading = ReadingForm("train" if train else "compare", limits)
        self.include("read", self.reading)
        self.reading.wire(task, self.some("train", "eval"), message)
        groups = {GRAMMAR: corpus, FILE: upload}
        wire(origin.change, _shown, {"origin": origin}, groups, message)
        wire(task.change, _of_documents, {"task": task}, {"places": self.places}, message)

    def _corpus(self, first: DataSpec) -> None:
        with gr.Row():
            self.number("size", "Training sentences", visible=self.train)
            self.number("seed", "Seed of the corpus")
        with gr.Row():
            self.number("min_words", "Shortest")
            self.number("max_words", "Longest")
        with gr.Row():
            places = [(t(label), value) for label, value in PLACES]
            labels = {"names": t("Names in training"), "eval_names": t("Names when tested")}
            for name, label in labels.items():
                dropdown = gr.Dropdown(
                    places,
                    value=getattr(first, name),
                    label=label,
                    info=t("Where names may stand."),
                    min_width=130,
                    visible=self.train or name == "eval_names",
                )
                self.add(name, dropdown)
        with gr.Row(visible=False) as self.places:
            places = [(t(label), value) for label, value in ANSWER_PLACES]
            labels = {
                "answer_at": t("Answer in training"),
                "eval_answer_at": t("Answer when tested"),
            }
            for name, label in labels.items():
                dropdown = gr.Dropdown(
                    places,
                    value=getattr(first, name),
                    label=label,
                    info=t("Where the answer, or what the summary is of, stands."),
                    min_width=130,
                    visible=self.train or name == "eval_answer_at",
                )
                self.add(name, dropdown)
        new_frames = gr.Checkbox(
            first.new_frames,
            label=t("Held-out sentences of new patterns"),
            info=t("Training never uses the patterns that they are built on."),
        )
        self.add("new_frames", new_frames)

    def request(self, task: str, values: Mapping[str, Any], eval_size: int) -> DataSpec:
        """Returns the data that the form names.

        Raises:
            ShiftDemoError: a file is missing or a number is out of its bounds.
        """
        # What is only evaluated on needs no training sentences.
        size = whole(values["size"]) if self.train else FEWEST
        if values["origin"] == FILE:
            if self.train and not values["train"]:
                raise DataError("data_form.no_training_file_yet")
            if not values["eval"]:
                raise DataError("data_form.no_held_out_file")
            train = values["train"] or values["eval"]
            data = DataSpec(train=train, eval=values["eval"], size=size, eval_size=eval_size)
            return self.reading.request(task, part("read", values), data)
        numbers: dict[str, Any] = {
            name: whole(values[name]) for name in ("min_words", "max_words", "seed")
        }
        return DataSpec(
            names=values["names"],
            eval_names=values["eval_names"],
            answer_at=values["answer_at"],
            eval_answer_at=values["eval_answer_at"],
            new_frames=bool(values["new_frames"]),
            size=size,
            eval_size=eval_size,
            **numbers,
        )

    def filled(self, data: DataSpec) -> dict[str, Any]:
        """Returns the updates with which the form shows ``data``.

        Files are not put back: the form stays as it is, where the data came from some.
        """
        if data.train or data.eval:
            return {}
        files = ("origin", "train", "eval")
        shown = [name for name in self if name not in files and not name.startswith("read.")]
        return {"origin": GRAMMAR, **{name: getattr(data, name) for name in shown}}


def _of_documents(visit: Visit, task: str) -> dict[str, Any]:
    return {"places": gr.update(visible=TASKS.get(task).documents)}


def _shown(visit: Visit, origin: str) -> dict[str, Any]:
    return {name: gr.update(visible=origin == name) for name in (GRAMMAR, FILE)}
