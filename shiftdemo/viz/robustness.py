"""The robustness curve: a score as every sentence starts at a later position."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from shiftdemo.core.errors import DataError
from shiftdemo.core.types import Score
from shiftdemo.viz.style import FONT_SIZE, SMALL_SIZE, arm_style, escape, faded, get_theme, themed

HEIGHT = 420  # of a panel, pixels
_AXIS = "offset: position of the first token"
_TICK_GAP = 0.075  # of the axis: nearer ticks are left out
_UNITS = {"BLEU": "BLEU (0 to 100)", "chrF": "chrF (0 to 100)"}


def spaced(offset: float) -> float:
    """Returns where an offset stands on the axis: log2(k + 1), so 0, 1, 2, 4 … 128 are apart."""
    return math.log2(offset + 1)


def curve_figure(comparison: Mapping[str, Any] | Any, theme: str = "light") -> go.Figure:
    """Returns one line an arm: score against offset, with intervals and the trained range.

    Where the arms were trained on different things, there is one panel for each of these.

    Args:
        comparison: a comparison or its dict; read are ``offsets`` (positions), ``curves`` (arm to
            one :class:`Score` or its dict for each offset), ``condition`` (``side`` and
            ``trained``, the trained offsets), ``axis``, ``n_seeds`` (over several, the bands are
            the least and greatest of the seeds) and ``also``, the other panels.

    Raises:
        DataError: there is no curve, or one has not a score for each offset.
    """
    plain = comparison if isinstance(comparison, Mapping) else comparison.to_dict()
    panels = [plain, *plain.get("also", ())]
    if any(not _complete(panel) for panel in panels):
        raise DataError(
            "There is no robustness curve to draw; run a comparison over offsets first."
        )
    seeds = plain.get("n_seeds", 1)
    band = f"least and greatest of {seeds} seeds:" if seeds > 1 else "95 % interval"
    figure = make_subplots(rows=len(panels), cols=1, vertical_spacing=0.32 / len(panels))
    for row, panel in enumerate(panels, 1):
        _add_panel(figure, row, panel, theme, band)
    themed(figure, theme, HEIGHT * len(panels))
    figure.update_layout(
        margin={"t": 40, "r": 8, "b": 52, "l": 8},
        hovermode="closest",
        legend={
            "orientation": "h",
            "x": 0,
            "xanchor": "left",
            "y": 1.02,
            "yanchor": "bottom",
            "itemwidth": 30,
            "font": {"size": FONT_SIZE - 1},
        },
    )
    return figure


def _complete(panel: Mapping[str, Any]) -> bool:
    """Whether there is a score of every arm at every offset."""
    n, curves = len(panel.get("offsets") or ()), panel.get("curves") or {}
    return bool(n and curves) and all(len(one) == n for one in curves.values())


def _add_panel(
    figure: go.Figure, row: int, panel: Mapping[str, Any], theme: str, band: str
) -> None:
    offsets = [int(k) for k in panel["offsets"]]
    curves = {arm: [_as_dict(score) for score in scores] for arm, scores in panel["curves"].items()}
    traces = [_band(arm, offsets, scores, get_theme(theme).band) for arm, scores in curves.items()]
    traces += [_line(arm, offsets, scores, band, row == 1) for arm, scores in curves.items()]
    for trace in traces:
        figure.add_trace(trace, row=row, col=1)
    name = next(iter(curves.values()))[0]["name"]
    _add_axes(figure, row, theme, panel.get("axis") or _AXIS, offsets, curves, name)
    trained = (panel.get("condition") or {}).get("trained")
    if trained is not None:
        _shade(figure, row, theme, (int(trained[0]), int(trained[1])), offsets)


def _as_dict(score: Score | Mapping[str, Any]) -> Mapping[str, Any]:
    values = asdict(score) if isinstance(score, Score) else score
    return {key: math.nan if value is None else value for key, value in values.items()}


def _band(
    arm: str, offsets: Sequence[int], scores: Sequence[Mapping[str, Any]], opacity: float
) -> go.Scatter:
    places = [spaced(k) for k in offsets]
    return go.Scatter(
        x=[*places, *reversed(places)],
        y=[s["high"] for s in scores] + [s["low"] for s in reversed(scores)],
        fill="toself",
        fillcolor=faded(arm_style(arm).color, opacity),
        line={"width": 0},
        mode="lines",
        hoverinfo="skip",
        showlegend=False,
        legendgroup=arm,
    )


def _line(
    arm: str,
    offsets: Sequence[int],
    scores: Sequence[Mapping[str, Any]],
    band: str,
    in_legend: bool,
) -> go.Scatter:
    style = arm_style(arm)
    label = escape(style.label)
    texts = [
        f"<b>{label}</b>, offset {k}<br>{escape(str(s['name']))} {s['value']:.1f}<br>"
        f"{escape(band)} {s['low']:.1f} to {s['high']:.1f}<br>{s['n']} sentences"
        for k, s in zip(offsets, scores, strict=True)
    ]
    return go.Scatter(
        x=[spaced(k) for k in offsets],
        y=[s["value"] for s in scores],
        mode="lines+markers",
        name=label,
        legendgroup=arm,
        line={"color": style.color, "width": 2, "dash": style.dash},
        marker={"color": style.color, "symbol": style.symbol, "size": 9},
        # A band needs two offsets; one alone gets a bar.
        error_y={
            "visible": len(offsets) == 1,
            "array": [s["high"] - s["value"] for s in scores],
            "arrayminus": [s["value"] - s["low"] for s in scores],
            "color": style.color,
        },
        text=texts,
        hovertemplate="%{text}<extra></extra>",
        showlegend=in_legend,
    )


def ticks(offsets: Sequence[int]) -> list[int]:
    """Returns the offsets that are written on the axis; the last one is always among them."""
    ordered = sorted(set(offsets))
    nearest = _TICK_GAP * max(spaced(ordered[-1]), 1e-9)
    kept = [ordered[-1]]
    for offset in ordered[:-1]:
        apart = all(abs(spaced(offset) - spaced(other)) >= nearest for other in kept)
        if apart:
            kept.append(offset)
    return sorted(kept)


def _add_axes(
    figure: go.Figure,
    row: int,
    theme: str,
    axis: str,
    offsets: Sequence[int],
    curves: Mapping[str, Sequence[Mapping[str, Any]]],
    name: str,
) -> None:
    colors = get_theme(theme)
    top = max([1.0, *(float(s["high"]) for scores in curves.values() for s in scores)])
    last = spaced(max(offsets))
    margin = 0.04 * max(last, 1.0)
    written = ticks(offsets)
    font = {"size": FONT_SIZE}
    figure.update_xaxes(
        title={"text": axis, "font": font, "standoff": 8},
        tickvals=[spaced(k) for k in written],
        ticktext=[str(k) for k in written],
        range=[-margin, last + margin],
        tickangle=0,
        showgrid=False,
        zeroline=False,
        showline=True,
        linecolor=colors.muted,
        ticks="outside",
        ticklen=4,
        tickcolor=colors.muted,
        row=row,
        col=1,
    )
    figure.update_yaxes(
        title={"text": escape(_UNITS.get(name, f"{name} (%)")), "font": font, "standoff": 8},
        range=[0, 1.1 * top],
        nticks=6,
        gridcolor=colors.grid,
        zeroline=False,
        automargin=True,
        row=row,
        col=1,
    )


def _shade(
    figure: go.Figure, row: int, theme: str, trained: tuple[int, int], offsets: Sequence[int]
) -> None:
    """Shades the offsets that training drew from, both ends among them."""
    colors = get_theme(theme)
    margin = 0.04 * max(spaced(max(offsets)), 1.0)
    low, high = trained
    begin = -margin if low == 0 else spaced(low) - margin
    end = spaced(high) + margin * (low == high)
    end = min(end, spaced(max(offsets)) + margin)
    figure.add_vrect(
        x0=begin,
        x1=end,
        fillcolor=colors.shade,
        line={"width": 0},
        layer="below",
        row=row,
        col=1,
    )
    figure.add_annotation(
        text=f"trained range: {low} to {high}" if low != high else f"trained at {low} alone",
        x=begin,
        y=1,
        yref=f"y{row if row > 1 else ''} domain",
        xanchor="left",
        yanchor="top",
        xshift=4,
        showarrow=False,
        font={"size": SMALL_SIZE, "color": colors.muted},
        row=row,
        col=1,
    )
