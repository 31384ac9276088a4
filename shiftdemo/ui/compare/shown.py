"""A comparison as updates of the Compare tab: verdict, curve, sentences and tables."""

from __future__ import annotations

from typing import Any

import gradio as gr

from shiftdemo.evaluation.results import Comparison
from shiftdemo.evaluation.telling import telling_rows, telling_strength
from shiftdemo.experiments.presets import preset
from shiftdemo.experiments.recorded import recorded_comparison
from shiftdemo.ui.common.i18n import Visit
from shiftdemo.ui.compare import view

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
            view.curves(result),
            result.n_seeds,
            "dark" if theme == "dark" else "light",
            visit.translate,
            visit.arm,
            narrow=width.isdigit() and int(width) < NARROW,
            height=HEIGHT,
        )
        curve = gr.update(value=figure, visible=True)
    first = telling_strength(result)
    lead = visit("Sentences on which the two differ most:")
    rows = telling_rows(result, first)
    examples = view.outputs(visit, rows, result.strengths, lead, first)
    return {
        "verdict": view.verdict(visit, result, badge),
        "curve": curve,
        "scores": view.scores(visit, result) if result.scores else None,
        "differences": view.differences(visit, result),
        "controls": view.controls(visit, result),
        "outputs": examples if result.outputs else None,
    }
