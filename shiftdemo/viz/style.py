"""The one visual language: what an arm is called and how it looks; light and dark themes.

Colours are those of Okabe and Ito (2008), which stay apart for colour-blind readers; an arm is
never told by its colour alone but by its marker too.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shiftdemo.core.errors import ConfigError
from shiftdemo.core.messages import with_or

if TYPE_CHECKING:
    import plotly.graph_objects as go

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Noto Sans CJK SC', sans-serif"
FONT_SIZE = 13
SMALL_SIZE = 11
_WIDE = "\u2e80-\u9fff\uac00-\ud7af\uff00-\uff60"  # Chinese and its like
# What stays together in a line: brackets and points keep to their words.
_WORD = re.compile(rf"\s+|（*(?:[^\s{_WIDE}]+|[{_WIDE}])[：，。；、）]*")


@dataclass(frozen=True, slots=True)
class ArmStyle:
    """How an arm is shown.

    Attributes:
        label: its name on every tab and figure.
        color: ``#RRGGBB``, the same in both themes.
        symbol: plotly's name of its marker.
        mark: the same marker as a character, for tables and legends in text.
        dash: plotly's name of its line style.
    """

    label: str
    color: str
    symbol: str
    mark: str
    dash: str


ARMS: dict[str, ArmStyle] = {
    "start": ArmStyle("untrained", "#7F7F7F", "square", "■", "dot"),
    "base": ArmStyle("base", "#0072B2", "circle", "●", "solid"),
    "shift": ArmStyle("shift-trained", "#D55E00", "triangle-up", "▲", "solid"),
    "matched": ArmStyle("compute-matched", "#009E73", "diamond", "◆", "dash"),
}
_OTHERS = (
    ("#CC79A7", "cross", "✚"),
    ("#E69F00", "star", "★"),
    ("#56B4E9", "hexagon", "⬢"),
    ("#882255", "pentagon", "⬟"),
)


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours that differ between a light and a dark page.

    Attributes:
        sequential: colour scale from no attention to full attention.
        diverging: colour scale from "base more" over "the same" to "shift-trained more".
        shade: fill of the trained range.
        band: opacity of an interval's band.
    """

    text: str
    muted: str
    grid: str
    background: str
    cell_edge: str
    sequential: tuple[tuple[float, str], ...]
    diverging: tuple[tuple[float, str], ...]
    shade: str
    band: float


THEMES: dict[str, Theme] = {
    "light": Theme(
        text="#1F2430",
        muted="#5A6070",
        grid="#E3E6EC",
        background="#FFFFFF",
        cell_edge="#ECEEF3",
        sequential=((0.0, "#FFFFFF"), (0.25, "#D5CBE8"), (0.6, "#8468B5"), (1.0, "#2D0F5E")),
        diverging=(
            (0.0, "#00527F"),
            (0.25, "#5AA5D0"),
            (0.5, "#FFFFFF"),
            (0.75, "#F0A06A"),
            (1.0, "#A84A00"),
        ),
        shade="rgba(90, 96, 112, 0.09)",
        band=0.16,
    ),
    "dark": Theme(
        text="#ECEEF3",
        muted="#A9B0C0",
        grid="#2E3442",
        background="#0B0F19",
        cell_edge="#232937",
        sequential=((0.0, "#141926"), (0.3, "#453573"), (0.65, "#8F75CC"), (1.0, "#EFE6FF")),
        diverging=(
            (0.0, "#7CC7F2"),
            (0.25, "#1F79B0"),
            (0.5, "#141926"),
            (0.75, "#BC5A12"),
            (1.0, "#FFB27A"),
        ),
        shade="rgba(169, 176, 192, 0.11)",
        band=0.30,
    ),
}


def get_theme(name: str) -> Theme:
    """Returns the theme called ``name``.

    Raises:
        ConfigError: there is none.
    """
    if name not in THEMES:
        raise ConfigError("style.there_no_theme_choose", name=name, themes=with_or(list(THEMES)))
    return THEMES[name]


def arm_style(arm: str) -> ArmStyle:
    """Returns how ``arm`` is shown; an arm that is not one of the three keeps its own name."""
    if arm in ARMS:
        return ARMS[arm]
    color, symbol, mark = _OTHERS[sum(arm.encode()) % len(_OTHERS)]
    return ArmStyle(arm, color, symbol, mark, "dash")


def arm_label(arm: str) -> str:
    """Returns what ``arm`` is called on the page: ``untrained``, ``base`` or ``shift-trained``."""
    return arm_style(arm).label


def arm_styles(arms: Sequence[str]) -> dict[str, ArmStyle]:
    """Returns how the arms of one run are shown; no two look alike."""
    others = iter(_OTHERS)
    return {arm: ARMS[arm] if arm in ARMS else ArmStyle(arm, *next(others), "dash") for arm in arms}


def faded(color: str, opacity: float) -> str:
    """Returns ``#RRGGBB`` as ``rgba(…)`` with an opacity from 0 to 1."""
    red, green, blue = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, {opacity:g})"


def faded_on_white(color: str, opacity: float) -> str:
    """Returns the ``#RRGGBB`` that ``color`` gives on white at an opacity from 0 to 1."""
    parts = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    return "#" + "".join(f"{round(255 - opacity * (255 - part)):02X}" for part in parts)


def visible(text: str) -> str:
    """Returns ``text`` on one line.

    Control characters (line ends) are replaced and format characters (direction marks) left out,
    so that a token cannot disturb its neighbours; what has nothing to show is a replacement
    character.
    """
    shown = "".join(
        "\ufffd" if unicodedata.category(c) == "Cc" else c
        for c in text
        if unicodedata.category(c) != "Cf"
    )
    return shown or "\ufffd"


def escape(text: str) -> str:
    """Returns ``text``, :func:`visible`, as plotly shows it literally.

    Plotly reads ticks, titles and hover texts as pseudo-HTML.
    """
    return html.escape(visible(text), quote=False)


def lines_of(text: str, width: int) -> list[str]:
    """Returns a text in as few lines of at most ``width`` letters as can be, all about as long.

    It breaks at spaces, and anywhere between Chinese letters, which count twice; a longer word
    stays whole.
    """
    fewest = _broken(text, width)
    narrower = (_broken(text, one) for one in range(width // len(fewest), width))
    return next((found for found in narrower if len(found) == len(fewest)), fewest)


def _broken(text: str, width: int) -> list[str]:
    found, room = [""], width
    for word in _WORD.findall(text):
        size = sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in word)
        if size > room and found[-1].strip():
            found.append("")
            room = width
        found[-1] += word
        room -= size
    return [line.strip() for line in found]


def themed(figure: go.Figure, theme: str, height: int) -> go.Figure:
    """Returns ``figure`` with fonts and colours of the page; its width follows the page.

    Dragging is off, so that a finger on a figure still scrolls the page.

    Args:
        height: in pixels.
    """
    colors = get_theme(theme)
    figure.update_layout(
        template="none",
        autosize=True,
        height=height,
        dragmode=False,
        font={"family": FONT, "size": FONT_SIZE, "color": colors.text},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        modebar={"remove": ["zoom", "pan", "select", "lasso", "zoomIn", "zoomOut", "autoScale"]},
        hoverlabel={
            "bgcolor": colors.background,
            "bordercolor": colors.muted,
            "font": {"family": FONT, "size": FONT_SIZE, "color": colors.text},
            "align": "left",
        },
    )
    figure.update_xaxes(fixedrange=True)
    figure.update_yaxes(fixedrange=True)
    return figure
