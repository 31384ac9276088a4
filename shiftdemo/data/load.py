"""Samples for a task from a :class:`~shiftdemo.core.config.DataSpec`."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from shiftdemo.core.config import DataSpec
from shiftdemo.core.errors import ConfigError
from shiftdemo.core.limits import Limits
from shiftdemo.core.samples import Sample
from shiftdemo.core.task_spec import TASKS, TaskSpec
from shiftdemo.data.grammar import GrammarSpec, corpus_samples, keep
from shiftdemo.data.reading.columns import parse_columns
from shiftdemo.data.reading.files import iter_samples
from shiftdemo.data.reading.hub import hub_samples, is_hub
from shiftdemo.data.reading.languages import with_languages
from shiftdemo.data.reading.lines import Meter
from shiftdemo.data.reading.report import ReadReport
from shiftdemo.data.reading.schemes import parse_scheme
from shiftdemo.data.reading.tagging import ReadOptions, parse_labels

CORPORA = ("grammar",)


def load_samples(
    task: str,
    data: DataSpec,
    split: str = "train",
    limit: int | None = None,
    limits: Limits | None = None,
    report: ReadReport | None = None,
) -> list[Sample]:
    """Returns the samples of one split.

    Args:
        task: name of the task.
        split: ``"train"``, ``"eval"`` (held out while training) or ``"test"``. A user's
            evaluation file serves as both of the latter.
        limit: at most so many.
        limits: of the server: which data sets of the hub it reads, how far it unpacks a file.
        report: is told what was read of a file, and what was left out.

    Raises:
        ConfigError: neither a corpus nor a file is named.
        DataError: a file cannot be used.
        LimitError: this server does not read the data set.
    """
    return list(each_sample(task, data, split, limit, limits, report))


def each_sample(
    task: str,
    data: DataSpec,
    split: str = "train",
    limit: int | None = None,
    limits: Limits | None = None,
    report: ReadReport | None = None,
) -> Iterator[Sample]:
    """As :func:`load_samples`, one sample at a time."""
    size = data.size if split == "train" else data.eval_size
    if data.train or data.eval:
        path = data.train if split == "train" else data.eval
        if not path:
            wanted = "--train" if split == "train" else "--eval"
            raise ConfigError("load.there_no_file_give", split=split, wanted=wanted)
        samples = stream_samples(path, task, data, split, limits=limits, report=report)
        return islice(samples, min(size, limit or size))
    if data.corpus not in CORPORA:
        raise ConfigError("load.there_no_corpus_built", corpus=data.corpus)
    return _grammar(task, data, split, limit)


def stream_samples(
    ref: str,
    task: str,
    data: DataSpec | None = None,
    split: str = "train",
    meter: Meter | None = None,
    limits: Limits | None = None,
    report: ReadReport | None = None,
) -> Iterator[Sample]:
    """Yields the samples of a file or of a data set of the hub, one at a time.

    Args:
        ref: a path, or ``hub:OWNER/NAME``.
        data: its ``columns``, ``encoding``, languages, ``revision``, ``subset``, splits and what
            it says of tags are used.
        split: ``"train"``: ``data.train_split`` of the hub's data set; else ``data.eval_split``.
        meter: is told how far the reading is.
        report: is told what was read, and what was left out.

    Raises:
        ShiftDemoError: the data cannot be used; names the place and the mend.
    """
    data, limits = data or DataSpec(), limits or Limits()
    _check_fits(data, TASKS.get(task))
    columns = parse_columns(data.columns)
    labels = parse_labels(data.labels)
    tags = ReadOptions(parse_scheme(data.scheme), data.strict_tags, labels, data.reply_only)
    if is_hub(ref):
        part = data.train_split if split == "train" else data.eval_split
        where = (part, data.subset, data.revision)
        samples = hub_samples(ref, task, *where, columns, meter, limits, tags, report)
    else:
        most = limits.unpacked_bytes
        samples = iter_samples(ref, task, columns, data.encoding, meter, most, tags, report)
    return with_languages(samples, data.source_lang, data.target_lang)


def _check_fits(data: DataSpec, spec: TaskSpec) -> None:
    """Refuses what the samples of a task do not have, instead of leaving it without effect."""
    for name, has in spec.notation.items():
        if getattr(data, name) and not has:
            flag = "--" + name.replace("_", "-")
            raise ConfigError("load.has_no_effect", flag=flag, task=spec.name)


def keep_corpus() -> None:
    """Keeps the built-in corpus of the default configuration in memory, for training at once."""
    for split in ("train", "eval"):
        keep(*_spec(DataSpec(), split))


def _grammar(task: str, data: DataSpec, split: str, limit: int | None) -> Iterator[Sample]:
    answer_at = data.answer_at if split == "train" else data.eval_answer_at
    return corpus_samples(task, *_spec(data, split, limit), answer_at)


def _spec(data: DataSpec, split: str, limit: int | None = None) -> tuple[GrammarSpec, str]:
    """Returns what is asked of the grammar, and its name of the split."""
    train = split == "train"
    size = data.size if train else data.eval_size
    spec = GrammarSpec(
        size=min(size, limit or size),
        min_words=data.min_words,
        max_words=data.max_words,
        names=data.names if train else data.eval_names,
        seed=data.seed,
        new_frames=data.new_frames,
    )
    return spec, {"train": "train", "eval": "val", "test": "test"}[split]
