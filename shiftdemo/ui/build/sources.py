"""Where the Build tab's sentences come from: the worked example, typed, built-in, file or hub."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr

from shiftdemo import api
from shiftdemo.api.requests import MOST_INDEX, BuildRequest
from shiftdemo.core.config import DataSpec
from shiftdemo.core.errors import DataError
from shiftdemo.core.limits import Limits
from shiftdemo.core.samples import Sample, TranslationSample
from shiftdemo.core.task_spec import TASKS, WorkedExample
from shiftdemo.ui.common.data_form import FEWEST
from shiftdemo.ui.common.file_form import FileForm, HubForm
from shiftdemo.ui.common.form import Form, part, under, whole
from shiftdemo.ui.common.i18n import t

_FEWEST = 32  # sentences that are read at once, so that the next one is there too


class BuildData(Form):
    """The controls of a :class:`BuildRequest`'s sentences, by its names.

    Attributes:
        file, hub: the forms within it.
        groups: what is shown or hidden by :func:`shown`, by origin.
    """

    def __init__(self, limits: Limits) -> None:
        """Draws them."""
        super().__init__(BuildRequest())
        self.limits = limits
        origins = [
            (t("worked example"), "worked"),
            (t("typed text"), "typed"),
            (t("built-in corpus"), "corpus"),
            (t("file"), "file"),
        ]
        if limits.hub_datasets != ():
            origins.append((t("hub data set"), "hub"))
        self.add("origin", gr.Radio(origins, value=self.first.origin, label=t("Sample from")))
        most = limits.text_chars + 1  # one more, so that what is too long is told and not cut
        typed: dict[str, Any] = {"lines": 2, "max_length": most}
        example = worked(self.first.task)
        with gr.Column(visible=False, elem_classes="sd-params") as from_text:
            self.add(
                "text", gr.Textbox(example.text, label=t("Sentence"), elem_id="build-text", **typed)
            )
            label = t("Its translation, summary, answer or label, or one tag a word")
            self.add(
                "target", gr.Textbox(example.target, label=label, elem_id="build-target", **typed)
            )
        with gr.Column(visible=False, elem_classes="sd-params") as from_corpus:
            seed = gr.Number(
                DataSpec().seed,
                label=t("Seed of the corpus"),
                minimum=0,
                maximum=2**31 - 1,
                precision=0,
            )
            self.add("seed", seed)
        with gr.Column(visible=False, elem_classes="sd-params") as from_file:
            self.file = FileForm("build", limits)
        self.include("file", self.file)
        with gr.Column(visible=False, elem_classes="sd-params") as from_hub:
            self.hub = HubForm("build")
        self.include("hub", self.hub)
        self.number(
            "index",
            "Sentence number",
            minimum=0,
            maximum=MOST_INDEX,
            visible=False,
            min_width=160,
        )
        self.groups = {"typed": from_text, "corpus": from_corpus, "file": from_file}
        self.groups |= {"hub": from_hub, "index": self["index"]}

    def spec(self, task: str, values: Mapping[str, Any]) -> DataSpec:
        """Returns where the sentences lie; the built-in corpus for typed ones.

        Raises:
            DataError: a file or a hub id is wanted and none was given.
        """
        corpus = DataSpec(seed=whole(values["seed"]))
        if values["origin"] == "file":
            return self.file.request(task, part("file", values), corpus)
        if values["origin"] == "hub":
            return self.hub.request(part("hub", values), corpus)
        return corpus

    def filled(self, request: BuildRequest) -> dict[str, Any]:
        """Returns the updates with which the controls show the sentences of ``request``."""
        own = {name: getattr(request, name) for name in ("origin", "text", "target", "index")}
        updates = {**own, "seed": request.data.seed}
        if request.origin == "file":
            updates |= under("file", self.file.filled(request.task, request.data))
        if request.origin == "hub":
            updates |= under("hub", self.hub.filled(request.data))
        return updates

    def sample(self, request: BuildRequest, joins: bool) -> tuple[Sample, Sequence[Sample]]:
        """Returns the sample to look at, and the context that it has in its set.

        Args:
            joins: whether an operator draws from the context; else it is left empty.

        Raises:
            ShiftDemoError: the text, the file or the data set cannot be used.
        """
        task, index = request.task, request.index
        if request.origin in ("worked", "typed"):
            typed = self._typed(task, request.origin, request.text, request.target)
            return typed, api.typed_context(task) if joins else ()
        # Powers of two, so that one reading serves many numbers.
        size = max(api.CONTEXT_SIZE if joins else _FEWEST, 1 << index.bit_length())
        spec = sized(request.data, size)
        others = _first(task, spec, size, _changed(spec.train), self.limits)
        if index >= len(others):
            raise DataError(
                "sources.there_no_sentence_number",
                index=index,
                n_others=len(others),
                n_others_2=len(others) - 1,
            )
        return others[index], others[: api.CONTEXT_SIZE] if joins else ()

    def _typed(self, task: str, origin: str, text: str, target: str) -> Sample:
        example, tagged = worked(task), "tags" in TASKS.get(task).columns
        if origin == "worked":
            text, target = example.text, example.target
        if tagged and text == example.text and not target.strip():
            target = example.target
        tags = tuple(target.split()) if tagged else ()
        sample = api.Backend(self.limits).typed_sample(task, text, "" if tagged else target, tags)
        if isinstance(sample, TranslationSample) and (text, target) == (
            example.text,
            example.target,
        ):
            return replace(sample, links=example.links)
        return sample


def worked(task: str) -> WorkedExample:
    """Returns the example of a task."""
    return TASKS.get(task).worked or WorkedExample("")


@functools.lru_cache(maxsize=32)
def _first(
    task: str, spec: DataSpec, size: int, changed: float, limits: Limits
) -> tuple[Sample, ...]:
    """Returns the first samples of a set, kept, so that a moved slider reads nothing again."""
    return tuple(api.Backend(limits).samples(task, spec, "train", size))


def _changed(path: str) -> float:
    """Returns when a file was written; 0 for what is no file."""
    return Path(path).stat().st_mtime if path and Path(path).is_file() else 0.0


def sized(data: DataSpec, size: int) -> DataSpec:
    """Returns ``data`` with so many training sentences, or as few as there may be."""
    return replace(data, size=max(FEWEST, size))


def shown(origin: str) -> dict[str, Any]:
    """Returns the updates of :attr:`BuildData.groups`."""
    visible = {name: origin == name for name in ("typed", "corpus", "file", "hub")}
    visible["index"] = origin in ("corpus", "file", "hub")
    return {name: gr.update(visible=is_shown) for name, is_shown in visible.items()}
