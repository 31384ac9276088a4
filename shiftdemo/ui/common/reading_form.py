"""How uploaded files are read: what was found in them, and the controls to read them otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import gradio as gr

from shiftdemo import api
from shiftdemo.core.config import DataSpec
from shiftdemo.core.errors import ShiftDemoError
from shiftdemo.core.limits import Limits
from shiftdemo.core.messages import Message
from shiftdemo.core.task_spec import TASKS
from shiftdemo.data.reading.encodings import ENCODINGS, EncodingError
from shiftdemo.data.reading.schemes import NAMES
from shiftdemo.ui.common import texts
from shiftdemo.ui.common.form import Form
from shiftdemo.ui.common.handlers import drawn, wire
from shiftdemo.ui.common.i18n import Visit, t

ROWS = 3
GUESSED = "*"
MOST = 20_000  # samples that are looked at; a run reads on
PICKERS = {
    "first": "Column of the source, words, text or question",
    "second": "Column of the target, tags, label or context",
    "third": "Column of the answer, or of the sentence a word belongs to",
}
CONTROLS = (*PICKERS, "scheme", "encoding", "labels", "strict_tags", "reply_only")


class ReadingForm(Form):
    """The box under an upload that says what was read, and how to read it otherwise.

    Attributes:
        box: what was read.
        again: the button that reads it in the encoding that fits.
    """

    def __init__(self, form: str, limits: Limits) -> None:
        """Draws the controls; ``form`` begins their ids."""
        super().__init__()
        self.limits = limits
        gr.Markdown(t(texts.FILE_COLUMNS), elem_classes="sd-note")
        self.box = drawn("read", "sd-found", elem_id=f"{form}-read")
        self.guess = gr.State("")
        self.again = gr.Button("", size="sm", visible=False, elem_id=f"{form}-reread")
        with gr.Row():
            for name, text in PICKERS.items():
                dropdown = gr.Dropdown(
                    [(t("as guessed"), GUESSED)],
                    value=GUESSED,
                    label=t(text),
                    # Another file has other columns: a stale choice gets a sentence, no fault.
                    allow_custom_value=True,
                    min_width=120,
                    visible=name != "third",
                    elem_id=f"{form}-{name}-column",
                )
                self.add(name, dropdown)
        self._notation(form)

    def _notation(self, form: str) -> None:
        """Draws how tags, labels and dialogues are written; a task shows those that it has."""
        with gr.Row():
            schemes: list[Any] = [(title, name) for name, title in NAMES.items()]
            scheme = gr.Dropdown(
                [(t("as recognised"), ""), *schemes, (t("no entity tags"), "none")],
                value="",
                label=t("Tags are written as"),
                min_width=120,
                visible=False,
                elem_id=f"{form}-scheme",
            )
            self.add("scheme", scheme)
            encoding = gr.Dropdown(
                [("UTF-8, UTF-16", ""), *((name, name) for name in ("latin-1", *ENCODINGS))],
                value="",
                label=t("Encoding"),
                info=t("Only where the file is not UTF-8."),
                min_width=120,
                elem_id=f"{form}-encoding",
            )
            self.add("encoding", encoding)
            labels = gr.Textbox(
                label=t("Names of tags or labels"),
                info=t("Where the file has numbers: the name of 0, of 1, and so on."),
                placeholder="O,B-PER,I-PER",
                max_length=4000,
                min_width=120,
                visible=False,
                elem_id=f"{form}-labels",
            )
            self.add("labels", labels)
        ticks = {
            "strict_tags": ("Refuse broken tags", texts.STRICT_HELP),
            "reply_only": ("Dialogues: learn the replies only", texts.REPLY_HELP),
        }
        for name, (label, help_) in ticks.items():
            self.add(name, gr.Checkbox(False, label=t(label), info=t(help_), visible=False))

    def wire(
        self, task: gr.Dropdown | gr.Radio, files: Mapping[str, gr.File], message: gr.HTML
    ) -> None:
        """Shows what files hold as soon as there are some.

        Args:
            files: by name; the first one's columns are offered.
        """
        inputs = {"task": task, **files, **self}
        outputs = {"box": self.box, "again": self.again, "guess": self.guess, **self}
        opened = [component.change for component in (*files.values(), task)]
        wire(opened, self._opened, inputs, outputs, message)
        changes = [self[name].change for name in CONTROLS if name != "labels"]
        changes += [self["labels"].blur, self["labels"].submit]
        told = {name: outputs[name] for name in ("box", "again", "guess")}
        wire(changes, self._told, inputs, told, message)
        to_encoding = {"encoding": self["encoding"]}
        wire(self.again.click, _take, {"guess": self.guess}, to_encoding, message)

    def _opened(self, visit: Visit, task: str, **values: Any) -> Iterator[dict[str, Any]]:
        """Yields that a new file is read, and what it holds; the columns are guessed anew."""
        values |= dict.fromkeys(PICKERS, GUESSED)
        if any(path for name, path in values.items() if name not in CONTROLS):
            reading = {"lead": visit("Reading the file …"), "notices": []}
            yield {"box": {"files": [reading], "columns": [], "rows": []}}
        shown = self._told(visit, task, **values)
        choices = [(visit("as guessed"), GUESSED)]
        found = shown["box"]
        for name in found["columns"] if found else ():
            choices += [(name, name)] if "," not in name and "=" not in name else []
        # Gradio empties an update that it has sent, so each box gets one of its own.
        roles = dict(zip(PICKERS, _roles(task), strict=False))
        for name in PICKERS:
            shown[name] = gr.update(choices=choices, value=GUESSED, visible=name in roles)
        for name, fits in TASKS.get(task).notation.items():
            shown[name] = gr.update(visible=fits)
        yield shown

    def _told(self, visit: Visit, task: str, **values: Any) -> dict[str, Any]:
        """Returns what is read of the files with the controls as they are."""
        files = [path for name, path in values.items() if name not in CONTROLS and path]
        if not files:
            return {"box": None, "again": gr.update(visible=False), "guess": ""}
        backend, data = api.Backend(self.limits), DataSpec(corpus="", **self.settings(task, values))
        seen: dict[str, Any] = {"columns": [], "rows": []}
        try:
            seen = backend.preview(files[0], task, ROWS, data.encoding)
            reports = [backend.check_file(path, task, data, MOST) for path in files]
        except EncodingError as error:
            label = visit("Read it as {encoding}", encoding=error.guess)
            button = gr.update(value=label, visible=bool(error.guess))
            return {"box": _refused(visit, error, seen), "again": button, "guess": error.guess}
        except ShiftDemoError as error:
            return {
                "box": _refused(visit, error, seen),
                "again": gr.update(visible=False),
                "guess": "",
            }
        told = [_file(visit, report.summary(), report.notices()) for report in reports]
        box = {"files": told, "columns": seen["columns"], "rows": seen["rows"]}
        return {"box": box, "again": gr.update(visible=False), "guess": ""}

    def settings(self, task: str, values: Mapping[str, Any]) -> dict[str, Any]:
        """Returns how the controls say that a file is to be read, as fields of a `DataSpec`."""
        roles = zip(_roles(task), (values[name] for name in PICKERS), strict=False)
        columns = ",".join(
            f"{role}={name}" for role, name in roles if name not in ("", None, GUESSED)
        )
        own = {"columns": columns, "encoding": values["encoding"] or ""}
        plain = DataSpec()
        for name, fits in TASKS.get(task).notation.items():
            own[name] = (values[name] if fits else None) or getattr(plain, name)
        return own

    def request(self, task: str, values: Mapping[str, Any], data: DataSpec) -> DataSpec:
        """Returns ``data``, read as the controls say."""
        return replace(data, **self.settings(task, values))

    def filled(self, task: str, data: DataSpec) -> dict[str, Any]:
        """Returns the updates with which the controls show how ``data`` is read."""
        named = dict(pair.partition("=")[::2] for pair in data.columns.split(",") if pair)
        columns = [named.get(role, GUESSED) for role in _roles(task)]
        picked = dict(zip(PICKERS, columns, strict=False))
        own = {name: getattr(data, name) for name in CONTROLS if name not in PICKERS}
        return {**dict.fromkeys(PICKERS, GUESSED), **picked, **own}


def _roles(task: str) -> tuple[str, ...]:
    """Returns which columns of a file can be picked; a tagged file may have one word a row."""
    columns = TASKS.get(task).columns
    return (*columns, "sentence") if "tags" in columns else columns


def _take(visit: Visit, guess: str) -> dict[str, Any]:
    return {"encoding": guess}


def _refused(visit: Visit, error: ShiftDemoError, seen: Mapping[str, Any]) -> dict[str, Any]:
    """Returns what the box says of a file that cannot be read as it is."""
    file = _file(visit, error.message)
    return {"files": [file], "columns": seen["columns"], "rows": seen["rows"]}


def _file(visit: Visit, lead: Message, notices: Sequence[Message] = ()) -> dict[str, Any]:
    """Returns what the box says of one file; where flags are named, also that they stand below."""
    said = [visit.translate(notice) for notice in notices]
    first = visit.translate(lead)
    if any("--" in text for text in (first, *said)):
        said.append(visit(texts.FLAGS_HERE))
    return {"lead": first, "notices": said}
