"""``answer``: what the bundled pairs make of a sentence, wherever it stands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from shiftdemo.api.build import typed_sample
from shiftdemo.api.compare import predict_typed, trained_condition
from shiftdemo.core.limits import Limits
from shiftdemo.core.model_refs import PAIR, bundled_refs
from shiftdemo.experiments.first_look import LAST, SHOWN, Answers

if TYPE_CHECKING:
    from shiftdemo.models.load import LoadedModel


def answer(
    text: str,
    positions: Sequence[int],
    load: Callable[[str, str], LoadedModel],
    limits: Limits | None = None,
) -> Answers:
    """Returns the translation and the tags of a sentence, of both bundled arms.

    Args:
        positions: of its first word, from 0; one output each.
        load: gives the model of a reference and a task.

    Raises:
        DataError: there is no text.
        LimitError: it is too long.
        ConfigError: a position is beyond what the models know.
    """
    outputs: dict[str, dict[str, tuple[Any, ...]]] = {}
    words: tuple[str, ...] = ()
    for task in SHOWN:
        sample = typed_sample(task, text, limits=limits)
        words = getattr(sample, "words", words)
        models = {arm: load(ref, task) for arm, ref in zip(PAIR, bundled_refs(task), strict=True)}
        condition = trained_condition(task, models)
        moved = [condition.moved([sample], k)[0] for k in positions]
        outputs[task] = {
            arm: tuple(predict_typed(of, moved, known=max(positions) <= LAST))  # a test says so
            for arm, of in models.items()
        }
    return Answers(text.strip(), words, tuple(positions), outputs)
