"""``attend``: attention of one sentence in one or two models."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shiftdemo.core.limits import Limits
from shiftdemo.core.samples import Sample, TranslationSample
from shiftdemo.core.types import AttentionMap

if TYPE_CHECKING:
    from shiftdemo.models.load import LoadedModel


@dataclass(frozen=True)
class AttentionResult:
    """Attention of one sentence in one or two models.

    Attributes:
        sample: as it was looked at, with its gold links and the target that was generated.
        maps: of the (base) model.
        versus: of the other model over the same tokens; empty when none was named.
    """

    sample: Sample
    maps: tuple[AttentionMap, ...]
    versus: tuple[AttentionMap, ...] = ()

    @property
    def target(self) -> str:
        """The target whose decoder attention is shown; empty where there is none."""
        return self.sample.target if isinstance(self.sample, TranslationSample) else ""


def attend_loaded(
    task: str,
    model: LoadedModel,
    sample: Sample,
    versus: LoadedModel | None = None,
    limits: Limits | None = None,
) -> AttentionResult:
    """Returns the attention of models that are loaded already; see :meth:`Backend.attend`."""
    from shiftdemo.attention.weights import attend as extract
    from shiftdemo.models.load import torch_threads
    from shiftdemo.shifts.applying import unshifted
    from shiftdemo.tasks.heads import make_task

    most = (limits or Limits()).attention_tokens
    head = make_task(task)
    with torch_threads(1):
        generated = isinstance(sample, TranslationSample) and not sample.target.strip()
        if isinstance(sample, TranslationSample) and generated:
            target = head.predict(model, [unshifted(sample)])[0]
            sample = dataclasses.replace(sample, target=target, links=None)
        models = [model, versus] if versus else [model]
        maps, *others = (
            tuple(extract(loaded, head, sample, max_tokens=most, generated=generated))
            for loaded in models
        )
    return AttentionResult(sample, maps, others[0] if others else ())
