"""Attention over many sentences as what the page draws: profiles, and tables against gold."""

from __future__ import annotations

from typing import Any

import numpy as np

from shiftdemo.attention.head_stats import STATS
from shiftdemo.attention.profiles import REACH, Interval
from shiftdemo.evaluation.alignment_error import Aligner, AlignmentErrors
from shiftdemo.evaluation.conditions import OFFSET
from shiftdemo.publishing.attention.lab import KINDS, colors
from shiftdemo.publishing.attention.numbers import packed, rounded
from shiftdemo.publishing.attention.results import CorpusAttention
from shiftdemo.publishing.attention.words import STAT_NAMES
from shiftdemo.publishing.comparison.figures import Table, interval, p_cell
from shiftdemo.viz.reader import Reader
from shiftdemo.viz.style import arm_style

# What the rows of the table of alignment are called.
WAYS = {
    ("head", "argmax"): "best head, strongest source word",
    ("head", "threshold"): "best head, all above a threshold",
    ("layer", "argmax"): "best mean of a layer, strongest source word",
    ("layer", "threshold"): "best mean of a layer, all above a threshold",
}
QUERIES = {"predicts": "rows that predict the word", "reads": "rows that read the word"}


def corpus_view(reader: Reader, result: CorpusAttention) -> dict[str, Any]:
    """Returns what ``attention_corpus.js`` draws, in the reader's language."""
    first = result.profiles["base"]
    k = f"{result.strength:g}"
    if result.condition.operator == OFFSET:
        place = reader("at position {k}", k=k)
    else:
        place = reader("after {operator} (strength {k})", operator=result.condition.operator, k=k)
    lead = reader("{n} sentences of the built-in corpus, {place}.", n=result.n, place=place)
    return {
        "lead": lead,
        "labels": {
            "attention": reader("Attention"),
            "head": reader("Head"),
            "average": reader("mean of all heads"),
            "offset_axis": reader("key minus query (tokens)"),
            "place_axis": reader("place of the key in the sentence (tokens)"),
            "weight_axis": reader("mean weight"),
            "figures": reader("Figures of this head"),
            **{f"stat_{name}": reader(text) for name, text in STAT_NAMES.items()},
            "stat_moved": reader("distance from position 0 (0 to 1)"),
            "note": reader(
                "Lines: the mean over the sentences; bands: its 95 % interval (Student's t)."
            ),
        },
        "colors": colors(),
        "reach": REACH,
        "arms": [
            {"arm": arm, "mark": arm_style(arm).mark, "name": reader.arm(arm)}
            for arm in result.profiles
        ],
        "kinds": [_kind(reader, result, kind) for kind in first],
        "tables": [
            table for table in (_alignment(reader, result), _answers(reader, result)) if table
        ],
    }


def _kind(reader: Reader, result: CorpusAttention, kind: str) -> dict[str, Any]:
    own = {arm: of[kind] for arm, of in result.profiles.items()}
    shape = own["base"]["offsets"].mean.shape
    same = {arm: of for arm, of in own.items() if of["offsets"].mean.shape == shape}
    return {
        "kind": kind,
        "name": reader(KINDS[kind]),
        "layers": shape[0],
        "heads": shape[1],
        "telling": _telling([of["offsets"].mean for of in same.values()]),
        "arms": {
            arm: {name: _packed(of[name]) for name in ("offsets", "places", "average")}
            for arm, of in same.items()
        },
        "stats": {
            arm: {name: _rounded(of[name]) for name in (*STATS, "moved") if name in of}
            for arm, of in same.items()
        },
    }


def _rounded(one: Interval) -> dict[str, Any]:
    parts = {"mean": one.mean, "low": one.low, "high": one.high}
    return {name: rounded(values, 3) for name, values in parts.items()}


def _telling(means: list[np.ndarray]) -> list[int]:
    """Returns the layer and the head whose profiles are furthest apart."""
    if len(means) < 2:
        return [0, 0]
    apart = np.nansum(np.abs(means[0] - means[1]), -1)
    layer, head = np.unravel_index(int(apart.argmax()), apart.shape)
    return [int(layer), int(head)]


def _packed(one: Interval) -> dict[str, Any]:
    parts = {"mean": one.mean, "low": one.low, "high": one.high}
    return {name: packed(np.clip(values, 0.0, 1.0)) for name, values in parts.items()}


def _alignment(reader: Reader, result: CorpusAttention) -> Table | None:
    """Returns the alignment error rates of the arms and their difference."""
    errors = result.alignment
    if errors is None:
        return None
    arms = list(errors.arms)
    rows = []
    for index, one in enumerate(errors.arms["base"]):
        row = [reader(WAYS[one.of, one.way])]
        row += [_error(reader, errors.arms[arm][index]) for arm in arms]
        rows.append(row + _difference(reader, errors, index))
    columns = [reader("links read off"), *(reader.marked(arm) for arm in arms)]
    columns += [reader("difference"), "p"] if errors.differences else []
    n = errors.arms["base"][0].error.n
    caption = reader(
        "Alignment error rate of cross-attention against the corpus's gold word links, in %; "
        "lower is better. Head and threshold were picked on half of the sentences, the error is "
        "that of the other {n}. p is of each row by itself, not corrected for the four.",
        n=n,
    )
    small = errors.arms["base"][0].error.signature
    title = reader("Does cross-attention align words?")
    return {"title": title, "caption": caption, "columns": columns, "rows": rows, "small": small}


def _error(reader: Reader, one: Aligner) -> str:
    where = reader("layer {n}", n=one.layer)
    if one.head is not None:
        where += ", " + reader("head {n}", n=one.head)
    if one.threshold is not None:
        where += f", ≥ {one.threshold:g}"
    return f"{interval(reader, one.error)}\n{where}, {reader(QUERIES[one.queries])}"


def _difference(reader: Reader, errors: AlignmentErrors, index: int) -> list[str]:
    if not errors.differences:
        return []
    one = errors.differences[index]
    return [interval(reader, one, "+.1f"), p_cell(one.p_value)]


def _answers(reader: Reader, result: CorpusAttention) -> Table | None:
    """Returns the question's attention on the answer: the best head of each arm, and the mean."""
    if not result.answers:
        return None
    rows = []
    for arm, one in result.answers.items():
        layer, head = np.unravel_index(int(np.nanargmax(one.mean)), one.mean.shape)
        ends = [100 * float(part[layer, head]) for part in (one.mean, one.low, one.high)]
        where = f"{reader('layer {n}', n=int(layer))}, {reader('head {n}', n=int(head))}"
        best = f"{ends[0]:.1f} ({ends[1]:.1f} – {ends[2]:.1f})\n{where}"
        rows.append([reader.marked(arm), best, f"{100 * float(np.nanmean(one.mean)):.1f}"])
    caption = reader(
        "Share of the question's attention that is on the answer, in %, mean over the sentences "
        "with its 95 % interval; {chance:.1f} if every token got the same. The best head is the "
        "best of many, so its figure is a little high.",
        chance=100 * (result.by_chance or 0.0),
    )
    columns = [reader("arm"), reader("best head"), reader("mean of all heads")]
    title = reader("Does the question look at the answer?")
    return {"title": title, "caption": caption, "columns": columns, "rows": rows}
