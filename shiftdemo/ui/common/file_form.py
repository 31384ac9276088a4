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
from shiftdemo.data.reading.columns import TASK_PARTS
from shiftdemo.ui.common import texts
from shiftdemo.ui.common.handlers import drawn, wire
from shiftdemo.ui.common.i18n import Visit, t

ENCODINGS = ("latin-1", "cp1252", "gb18030", "big5", "shift_jis", "euc-kr", "koi8-r")
ROWS = 3
GUESSED = "*"


class FileForm:
    """An upload, what was found in it, and how it is to be read.

    Attributes:
        controls: the components whose values :meth:`spec` takes.
    """

    def __init__(self, form: str, limits: Limits) -> None:
        """Draws the controls; ``form`` begins their ids."""
        self.limits = limits
        self.file = gr.File(
            label=t("JSONL, CSV, TSV, Parquet or CoNLL"), height=130, elem_id=f"{form}-file"
        )
        gr.Markdown(t(texts.FILE_COLUMNS), elem_classes="sd-note")
        self.found = drawn("table", "sd-found")
        with gr.Row():
            self.first, self.second = (
                gr.Dropdown(
                    [(t("as guessed"), GUESSED)],
                    value=GUESSED,
                    label=t(label),
                    # Another file has other columns: a stale choice gets a sentence, no fault.
                    allow_custom_value=True,
                    min_width=120,
                    elem_id=f"{form}-{name}",
                )
                for label, name in (
                    ("Column of the source, words or text", "first-column"),
                    ("Column of the target, tags or label", "second-column"),
                )
            )
        self.encoding = gr.Dropdown(
            [("UTF-8, UTF-16", ""), *((name, name) for name in ENCODINGS)],
            value="",
            label=t("Encoding"),
            info=t("Only where the file is not UTF-8."),
            elem_id=f"{form}-encoding",
        )
        self.controls = {
            "file": self.file,
            "first": self.first,
            "second": self.second,
            "encoding": self.encoding,
        }

    def wire(self, task: gr.Radio, message: gr.HTML) -> None:
        """Shows what a file holds as soon as there is one."""
        changes = [self.file.change, self.encoding.change, task.change]
        outputs = [self.found, self.first, self.second]
        wire(changes, self._found, [task, self.file, self.encoding], outputs, message)

    def _found(self, visit: Visit, task: str, file: str | None, encoding: str) -> list[Any]:
        choices = [(visit("as guessed"), GUESSED)]
        if not file:
            return [None, *(gr.update(choices=choices, value=GUESSED) for _ in range(2))]
        seen = api.preview_file(file, task, ROWS, encoding or "", self.limits.unpacked_bytes)
        names = [name for name in seen["columns"] if "," not in name and "=" not in name]
        choices += [(name, name) for name in names]
        # Gradio empties an update that it has sent, so each box gets one of its own.
        picks = [gr.update(choices=choices, value=GUESSED) for _ in range(2)]
        read = ", ".join(f"{role} = {name}" for role, name in seen["guess"].items())
        lead = visit("Read as {columns}", columns=read) if read else visit(texts.NO_GUESS)
        table = {"caption": lead, "columns": seen["columns"], "rows": seen["rows"], "size": ROWS}
        return [table, *picks]

    def spec(self, task: str, values: Mapping[str, Any], size: DataSpec) -> DataSpec:
        """Returns where the file lies and how it is read.

        Raises:
            DataError: there is no file yet.
        """
        if not values["file"]:
            raise DataError("file_form.no_file_yet_choose")
        roles = zip(TASK_PARTS[task], (values["first"], values["second"]), strict=False)
        columns = ",".join(
            f"{role}={name}" for role, name in roles if name not in ("", None, GUESSED)
        )
        encoding = values["encoding"] or ""
        return replace(size, corpus="", train=values["file"], columns=columns, encoding=encoding)


class HubForm:
    """A data set of the hub by its id.

    Attributes:
        controls: the components whose values :meth:`spec` takes.
        load: the button that loads it.
    """

    def __init__(self, form: str) -> None:
        """Draws the controls; ``form`` begins their ids."""
        self.name = gr.Textbox(
            "", label=t("Data set"), placeholder="owner/name", max_length=200, elem_id=f"{form}-hub"
        )
        with gr.Row():
            self.split = gr.Textbox("train", label=t("Split"), max_length=100, min_width=100)
            self.subset = gr.Textbox("", label=t("Subset"), max_length=100, min_width=100)
            self.revision = gr.Textbox("", label=t("Revision"), max_length=100, min_width=100)
        self.columns = gr.Textbox(
            "",
            label=t("Columns"),
            info=t("Empty: guessed from their names."),
            placeholder="source=translation.en,target=translation.fr",
            max_length=300,
        )
        self.load = gr.Button(t("Load"), size="sm")
        self.controls = {
            "name": self.name,
            "split": self.split,
            "subset": self.subset,
            "revision": self.revision,
            "columns": self.columns,
        }

    def spec(self, values: Mapping[str, Any], size: DataSpec) -> DataSpec:
        """Returns which data set, and what of it.

        Raises:
            DataError: there is no id yet.
        """
        asked = {name: str(values[name] or "").strip() for name in self.controls}
        if not asked["name"]:
            raise DataError("file_form.no_data_set_yet")
        return replace(
            size,
            corpus="",
            train=f"hub:{asked['name']}",
            columns=asked["columns"],
            train_split=asked["split"] or "train",
            subset=asked["subset"],
            revision=asked["revision"],
        )
