"""What the Attention tab draws of a result, in the layer and head that are picked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import gradio as gr

from shiftdemo.api import AttentionResult
from shiftdemo.core.types import AttentionMap
from shiftdemo.ui.common.i18n import Visit

MEAN, ALL = -1, -2  # in the picker of heads
NARROW = 700
MOST_LAYERS, MOST_HEADS = 48, 64


@dataclass(frozen=True, slots=True)
class Look:
    """How a result is drawn.

    Attributes:
        head: one of them, or ``MEAN`` or ``ALL``.
        special: whether special tokens are shown.
        page_look: ``light`` or ``dark``, and the width of the page.
    """

    kind: str
    layer: int
    head: int
    special: bool
    page_look: str


def within(look: Look, maps: Mapping[str, AttentionMap]) -> Look:
    """Returns ``look`` with a kind, a layer and a head that the maps have."""
    kind = look.kind if look.kind in maps else next(iter(maps))
    layers, heads = maps[kind].weights.shape[:2]
    layer, head = min(look.layer, layers - 1), min(look.head, heads - 1)
    return Look(kind, layer, head, look.special, look.page_look)


def drawn_maps(visit: Visit, result: AttentionResult, wanted: Look) -> dict[str, Any]:
    """Returns the updates of status, pickers and figures."""
    maps = {item.kind: item for item in result.maps}
    others = {item.kind: item for item in result.versus}
    look = within(wanted, maps)
    layers, heads = maps[look.kind].weights.shape[:2]
    said = visit("target: {text}", text=result.target) if result.target else ""
    labels = {MEAN: visit("mean of all"), ALL: visit("all, small")}
    return {
        "status": {"state": said, "fraction": None} if said else None,
        "layer": gr.update(choices=layers_of(layers), value=look.layer),
        "head": gr.update(choices=heads_of(heads, labels), value=look.head),
        **_figures(visit, maps[look.kind], others.get(look.kind), look),
    }


def _figures(
    visit: Visit, attention: AttentionMap, other: AttentionMap | None, look: Look
) -> dict[str, Any]:
    from shiftdemo.viz import attention as viz

    theme, _, width = look.page_look.partition(" ")
    theme = "dark" if theme == "dark" else "light"
    narrow = width.isdigit() and int(width) < NARROW
    say = visit.translate
    head = None if look.head < 0 else look.head
    if look.head == ALL:
        names = (visit.arm("base"), visit.arm("shift")) if other else ("", "")
        pairs = zip((attention, other), names, strict=True)
        figures = [
            viz.heads(item, look.layer, theme, look.special, name, say)
            for item, name in pairs
            if item
        ]
    elif other is not None:
        columns = 1 if narrow else 3
        figures = [
            viz.compare(
                attention, other, look.layer, head, theme, look.special, columns, say, visit.arm
            )
        ]
    else:
        figures = [viz.heatmap(attention, look.layer, head, theme, look.special, say=say)]
    shown = [gr.update(value=figure, visible=True) for figure in figures]
    return dict(zip(("plot", "plot2"), [*shown, gr.update(visible=False)], strict=False))


def layers_of(n: int) -> list[tuple[str, int]]:
    """Returns the choices of the picker of layers."""
    return [(str(i), i) for i in range(min(n, MOST_LAYERS))]


def heads_of(n: int, labels: Mapping[int, Any]) -> list[tuple[Any, int]]:
    """Returns the choices of the picker of heads.

    Args:
        labels: what ``MEAN`` and ``ALL`` are called.
    """
    numbered = [(str(i), i) for i in range(min(n, MOST_HEADS))]
    return [*((label, value) for value, label in labels.items()), *numbered]
