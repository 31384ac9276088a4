"""The robustness curve: a score as every sentence starts at a later position."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import plotly.graph_objects as go

from shiftdemo.errors import DataError
from shiftdemo.types import Score
from shiftdemo.viz.style import FONT_SIZE, SMALL_SIZE, arm_style, escape, faded, get_theme, themed

HEIGHT = 420
_TICK_GAP = 0.075  # of the axis: nearer ticks are left out
_UNITS = {"BLEU": "BLEU (0 to 100)", "chrF": "chrF (0 to 100)"}


def spaced(offset: float) -> float:
    """Returns where an offset stands on the axis: log2(k + 1), so 0, 1, 2, 4 … 128 are apart."""
    return math.log2(offset + 1)


def curve_figure(comparison: Mapping[str, Any] | Any, theme: str = "light") -> go.Figure:
    """Returns one line an arm: score against offset, with intervals and the trained range.

    Args:
        comparison: a comparison, a mean over seeds, or the dict of one; read are ``offsets``
            (positions), ``curves`` (arm to one :class:`Score` or its dict for each offset),
            ``trained_offset`` (the greatest offset in training, or ``None``) and ``n_seeds``
            (where it is there, the bands are the least and greatest of the seeds).

    Raises:
        DataError: there is no curve, or one has not a score for each offset.
    """
    offsets = [int(k) for k in _get(comparison, "offsets") or ()]
    curves = {
        arm: [_as_dict(score) for score in scores]
        for arm, scores in (_get(comparison, "curves") or {}).items()
    }
    if not offsets or not curves or any(len(c) != len(offsets) for c in curves.values()):
        raise DataError(
            "There is no robustness curve to draw; run a comparison over offsets first."
        )
    seeds = _get(comparison, "n_seeds")
    band = f"least and greatest of {seeds} seeds:" if seeds else "95 % interval"
    figure = go.Figure()
    for arm, scores in curves.items():
        _add_band(figure, arm, offsets, scores, get_theme(theme).band)
    for arm, scores in curves.items():
        _add_line(figure, arm, offsets, scores, band)
    name = next(iter(curves.values()))[0]["name"]
    themed(figure, theme, HEIGHT)
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
    _add_axes(figure, theme, offsets, curves, name)
    trained = _get(comparison, "trained_offset")
    if trained is not None:
        _shade(figure, theme, int(trained), offsets)
    return figure


def _get(comparison: Mapping[str, Any] | Any, key: str) -> Any:
    if isinstance(comparison, Mapping):
        return comparison.get(key)
    return getattr(comparison, key, None)


def _as_dict(score: Score | Mapping[str, Any]) -> Mapping[str, Any]:
    values = asdict(score) if isinstance(score, Score) else score
    return {key: math.nan if value is None else value for key, value in values.items()}


def _add_band(
    figure: go.Figure,
    arm: str,
    offsets: Sequence[int],
    scores: Sequence[Mapping[str, Any]],
    opacity: float,
) -> None:
    places = [spaced(k) for k in offsets]
    figure.add_trace(
        go.Scatter(
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
    )


def _add_line(
    figure: go.Figure,
    arm: str,
    offsets: Sequence[int],
    scores: Sequence[Mapping[str, Any]],
    band: str,
) -> None:
    style = arm_style(arm)
    label = escape(style.label)
    texts = [
        f"<b>{label}</b>, offset {k}<br>{escape(str(s['name']))} {s['value']:.1f}<br>"
        f"{escape(band)} {s['low']:.1f} to {s['high']:.1f}<br>{s['n']} sentences"
        for k, s in zip(offsets, scores, strict=True)
    ]
    figure.add_trace(
        go.Scatter(
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
        )
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
    theme: str,
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
        title={"text": "offset: position of the first token", "font": font, "standoff": 8},
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
    )
    figure.update_yaxes(
        title={"text": escape(_UNITS.get(name, f"{name} (%)")), "font": font, "standoff": 8},
        range=[0, 1.1 * top],
        nticks=6,
        gridcolor=colors.grid,
        zeroline=False,
        automargin=True,
    )


def _shade(figure: go.Figure, theme: str, trained: int, offsets: Sequence[int]) -> None:
    """Shades the offsets that training drew from: 0 to ``trained``."""
    colors = get_theme(theme)
    margin = 0.04 * max(spaced(max(offsets)), 1.0)
    end = min(spaced(trained), spaced(max(offsets)) + margin)
    figure.add_vrect(x0=-margin, x1=end, fillcolor=colors.shade, line={"width": 0}, layer="below")
    figure.add_annotation(
        text=f"trained range: 0 to {trained}",
        x=-margin,
        y=1,
        yref="paper",
        xanchor="left",
        yanchor="top",
        xshift=4,
        showarrow=False,
        font={"size": SMALL_SIZE, "color": colors.muted},
    )
