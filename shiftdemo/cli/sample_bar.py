"""How far a long file is: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

from shiftdemo.cli.output import say
from shiftdemo.data.reading.lines import Meter

T = TypeVar("T")


class SampleBar:
    """Samples done, their rate and the time left: a bar on a terminal, a line now and then else."""

    def __init__(self, meter: Meter, total: int | None = None) -> None:
        """Shows nothing yet.

        Args:
            meter: how far the file is read.
            total: stop after so many samples; ``None``: at the end.
        """
        self._meter, self._total = meter, total
        self._terminal = sys.stderr.isatty()
        self._pause = 0.2 if self._terminal else 10.0  # seconds between two pictures
        self._bar: Any = None
        self._started = self._shown = time.monotonic()
        self._count = 0

    def watch(self, items: Iterable[T]) -> Iterator[T]:
        """Yields the items and shows how many there were."""
        self._started = self._shown = time.monotonic()
        for item in items:
            self._count += 1
            if self._count % 64 == 0 and time.monotonic() - self._shown >= self._pause:
                self._show()
            yield item

    @property
    def fraction(self) -> float | None:
        """How far it is, 0 to 1; ``None`` where the end is not known."""
        fractions = [self._meter.fraction]
        if self._total:
            fractions.append(self._count / self._total)
        known = [value for value in fractions if value is not None]
        return max(known, default=None)

    def _show(self) -> None:
        self._shown = time.monotonic()
        spent = self._shown - self._started
        text = f"{self._count:,} samples, {self._count / max(spent, 1e-9):,.0f}/s"
        fraction = self.fraction
        if self._terminal:
            self._draw(fraction, text)
        elif fraction:
            left = spent / fraction * (1 - fraction)
            say(f"  {fraction:4.0%}  {text}, {left:.0f} s left")
        else:
            say(f"  {text}")

    def _draw(self, fraction: float | None, text: str) -> None:
        from tqdm import tqdm

        if self._bar is None:
            known = "{percentage:3.0f}%|{bar}| {desc} [{elapsed}<{remaining}]"
            self._bar = tqdm(
                total=1.0,
                file=sys.stderr,
                bar_format=known if fraction is not None else "{desc} [{elapsed}]",
                leave=False,
            )
            self._bar.start_t -= time.monotonic() - self._started
        self._bar.n = fraction or 0.0
        self._bar.set_description_str(text)

    def close(self) -> None:
        """Takes the bar away."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None
