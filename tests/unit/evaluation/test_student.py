"""Means over seeds."""

from __future__ import annotations

import math

import pytest

from shiftdemo.evaluation.student import mean_interval


def test_mean_interval_is_students() -> None:
    mean, half = mean_interval([74.0, 75.0, 76.0])
    assert mean == 75.0 and half == pytest.approx(4.303 / math.sqrt(3))
    assert mean_interval([1.0, 3.0]) == (2.0, pytest.approx(12.706))
    assert mean_interval([2.0]) == (2.0, math.inf)
    wide = mean_interval([0.0, 1.0] * 10)[1]
    assert wide == pytest.approx(2.228 * math.sqrt(5 / 19) / math.sqrt(20), rel=1e-3)
