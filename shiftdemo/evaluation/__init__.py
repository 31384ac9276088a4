"""Scores, intervals, robustness curves and the controls that must hold before they are shown."""
