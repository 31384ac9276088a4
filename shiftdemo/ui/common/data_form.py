"""The controls of where sentences come from: the built-in corpus, or files of the user."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import gradio as gr

from shiftdemo.core.config import DataSpec
from shiftdemo.core.errors import DataError
from shiftdemo.ui.common import texts
from shiftdemo.ui.common.form import field_number
from shiftdemo.ui.common.handlers import wire
from shiftdemo.ui.common.i18n import Visit, t

RUN = "run"
PLACES = (
    ("anywhere", "any"),
    ("at the start", "start"),
    ("at the end", "end"),
    ("nowhere", "none"),
)


class DataForm:
    """Corpus settings or uploads; ``controls`` are the components that :meth:`spec` reads.

    Attributes:
        train: the controls for training data too, or those of an evaluation set only.
    """

    def __init__(self, message: gr.HTML, train: bool, size: int = 8000) -> None:
        """Draws the controls.

        Args:
            size: default number of training sentences.
        """
        self.train = train
        origins = [(t("built-in corpus"), "grammar"), (t("file"), "file")]
        if not train:
            origins.insert(0, (t("as in the run"), RUN))
        first = "grammar" if train else RUN
        info = None if train else t("As in the run: held-out sentences of the kind it trained on.")
        self.origin = gr.Radio(origins, value=first, label=t("Data"), info=info)
        with gr.Column(visible=train, elem_classes="sd-params") as corpus:
            with gr.Row():
                self.size = field_number(DataSpec, "size", "Training sentences", size)
                self.size.visible = train
                self.seed = field_number(DataSpec, "seed", "Seed of the corpus")
            with gr.Row():
                self.shortest = field_number(DataSpec, "min_words", "Shortest", 3)
                self.longest = field_number(DataSpec, "max_words", "Longest")
            with gr.Row():
                places = [(t(label), value) for label, value in PLACES]
                self.names = gr.Dropdown(
                    places,
                    value="any",
                    label=t("Names in training"),
                    info=t("Where names may stand."),
                    min_width=130,
                    visible=train,
                )
                self.eval_names = gr.Dropdown(
                    places,
                    value="any",
                    label=t("Names when tested"),
                    info=t("Where names may stand."),
                    min_width=130,
                )
            self.new_frames = gr.Checkbox(
                False,
                label=t("Held-out sentences of new patterns"),
                info=t("Training never uses the patterns that they are built on."),
            )
        with gr.Column(visible=False, elem_classes="sd-params") as upload:
            with gr.Row():
                self.train_file = gr.File(label=t("Training file"), height=120, visible=train)
                self.eval_file = gr.File(label=t("Held-out file"), height=120)
            gr.Markdown(t(texts.FILE_COLUMNS), elem_classes="sd-note")
        wire(self.origin.change, _shown, [self.origin], [corpus, upload], message)

    @property
    def controls(self) -> dict[str, Any]:
        """The components whose values :meth:`spec` takes, by the names of :class:`DataSpec`."""
        return {
            "origin": self.origin,
            "size": self.size,
            "seed": self.seed,
            "min_words": self.shortest,
            "max_words": self.longest,
            "names": self.names,
            "eval_names": self.eval_names,
            "new_frames": self.new_frames,
            "train": self.train_file,
            "eval": self.eval_file,
        }

    def spec(self, values: Mapping[str, Any], eval_size: int) -> DataSpec:
        """Returns the data that the form names.

        Raises:
            ShiftDemoError: a file is missing or a number is out of its bounds.
        """
        sizes: dict[str, Any] = {"size": _whole(values["size"]), "eval_size": eval_size}
        if values["origin"] == "file":
            train_file, eval_file = values["train"], values["eval"]
            if self.train and not train_file:
                raise DataError("data_form.no_training_file_yet")
            if not eval_file:
                raise DataError("data_form.no_held_out_file")
            return DataSpec(train=train_file or eval_file, eval=eval_file, **sizes)
        return DataSpec(
            names=values["names"],
            eval_names=values["eval_names"],
            new_frames=bool(values["new_frames"]),
            min_words=_whole(values["min_words"]),
            max_words=_whole(values["max_words"]),
            seed=_whole(values["seed"]),
            **sizes,
        )

    def filled(self, data: DataSpec) -> dict[str, Any]:
        """Returns the updates of ``controls`` with which the form shows ``data``.

        Files are not put back: the form stays as it is, where the data came from some.
        """
        if data.train or data.eval:
            return {}
        shown = [name for name in self.controls if name not in ("origin", "train", "eval")]
        return {"origin": "grammar", **{name: getattr(data, name) for name in shown}}


def _whole(value: Any) -> int:
    return int(value or 0)


def _shown(visit: Visit, origin: str) -> list[Any]:
    return [gr.update(visible=origin == "grammar"), gr.update(visible=origin == "file")]
