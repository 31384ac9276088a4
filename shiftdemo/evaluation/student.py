"""The mean over a few training seeds with its interval."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence

# Student's t, two-sided 95 %, for 1 to 10 degrees of freedom (Student 1908; any table).
_T95 = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228)


def mean_interval(values: Sequence[float]) -> tuple[float, float]:
    """Returns the mean and half the width of its 95 % interval, by Student's t.

    Args:
        values: one a seed, at least one; from one alone the half width is infinite, and beyond
            eleven the t of ten degrees of freedom is kept, which is a little too wide.
    """
    n = len(values)
    mean = statistics.fmean(values)
    if n < 2:
        return mean, math.inf
    t = _T95[min(n - 1, len(_T95)) - 1]
    return mean, t * statistics.stdev(values) / math.sqrt(n)
