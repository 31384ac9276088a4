"""``attend`` over many sentences: profiles, and attention against gold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from shiftdemo.api.attend import moving
from shiftdemo.core.config import DataSpec
from shiftdemo.core.errors import LimitError
from shiftdemo.core.limits import Limits
from shiftdemo.core.messages import Message
from shiftdemo.core.progress import Cancel, Progress, never, silent
from shiftdemo.core.samples import Sample
from shiftdemo.data.load import load_samples
from shiftdemo.publishing.attention.results import CorpusAttention

if TYPE_CHECKING:
    from shiftdemo.models.load import LoadedModel

N = 100  # sentences where none are asked for


def attend_corpus_loaded(
    task: str,
    models: Mapping[str, LoadedModel],
    shift: str = "",
    strength: float = 0,
    n: int = N,
    progress: Progress = silent,
    cancel: Cancel = never,
    samples: Sequence[Sample] | None = None,
    limits: Limits | None = None,
) -> CorpusAttention:
    """Returns attention over sentences of models that are loaded; see :meth:`Backend.attend`."""
    from shiftdemo.attention.corpus import over_corpus
    from shiftdemo.attention.gold import THRESHOLDS, error_rate
    from shiftdemo.evaluation.alignment_error import alignment_errors
    from shiftdemo.models.load import torch_threads
    from shiftdemo.tasks.heads import make_task

    limits = limits or Limits()
    if n > limits.compare_samples:
        raise LimitError("compare.server_compares_at_most", compare_samples=limits.compare_samples)
    if samples is None:
        data = DataSpec(eval_size=max(8, n))
        samples = load_samples(task, data, "test", n, limits)
    condition = moving(task, models, shift)
    shifted = condition.moved(samples, strength)
    with torch_threads(1):
        what = Message("attention.reading")
        found = over_corpus(models, make_task(task), shifted, progress, cancel, what)
    links = {arm: one.links for arm, one in found.items() if one.links}
    first = found["base"]
    alignment = alignment_errors(links, THRESHOLDS, error_rate) if links else None
    answered = {arm: one.answers.interval() for arm, one in found.items()}
    answered = {arm: one for arm, one in answered.items() if one.mean.ndim}
    return CorpusAttention(
        task,
        condition,
        strength,
        {arm: one.intervals() for arm, one in found.items()},
        alignment,
        answered,
        float(first.by_chance.interval().mean) if answered else None,
        first.n,
        {arm: loaded.ref for arm, loaded in models.items()},
    )
