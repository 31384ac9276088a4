"""A comparison taken apart: by class, by information, by kinds of sentences, by consistency."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar

from shiftdemo.evaluation.detail import Detail
from shiftdemo.evaluation.results import Comparison
from shiftdemo.evaluation.tables import TypeRow
from shiftdemo.evaluation.verdict import LEVEL
from shiftdemo.publishing.comparison.figures import (
    Table,
    interval,
    maybe,
    p_cell,
    signatures,
    strength_name,
)
from shiftdemo.viz.reader import Reader

_T = TypeVar("_T")
KINDS = {
    "length": "length",
    "words": "words in training",
    "cut": "length limit",
    "answer": "place of the answer",
    "type": "entity type",
    "place": "place of the name",
    "names": "names in training",
}
AVERAGES = {
    "micro avg": "micro average, O counted",
    "macro avg": "macro average, O counted",
    "micro avg without O": "micro average, without O",
    "macro avg without O": "macro average, without O",
}


def types(visit: Reader, result: Comparison) -> Table | None:
    """Returns scores by entity type or class, clean and shifted, a row an arm and strength."""
    rows = []
    for detail, arm, of_arm in _each(result, lambda detail: detail.types):
        rows += [_row(visit, result, detail, arm, row, row.type) for row in of_arm]
    if not rows:
        return None
    caption = visit("Precision, recall and F1 by type, in brackets the 95 % interval.")
    return _by_class(visit, rows, caption)


def tags(visit: Reader, result: Comparison) -> Table | None:
    """Returns the table by tag that tutorials print, with both kinds of averages."""
    rows = []
    for detail, arm, table in _each(result, lambda detail: detail.tags):
        rows += [_row(visit, result, detail, arm, row, row.type) for row in table.tags]
        rows += [
            _row(visit, result, detail, arm, row, visit(AVERAGES.get(row.type, row.type)))
            for row in table.averages
        ]
    if not rows:
        return None
    caption = visit(
        "Word by word, as tutorials print it. Averages that count O look good on any text that is "
        "mostly O: the ones without O say something of entities."
    )
    return _by_class(visit, rows, caption)


def _each(
    result: Comparison, what: Callable[[Detail], Mapping[str, _T]]
) -> Iterator[tuple[Detail, str, _T]]:
    for detail in result.details:
        yield from ((detail, arm, own) for arm, own in what(detail).items())


def _row(
    visit: Reader, result: Comparison, detail: Detail, arm: str, row: TypeRow, name: str
) -> list[str]:
    at = strength_name(visit, result, detail.strength)
    figures = (interval(visit, score) for score in (row.precision, row.recall, row.f1))
    return [f"{visit.marked(arm)}, {at}", name, *figures, f"{row.support:,}"]


def _by_class(visit: Reader, rows: list[list[str]], caption: str) -> Table:
    names = ["arm", "class", "precision", "recall", "F1", "support"]
    columns = [visit(name) for name in names]
    return {"columns": columns, "rows": rows, "caption": caption, "size": 32}


def confusions(visit: Reader, result: Comparison) -> Table | None:
    """Returns which class is taken for which, most often first; right ones are left out."""
    counts: dict[tuple[str, str], dict[str, int]] = {}
    heads: list[str] = []
    for detail, arm, own in _each(result, lambda detail: detail.confusion):
        head = f"{visit.marked(arm)}, {strength_name(visit, result, detail.strength)}"
        heads.append(head)
        for gold, line in zip(own.labels, own.counts, strict=True):
            for given, n in zip(own.labels, line, strict=True):
                if n and gold != given:
                    counts.setdefault((gold, given), {})[head] = n
    if not heads:
        return None
    order = sorted(counts.items(), key=lambda item: -sum(item[1].values()))
    rows = [
        [gold, given, *(f"{own.get(head, 0):,}" for head in heads)] for (gold, given), own in order
    ]
    columns = [visit("gold"), visit("taken for"), *heads]
    caption = visit("How often one class was taken for another; counts.")
    return {"columns": columns, "rows": rows, "caption": caption, "size": 10}


def information(visit: Reader, result: Comparison) -> Table | None:
    """Returns what the arms know of the references, in nats and bits."""
    rows, scores, held = [], [], set[str]()
    for detail, arm, own in _each(result, lambda detail: detail.information):
        at = strength_name(visit, result, detail.strength)
        cells = [interval(visit, one, ".3f") for one in (own.nats, own.bits, own.bound)]
        rows.append([f"{visit.marked(arm)}, {at}", *cells, f"{own.labels:,}"])
        scores += [own.nats, own.bound]
        held.add(f"{own.entropy:.3f}")
    if not rows:
        return None
    columns = ["arm", "E[log p], nats a label", "bits a label", "information ≥, nats", "labels"]
    caption = visit(
        "What training maximises, measured: how well the references are predicted (0 is "
        "certainty), and the lower bound on the information about one label that follows, "
        "H(Y) + E[log p] (Barber and Agakov 2003). It assumes H(Y) = {entropy} nats, the entropy "
        "of single labels of these references; it is a bound, not the mutual information.",
        entropy=" / ".join(sorted(held)),
    )
    return {
        "columns": [visit(name) for name in columns],
        "rows": rows,
        "caption": caption,
        "small": signatures(visit, scores),
    }


def slices(visit: Reader, result: Comparison) -> Table | None:
    """Returns where the difference comes from; what is significant first."""
    if not result.slices:
        return None
    rows, keys = [], []
    for one in sorted(result.slices, key=lambda part: (part.corrected, part.difference.p_value)):
        found = one.corrected < LEVEL
        cells = [interval(visit, one.difference, "+.1f"), p_cell(one.corrected)]
        verdict = visit("better" if one.difference.value > 0 else "worse") if found else "–"
        rows.append(
            [visit(KINDS[one.kind]), visit.translate(one.name), f"{one.n:,}", *cells, verdict]
        )
        keys.append(one.key)
    columns = ["parted by", "part", "sentences", "difference", "p corrected", "verdict"]
    at = strength_name(visit, result, result.details[-1].strength)
    caption = visit(
        "{arm} − {base} in {score} at {at}, in parts of the sentences (95 % interval). Corrected "
        "for false discoveries over all parts (Benjamini and Hochberg 1995); only what stays below "
        "0.05 is called better or worse. Sentences are those that have any of a part, in the "
        "reference or in an output.",
        arm=visit.arm(result.judged),
        base=visit.arm(result.reference_arm),
        score=visit(result.score_name),
        at=at,
    )
    return {
        "columns": [visit(name) for name in columns],
        "rows": rows,
        "caption": caption,
        "keys": keys,
        "size": 16,
    }


def consistency(visit: Reader, result: Comparison) -> Table | None:
    """Returns how much of every arm's output stays at each strength."""
    if not result.consistency:
        return None
    arms = list(result.consistency)
    entities = any(one.entities for own in result.consistency.values() for one in own)
    columns = [visit(result.condition.dial)]
    columns += [f"{visit.marked(arm)}, {visit('tokens that stay')}" for arm in arms]
    if entities:
        columns += [f"{visit.marked(arm)}, {visit('entities that stay')}" for arm in arms]
    rows = []
    for index, strength in enumerate(result.strengths):
        own = [result.consistency[arm][index] for arm in arms]
        row = [f"{strength:g}", *(interval(visit, one.tokens) for one in own)]
        rows.append(row + ([maybe(visit, one.entities) for one in own] if entities else []))
    caption = visit(
        "Share of an arm's own output without shift that stays, in percent. It needs no reference: "
        "a model may be consistently wrong."
    )
    small = signatures(
        visit, [one.tokens for own in result.consistency.values() for one in own[:1]]
    )
    return {"columns": columns, "rows": rows, "caption": caption, "small": small, "size": 16}
