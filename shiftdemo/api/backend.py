"""The verbs under one set of limits, with models from one place: what a server has one of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shiftdemo.api import train
from shiftdemo.api.answers import answer
from shiftdemo.api.attend import attend_loaded, models_of
from shiftdemo.api.attend_corpus import N, attend_corpus_loaded
from shiftdemo.api.build import typed_sample
from shiftdemo.api.compare import check, compare_loaded, over_pairs
from shiftdemo.core.config import CompareConfig, DataSpec, TrainConfig
from shiftdemo.core.events import RunEvent
from shiftdemo.core.limits import Limits
from shiftdemo.core.progress import Cancel, Progress, never, silent
from shiftdemo.core.samples import Sample
from shiftdemo.data.load import each_sample, stream_samples
from shiftdemo.data.reading.preview import preview
from shiftdemo.data.reading.report import ReadReport
from shiftdemo.experiments.first_look import Answers
from shiftdemo.publishing.attention.results import AttentionResult, CorpusAttention

if TYPE_CHECKING:
    from shiftdemo.evaluation.comparing import Comparison
    from shiftdemo.models.facts import ModelFacts
    from shiftdemo.models.load import LoadedModel


@dataclass(frozen=True)
class Backend:
    """What the page, the command line and programs ask, so that the same rules hold for all.

    Attributes:
        limits: what may be asked for.
        models: gives the model of a reference and a task, from a memory of its own; ``None``: it is
            loaded each time, where the limits allow it.
    """

    limits: Limits = field(default_factory=Limits)
    models: Callable[[str, str], LoadedModel] | None = None

    def load(self, ref: str, task: str) -> LoadedModel:
        """Returns the model of a reference.

        Raises:
            ModelError: there is none, or it is not one for the task.
            LimitError: this server does not load it.
        """
        if self.models is not None:
            return self.models(ref, task)
        from shiftdemo.models.load import load_model

        return load_model(ref, task, self.limits.hub_models, self.limits.local_models)

    def look(self, ref: str, task: str, trainable: bool = False) -> ModelFacts:
        """Returns what a model is, before anything is done with it.

        Args:
            trainable: it is to be trained, so that a head for the task may be missing.

        Raises:
            ShiftDemoError: as :meth:`load`.
        """
        from shiftdemo.models.facts import facts_of
        from shiftdemo.models.load import load_model

        if not trainable:
            return facts_of(self.load(ref, task))
        limits, labels = self.limits, ("O", "B-X")  # the names do not matter: only that it loads
        loaded = load_model(ref, task, limits.hub_models, limits.local_models, labels)
        return facts_of(loaded)

    def samples(
        self, task: str, data: DataSpec, split: str = "train", limit: int | None = None
    ) -> Iterator[Sample]:
        """Yields the samples of one split; see :func:`shiftdemo.data.load.load_samples`."""
        return each_sample(task, data, split, limit, self.limits)

    def check_file(self, ref: str, task: str, data: DataSpec, most: int = 0) -> ReadReport:
        """Returns what is read of a file or a data set of the hub; nothing is made of it.

        Args:
            data: how it is read; see :func:`shiftdemo.data.load.stream_samples`.
            most: at most so many samples; 0: all.

        Raises:
            ShiftDemoError: it cannot be used; names the place and the mend.
        """
        report = ReadReport()
        split = "train" if ref == data.train or not data.eval else "eval"
        samples = stream_samples(ref, task, data, split, limits=self.limits, report=report)
        for number, _ in enumerate(samples, 1):
            if number == most:
                break
        return report

    def preview(self, path: str | Path, task: str, n: int, encoding: str = "") -> dict[str, Any]:
        """Returns columns and first rows of a file; see :mod:`shiftdemo.data.reading.preview`."""
        return preview(path, task, n, encoding, self.limits.unpacked_bytes)

    def typed_sample(
        self, task: str, text: str, target: str = "", tags: Sequence[str] = ()
    ) -> Sample:
        """Returns the sample that a user typed; see :func:`shiftdemo.api.build.typed_sample`."""
        return typed_sample(task, text, target, tags, self.limits)

    def finetune(
        self,
        config: TrainConfig,
        output: Path,
        cancel: Cancel = never,
        spare: Sequence[Any] = (),
    ) -> Iterator[RunEvent]:
        """Trains the arms and yields what happens; see :func:`shiftdemo.api.train.finetune`."""
        return train.finetune(config, output, cancel, self.limits, spare)

    def resume(
        self,
        output: Path,
        cancel: Cancel = never,
        seconds: float | None = None,
        spare: Sequence[Any] = (),
    ) -> Iterator[RunEvent]:
        """Resumes the run in ``output``; see :func:`shiftdemo.api.train.resume`."""
        return train.resume(output, cancel, self.limits, seconds, spare)

    def finetune_in_worker(
        self, config: TrainConfig, output: Path, cancel: Cancel, spare: Sequence[Any] = ()
    ) -> Iterator[RunEvent]:
        """Either of these; see :func:`shiftdemo.api.train.finetune_in_worker`."""
        return train.finetune_in_worker(config, output, cancel, spare, self.limits)

    def pair(self, task: str, base: str, shifted: str) -> dict[str, LoadedModel]:
        """Returns the models of a comparison, ``base`` and ``shift``."""
        return {"base": self.load(base, task), "shift": self.load(shifted, task)}

    def compare(
        self,
        config: CompareConfig,
        progress: Progress = silent,
        cancel: Cancel = never,
        samples: Sequence[Sample] | None = None,
    ) -> Comparison:
        """Returns how two models, or up to four, do on the same sentences, at every strength.

        Args:
            progress: called with a fraction 0 to 1 and what is being done.
            samples: use these instead of ``config.data``.

        Raises:
            ShiftDemoError: a model or the data cannot be used, or a strength is out of bounds.
        """
        check(config, self.limits)  # before a model is loaded
        models = {arm: self.load(ref, config.task) for arm, ref in config.models.items()}
        return compare_loaded(config, models, progress, cancel, samples, self.limits)

    def compare_seeds(
        self,
        config: CompareConfig,
        pairs: Sequence[tuple[str, str]],
        progress: Progress = silent,
        cancel: Cancel = never,
    ) -> Comparison:
        """Returns the comparison of a run: of its one pair, or of all its seeds together.

        Args:
            pairs: base and shift-trained model of every training seed; see
                :func:`shiftdemo.api.compare.pairs_of`.

        Raises:
            ShiftDemoError: as :meth:`compare`.
        """
        return over_pairs(self.compare, config, pairs, progress, cancel)

    def answer(self, text: str, positions: Sequence[int]) -> Answers:
        """Returns what the bundled pairs make of a sentence; see :mod:`shiftdemo.api.answers`."""
        return answer(text, positions, self.load, self.limits)

    def attend(
        self,
        task: str,
        model: str,
        text: str | Sample,
        target: str = "",
        versus: str = "",
        shift: str = "",
        strength: float | None = 0,
        masked: Sequence[int] = (),
        window: tuple[int, int] = (0, 0),
    ) -> AttentionResult:
        """Returns the attention of ``model`` (and of ``versus``) on a sentence.

        Where a translator is given no target, the first model's own translation is used for both.

        Args:
            text: as it was typed, or a sample of the task.
            shift: what moves the sentence, as ``prefix_context``; empty: the position offsets that
                the models were trained on.
            strength: by how much; ``None``: two thirds of what was trained.
            masked: words, from 0, that are read as the mask token.
            window: first token of source and target that is shown, of a long sentence.

        Raises:
            ShiftDemoError: a model cannot be used, the text is empty, or the strength is out of
                bounds.
        """
        sample = self.typed_sample(task, text, target) if isinstance(text, str) else text
        models = self.attended(task, model, versus)
        return attend_loaded(task, models, sample, shift, strength, masked, window, self.limits)

    def attend_corpus(
        self,
        task: str,
        model: str,
        versus: str = "",
        shift: str = "",
        strength: float = 0,
        n: int = N,
        progress: Progress = silent,
        cancel: Cancel = never,
        samples: Sequence[Sample] | None = None,
    ) -> CorpusAttention:
        """Returns attention over many sentences: profiles with intervals, and against gold.

        Args:
            n: sentences of the built-in corpus.
            samples: use these instead.

        Raises:
            ShiftDemoError: as :meth:`attend`, or there are no sentences for the task.
        """
        models = self.attended(task, model, versus)
        asked = (task, models, shift, strength, n, progress, cancel, samples, self.limits)
        return attend_corpus_loaded(*asked)

    def attended(self, task: str, model: str, versus: str = "") -> dict[str, LoadedModel]:
        """Returns the models of :meth:`attend`: ``base``, and ``shift`` where there are two."""
        return models_of(self.load(model, task), self.load(versus, task) if versus else None)
