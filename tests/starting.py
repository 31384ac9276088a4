"""Samples as ``predict`` takes them: as they are, or with their first token at a later position."""

from __future__ import annotations

from collections.abc import Sequence

from shiftdemo.core.samples import Sample
from shiftdemo.core.types import ShiftedSample
from shiftdemo.shifts.base import starting_at


def at(
    samples: Sequence[Sample], source: int = 0, target: int | None = None
) -> list[ShiftedSample]:
    """Returns the samples, their first tokens at ``source`` (decoder: ``target``)."""
    return [starting_at(sample, source, target) for sample in samples]
