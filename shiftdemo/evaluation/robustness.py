"""Robustness curves: the score as every sentence starts at a later absolute position."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from shiftdemo.core.errors import ConfigError
from shiftdemo.core.types import Sample, Score, both_starts
from shiftdemo.evaluation.conditions import Condition
from shiftdemo.evaluation.predict import predictions, without_references
from shiftdemo.evaluation.scores import scorable, score_statistics, statistics
from shiftdemo.models.load import LoadedModel
from shiftdemo.tasks import Task

DEFAULT_OFFSETS = (0, 1, 2, 4, 8, 16, 32, 64, 128)
MAX_OFFSETS = 64
MAX_OFFSET = 100_000
# A translation may be this much longer than the longest reference before positions run out.
_DECODER_ROOM = 10
_BATCH = 64
_BOTH = Condition()


@dataclass(frozen=True, slots=True)
class Measured:
    """What a model gave at one offset.

    Attributes:
        outputs: one a sample.
        stats: sentence statistics ``(n_scored, n_stats)`` of the samples that can be scored, or
            ``None`` where none can.
    """

    offset: int
    outputs: list[Any]
    stats: np.ndarray | None


@dataclass(frozen=True, slots=True)
class Summary:
    """A robustness curve in four numbers, in the score's own unit.

    Attributes:
        at_zero: score at offset 0.
        worst_inside: lowest score at offset 0 and the trained ones; ``None`` if nothing was
            trained.
        area: mean height of the curve (trapezoids over the offset, divided by its range).
        outside: mean score of the offsets outside the trained range; ``None`` without any.
    """

    at_zero: float
    worst_inside: float | None
    area: float
    outside: float | None


def offsets_from(text: str) -> tuple[int, ...]:
    """Returns the offsets written as ``START:STOP:STEP`` (STOP included) or ``0,1,2,4``.

    Returns:
        Ascending, each once; empty for an empty text.

    Raises:
        ConfigError: it is not written so, or there are too many.
    """
    text = text.strip()
    if not text:
        return ()
    if re.fullmatch(r"\d{1,6}:\d{1,6}(:\d{1,6})?", text):
        start, stop, *rest = (int(part) for part in text.split(":"))
        step = rest[0] if rest else 1
        values: Iterable[int] = range(start, stop + 1, step) if step else ()
    elif re.fullmatch(r"\d{1,6}(\s*,\s*\d{1,6})*", text):
        values = [int(part) for part in text.split(",")]
    else:
        values = ()
    found = tuple(sorted(set(values)))
    if not found:
        raise ConfigError(
            f"Offsets {text!r} cannot be read; write START:STOP:STEP, for example 0:64:16, "
            "or a list such as 0,1,2,4."
        )
    if len(found) > MAX_OFFSETS or found[-1] > MAX_OFFSET:
        raise ConfigError(
            f"Offsets {text!r} are {len(found)} up to {found[-1]}; "
            f"give at most {MAX_OFFSETS}, none over {MAX_OFFSET}."
        )
    return found


def greatest_offset(
    loaded: LoadedModel, task: Task, samples: Sequence[Sample], condition: Condition = _BOTH
) -> int | None:
    """Returns the greatest offset that the model's positions leave room for, or ``None`` for any.

    A translator needs room for the references too, and a little more.
    """
    table = loaded.positions.table_size
    if table is None:
        return None
    longest = 0
    source, target = both_starts(condition.start(1))  # which sides move
    for start in range(0, len(samples), _BATCH):
        part = samples[start : start + _BATCH]
        batch = task.collate(loaded, without_references(loaded, task, part))
        longest = max(longest, source * batch.inputs["input_ids"].shape[1])
        if target and "decoder_input_ids" in batch.inputs:
            longest = max(longest, batch.inputs["decoder_input_ids"].shape[1] + _DECODER_ROOM)
    return max(0, table - longest)


def allowed_offsets(
    models: Iterable[LoadedModel],
    task: Task,
    samples: Sequence[Sample],
    offsets: Sequence[int] = (),
    condition: Condition = _BOTH,
) -> tuple[int, ...]:
    """Returns the offsets to measure; 0 is always among them.

    Args:
        offsets: what was asked for, and the ends of the trained range where none of these lies
            inside it; without any, 0, 1, 2, 4 … 128 and those ends, cut at what every model allows.
        condition: what is moved.

    Raises:
        ConfigError: an offset that was asked for is beyond a model's positions.
    """
    bounds = {loaded.ref: greatest_offset(loaded, task, samples, condition) for loaded in models}
    least = min((b for b in bounds.values() if b is not None), default=math.inf)
    wanted = [k for k in condition.wanted if k <= least]
    if not offsets:
        return tuple(sorted({*(k for k in DEFAULT_OFFSETS if k <= least), *wanted}))
    for offset in offsets:
        if offset < 0 or offset > least:
            tight = next((ref for ref, bound in bounds.items() if bound == least), "any model")
            raise ConfigError(
                f"Offset {offset} is out of bounds for {tight} and these sentences; "
                f"give offsets from 0 to {min(least, MAX_OFFSET):.0f}."
            )
    seen = any(map(condition.inside, offsets))
    return tuple(sorted({0, *offsets, *(() if seen else wanted)}))


def measured(
    loaded: LoadedModel,
    task: Task,
    samples: Sequence[Sample],
    offsets: Sequence[int],
    progress: Callable[[float], None] = lambda fraction: None,
    cancel: Callable[[], bool] = lambda: False,
    condition: Condition = _BOTH,
) -> Iterator[Measured]:
    """Yields outputs and sentence statistics at every offset.

    Args:
        condition: what the offsets move.
        progress: told the share, 0 to 1, of all offsets that is done.
        cancel: asked every few sentences.

    Raises:
        Cancelled: ``cancel`` said so.
        ConfigError: an offset is beyond the model's positions.
    """
    places = scorable(task, samples)
    scored = [samples[i] for i in places]
    for number, offset in enumerate(offsets):

        def tell(done: int, before: int = number) -> None:
            progress((before + done / max(1, len(samples))) / len(offsets))

        start = condition.start(offset)
        outputs = predictions(loaded, task, samples, start, tell, cancel)
        stats = statistics(task, scored, [outputs[i] for i in places]) if scored else None
        yield Measured(offset, outputs, stats)


def curve(
    loaded: LoadedModel,
    task: Task,
    samples: Sequence[Sample],
    offsets: Sequence[int],
    name: str = "",
    seed: int = 0,
    progress: Callable[[float], None] = lambda fraction: None,
    cancel: Callable[[], bool] = lambda: False,
) -> Iterator[Score]:
    """Yields one score for every offset; samples without a reference are left out.

    Args:
        name: of the score; empty for the task's main one.
        seed: of the intervals.

    Raises:
        Cancelled: ``cancel`` said so.
        ConfigError: an offset is beyond the model's positions, or there is no such score.
    """
    scored = [samples[i] for i in scorable(task, samples)]
    for step in measured(loaded, task, scored, offsets, progress, cancel):
        if step.stats is not None:
            yield score_statistics(task, name or task.score_name, scored, step.stats, seed)


def summarise(
    offsets: Sequence[int], scores: Sequence[Score], condition: Condition = _BOTH
) -> Summary:
    """Returns a curve in four numbers.

    Args:
        offsets: ascending, the first one 0.
    """
    values = [score.value for score in scores]
    outside = [v for k, v in zip(offsets, values, strict=True) if condition.outside(k)]
    inside = [v for k, v in zip(offsets, values, strict=True) if not condition.outside(k)]
    span = offsets[-1] - offsets[0]
    steps = zip(offsets, offsets[1:], values, values[1:], strict=False)
    area = sum((k2 - k1) * (v1 + v2) / 2 for k1, k2, v1, v2 in steps)
    return Summary(
        values[0],
        min(inside) if condition.trained else None,
        area / span if span else values[0],
        float(np.mean(outside)) if outside else None,
    )
