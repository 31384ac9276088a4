"""Means over training seeds of scores and of tables of scores."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import numpy as np

from shiftdemo.core.types import Score
from shiftdemo.evaluation.consistency import Consistency
from shiftdemo.evaluation.detail import Detail, Information
from shiftdemo.evaluation.seed_interval import further_seed
from shiftdemo.evaluation.summary import Summary
from shiftdemo.evaluation.tables import Confusion, TagTable, TypeRow

_T = TypeVar("_T")
FEWEST_FOR_NOISE = 3


def mean_score(scores: Sequence[Score]) -> Score:
    """Returns mean, least and greatest of the scores of several seeds."""
    values = [score.value for score in scores]
    kept = scores[0].signature.partition("|interval:")[0]
    signature = f"{kept}|mean of {len(scores)} training seeds|interval:least to greatest seed"
    mean = float(np.mean(values))
    return Score(scores[0].name, mean, min(values), max(values), scores[0].n, signature)


def mean_scores(by_seed: Sequence[Sequence[Score]]) -> tuple[Score, ...]:
    """Returns :func:`mean_score` for each score of ``by_seed`` ``(n_seeds, n_scores)``."""
    return tuple(mean_score(scores) for scores in zip(*by_seed, strict=True))


def noise_of(curves: Sequence[Sequence[Score]]) -> tuple[Score, ...]:
    """Returns where a further seed of an arm would fall at each strength, 95 times of 100.

    Args:
        curves: one a seed; of fewer than three nothing is said.

    Returns:
        Scores whose ``n`` is the number of seeds.
    """
    if len(curves) < FEWEST_FOR_NOISE:
        return ()
    bands = []
    for scores in zip(*curves, strict=True):
        values = [score.value for score in scores]
        low, high = further_seed(values)
        how = "where a further training seed falls|interval:95% prediction, Student's t"
        bands.append(Score(scores[0].name, float(np.mean(values)), low, high, len(values), how))
    return tuple(bands)


def mean_summary(summaries: Sequence[Summary]) -> Summary:
    """Returns the means of what the curves say in a few numbers."""

    def mean(scores: Sequence[Score | None]) -> Score | None:
        known = [score for score in scores if score is not None]
        return mean_score(known) if len(known) == len(scores) else None

    return Summary(
        mean_score([one.at_zero for one in summaries]),
        mean([one.worst_inside for one in summaries]),
        mean_score([one.area for one in summaries]),
        mean([one.outside for one in summaries]),
        mean([one.inside for one in summaries]),
    )


def mean_consistency(by_seed: Sequence[Sequence[Consistency]]) -> tuple[Consistency, ...]:
    """Returns the means of how much of an arm's output stays, at each strength."""
    means = []
    for of_seeds in zip(*by_seed, strict=True):
        entities = [one.entities for one in of_seeds if one.entities is not None]
        whole = mean_score(entities) if len(entities) == len(of_seeds) else None
        means.append(Consistency(mean_score([one.tokens for one in of_seeds]), whole))
    return tuple(means)


def mean_details(by_seed: Sequence[Sequence[Detail]]) -> tuple[Detail, ...]:
    """Returns the means of the details of several seeds; confusions are added up."""
    return tuple(_mean_detail(details) for details in zip(*by_seed, strict=True))


def _mean_detail(details: Sequence[Detail]) -> Detail:
    first = details[0]
    scores = {
        arm: {name: mean_score([d.scores[arm][name] for d in details]) for name in own}
        for arm, own in first.scores.items()
    }
    return Detail(
        first.strength,
        scores,
        _by_arm([detail.types for detail in details], _mean_rows),
        _by_arm([detail.tags for detail in details], _mean_table),
        _by_arm([detail.confusion for detail in details], _sum),
        _by_arm([detail.information for detail in details], _mean_information),
    )


def _by_arm(
    of_seeds: Sequence[Mapping[str, _T]], mean: Callable[[Sequence[_T]], _T]
) -> dict[str, _T]:
    arms = [arm for arm in of_seeds[0] if all(arm in own for own in of_seeds)]
    return {arm: mean([own[arm] for own in of_seeds]) for arm in arms}


def _mean_rows(of_seeds: Sequence[tuple[TypeRow, ...]]) -> tuple[TypeRow, ...]:
    """Returns the means of the classes that every seed has a row of."""
    tables = [{row.type: row for row in rows} for rows in of_seeds]
    rows = []
    for name in tables[0]:
        if all(name in table for table in tables):
            own = [table[name] for table in tables]
            predicted = round(float(np.mean([row.predicted for row in own])))
            row = TypeRow(
                name,
                mean_score([one.precision for one in own]),
                mean_score([one.recall for one in own]),
                mean_score([one.f1 for one in own]),
                own[0].support,
                predicted,
            )
            rows.append(row)
    return tuple(rows)


def _mean_table(tables: Sequence[TagTable]) -> TagTable:
    return TagTable(
        _mean_rows([table.tags for table in tables]),
        _mean_rows([table.averages for table in tables]),
    )


def _sum(of_seeds: Sequence[Confusion]) -> Confusion:
    labels = sorted({label for one in of_seeds for label in one.labels})
    index = {label: at for at, label in enumerate(labels)}
    counts = np.zeros((len(labels), len(labels)), dtype=np.int64)
    for one in of_seeds:
        at = [index[label] for label in one.labels]
        counts[np.ix_(at, at)] += np.array(one.counts)
    return Confusion(tuple(labels), tuple(map(tuple, counts.tolist())))


def _mean_information(of_seeds: Sequence[Information]) -> Information:
    return Information(
        mean_score([one.nats for one in of_seeds]),
        mean_score([one.bits for one in of_seeds]),
        mean_score([one.bound for one in of_seeds]),
        float(np.mean([one.entropy for one in of_seeds])),
        of_seeds[0].labels,
    )
