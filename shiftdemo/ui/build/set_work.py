"""The work behind "Build the set": every format in one stream each, with progress and a stop."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from shiftdemo import api
from shiftdemo.core.progress import Cancel, Cancelled, Progress
from shiftdemo.core.samples import Sample
from shiftdemo.core.task_spec import TASKS
from shiftdemo.core.types import ShiftedSample
from shiftdemo.ui.common.i18n import Visit

FORMATS = {"jsonl": "JSONL", "csv": "CSV", "parquet": "Parquet", "conll": "CoNLL"}
MOST_SHOWN = 1000
_TOLD_EVERY = 500  # samples between two reports


@dataclass
class BuiltSet:
    """What was built.

    Attributes:
        first: the first rows, to look at.
        summary: counts over all rows, a :class:`shiftdemo.viz.set_view.SetSummary`.
        files: format to path.
    """

    summary: Any
    first: list[ShiftedSample] = field(default_factory=list)
    files: dict[str, Path] = field(default_factory=dict)


def to_read(task: str, specs: Sequence[str], n: int) -> int:
    """Returns how many samples a set of ``n`` needs: those it draws from, too.

    Raises:
        ConfigError: a specification is wrong, or not for ``task``.
    """
    return max(n, api.CONTEXT_SIZE) if api.joins_samples(task, specs) else n


def read_all(
    unread: Iterable[Sample], n: int, report: Progress, stopped: Cancel, visit: Visit
) -> list[Sample]:
    """Returns the samples, of which there are at most ``n``.

    Raises:
        Cancelled: ``stopped()`` became true.
        ShiftDemoError: they cannot be read.
    """
    samples: list[Sample] = []
    for sample in unread:
        if len(samples) % _TOLD_EVERY == 0:
            if stopped():
                raise Cancelled("set_work.stopped")
            text = visit("Reading the sentences…")
            report(0.0, f"{text} {len(samples):,} / {n:,}" if samples else text)
        samples.append(sample)
    return samples


def build_files(
    task: str,
    samples: Sequence[Sample],
    specs: Sequence[str],
    seed: int,
    folder: Path,
    report: Progress,
    stopped: Cancel,
    visit: Visit,
    n: int | None = None,
) -> BuiltSet:
    """Returns the set, built once a format: so that never more than a row is in memory.

    Args:
        samples: of their head ``prefix_context`` draws, however few are built.
        n: build the first so many of them.

    Raises:
        Cancelled: ``stopped()`` became true; half a file is not left behind.
        ShiftDemoError: a specification is wrong, or a format cannot hold a sample.
    """
    from shiftdemo.viz.set_view import SetSummary  # plotly takes a while to load

    spec = TASKS.get(task)
    built = BuiltSet(SetSummary(causal=spec.kind == "causal"))
    formats = [name for name in FORMATS if name != "conll" or "tags" in spec.columns]
    wanted, head = samples[:n], samples[: api.CONTEXT_SIZE]
    began, total = time.monotonic(), len(wanted) * len(formats)

    def rows(number: int) -> Iterator[ShiftedSample]:
        for index, row in enumerate(api.build_shifted(task, wanted, specs, seed, head)):
            if number == 0:
                built.summary.add(row)
                if index < MOST_SHOWN:
                    built.first.append(row)
            if index % _TOLD_EVERY == 0:
                if stopped():
                    raise Cancelled("set_work.stopped")
                done = number * len(wanted) + index
                left = (time.monotonic() - began) / max(1, done) * (total - done)
                text = visit(
                    "Writing {name}: {n} of {all}",
                    name=FORMATS[formats[number]],
                    n=f"{index:,}",
                    all=f"{len(wanted):,}",
                )
                wait = visit("about {s} s left", s=round(left)) if done else ""
                report(done / total, f"{text} {wait}".strip())
            yield row

    for number, name in enumerate(formats):
        path = folder / f"shifted.{name}"
        api.write_shifted(rows(number), path, name)
        built.files[name] = path
    return built
