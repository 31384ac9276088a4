"""``attend``: attention of one sentence in one or two models."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shiftdemo.api.base import load
from shiftdemo.api.build import typed_sample
from shiftdemo.core.limits import Limits
from shiftdemo.core.samples import TranslationSample
from shiftdemo.core.types import AttentionMap

if TYPE_CHECKING:
    from shiftdemo.models.load import LoadedModel


@dataclass(frozen=True)
class AttentionResult:
    """Attention of one sentence in one or two models.

    Attributes:
        maps: of the (base) model.
        versus: of the other model over the same tokens; empty when none was named.
        target: the target whose decoder attention is shown; empty where there is none.
    """

    maps: tuple[AttentionMap, ...]
    versus: tuple[AttentionMap, ...] = ()
    target: str = ""


def attend(
    task: str,
    model: str,
    text: str,
    target: str = "",
    versus: str = "",
    limits: Limits | None = None,
) -> AttentionResult:
    """Returns the attention of ``model`` (and of ``versus``) on a sentence.

    Where a translator is given no target, the first model's own translation is used for both.

    Raises:
        ShiftDemoError: a model cannot be used, or the text is empty or too long.
    """
    limits = limits or Limits()
    typed_sample(task, text, target, limits=limits)
    other = load(versus, task, limits) if versus else None
    return attend_loaded(task, load(model, task, limits), text, target, other, limits)


def attend_loaded(
    task: str,
    model: LoadedModel,
    text: str,
    target: str = "",
    versus: LoadedModel | None = None,
    limits: Limits | None = None,
) -> AttentionResult:
    """As :func:`attend`, with models that are loaded already."""
    from shiftdemo.attention.weights import attend as extract
    from shiftdemo.models.load import torch_threads
    from shiftdemo.shifts.applying import unshifted
    from shiftdemo.tasks import TASKS

    most = (limits or Limits()).attention_tokens
    made = TASKS.get(task)()
    with torch_threads(1):
        generated = made.kind == "seq2seq" and not target.strip()
        if generated:
            target = made.predict(model, [unshifted(TranslationSample("typed", text.strip(), ""))])[
                0
            ]
        models = [model, versus] if versus else [model]
        maps, *others = (
            tuple(extract(one, made, text, target, max_tokens=most, generated=generated))
            for one in models
        )
    return AttentionResult(maps, others[0] if others else (), target)
