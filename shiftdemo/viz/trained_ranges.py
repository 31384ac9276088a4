"""Shades on the robustness curve: the strengths that each arm was trained on."""

from __future__ import annotations

from collections.abc import Callable

import plotly.graph_objects as go

from shiftdemo.core.messages import Message, Text
from shiftdemo.viz.curve_panel import CurvePanel, spaced
from shiftdemo.viz.style import SMALL_SIZE, arm_style, get_theme

_STRIP = 0.03  # height of one arm's strip, of the panel
_LINE = 15  # of an annotation, pixels


def add_ranges(
    figure: go.Figure,
    row: int,
    theme: str,
    panel: CurvePanel,
    say: Callable[[Message | Text], str],
) -> None:
    """Shades what training drew from, both ends among it.

    One range is a shade over the whole height. Where the arms were trained on several, each has a
    strip of its colour along the bottom too, and its own line of text.

    Args:
        row: of the panel in the figure, from 1.
        say: puts a sentence into the reader's language.
    """
    colors = get_theme(theme)
    apart = panel.trained_apart
    if panel.trained is not None:
        begin, end = _ends(panel, panel.trained)
        figure.add_vrect(
            x0=begin,
            x1=end,
            fillcolor=colors.shade,
            line={"width": 0},
            layer="below",
            row=row,
            col=1,
        )
        if not apart:
            _write(figure, row, say(_words(panel.trained)), begin, 0, colors.muted)
    for line, (arm, trained) in enumerate(apart.items()):
        begin, end = _ends(panel, trained)
        style = arm_style(arm)
        figure.add_shape(
            type="rect",
            x0=begin,
            x1=end,
            y0=line * _STRIP,
            y1=(line + 1) * _STRIP,
            yref="y domain",
            fillcolor=style.color,
            opacity=0.5,
            line={"width": 0},
            layer="below",
            row=row,
            col=1,
        )
        text = f"{style.mark} {say(_words(trained))}"
        _write(figure, row, text, _ends(panel, (0, 0))[0], line, style.color)


def _ends(panel: CurvePanel, trained: tuple[float, float]) -> tuple[float, float]:
    """Returns where a range begins and ends on the axis; one that is a point gets a width."""
    most = spaced(max(panel.strengths))
    margin = 0.04 * max(most, 1.0)
    low, high = trained
    begin = -margin if low == 0 else spaced(low) - margin
    return begin, min(spaced(high) + margin * (low == high), most + margin)


def _words(trained: tuple[float, float]) -> Message:
    low, high = trained
    key = "curve.trained_at" if low == high else "curve.trained_range"
    return Message(key, low=low, high=high)


def _write(figure: go.Figure, row: int, text: str, at: float, line: int, color: str) -> None:
    figure.add_annotation(
        text=text,
        x=at,
        y=1,
        yref=f"y{row if row > 1 else ''} domain",
        xanchor="left",
        yanchor="top",
        xshift=4,
        yshift=-_LINE * line,
        showarrow=False,
        font={"size": SMALL_SIZE, "color": color},
        row=row,
        col=1,
    )
