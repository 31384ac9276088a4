"""The controls of a user's file and of a data set of the hub: which columns, which encoding."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import gradio as gr

from shiftdemo import api
from shiftdemo.core.config import DataSpec
from shiftdemo.core.errors import DataError
from shiftdemo.core.limits import Limits
from shiftdemo.core.task_spec import TASKS
from shiftdemo.ui.common import texts
from shiftdemo.ui.common.form import Form
from shiftdemo.ui.common.handlers import drawn, wire
from shiftdemo.ui.common.i18n import Visit, t

ENCODINGS = ("latin-1", "cp1252", "gb18030", "big5", "shift_jis", "euc-kr", "koi8-r")
ROWS = 3
GUESSED = "*"


class FileForm(Form):
    """An upload, what was found in it, and how it is to be read."""

    def __init__(self, form: str, limits: Limits) -> None:
        """Draws the controls; ``form`` begins their ids."""
        super().__init__()
        self.limits = limits
        label = t("JSONL, CSV, TSV, Parquet or CoNLL")
        self.add("file", gr.File(label=label, height=130, elem_id=f"{form}-file"))
        gr.Markdown(t(texts.FILE_COLUMNS), elem_classes="sd-note")
        self.preview = drawn("table", "sd-found")
        with gr.Row():
            for name, text in (
                ("first", "Column of the source, words or text"),
                ("second", "Column of the target, tags or label"),
            ):
                dropdown = gr.Dropdown(
                    [(t("as guessed"), GUESSED)],
                    value=GUESSED,
                    label=t(text),
                    # Another file has other columns: a stale choice gets a sentence, no fault.
                    allow_custom_value=True,
                    min_width=120,
                    elem_id=f"{form}-{name}-column",
                )
                self.add(name, dropdown)
        encoding = gr.Dropdown(
            [("UTF-8, UTF-16", ""), *((name, name) for name in ENCODINGS)],
            value="",
            label=t("Encoding"),
            info=t("Only where the file is not UTF-8."),
            elem_id=f"{form}-encoding",
        )
        self.add("encoding", encoding)

    def wire(self, task: gr.Radio, message: gr.HTML) -> None:
        """Shows what a file holds as soon as there is one."""
        inputs = {"task": task, "file": self["file"], "encoding": self["encoding"]}
        outputs = {"preview": self.preview, "first": self["first"], "second": self["second"]}
        changes = [component.change for component in (self["file"], self["encoding"], task)]
        wire(changes, self._preview, inputs, outputs, message)

    def _preview(self, visit: Visit, task: str, file: str | None, encoding: str) -> dict[str, Any]:
        choices = [(visit("as guessed"), GUESSED)]
        if not file:
            return {"preview": None, **_picks(choices)}
        seen = api.Backend(self.limits).preview(file, task, ROWS, encoding or "")
        names = [name for name in seen["columns"] if "," not in name and "=" not in name]
        choices += [(name, name) for name in names]
        read = ", ".join(f"{role} = {name}" for role, name in seen["guess"].items())
        lead = visit("Read as {columns}", columns=read) if read else visit(texts.NO_GUESS)
        table = {"caption": lead, "columns": seen["columns"], "rows": seen["rows"], "size": ROWS}
        return {"preview": table, **_picks(choices)}

    def request(self, task: str, values: Mapping[str, Any], size: DataSpec) -> DataSpec:
        """Returns where the file lies and how it is read; ``size`` says how much of it.

        Raises:
            DataError: there is no file yet.
        """
        if not values["file"]:
            raise DataError("file_form.no_file_yet_choose")
        roles = zip(TASKS.get(task).columns, (values["first"], values["second"]), strict=False)
        columns = ",".join(
            f"{role}={name}" for role, name in roles if name not in ("", None, GUESSED)
        )
        encoding = values["encoding"] or ""
        return replace(size, corpus="", train=values["file"], columns=columns, encoding=encoding)

    def filled(self, task: str, data: DataSpec) -> dict[str, Any]:
        """Returns the updates with which the form shows how ``data`` is read, the file apart."""
        named = dict(pair.partition("=")[::2] for pair in data.columns.split(",") if pair)
        columns = [named.get(role, GUESSED) for role in TASKS.get(task).columns]
        picked = dict(zip(("first", "second"), columns, strict=False))
        return {"first": GUESSED, "second": GUESSED, **picked, "encoding": data.encoding}


def _picks(choices: list[tuple[str, str]]) -> dict[str, Any]:
    # Gradio empties an update that it has sent, so each box gets one of its own.
    return {name: gr.update(choices=choices, value=GUESSED) for name in ("first", "second")}


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
