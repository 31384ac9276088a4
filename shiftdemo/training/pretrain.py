"""Makes a bundled model from a committed recipe, in stages, with the one training loop.

A recipe is a JSON file: the task, the model's size, the tokenizer and a list of stages, each
with its data sources and its training settings. A stage goes on from the weights of the one
before, which lie in ``OUTPUT/stage-N/base``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from shiftdemo.core.config import TrainConfig, from_dict
from shiftdemo.core.errors import ConfigError
from shiftdemo.core.events import RunEvent
from shiftdemo.core.samples import Sample
from shiftdemo.data.sources import read_source
from shiftdemo.models.load import LoadedModel, load_model, make_scratch, set_dropout
from shiftdemo.models.scratch import ScratchSize, train_tokenizer
from shiftdemo.tasks.heads import Task, make_task
from shiftdemo.training.loop import fit
from shiftdemo.training.plan import Plan
from shiftdemo.training.run_folder import RunFolder


@dataclass(frozen=True)
class Recipe:
    """A pretraining recipe; see the module's docstring."""

    task: str
    name: str
    size: Mapping[str, Any]
    stages: tuple[Mapping[str, Any], ...]
    held_out: tuple[Mapping[str, Any], ...]
    tokenizer: tuple[Mapping[str, Any], ...] = ()
    test: Mapping[str, Any] = field(default_factory=dict)
    labels: tuple[str, ...] = ()
    seed: int = 0
    card: Mapping[str, Any] = field(default_factory=dict)


def read_recipe(path: Path) -> Recipe:
    """Returns the recipe of a JSON file.

    Raises:
        ConfigError: it cannot be read, or a key is unknown.
    """
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError("pretrain.recipe_cannot_read", path=path, error=error) from None
    recipe: Recipe = from_dict(Recipe, values, path.name)
    return recipe


def gather(sources: Any, data: Path, task: str) -> list[Sample]:
    """Returns the samples of several sources, in order."""
    return [sample for source in sources for sample in read_source(source, data, task)]


def run_stages(
    recipe: Recipe,
    data: Path,
    output: Path,
    first: int = 1,
    cancel: Callable[[], bool] = lambda: False,
) -> Iterator[RunEvent]:
    """Trains the stages from ``first`` (counted from 1) on and yields their events.

    The final weights lie in ``OUTPUT/stage-N/base`` with N the number of the last stage.
    """
    task = make_task(recipe.task)
    held_out = gather(recipe.held_out, data, recipe.task)
    for number, stage in enumerate(recipe.stages, 1):
        if number < first:
            continue
        gathered = gather(stage["sources"], data, recipe.task)
        held = {sample.text for sample in held_out}
        train = [sample for sample in gathered if sample.text not in held]
        left_out = len(gathered) - len(train)
        config = from_dict(
            TrainConfig, {**stage["training"], "task": recipe.task}, f"stage {number}"
        )
        config = replace(config, arms=("base",), shifts=(), seeds=(recipe.seed,))
        plan = Plan(
            config,
            task,
            train,
            held_out,
            _initial(recipe, task, data, output, number, config, train),
            output / f"stage-{number}",
            notes=(f"{left_out:,} held-out sentences were left out of training.",) * bool(left_out),
            half=number == len(recipe.stages),
        )
        yield from fit(plan, cancel, f"{recipe.name}-stage-{number}")


def _initial(
    recipe: Recipe,
    task: Task,
    data: Path,
    output: Path,
    number: int,
    config: TrainConfig,
    train: list[Sample],
) -> Callable[[int], LoadedModel]:
    def later(seed: int) -> LoadedModel:
        folder = RunFolder(output / f"stage-{number - 1}").arm("base")
        loaded = load_model(str(folder), recipe.task)
        set_dropout(loaded.model, config.dropout)
        return loaded

    def scratch(seed: int) -> LoadedModel:
        texts = gather(recipe.tokenizer, data, recipe.task) or train
        size = from_dict(ScratchSize, recipe.size, "size")
        tokenizer = train_tokenizer(task.texts(texts), recipe.task, size.vocab)
        labels = recipe.labels or task.labels(train)
        return make_scratch(
            f"scratch:{size.encoding}", recipe.task, tokenizer, labels, size, config.dropout, seed
        )

    return scratch if number == 1 else later
