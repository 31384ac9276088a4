"""The controls of a user's file and of a data set of the hub: which columns, which encoding."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import gradio as gr

from shiftdemo.core.config import DataSpec
from shiftdemo.core.errors import DataError
from shiftdemo.core.limits import Limits
from shiftdemo.ui.common.form import Form, part, under
from shiftdemo.ui.common.i18n import t
from shiftdemo.ui.common.reading_form import ReadingForm


class FileForm(Form):
    """An upload, and how it is to be read."""

    def __init__(self, form: str, limits: Limits) -> None:
        """Draws the controls; ``form`` begins their ids."""
        super().__init__()
        label = t("JSONL, JSON, CSV, TSV, Parquet or CoNLL")
        self.add("file", gr.File(label=label, height=130, elem_id=f"{form}-file"))
        self.reading = ReadingForm(form, limits)
        self.include("read", self.reading)

    def wire(self, task: gr.Radio, message: gr.HTML) -> None:
        """Shows what a file holds as soon as there is one."""
        self.reading.wire(task, {"file": self["file"]}, message)

    def request(self, task: str, values: Mapping[str, Any], size: DataSpec) -> DataSpec:
        """Returns where the file lies and how it is read; ``size`` says how much of it.

        Raises:
            DataError: there is no file yet.
        """
        if not values["file"]:
            raise DataError("file_form.no_file_yet_choose")
        data = replace(size, corpus="", train=values["file"])
        return self.reading.request(task, part("read", values), data)

    def filled(self, task: str, data: DataSpec) -> dict[str, Any]:
        """Returns the updates with which the form shows how ``data`` is read, the file apart."""
        return under("read", self.reading.filled(task, data))


class HubForm(Form):
    """A data set of the hub by its id.

    Attributes:
        load: the button that loads it.
    """

    def __init__(self, form: str) -> None:
        """Draws the controls; ``form`` begins their ids."""
        super().__init__()
        self._text("name", t("Data set"), placeholder="owner/name", elem_id=f"{form}-hub")
        with gr.Row():
            self._text("split", t("Split"), 100, value=DataSpec().train_split, min_width=100)
            self._text("subset", t("Subset"), 100, min_width=100)
            self._text("revision", t("Revision"), 100, min_width=100)
        self._text(
            "columns",
            t("Columns"),
            300,
            info=t("Empty: guessed from their names."),
            placeholder="source=translation.en,target=translation.fr",
        )
        self.load = gr.Button(t("Load"), size="sm")

    def _text(self, name: str, label: Any, most: int = 200, **props: Any) -> None:
        props = {"value": "", **props}
        self.add(name, gr.Textbox(label=label, max_length=most, **props))

    def request(self, values: Mapping[str, Any], size: DataSpec) -> DataSpec:
        """Returns which data set, and what of it; ``size`` says how much.

        Raises:
            DataError: there is no id yet.
        """
        given = {name: str(value or "").strip() for name, value in values.items()}
        if not given["name"]:
            raise DataError("file_form.no_data_set_yet")
        return replace(
            size,
            corpus="",
            train=f"hub:{given['name']}",
            columns=given["columns"],
            train_split=given["split"] or size.train_split,
            subset=given["subset"],
            revision=given["revision"],
        )

    def filled(self, data: DataSpec) -> dict[str, Any]:
        """Returns the updates with which the form shows the data set ``data``."""
        shown = {name: getattr(data, name) for name in ("subset", "revision", "columns")}
        return {"name": data.train.removeprefix("hub:"), "split": data.train_split, **shown}
