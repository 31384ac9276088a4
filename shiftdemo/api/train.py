"""``finetune`` and ``pretrain``: runs, as streams of events."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from shiftdemo.api.base import Cancel, Report, never, silent
from shiftdemo.config import TrainConfig
from shiftdemo.errors import ConfigError
from shiftdemo.events import RunEvent
from shiftdemo.limits import Limits

if TYPE_CHECKING:
    pass


def finetune(
    config: TrainConfig, output: Path, cancel: Cancel = never, limits: Limits | None = None
) -> Iterator[RunEvent]:
    """Trains the arms in this process, records the run in ``output`` and yields its events.

    Raises:
        ShiftDemoError: data, model or settings cannot be used; raised at the first event.
    """
    from shiftdemo.training.loop import fit
    from shiftdemo.training.plan import make_plan
    from shiftdemo.training.record import EVENTS, record

    config = (limits or Limits()).check_run(config)
    if (output / EVENTS).exists():
        raise ConfigError(f"{output} holds a run already; name another folder with --output.")
    plan = make_plan(config, output, limits or Limits())
    yield from record(fit(plan, cancel, output.name), output)


def finetune_in_worker(config: TrainConfig, output: Path, cancel: Cancel) -> Iterator[RunEvent]:
    """As :func:`finetune`; importable, so that a worker process can be given it."""
    return finetune(config, output, cancel)


def pretrain(
    recipe_path: Path,
    data: Path,
    output: Path,
    task: str = "",
    first_stage: int = 1,
    report: Report = silent,
) -> Iterator[RunEvent]:
    """Makes a bundled model from a recipe; yields its events, leaves model and card in ``output``.

    Args:
        data: the folder that the recipe's file names are relative to.
        first_stage: go on from the weights of the stage before, which lie in ``output``.

    Raises:
        ShiftDemoError: recipe or data cannot be used.
    """
    from shiftdemo.training.pretrain import read_recipe, run_stages
    from shiftdemo.training.record import append

    recipe = read_recipe(recipe_path)
    if task and task != recipe.task:
        raise ConfigError(f"The recipe {recipe_path.name} is for {recipe.task}, not for {task}.")
    for event in run_stages(recipe, data, output, first_stage):
        append(event, output)
        yield event
    from shiftdemo.card import finish_model

    finish_model(recipe, recipe_path, data, output, report)


def runs_root() -> Path:
    """Returns where the page keeps its runs: ``$SHIFTDEMO_RUNS``, else a folder of the system's."""
    import tempfile

    return Path(os.environ.get("SHIFTDEMO_RUNS") or Path(tempfile.gettempdir()) / "shiftdemo-runs")
