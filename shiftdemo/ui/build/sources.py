"""Where the Build tab's sentences come from: the worked example, typed, built-in, file or hub."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr

from shiftdemo import api
from shiftdemo.core.config import DataSpec
from shiftdemo.core.errors import DataError
from shiftdemo.core.limits import Limits
from shiftdemo.core.samples import Sample, TranslationSample
from shiftdemo.ui.common.file_form import FileForm, HubForm
from shiftdemo.ui.common.form import part, prefixed
from shiftdemo.ui.common.i18n import t

WORKED = {
    "translation": (
        "I we are going to build a language model",
        "Nous allons construire un modèle linguistique",
    ),
    "ner": (
        "Ada Lovelace wrote to Charles Babbage in London.",
        "B-PER I-PER O O B-PER I-PER O B-LOC O",
    ),
    "language_modeling": ("She reads a long book in the old garden.", ""),
    "classification": ("The film is long and the end is very good.", "positive"),
}
# Its gold word alignment: we-Nous, are-allons, going-allons, build-construire, …
WORKED_LINKS = ((1, 0), (2, 1), (3, 1), (5, 2), (6, 3), (7, 5), (8, 4))
MOST_INDEX = 1_999  # looking at one is answered at once, so what is read for it stays small
_FEWEST = 32  # sentences that are read at once, so that the next one is there too


class BuildData:
    """The controls; ``controls`` are the components whose values the methods take."""

    def __init__(self, limits: Limits) -> None:
        """Draws them."""
        self.limits = limits
        origins = [
            (t("worked example"), "worked"),
            (t("typed text"), "typed"),
            (t("built-in corpus"), "corpus"),
            (t("file"), "file"),
        ]
        if limits.hub_datasets != ():
            origins.append((t("hub data set"), "hub"))
        self.origin = gr.Radio(origins, value="worked", label=t("Sample from"))
        text, target = WORKED["translation"]
        most = limits.text_chars + 1  # one more, so that what is too long is told and not cut
        with gr.Column(visible=False, elem_classes="sd-params") as self.typed:
            self.text = gr.Textbox(
                text, label=t("Sentence"), lines=2, max_length=most, elem_id="build-text"
            )
            self.target = gr.Textbox(
                target,
                label=t("Its translation or label, or one tag a word"),
                lines=2,
                max_length=most,
                elem_id="build-target",
            )
        with gr.Column(visible=False, elem_classes="sd-params") as self.from_corpus:
            self.seed = gr.Number(
                0, label=t("Seed of the corpus"), minimum=0, maximum=2**31 - 1, precision=0
            )
        with gr.Column(visible=False, elem_classes="sd-params") as self.from_file:
            self.file = FileForm("build", limits)
        with gr.Column(visible=False, elem_classes="sd-params") as self.from_hub:
            self.hub = HubForm("build")
        self.index = gr.Number(
            0,
            label=t("Sentence number"),
            info=t("Counted from 0."),
            minimum=0,
            maximum=MOST_INDEX,
            precision=0,
            visible=False,
        )

    @property
    def controls(self) -> dict[str, Any]:
        """The components whose values :meth:`spec` and :meth:`sample` take."""
        return {
            **self._own,
            **prefixed("file", self.file.controls),
            **prefixed("hub", self.hub.controls),
        }

    @property
    def _own(self) -> dict[str, Any]:
        names = ("origin", "text", "target", "seed", "index")
        return {name: getattr(self, name) for name in names}

    @property
    def triggers(self) -> list[Any]:
        """The events after which the sample is another one, without the hub's button."""
        return [item.change for item in (*self._own.values(), *self.file.controls.values())]

    @property
    def groups(self) -> list[Any]:
        """The components that :func:`shown` updates."""
        return [self.typed, self.from_corpus, self.from_file, self.from_hub, self.index]

    def spec(self, task: str, values: Mapping[str, Any], size: int) -> DataSpec:
        """Returns the data that a set is built from; the built-in corpus for typed sentences.

        Raises:
            DataError: a file or a hub id is wanted and none was given.
        """
        sized = DataSpec(size=max(16, size), seed=int(values["seed"] or 0))
        if values["origin"] == "file":
            return self.file.spec(task, part("file", values), sized)
        if values["origin"] == "hub":
            return self.hub.spec(part("hub", values), sized)
        return sized

    def sample(
        self, task: str, values: Mapping[str, Any], joins: bool
    ) -> tuple[Sample, Sequence[Sample]]:
        """Returns the sample to look at, and the context that it has in its set.

        Args:
            joins: whether an operator draws from the context; else it is left empty.

        Raises:
            ShiftDemoError: the text, the file or the data set cannot be used.
        """
        origin = values["origin"]
        if origin in ("worked", "typed"):
            typed = self._typed(task, origin, values["text"], values["target"])
            return typed, api.typed_context(task) if joins else ()
        index = int(values["index"] or 0)
        # Powers of two, so that one reading serves many numbers.
        size = max(api.CONTEXT_SIZE if joins else _FEWEST, 1 << index.bit_length())
        spec = self.spec(task, values, size)
        others = _first(task, spec, size, _changed(spec.train), self.limits)
        if index >= len(others):
            raise DataError(
                "sources.there_no_sentence_number", index=index, n_others=len(others), n_others_2=len(others) - 1
            )
        return others[index], others[: api.CONTEXT_SIZE] if joins else ()

    def _typed(self, task: str, origin: str, text: str, target: str) -> Sample:
        if origin == "worked":
            text, target = WORKED[task]
        tags = tuple(target.split()) if task == "ner" else ()
        if task == "ner" and text == WORKED["ner"][0] and not tags:
            tags = tuple(WORKED["ner"][1].split())
        pair = "" if task == "ner" else target
        sample = api.typed_sample(task, text, pair, tags, limits=self.limits)
        if isinstance(sample, TranslationSample) and (text, target) == WORKED["translation"]:
            return replace(sample, links=WORKED_LINKS)
        return sample


@functools.lru_cache(maxsize=32)
def _first(
    task: str, spec: DataSpec, size: int, changed: float = 0.0, limits: Limits | None = None
) -> tuple[Sample, ...]:
    """Returns the first samples of a set, kept, so that a moved slider reads nothing again."""
    return tuple(api.load_samples(task, spec, "train", size, limits))


def _changed(path: str) -> float:
    """Returns when a file was written; 0 for what is no file."""
    return Path(path).stat().st_mtime if path and Path(path).is_file() else 0.0


def shown(origin: str) -> list[Any]:
    """Returns the updates of :attr:`BuildData.groups`."""
    visible = [origin == name for name in ("typed", "corpus", "file", "hub")]
    return [gr.update(visible=one) for one in (*visible, origin in ("corpus", "file", "hub"))]
