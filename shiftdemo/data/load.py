"""Samples for a task from a :class:`~shiftdemo.config.DataSpec`."""

from __future__ import annotations

from shiftdemo.config import DataSpec
from shiftdemo.data.files import read_samples
from shiftdemo.data.grammar import GrammarSpec, generate
from shiftdemo.errors import ConfigError
from shiftdemo.types import Sample

CORPORA = ("grammar",)


def load_samples(
    task: str, data: DataSpec, split: str = "train", limit: int | None = None
) -> list[Sample]:
    """Returns the samples of one split.

    Args:
        task: ``"translation"`` or ``"ner"``.
        split: ``"train"``, ``"eval"`` (held out while training) or ``"test"``. A user's
            evaluation file serves as both of the latter.
        limit: at most so many.

    Raises:
        ConfigError: neither a corpus nor a file is named.
        DataError: a file cannot be used.
    """
    if data.train or data.eval:
        path = data.train if split == "train" else data.eval
        if not path:
            wanted = "--train" if split == "train" else "--eval"
            raise ConfigError(f"There is no {split} file; give one with {wanted}.")
        size = data.size if split == "train" else data.eval_size
        return read_samples(path, task, min(size, limit or size))
    if data.corpus not in CORPORA:
        raise ConfigError(
            f"There is no corpus {data.corpus!r}; the built-in one is called grammar."
        )
    return _grammar(task, data, split, limit)


def _grammar(task: str, data: DataSpec, split: str, limit: int | None) -> list[Sample]:
    train = split == "train"
    size = data.size if train else data.eval_size
    spec = GrammarSpec(
        size=min(size, limit or size),
        min_words=data.min_words,
        max_words=data.max_words,
        names=data.names if train else data.eval_names,
        seed=data.seed,
    )
    sentences = generate(spec, {"train": "train", "eval": "val", "test": "test"}[split])
    if task == "translation":
        return [sentence.translation() for sentence in sentences]
    return [sentence.tagged("en") for sentence in sentences]
