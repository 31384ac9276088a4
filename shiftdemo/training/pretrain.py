"""Makes a bundled model from a committed recipe, in stages, with the one training loop.

A recipe is a JSON file: the task, the model's size, the tokenizer and a list of stages, each
with its data sources and its training settings. A stage goes on from the weights of the one
before, which lie in ``OUTPUT/stages/N/base``. A stage with ``shifts`` trains a pair: the arm
``base`` plainly and the arm ``shift`` on samples that went through them, from the same weights.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from shiftdemo.core.config import DataSpec, TrainConfig, from_dict
from shiftdemo.core.errors import ConfigError
from shiftdemo.core.events import RunEvent
from shiftdemo.core.samples import Sample
from shiftdemo.data.sources import read_source
from shiftdemo.models.load import LoadedModel, load_model, make_scratch, set_dropout
from shiftdemo.models.scratch import ScratchSize, train_tokenizer
from shiftdemo.tasks.heads import Task, make_task
from shiftdemo.training.loop import fit
from shiftdemo.training.plan import Plan
from shiftdemo.training.record import record
from shiftdemo.training.run_folder import RunFolder

RECIPE = "recipe.json"  # beside the weights


@dataclass(frozen=True)
class Recipe:
    """A pretraining recipe; see the module's docstring.

    Attributes:
        test: data sources by the name of their test set.
        curves: the test sets on which both arms are measured at every offset; the first is the
            one that stands for the pair.
        card: what the card says that nothing else tells.
    """

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
    curves: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.curves or any(name not in self.test for name in self.curves):
            raise ConfigError("pretrain.recipe_names_no_curve", name=self.name)
        if not self.shifts:
            raise ConfigError("pretrain.recipe_trains_no_pair", name=self.name)

    @property
    def shifts(self) -> tuple[str, ...]:
        """The operators of the arm ``shift``: those of the last stage."""
        return tuple(self.stages[-1].get("shifts", ()))


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


def stage_run(output: Path, number: int) -> RunFolder:
    """Returns the run of a stage, counted from 1."""
    return RunFolder(output / "stages" / str(number))


def run_stages(
    recipe: Recipe,
    data: Path,
    output: Path,
    first: int = 1,
    cancel: Callable[[], bool] = lambda: False,
) -> Iterator[RunEvent]:
    """Trains the stages from ``first`` (counted from 1) on and yields their events.

    The final weights lie in ``OUTPUT/stages/N/ARM`` with N the number of the last stage, its log
    in ``OUTPUT/stages/N/events.jsonl``.
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
        shifts = tuple(stage.get("shifts", ()))
        arms = ("base", "shift") if shifts else ("base",)
        # What the log tells: the start and the data, which are the recipe's.
        told = DataSpec(corpus="", train=RECIPE, eval=RECIPE)
        model = f"scratch:{recipe.size['encoding']}"
        config = replace(config, model=model, data=told, arms=arms, shifts=shifts)
        config = replace(config, seeds=(recipe.seed,))
        folder = stage_run(output, number).path
        plan = Plan(
            config,
            task,
            train,
            held_out,
            _initial(recipe, task, data, output, number, config, train),
            folder,
            notes=(f"{left_out:,} held-out sentences were left out of training.",) * bool(left_out),
            half=number == len(recipe.stages),
        )
        yield from record(fit(plan, cancel, f"{recipe.name}-stage-{number}"), folder)


def _initial(
    recipe: Recipe,
    task: Task,
    data: Path,
    output: Path,
    number: int,
    config: TrainConfig,
    train: list[Sample],
) -> Callable[[int], LoadedModel]:
    def scratch(seed: int) -> LoadedModel:
        texts = gather(recipe.tokenizer, data, recipe.task) or train
        size = from_dict(ScratchSize, recipe.size, "size")
        tokenizer = train_tokenizer(task.texts(texts), recipe.task, size.vocab)
        labels = recipe.labels or task.labels(train)
        return make_scratch(
            f"scratch:{size.encoding}", recipe.task, tokenizer, labels, size, config.dropout, seed
        )

    if number == 1:
        return scratch
    return StageStart(stage_run(output, number - 1).arm("base"), recipe.task, config)


@dataclass(frozen=True)
class StageStart:
    """Gives the weights that the stage before has left; another process loads them itself."""

    folder: Path
    task: str
    config: TrainConfig

    def __call__(self, seed: int) -> LoadedModel:
        """Returns the model, whatever the seed."""
        loaded = load_model(str(self.folder), self.task)
        set_dropout(loaded.model, self.config.dropout)
        return loaded
