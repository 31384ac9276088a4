"""A whole set of shifted samples: counts, and how lengths and places changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from shiftdemo.core import words as w
from shiftdemo.core.messages import parts
from shiftdemo.core.samples import Sample, TaggedSample, TranslationSample, mentions
from shiftdemo.core.types import PositionPlan, ShiftedSample
from shiftdemo.viz.style import ARMS, SMALL_SIZE, faded, get_theme, themed

HEIGHT = 260
_MOST_BARS = 40
_BEFORE, _AFTER = ARMS["start"], ARMS["shift"]


@dataclass
class SetSummary:
    """What shifts did to a set; filled one sample at a time, so any number of them fits.

    Attributes:
        n: samples.
        applied: samples that at least one operator was applied to.
        changed: samples whose words, tags or feeding differ from the original's.
        reasons: why an operator was not applied, ``operator: reason``, with counts.
        lengths: words of the (source) sentence, before and after, to the number of samples.
        places: where mentions begin (tagged sentences), or how many target labels carry loss
            (translations and language modelling, counted in words with the end token), before
            and after.
        causal: whether plain texts are what a decoder is asked for, as in language modelling.
    """

    n: int = 0
    applied: int = 0
    changed: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    lengths: tuple[Counter[int], Counter[int]] = field(
        default_factory=lambda: (Counter(), Counter())
    )
    places: tuple[Counter[int], Counter[int]] = field(
        default_factory=lambda: (Counter(), Counter())
    )
    causal: bool = False

    def add(self, row: ShiftedSample) -> None:
        """Counts one sample."""
        self.n += 1
        self.applied += row.applied
        same = row.shifted == row.original and row.feed == type(row.feed)()
        self.changed += not same
        if row.note:
            self.reasons.update(parts(row.note))
        plans = (PositionPlan(), row.feed.source)
        for side, (sample, plan) in enumerate(zip((row.original, row.shifted), plans, strict=True)):
            n_words = _n_words(sample)
            self.lengths[side][n_words] += 1
            if isinstance(sample, TaggedSample):
                ids = plan.ids(n_words)
                self.places[side].update(ids[start] for _, start, _ in mentions(sample.tags))
            elif isinstance(sample, TranslationSample) and sample.target:
                self._add_labels(side, len(w.split(sample.target).words) + 1, row.feed.length)
            elif self.causal:
                self._add_labels(side, n_words + 1, row.feed.length)

    def _add_labels(self, side: int, labels: int, length: int | None) -> None:
        seen = length if side and length is not None else labels
        self.places[side][min(labels, seen)] += 1

    def means(self) -> dict[str, float]:
        """Returns the mean of each count, before and after: ``lengths_before`` and so on."""
        return {
            f"{name}_{side}": _mean(counts)
            for name in ("lengths", "places")
            for side, counts in zip(("before", "after"), getattr(self, name), strict=True)
        }


def set_figure(
    summary: SetSummary,
    titles: tuple[str, str],
    counted: tuple[str, str],
    names: tuple[str, str],
    theme: str,
    narrow: bool = False,
) -> go.Figure:
    """Returns both counts, before and after, as two panels of bars.

    Args:
        titles: of the panels: what ``lengths`` and ``places`` count, with their unit.
        counted: what the bars of each panel count.
        names: what before and after are called.
        narrow: the panels stand one below the other, as on a phone.
    """
    panels = [summary.lengths, summary.places] if any(summary.places) else [summary.lengths]
    n = len(panels)
    rows, columns = (n, 1) if narrow else (1, n)
    figure = make_subplots(rows, columns, horizontal_spacing=0.08, vertical_spacing=0.22)
    colors = get_theme(theme)
    for i, (before, after) in enumerate(panels):
        cell = {"row": i + 1, "col": 1} if narrow else {"row": 1, "col": i + 1}
        step = _step([*before, *after])
        for name, counts, style in ((names[0], before, _BEFORE), (names[1], after, _AFTER)):
            bars = _bars(_binned(counts, step), step, name, style.color, i == 0)
            figure.add_trace(bars, **cell)
        figure.update_xaxes(title_text=titles[i], **cell)
        figure.update_yaxes(title_text=counted[i], **cell)
    themed(figure, theme, HEIGHT * rows)
    figure.update_xaxes(
        gridcolor=colors.grid, zeroline=False, title_font_size=SMALL_SIZE + 1, rangemode="tozero"
    )
    figure.update_yaxes(
        gridcolor=colors.grid, zeroline=False, title_font_size=SMALL_SIZE + 1, rangemode="tozero"
    )
    figure.update_layout(
        barmode="group",
        bargap=0.15,
        bargroupgap=0.0,
        margin={"t": 34, "r": 8, "b": 44, "l": 56},
        legend={"orientation": "h", "y": 1 + 0.16 / rows, "x": 0, "yanchor": "top"},
    )
    return figure


def _bars(counts: dict[int, int], step: int, name: str, color: str, legend: bool) -> go.Bar:
    ends = [f"{x}" if step == 1 else f"{x}–{x + step - 1}" for x in counts]
    return go.Bar(
        x=[x + (step - 1) / 2 for x in counts],
        y=list(counts.values()),
        name=name,
        legendgroup=name,
        showlegend=legend,
        customdata=ends,
        marker={
            "color": faded(color, 0.75),
            "line": {"color": color, "width": 1},
            "pattern": {"shape": "/" if color == _AFTER.color else "", "size": 5},
        },
        hovertemplate="%{customdata}: %{y:,}<extra>" + name + "</extra>",
    )


def _step(values: Iterable[int]) -> int:
    """Returns a width of bins that leaves at most forty of them: 1, 2, 5, 10, 20, …"""
    span = max(values, default=0) + 1
    step, factors = 1, iter((2, 2.5, 2) * 12)
    while span / step > _MOST_BARS:
        step = round(step * next(factors))
    return step


def _binned(counts: Counter[int], step: int) -> dict[int, int]:
    binned: Counter[int] = Counter()
    for value, count in counts.items():
        binned[value // step * step] += count
    return dict(sorted(binned.items()))


def _n_words(sample: Sample) -> int:
    if isinstance(sample, TaggedSample):
        return len(sample.words)
    return len(w.split(sample.text).words)


def _mean(counts: Counter[int]) -> float:
    total = sum(counts.values())
    return sum(value * count for value, count in counts.items()) / total if total else 0.0


def applicability(summary: SetSummary) -> list[tuple[str, int, Any]]:
    """Returns why operators were not applied: reason, samples and their share in percent."""
    return [
        (reason, count, 100.0 * count / max(1, summary.n))
        for reason, count in summary.reasons.most_common()
    ]
