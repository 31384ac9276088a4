"""Data sources of a recipe: files below a data folder, and the built-in corpus."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from shiftdemo.core.errors import ConfigError
from shiftdemo.core.samples import Sample, TaggedSample
from shiftdemo.data.reading.columns import parse_columns
from shiftdemo.data.reading.files import parallel_lines, read_samples


def read_source(source: Mapping[str, Any], data: Path, task: str) -> list[Sample]:
    """Returns the samples of one source.

    Args:
        source: ``{"file": PATH}`` (with ``columns`` as on the command line), ``{"source": PATH,
            "target": PATH}`` (line by line) or ``{"corpus": "grammar", "size": N, …}``;
            ``distinct`` leaves out texts that were there before, ``shuffle`` is the seed of a new
            order, ``skip`` and ``take`` cut it, ``repeat`` repeats it, ``types`` renames entity
            types (an empty name drops the type).
        data: the folder that paths are relative to.
        task: name of the task.

    Raises:
        ConfigError: the source names none of the three.
    """
    if "file" in source:
        columns = parse_columns(source.get("columns", ""))
        samples = read_samples(data / source["file"], task, columns=columns)
    elif "source" in source:
        samples = parallel_lines(data / source["source"], data / source["target"])
    elif source.get("corpus") == "grammar":
        samples = list(_grammar(source, task))
    else:
        raise ConfigError("sources.data_source_needs_file", entry=dict(source))
    if "types" in source:
        samples = [_renamed(sample, source["types"]) for sample in samples]
    if source.get("distinct"):
        first: dict[str, Sample] = {}
        for sample in samples:
            first.setdefault(sample.text, sample)
        samples = list(first.values())
    if "shuffle" in source:
        random.Random(source["shuffle"]).shuffle(samples)
    start, take = source.get("skip", 0), source.get("take")
    samples = samples[start : None if take is None else start + take]
    return samples * source.get("repeat", 1)


def _grammar(source: Mapping[str, Any], task: str) -> Iterator[Sample]:
    from shiftdemo.data.grammar import GrammarSpec, corpus_samples

    keys = ("size", "min_words", "max_words", "names", "seed")
    spec = GrammarSpec(**{key: source[key] for key in keys if key in source})
    yield from corpus_samples(task, spec, source.get("split", "train"))


def _renamed(sample: Sample, types: Mapping[str, str]) -> Sample:
    if not isinstance(sample, TaggedSample):
        return sample
    tags = []
    for tag in sample.tags:
        kind = types.get(tag[2:], tag[2:]) if tag != "O" else ""
        tags.append(f"{tag[:2]}{kind}" if kind else "O")
    return dataclasses.replace(sample, tags=tuple(tags))
