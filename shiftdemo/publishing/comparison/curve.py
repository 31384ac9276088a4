"""A comparison as what the curve's figure is drawn from."""

from __future__ import annotations

from shiftdemo.evaluation.results import Comparison
from shiftdemo.viz.curve_panel import CurvePanel


def panels(result: Comparison) -> list[CurvePanel]:
    """Returns a panel for each condition."""
    return [
        CurvePanel(
            panel.strengths,
            panel.curves,
            panel.condition.axis,
            panel.condition.dial,
            panel.condition.trained,
            panel.noise,
            panel.ranges,
        )
        for panel in (result, *result.also)
    ]
