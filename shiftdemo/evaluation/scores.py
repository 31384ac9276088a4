"""Scores with 95 % intervals, from statistics counted once for every sentence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from shiftdemo.errors import ConfigError, DataError
from shiftdemo.evaluation import entities, overlap
from shiftdemo.evaluation.significance import N_RESAMPLES, Measure, interval, resampled_sums
from shiftdemo.tasks import Task
from shiftdemo.types import Sample, Score, TranslationSample

_NAMES = {"translation": tuple(overlap.MEASURES), "ner": tuple(entities.MEASURES)}


def score_names(task: Task) -> tuple[str, ...]:
    """Returns the names of a task's scores, the main one first.

    Raises:
        ConfigError: the task has no scores.
    """
    if task.name not in _NAMES:
        raise ConfigError(f"There are no scores for {task.name}; choose translation or ner.")
    return _NAMES[task.name]


def scorable(task: Task, samples: Sequence[Sample]) -> list[int]:
    """Returns the places of the samples that a score can be computed on.

    A translation needs a target. Tagged sentences need one mention among them: without any,
    typed text is not told from text that has none, and entity F1 is 0 divided by 0.
    """
    if task.name == "translation":
        return [
            place
            for place, sample in enumerate(samples)
            if isinstance(sample, TranslationSample) and sample.target.strip()
        ]
    has_mention = any(tag != "O" for sample in samples for tag in entities.tags_of(sample))
    return list(range(len(samples))) if has_mention else []


def statistics(task: Task, samples: Sequence[Sample], predictions: Sequence[Any]) -> np.ndarray:
    """Returns what the scores are computed from, int64 ``(n_sentences, n_stats)``.

    Args:
        samples: with their references.
        predictions: what :meth:`Task.predict` gave for them: texts, or tags of every word.

    Raises:
        DataError: there are no samples, or not one prediction for each.
    """
    score_names(task)
    if not samples or len(samples) != len(predictions):
        raise DataError(
            f"There are {len(samples)} sentences and {len(predictions)} outputs to score; "
            "give at least one sentence and one output for each."
        )
    if task.name == "translation":
        return overlap.count(samples, predictions)
    rows = [entities.count(s, p) for s, p in zip(samples, predictions, strict=True)]
    return np.array(rows, dtype=np.int64)


def measures(task: Task, name: str, sums: np.ndarray) -> np.ndarray:
    """Returns the score ``name``, 0 to 100, of summed statistics ``(..., n_stats)``.

    Raises:
        ConfigError: the task has no such score.
    """
    if name not in score_names(task):
        raise ConfigError(
            f"There is no score {name!r} for {task.name}; "
            f"choose one of {', '.join(score_names(task))}."
        )
    table: Any = overlap.MEASURES if task.name == "translation" else entities.MEASURES
    columns, formula, *_ = table[name]
    return np.asarray(formula(np.asarray(sums)[..., columns]))


def measure(task: Task, name: str, stats_sum: np.ndarray) -> float:
    """Returns the score ``name``, 0 to 100, of the summed statistics ``(n_stats,)``.

    Raises:
        ConfigError: the task has no such score.
    """
    return float(measures(task, name, stats_sum))


def measure_of(task: Task, name: str) -> Measure:
    """Returns :func:`measures` for one score, as the bootstrap takes it."""
    return lambda sums: measures(task, name, sums)


def signature(task: Task, name: str, samples: Sequence[Sample], seed: int) -> str:
    """Returns how a score and its interval were computed, in the manner of sacreBLEU."""
    how = f"interval:95% percentile bootstrap|bs:{N_RESAMPLES}|seed:{seed}"
    if task.name == "translation":
        return f"{overlap.signature(name, samples)}|{how}"
    return f"{entities.MEASURES[name][2]}|{how}"


def score_statistics(
    task: Task, name: str, samples: Sequence[Sample], stats: np.ndarray, seed: int
) -> Score:
    """Returns the score of sentence statistics that are there already; see :func:`score`."""
    value = measure(task, name, stats.sum(0))
    low, high = interval(measures(task, name, resampled_sums(stats, seed)))
    return Score(name, value, low, high, len(stats), signature(task, name, samples, seed))


def score(
    task: Task, name: str, samples: Sequence[Sample], predictions: Sequence[Any], seed: int
) -> Score:
    """Returns a score with its 95 % percentile bootstrap interval over the sentences.

    Args:
        name: one of :func:`score_names`.
        seed: of the resamples.

    Raises:
        ConfigError: the task has no such score.
        DataError: there are no samples, or not one prediction for each.
    """
    return score_statistics(task, name, samples, statistics(task, samples, predictions), seed)
