"""Finds what the arms score in detail at one strength."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from shiftdemo.core.samples import Sample, TaggedSample, TextSample
from shiftdemo.core.types import Score
from shiftdemo.evaluation.detail import Detail, Information
from shiftdemo.evaluation.information import information_of
from shiftdemo.evaluation.measure import Measured
from shiftdemo.evaluation.scores import class_tables, extra_scores, score_names, score_statistics
from shiftdemo.evaluation.tables import confusion, tag_table
from shiftdemo.tasks.heads import Task


def detail_of(
    task: Task,
    runs: Mapping[str, Measured],
    scored: Sequence[int],
    seed: int,
) -> Detail:
    """Returns the details of what the arms put out at one strength.

    Args:
        runs: of every arm, at this strength.
        scored: indices of the samples that have a reference, at least one.
    """
    given = next(iter(runs.values()))
    samples = [given.moved[i].shifted for i in scored]
    outputs = {arm: [run.outputs[i] for i in scored] for arm, run in runs.items()}
    stats = {arm: run.stats for arm, run in runs.items() if run.stats is not None}
    gold = [_classes(sample) for sample in samples]
    tagged = all(isinstance(sample, TaggedSample) for sample in samples)
    by_class = tagged or (task.spec.named_classes and all(gold))
    said = {arm: [_as_classes(output) for output in own] for arm, own in outputs.items()}
    return Detail(
        given.strength,
        {arm: _scores(task, samples, outputs[arm], stats[arm], seed) for arm in stats},
        {arm: class_tables(task, samples, own, seed) for arm, own in outputs.items()},
        {arm: tag_table(gold, own, seed) for arm, own in said.items()} if tagged else {},
        {arm: confusion(gold, own) for arm, own in said.items()} if by_class else {},
        _information(runs, seed),
    )


def _scores(
    task: Task, samples: Sequence[Sample], outputs: Sequence[Any], stats: np.ndarray, seed: int
) -> dict[str, Score]:
    names = score_names(task)
    scores = {name: score_statistics(task, name, samples, stats, seed) for name in names}
    return {**scores, **extra_scores(task, samples, outputs, seed)}


def _classes(sample: Sample) -> tuple[str, ...]:
    if isinstance(sample, TaggedSample):
        return sample.tags
    return (sample.label,) if isinstance(sample, TextSample) and sample.label else ()


def _as_classes(output: Any) -> tuple[str, ...]:
    return (output,) if isinstance(output, str) else tuple(output) if _is_row(output) else ()


def _is_row(output: Any) -> bool:
    return isinstance(output, (tuple, list))


def _information(runs: Mapping[str, Measured], seed: int) -> dict[str, Information]:
    fits = {arm: run.fit for arm, run in runs.items() if run.fit is not None}
    found = {arm: information_of(fit, seed) for arm, fit in fits.items()}
    return {arm: one for arm, one in found.items() if one is not None}
