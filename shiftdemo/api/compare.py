"""``compare``: two models on the same sentences."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shiftdemo.api.base import Cancel, Report, load, never, silent
from shiftdemo.config import CompareConfig
from shiftdemo.data.load import load_samples
from shiftdemo.errors import LimitError
from shiftdemo.limits import Limits
from shiftdemo.types import Sample

if TYPE_CHECKING:
    from shiftdemo.evaluation.report import Comparison, SeedMean
    from shiftdemo.models import Loaded


def compare(
    config: CompareConfig,
    progress: Report = silent,
    cancel: Cancel = never,
    limits: Limits | None = None,
    samples: Sequence[Sample] | None = None,
) -> Comparison:
    """Returns how the two models do on the same sentences, at every offset.

    Args:
        progress: called with a fraction 0 to 1 and what is being done.
        samples: use these instead of ``config.data``.

    Raises:
        ShiftDemoError: a model or the data cannot be used, or an offset is beyond the positions.
    """
    limits = limits or Limits()
    if config.n > limits.compare_samples:
        raise LimitError(f"This server compares at most {limits.compare_samples} sentences.")
    limits.check_data(config.data)
    models = {"base": load(config.base, config.task, limits)}
    models["shift"] = load(config.shifted, config.task, limits)
    return compare_loaded(config, models, progress, cancel, samples)


def compare_loaded(
    config: CompareConfig,
    models: dict[str, Loaded],
    progress: Report = silent,
    cancel: Cancel = never,
    samples: Sequence[Sample] | None = None,
) -> Comparison:
    """As :func:`compare`, with models that are loaded already."""
    from shiftdemo.evaluation.report import compare_models
    from shiftdemo.evaluation.robustness import offsets_from
    from shiftdemo.models import torch_threads
    from shiftdemo.tasks import TASKS

    if samples is None:
        data = dataclasses.replace(config.data, eval_size=max(8, config.n))
        samples = load_samples(config.task, data, "test", config.n)
    trained = config.trained_offset if config.trained_offset >= 0 else None
    with torch_threads(1):
        return compare_models(
            models,
            TASKS.get(config.task)(),
            samples,
            offsets_from(config.offsets),
            config.seed,
            trained_offset=trained,
            allow_no_effect=config.allow_no_effect,
            progress=progress,
            cancel=cancel,
        )


def pairs_of(folder: Path) -> list[tuple[str, str]]:
    """Returns the base and shift-trained models of a finetune's folder, a pair a seed."""
    seeds = sorted((folder / "seeds").glob("*"), key=lambda path: path.name)
    pairs = [(one / "base", one / "shift") for one in (folder, *seeds)]
    return [
        (str(base), str(shift))
        for base, shift in pairs
        if (base / "config.json").is_file() and (shift / "config.json").is_file()
    ]


def compare_seeds(
    config: CompareConfig,
    pairs: Sequence[tuple[str, str]],
    progress: Report = silent,
    cancel: Cancel = never,
    limits: Limits | None = None,
) -> tuple[list[Comparison], SeedMean | None]:
    """Returns one comparison a pair, and their mean where there are several.

    Args:
        pairs: base and shift-trained model of every training seed; see :func:`pairs_of`.
    """
    from shiftdemo.evaluation.report import mean_over_seeds

    found: list[Comparison] = []
    for number, (base, shifted) in enumerate(pairs):

        def part(fraction: float, text: str, number: int = number) -> None:
            label = f"seed {number + 1} of {len(pairs)}: {text}" if len(pairs) > 1 else text
            progress((number + fraction) / len(pairs), label)

        one = dataclasses.replace(config, base=base, shifted=shifted)
        found.append(compare(one, part, cancel, limits))
    return found, mean_over_seeds(found) if len(found) > 1 else None


def comparison_dict(found: Sequence[Comparison], mean: SeedMean | None) -> dict[str, Any]:
    """Returns what :func:`compare_seeds` found as one JSON object, as the page draws it.

    With several seeds the curves are means, ``n_seeds``, ``verdicts`` and ``seed_differences``
    are there, and the rest is the first seed's.
    """
    first = found[0].to_dict()
    if mean is None:
        return first
    means = mean.to_dict()
    kept = {key: means[key] for key in ("curves", "n_seeds", "verdicts")}
    return {**first, **kept, "seed_differences": means["differences"]}


def translate_or_tag(
    model: Loaded, samples: Sequence[Sample], offset: int = 0, allow_no_effect: bool = False
) -> list[Any]:
    """Returns the model's output for each sample as a person reads it: text, tags or a label.

    A language model's is how well it foresees the text, and how it would go on.

    Args:
        offset: position of the first token.
        allow_no_effect: answer also where the offset does not reach the model.

    Raises:
        ShiftDemoError: the offset is beyond the model's positions, or does not reach it.
    """
    from shiftdemo.evaluation.effects import as_control, check_offset
    from shiftdemo.models import torch_threads
    from shiftdemo.tasks import TASKS

    with torch_threads(1):
        if offset:
            check_offset(model, samples, offset, allow_no_effect)
        asked = as_control(model) if allow_no_effect else model
        return TASKS.get(model.task)().answers(asked, samples, offset)
