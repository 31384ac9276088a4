"""A comparison as updates of the Compare tab: verdict, curve, sentences and tables."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gradio as gr

from shiftdemo.evaluation.results import Comparison
from shiftdemo.evaluation.telling import telling_rows, telling_strength
from shiftdemo.experiments.presets import preset
from shiftdemo.experiments.recorded import recorded_comparison
from shiftdemo.publishing.comparison import breakdown, tables
from shiftdemo.publishing.comparison.curve import panels
from shiftdemo.ui.common.i18n import Visit
from shiftdemo.ui.compare import view

TABLES: dict[str, tuple[Callable[[Visit, Comparison], Any], ...]] = {
    "scores": (tables.every_score, tables.curves, tables.matrix),
    "differences": (tables.differences,),
    "slices": (breakdown.slices,),
    "types": (breakdown.types, breakdown.tags, breakdown.confusions),
    "information": (breakdown.information, breakdown.consistency),
    "controls": (tables.controls, tables.costs),
}
"""What each tab below the curve shows."""
NARROW = 640  # pixels, as in the style sheet
HEIGHT = 312  # of the curve, so that it is whole on a small laptop's screen


def recorded_shown(visit: Visit, name: str, page_look: str) -> dict[str, Any]:
    """Returns the updates of what is drawn of a recorded run's comparison."""
    badge = visit("recorded run (not live): {name}", name=visit(preset(name).label))
    return shown(visit, recorded_comparison(name), page_look, badge)


def shown(visit: Visit, result: Comparison, page_look: str, badge: str = "") -> dict[str, Any]:
    """Returns the updates of what is drawn of a comparison.

    Args:
        page_look: ``light`` or ``dark``, and the width of the page.
        badge: what is said beside the verdict, where it is not a live one.
    """
    from shiftdemo.viz.robustness import curve_figure

    theme, _, width = page_look.partition(" ")
    curve: Any = gr.update(visible=False)
    if result.curves:
        figure = curve_figure(
            panels(result),
            result.n_seeds,
            "dark" if theme == "dark" else "light",
            visit.translate,
            visit.arm,
            narrow=width.isdigit() and int(width) < NARROW,
            height=HEIGHT,
        )
        curve = gr.update(value=figure, visible=True)
    first = telling_strength(result)
    lead = visit("Sentences on which the two differ most; where they differ is underlined.")
    rows = telling_rows(result, first)
    examples = view.outputs(visit, rows, result.strengths, lead, first)
    return {
        "verdict": view.verdict(visit, result, badge),
        "curve": curve,
        "outputs": examples if result.outputs else None,
        **{name: _drawn(visit, result, of) for name, of in TABLES.items()},
    }


def _drawn(
    visit: Visit, result: Comparison, of: tuple[Callable[[Visit, Comparison], Any], ...]
) -> list[dict[str, Any]] | None:
    """Returns the tables that there are something in; ``None`` where there is nothing in any."""
    found = (table(visit, result) for table in of)
    return [table for table in found if table is not None] or None
