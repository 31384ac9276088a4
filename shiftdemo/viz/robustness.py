"""The robustness curve: a score as a shift grows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from shiftdemo.core.errors import DataError
from shiftdemo.core.messages import Message, Text
from shiftdemo.core.types import Score
from shiftdemo.viz.curve_panel import CurvePanel, spaced
from shiftdemo.viz.style import (
    FONT_SIZE,
    arm_label,
    arm_style,
    escape,
    faded,
    get_theme,
    lines_of,
    themed,
)
from shiftdemo.viz.trained_ranges import add_ranges

HEIGHT = 420  # of a panel, pixels
_TICK_GAP = 0.075  # of the axis: nearer ticks are left out
_OF_HUNDRED = ("BLEU", "chrF")  # no shares, so no percent
_TITLE, _NARROW_TITLE = 72, 36  # letters of a line of an axis' title
_LINE = 17  # of a title, pixels


@dataclass(frozen=True, slots=True)
class _Texts:
    """What the figure says, in the reader's language."""

    say: Callable[[Message | Text], str]
    label: Callable[[str], str]
    band: Message
    narrow: bool

    def score(self, name: str) -> str:
        return self.say(Text(name))

    def unit(self, name: str) -> str:
        key = "curve.of_hundred" if name in _OF_HUNDRED else "curve.percent"
        return self.say(Message(key, score=Text(name)))

    def title(self, axis: Message) -> list[str]:
        """Returns the lines of an axis' title."""
        return lines_of(self.say(axis), _NARROW_TITLE if self.narrow else _TITLE)

    def n_of(self, score: Score) -> str:
        return self.say(Message("curve.sentences", n=score.n))

    def band_of(self, score: Score) -> str:
        values = {"low": score.low, "high": score.high}
        return self.say(Message("curve.band", band=self.band, **values))


def curve_figure(
    panels: Sequence[CurvePanel],
    n_seeds: int = 1,
    theme: str = "light",
    say: Callable[[Message | Text], str] = str,
    label: Callable[[str], str] = arm_label,
    narrow: bool = False,
    height: int = HEIGHT,
) -> go.Figure:
    """Returns one line an arm: score against strength, with intervals and the trained range.

    Args:
        panels: where the arms were trained on different things, one for each of these.
        n_seeds: over several, the bands are the least and greatest of the seeds.
        say: puts a sentence into the reader's language.
        label: puts the name of an arm into it.
        narrow: the figure is as wide as a phone.
        height: of a panel, pixels.

    Raises:
        DataError: there is no curve, or one has not a score for each strength.
    """
    if not panels or any(not panel.complete for panel in panels):
        raise DataError("robustness.there_no_robustness_curve")
    band = Message("curve.seeds", n=n_seeds) if n_seeds > 1 else Message("curve.interval")
    texts = _Texts(say, label, band, narrow)
    figure = make_subplots(rows=len(panels), cols=1, vertical_spacing=0.32 / len(panels))
    for row, panel in enumerate(panels, 1):
        _add_panel(figure, row, panel, theme, texts)
    below = _LINE * (len(texts.title(panels[-1].axis)) - 1)
    themed(figure, theme, height * len(panels) + below)
    figure.update_layout(
        margin={"t": 40, "r": 8, "b": 52 + below, "l": 8},
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


def _add_panel(figure: go.Figure, row: int, panel: CurvePanel, theme: str, texts: _Texts) -> None:
    opacity = get_theme(theme).band
    traces = [_band(arm, panel.strengths, of, opacity) for arm, of in panel.curves.items()]
    traces += _noise(panel, theme, texts, row == 1)
    traces += [_line(arm, panel, of, texts, row == 1) for arm, of in panel.curves.items()]
    for trace in traces:
        figure.add_trace(trace, row=row, col=1)
    _add_axes(figure, row, theme, panel, texts)
    add_ranges(figure, row, theme, panel, texts.say)


def _band(
    arm: str, strengths: Sequence[float], scores: Sequence[Score], opacity: float
) -> go.Scatter:
    xs = [spaced(k) for k in strengths]
    return go.Scatter(
        x=[*xs, *reversed(xs)],
        y=[s.high for s in scores] + [s.low for s in reversed(scores)],
        fill="toself",
        fillcolor=faded(arm_style(arm).color, opacity),
        line={"width": 0},
        mode="lines",
        hoverinfo="skip",
        showlegend=False,
        legendgroup=arm,
    )


def _noise(panel: CurvePanel, theme: str, texts: _Texts, in_legend: bool) -> list[go.Scatter]:
    """Returns the two lines between which a further seed of the reference arm would fall."""
    name = texts.say(Message("curve.noise"))
    xs = [spaced(k) for k in panel.strengths]
    return [
        go.Scatter(
            x=xs,
            y=[min(100.0, max(0.0, value)) for value in ends],
            mode="lines",
            line={"color": get_theme(theme).muted, "width": 1, "dash": "dot"},
            hoverinfo="skip",
            name=escape(name),
            legendgroup="noise",
            showlegend=in_legend and first,
        )
        for first, ends in (
            (True, [score.low for score in panel.noise]),
            (False, [score.high for score in panel.noise]),
        )
        if panel.noise
    ]


def _line(
    arm: str, panel: CurvePanel, scores: Sequence[Score], texts: _Texts, in_legend: bool
) -> go.Scatter:
    style = arm_style(arm)
    label = escape(texts.label(arm))
    dial = texts.say(Message("curve.offset")) if panel.dial == "offset" else panel.dial
    hover = [
        f"<b>{label}</b>, {escape(dial)} {k:g}<br>{escape(texts.score(s.name))} {s.value:.1f}<br>"
        f"{escape(texts.band_of(s))}<br>{texts.n_of(s)}"
        for k, s in zip(panel.strengths, scores, strict=True)
    ]
    return go.Scatter(
        x=[spaced(k) for k in panel.strengths],
        y=[s.value for s in scores],
        mode="lines+markers",
        name=label,
        legendgroup=arm,
        line={"color": style.color, "width": 2, "dash": style.dash},
        marker={"color": style.color, "symbol": style.symbol, "size": 9},
        # A band needs two strengths; one alone gets a bar.
        error_y={
            "visible": len(panel.strengths) == 1,
            "array": [s.high - s.value for s in scores],
            "arrayminus": [s.value - s.low for s in scores],
            "color": style.color,
        },
        text=hover,
        hovertemplate="%{text}<extra></extra>",
        showlegend=in_legend,
    )


def ticks(strengths: Sequence[float]) -> list[float]:
    """Returns the strengths that are written on the axis; the last one is always among them."""
    ordered = sorted(set(strengths))
    nearest = _TICK_GAP * max(spaced(ordered[-1]), 1e-9)
    kept = [ordered[-1]]
    for strength in ordered[:-1]:
        apart = all(abs(spaced(strength) - spaced(other)) >= nearest for other in kept)
        if apart:
            kept.append(strength)
    return sorted(kept)


def _add_axes(figure: go.Figure, row: int, theme: str, panel: CurvePanel, texts: _Texts) -> None:
    colors = get_theme(theme)
    name = next(iter(panel.curves.values()))[0].name
    top = max([1.0, *(s.high for scores in panel.curves.values() for s in scores)])
    last = spaced(max(panel.strengths))
    margin = 0.04 * max(last, 1.0)
    written = ticks(panel.strengths)
    font = {"size": FONT_SIZE}
    figure.update_xaxes(
        title={
            "text": "<br>".join(map(escape, texts.title(panel.axis))),
            "font": font,
            "standoff": 8,
        },
        tickvals=[spaced(k) for k in written],
        ticktext=[f"{k:g}" for k in written],
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
        title={"text": escape(texts.unit(name)), "font": font, "standoff": 8},
        range=[0, 1.1 * top],
        nticks=6,
        gridcolor=colors.grid,
        zeroline=False,
        automargin=True,
        row=row,
        col=1,
    )
