"""Two controls without which a robustness curve says nothing.

*No-op detector*: an offset that never reaches the model (some architectures swallow
``position_ids`` silently) makes it look perfectly robust. *Shuffled sources*: a model that
ignores its source is perfectly flat too.
"""

from __future__ import annotations

import dataclasses
import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from shiftdemo.errors import ConfigError, DataError
from shiftdemo.evaluation.predict import evaluating, without_references
from shiftdemo.models import Loaded
from shiftdemo.shifts.base import unshifted
from shiftdemo.tasks import TASKS, Batch, Task, token_loss
from shiftdemo.tasks.loss import IGNORED
from shiftdemo.types import Sample

MOVES_BY = 1e-4  # absolute encodings: some logit changes by more than this
FLAT_WITHIN = 1e-5  # rotary and relative: no logit changes by more, relative to the largest one
SOURCE_MARGIN = 0.10  # the loss with shuffled sources is at least this share higher
OFFSET_SAMPLES = 16
SOURCE_SAMPLES = 256
_BATCH = 64


@dataclass(frozen=True, slots=True)
class OffsetEffect:
    """What an offset does to the logits of a model, against what it has to do.

    Attributes:
        max_logit_change: largest absolute change of a logit that counts.
        expected: ``"moves"`` (absolute positions) or ``"flat"`` (rotary, relative).
        ok: whether it is as expected.
    """

    max_logit_change: float
    expected: str
    ok: bool
    message: str


@dataclass(frozen=True, slots=True)
class SourceUse:
    """Whether a model looks at its source.

    Attributes:
        loss: mean nats per label, every target with its own source.
        shuffled_loss: the same with the sources exchanged.
        ok: whether the second is at least 10 % higher.
    """

    loss: float
    shuffled_loss: float
    ok: bool
    message: str


def offset_effect(
    loaded: Loaded,
    samples: Sequence[Sample],
    offset: int,
    forward: Callable[[Loaded, Batch], Tensor] | None = None,
) -> OffsetEffect:
    """Returns whether an offset reaches the model as its position encoding demands.

    Args:
        samples: the first 16 are used; their references do not matter.
        offset: position of the first token, at least 1.
        forward: how the logits of a batch with offsets are computed; otherwise as its task does.

    Raises:
        ConfigError: the offset is 0, or beyond the model's positions.
        DataError: there are no samples.
    """
    if offset < 1:
        raise ConfigError(f"The control needs an offset of at least 1, not {offset}.")
    if not samples:
        raise DataError("The control needs at least one sentence; give one.")
    task = TASKS.get(loaded.task)()
    forward = forward or task.logits
    batch = task.collate(loaded, without_references(loaded, task, samples[:OFFSET_SAMPLES]))
    longest = max(t.shape[1] for t in (*batch.inputs.values(), batch.labels))
    loaded.positions.check(offset, longest)
    n_rows = len(batch.labels)
    by = torch.full((n_rows,), offset, dtype=torch.long)
    moved = dataclasses.replace(batch, source_offset=by, target_offset=by)
    counted = batch.labels != IGNORED
    with evaluating(loaded), torch.inference_mode():
        before = forward(loaded, batch.to(loaded.device)).cpu()[counted]
        after = forward(loaded, moved.to(loaded.device)).cpu()[counted]
    possible = before.isfinite()  # a task may rule classes out
    before, after = before[possible], after[possible]
    change = float((after - before).abs().max()) if len(before) else 0.0
    largest = float(before.abs().max()) if len(before) else 0.0
    return _judged_effect(loaded, offset, change, change / max(largest, 1e-12))


def _judged_effect(loaded: Loaded, offset: int, change: float, relative: float) -> OffsetEffect:
    encoding = loaded.positions.encoding
    if encoding in ("rotary", "relative"):
        ok = relative <= FLAT_WITHIN
        message = (
            f"Offset {offset} leaves the logits as they are (largest change {change:.1e}), as it "
            f"must with {encoding} positions."
            if ok
            else f"Offset {offset} moves logits by {change:.1e} ({relative:.1e} of the largest) "
            f"although positions are {encoding}: the model is not called as it should be."
        )
        return OffsetEffect(change, "flat", ok, message)
    ok = change > MOVES_BY
    message = (
        f"Offset {offset} reaches the model: logits move by up to {change:.2g}."
        if ok
        else f"Offset {offset} does not reach the model (largest change {change:.1e}, positions "
        f"{encoding}): a flat curve would mean nothing."
    )
    return OffsetEffect(change, "moves", ok, message)


def source_use(loaded: Loaded, task: Task, samples: Sequence[Sample], seed: int = 0) -> SourceUse:
    """Returns whether the loss gets clearly worse when the sources are shuffled.

    What is shuffled is the task's to say: see its :meth:`Task.exchanged`.

    Args:
        samples: the first 256 that have a reference which the model can be scored on.
        seed: of the exchange.

    Raises:
        DataError: fewer than two samples can be used, or an exchange changes nothing.
    """
    usable = [one for one in samples if task.has_reference(loaded, one)][:SOURCE_SAMPLES]
    if len(usable) < 2:
        raise DataError(
            "The shuffled-source control needs at least two sentences with references that the "
            "model knows; give more sentences."
        )
    mixed = task.exchanged(usable, random.Random(f"{seed}/sources"))
    loss, shuffled_loss = (_mean_loss(loaded, task, part) for part in (usable, mixed))
    ok = math.isfinite(loss) and shuffled_loss >= (1 + SOURCE_MARGIN) * loss
    figures = f"loss {loss:.3f} nats per label, {shuffled_loss:.3f} with {task.shuffled}"
    message = (
        f"The model uses {task.reads} ({figures})."
        if ok
        else f"The model hardly looks at {task.reads} ({figures}): a flat curve is not robustness."
    )
    return SourceUse(loss, shuffled_loss, ok, message)


def _mean_loss(loaded: Loaded, task: Task, samples: Sequence[Sample]) -> float:
    ordered = sorted(samples, key=lambda sample: task.size(loaded, sample))
    total, count = 0.0, 0
    with evaluating(loaded), torch.inference_mode():
        for start in range(0, len(ordered), _BATCH):
            part = [unshifted(sample, 0) for sample in ordered[start : start + _BATCH]]
            batch = task.collate(loaded, part).to(loaded.device)
            total += float(token_loss(task.logits(loaded, batch), batch.labels, reduction="sum"))
            count += int((batch.labels != IGNORED).sum())
    return total / max(1, count)
