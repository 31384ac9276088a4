"""Scores with 95 % intervals, from statistics counted once for every sentence."""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from typing import Any, Protocol, cast

import numpy as np

from shiftdemo.core.errors import ConfigError, DataError
from shiftdemo.core.samples import Sample
from shiftdemo.core.task_spec import TASKS
from shiftdemo.core.types import Score
from shiftdemo.evaluation.significance import N_RESAMPLES, Measure, interval, resampled_sums
from shiftdemo.evaluation.tables import TypeRow, class_rows
from shiftdemo.tasks.heads import Task


class Scorer(Protocol):
    """A module that scores a task.

    Attributes:
        MEASURES: name -> the columns of the statistics that a score is made of, the formula
            (sums ``(..., n_columns)`` to scores ``(...)``) and whatever the module keeps beside
            them; the main score first.
    """

    MEASURES: Mapping[str, Any]

    def count(self, samples: Sequence[Sample], predictions: Sequence[Any]) -> np.ndarray:
        """Returns additive statistics, int64 or float64 ``(n_sentences, n_stats)``."""

    def signature(self, name: str, samples: Sequence[Sample]) -> str:
        """Returns how the score ``name`` was computed."""

    def scorable(self, samples: Sequence[Sample]) -> list[int]:
        """Returns the indices of the samples that a score can be computed on."""


def scorer(task: Task) -> Scorer:
    """Returns the module that scores a task.

    Raises:
        ConfigError: there is no such file of scores.
    """
    spec = task.spec
    try:
        module: Any = _module(spec.scores)
    except ModuleNotFoundError:
        known = ", ".join(sorted({other.scores for other in TASKS} - {spec.scores}))
        raise ConfigError("scores.there_no_scores_choose", task=spec.name, known=known) from None
    return cast(Scorer, module)


def _module(name: str) -> Any:
    return importlib.import_module(f"shiftdemo.evaluation.scorers.{name}")


def class_tables(
    task: Task, samples: Sequence[Sample], predictions: Sequence[Any], seed: int
) -> tuple[TypeRow, ...]:
    """Returns the scores of every entity type or class; none for tasks that have neither.

    Args:
        seed: of the resamples.
    """
    module = scorer(task)
    count = getattr(module, "class_counts", None)
    if count is None:
        return ()
    names, counts = count(samples, predictions)
    return class_rows(names, counts, seed, getattr(module, "CLASSES_ARE", ""))


def extra_scores(
    task: Task, samples: Sequence[Sample], predictions: Sequence[Any], seed: int
) -> dict[str, Score]:
    """Returns scores that take too long for a curve, such as TER; none for most tasks."""
    module = scorer(task)
    count = getattr(module, "extra_counts", None)
    if count is None:
        return {}
    scores = {}
    for name, (stats, formula, how) in count(samples, predictions).items():
        low, high = interval(formula(resampled_sums(stats, seed)), len(stats))
        value = float(formula(stats.sum(0).astype(np.float64)))
        scores[name] = Score(name, value, low, high, len(stats), f"{how}|{_resampled(seed)}")
    return scores


def score_names(task: Task) -> tuple[str, ...]:
    """Returns the names of a task's scores, the main one first."""
    return tuple(scorer(task).MEASURES)


def scorable(task: Task, samples: Sequence[Sample]) -> list[int]:
    """Returns the indices of the samples that a score can be computed on."""
    return scorer(task).scorable(samples)


def statistics(task: Task, samples: Sequence[Sample], predictions: Sequence[Any]) -> np.ndarray:
    """Returns what the scores are computed from, int64 or float64 ``(n_sentences, n_stats)``.

    Args:
        samples: with their references.
        predictions: what :meth:`Task.predict` gave for them: texts, or tags of every word.

    Raises:
        DataError: there are no samples, or not one prediction for each.
    """
    module = scorer(task)
    if not samples or len(samples) != len(predictions):
        raise DataError(
            "scores.there_sentences_outputs_score",
            n_samples=len(samples),
            n_predictions=len(predictions),
        )
    return module.count(samples, predictions)


def measures(task: Task, name: str, sums: np.ndarray) -> np.ndarray:
    """Returns the score ``name`` of summed statistics ``(..., n_stats)``.

    Raises:
        ConfigError: the task has no such score.
    """
    table = scorer(task).MEASURES
    if name not in table and name in task.spec.plain:  # a comparison on tags of another kind
        table = _module(task.spec.plain[0]).MEASURES
    if name not in table:
        raise ConfigError(
            "scores.there_no_score_choose", name=name, task=task.spec.name, table=", ".join(table)
        )
    columns, formula, *_ = table[name]
    return np.asarray(formula(np.asarray(sums)[..., columns]))


def measure(task: Task, name: str, stats_sum: np.ndarray) -> float:
    """Returns the score ``name`` of the summed statistics ``(n_stats,)``.

    Raises:
        ConfigError: the task has no such score.
    """
    return float(measures(task, name, stats_sum))


def measure_of(task: Task, name: str) -> Measure:
    """Returns :func:`measures` for one score, as the bootstrap takes it."""
    return lambda sums: measures(task, name, sums)


def signature(task: Task, name: str, samples: Sequence[Sample], seed: int) -> str:
    """Returns how a score and its interval were computed, in the manner of sacreBLEU."""
    return f"{scorer(task).signature(name, samples)}|{_resampled(seed)}"


def _resampled(seed: int) -> str:
    return f"interval:95% percentile bootstrap|bs:{N_RESAMPLES}|seed:{seed}"


def score_statistics(
    task: Task, name: str, samples: Sequence[Sample], stats: np.ndarray, seed: int
) -> Score:
    """Returns the score of sentence statistics that are there already; see :func:`score`."""
    value = measure(task, name, stats.sum(0))
    low, high = interval(measures(task, name, resampled_sums(stats, seed)), len(stats))
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
