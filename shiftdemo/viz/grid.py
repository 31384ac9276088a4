"""Heatmaps in a grid: sizes in pixels, token labels, one or two colour bars on top."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from shiftdemo.core.messages import Message, Text
from shiftdemo.viz.style import SMALL_SIZE, escape, get_theme, themed

_LONGEST = 14  # characters of a tick label
_TITLE = 26  # pixels above a panel
_NAME = 30  # pixels of an axis title
_BAR = 52  # pixels above the titles
Say: TypeAlias = Callable[[Message | Text], str]
"""Puts a sentence or a name into the reader's language."""


@dataclass(frozen=True)
class Panel:
    """One heatmap.

    Attributes:
        values: ``(query_len, key_len)``: weights, or changes of weights.
        title: written above it; escaped when drawn.
        change: whether the values are changes: drawn on the diverging scale.
    """

    values: np.ndarray
    queries: tuple[str, ...]
    keys: tuple[str, ...]
    title: str = ""
    change: bool = False


def grid(
    shown: Sequence[Panel],
    theme: str,
    columns: int = 1,
    side: float = 0.0,
    say: Say = str,
) -> go.Figure:
    """Returns the panels in a grid, weights on one scale and changes on another.

    Args:
        columns: panels in a row.
        side: the longer side of a panel in pixels; 0: from the number of tokens.
        say: puts what the figure says into the reader's language.
    """
    n_rows = -(-len(shown) // columns)
    longest = max(max(panel.values.shape) for panel in shown)
    side = side or min(30.0 * longest, max(330.0, 8.5 * longest))
    height = side * max(p.values.shape[0] for p in shown) / longest
    labels = 12 + round(6.3 * min(_LONGEST, max(len(t) for panel in shown for t in panel.keys)))
    gap = _TITLE + labels
    inner = n_rows * height + (n_rows - 1) * gap
    figure = make_subplots(
        n_rows,
        columns,
        vertical_spacing=gap / inner if n_rows > 1 else None,
        horizontal_spacing=0.04 if columns > 1 else None,
    )
    for i, panel in enumerate(shown):
        row, column = i // columns + 1, i % columns + 1
        figure.add_trace(_trace(panel, say), row, column)
        last = i + columns >= len(shown)
        _axes(figure, panel, row, column)
        _show_labels(figure, row, column, column == 1, last, say)
    top, bottom = _BAR + _TITLE, labels + _NAME
    themed(figure, theme, round(inner + top + bottom))
    colors = get_theme(theme)
    figure.update_layout(
        margin={"t": top, "r": 4, "b": bottom, "l": 4}, plot_bgcolor=colors.cell_edge
    )
    figure.update_xaxes(linecolor=colors.grid)
    figure.update_yaxes(linecolor=colors.grid)
    _add_titles(figure, shown)
    _add_scales(figure, shown, theme, inner, say)
    return figure


def _trace(panel: Panel, say: Say) -> go.Heatmap:
    start, end = say(Message("attention.from")), say(Message("attention.to"))
    value = say(Message("attention.change" if panel.change else "attention.weight"))
    value += " %{z:+.3f}" if panel.change else " %{z:.3f}"
    gap = 1 if max(panel.values.shape) <= 32 else 0
    return go.Heatmap(
        z=np.round(panel.values.astype(float), 4),
        x=[str(i) for i in range(len(panel.keys))],
        y=[str(i) for i in range(len(panel.queries))],
        coloraxis="coloraxis2" if panel.change else "coloraxis",
        hovertemplate=f"{start} <b>%{{y}}</b><br>{end} <b>%{{x}}</b><br>{value}<extra></extra>",
        xgap=gap,
        ygap=gap,
    )


def _labels(tokens: Sequence[str]) -> dict[str, str]:
    """Returns what plotly writes for each axis position; positions are numbers, so none merge."""
    cut = [t if len(t) <= _LONGEST else f"{t[: _LONGEST - 1]}…" for t in tokens]
    return {str(i): escape(token) for i, token in enumerate(cut)}


def _axes(figure: go.Figure, panel: Panel, row: int, column: int) -> None:
    # Plotly leaves out ticks that would touch; categories with an alias keep the rest in place.
    common = {
        "type": "category",
        "tickfont": {"size": SMALL_SIZE},
        "ticks": "",
        "showgrid": False,
        "zeroline": False,
        "showline": True,
        "mirror": True,
        "title_font": {"size": SMALL_SIZE},
        "title_standoff": 12,
        "constrain": "domain",
        "automargin": True,
        "row": row,
        "col": column,
    }
    figure.update_xaxes(
        labelalias=_labels(panel.keys), tickangle=-90, constraintoward="left", **common
    )
    x_axis = figure.get_subplot(row, column).xaxis.plotly_name.replace("axis", "")
    figure.update_yaxes(
        labelalias=_labels(panel.queries),
        autorange="reversed",
        constraintoward="top",
        scaleanchor=x_axis,
        **common,
    )


def _show_labels(
    figure: go.Figure, row: int, column: int, first: bool, last: bool, say: Say
) -> None:
    """Writes queries at the left only, and the axis of the keys under the last panels."""
    cell = {"row": row, "col": column}
    title = say(Message("attention.to_key")) if last else ""
    figure.update_xaxes(title_text=title, **cell)
    title = say(Message("attention.from_query")) if first else ""
    figure.update_yaxes(showticklabels=first, title_text=title, **cell)


def _add_titles(figure: go.Figure, shown: Sequence[Panel]) -> None:
    for i, panel in enumerate(shown):
        if not panel.title:
            continue
        number = str(i + 1) if i else ""
        figure.add_annotation(
            text=escape(panel.title),
            x=figure.layout[f"xaxis{number}"].domain[0],
            y=figure.layout[f"yaxis{number}"].domain[1],
            xref="paper",
            yref="paper",
            xanchor="left",
            yanchor="bottom",
            showarrow=False,
        )


def _add_scales(
    figure: go.Figure, shown: Sequence[Panel], theme: str, inner: float, say: Say
) -> None:
    """Adds a scale from 0 for weights and a symmetric one for changes, each where it is used."""
    colors = get_theme(theme)
    height = 1 + _TITLE / inner
    weights = [panel.values.max() for panel in shown if not panel.change]
    changes = [np.abs(panel.values).max() for panel in shown if panel.change]
    if weights:
        most = float(max(1e-3, *weights, 1e-3))
        scale = {"colorscale": colors.sequential, "cmin": 0.0, "cmax": most}
        bar = _bar(say(Message("attention.weight")), height, 0.0, {0.0: "0", most: f"{most:.2f}"})
        figure.update_layout(coloraxis={**scale, "colorbar": bar})
    if changes:
        reach = float(max(0.01, *changes, 0.01))  # noise must not look like a change
        scale = {"colorscale": colors.diverging, "cmin": -reach, "cmax": reach}
        marks = {-reach: f"−{reach:.2f}", 0.0: "0", reach: f"+{reach:.2f}"}
        bar = _bar(say(Message("attention.change")), height, 1.0 if weights else 0.0, marks)
        figure.update_layout(coloraxis2={**scale, "colorbar": bar})


def _bar(title: str, height: float, x: float, marks: dict[float, str]) -> dict[str, Any]:
    pad = 18 if x else 0  # room for the last mark
    return {
        "orientation": "h",
        "thickness": 8,
        "outlinewidth": 0,
        "lenmode": "pixels",
        "len": 84 + 2 * pad,
        "x": x,
        "xanchor": "right" if x else "left",
        "y": height,
        "yanchor": "bottom",
        "xpad": pad,
        "ypad": 0,
        "tickvals": list(marks),
        "ticktext": list(marks.values()),
        "tickfont": {"size": SMALL_SIZE},
        "title": {"text": title, "side": "top", "font": {"size": SMALL_SIZE}},
    }
