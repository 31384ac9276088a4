"""``finetune`` and ``pretrain``: runs, as streams of events."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shiftdemo.core.config import TrainConfig
from shiftdemo.core.errors import ConfigError
from shiftdemo.core.events import RunEvent, RunFinished
from shiftdemo.core.limits import Limits
from shiftdemo.core.progress import Cancel, Progress, never, silent

if TYPE_CHECKING:
    from shiftdemo.training.plan import Plan


def finetune(
    config: TrainConfig,
    output: Path,
    cancel: Cancel = never,
    limits: Limits | None = None,
    spare: Sequence[Any] = (),
) -> Iterator[RunEvent]:
    """Trains the arms, records the run in ``output`` and yields its events.

    Under ``accelerate launch`` the first process does so; the others train and yield nothing.

    Args:
        spare: processes that wait for arms; see :func:`shiftdemo.training.loop.fit`.

    Raises:
        ShiftDemoError: data, model or settings cannot be used; raised at the first event.
    """
    from shiftdemo.training.process_group import ProcessGroup
    from shiftdemo.training.record import read_events

    config = (limits or Limits()).check_run(config)
    if ProcessGroup().first and read_events(output):
        raise ConfigError("train.holds_run_already_name", output=output)
    yield from _run(config, output, cancel, limits, spare)


def resume(
    output: Path,
    cancel: Cancel = never,
    limits: Limits | None = None,
    seconds: float | None = None,
    spare: Sequence[Any] = (),
) -> Iterator[RunEvent]:
    """Resumes the run in ``output`` that was stopped, killed or ran out of time.

    On a CPU it comes to the same weights, bit by bit, as a run that was never interrupted.

    Args:
        seconds: a new time limit, what the run has taken so far included; ``None``: as it was,
            and none where the run ended because of it.

    Raises:
        ShiftDemoError: there is no run, it is complete, or its data cannot be used any more.
    """
    from shiftdemo.training.checkpoints import find_checkpoint, read_config, rewind_log
    from shiftdemo.training.record import read_events, write_json

    config = read_config(output)
    checkpoint = find_checkpoint(output)
    ended = read_events(output)[-1:]
    if checkpoint is None and ended and isinstance(ended[0], RunFinished):
        raise ConfigError("train.run_complete", output=output, reason=ended[0].reason)
    if (
        seconds is None
        and checkpoint
        and config.seconds
        and checkpoint[1].seconds >= config.seconds
    ):
        seconds = 0.0
    if seconds is not None:
        config = dataclasses.replace(config, seconds=seconds)
    config = (limits or Limits()).check_run(config)
    rewind_log(output, checkpoint[1] if checkpoint else None, config.seeds)
    if checkpoint:
        from shiftdemo.models.load import versions
        from shiftdemo.training.run_folder import RunFolder

        write_json(RunFolder(output).config, {**dataclasses.asdict(config), "versions": versions()})
    yield from _run(config, output, cancel, limits, spare, checkpoint)


def _run(
    config: TrainConfig,
    output: Path,
    cancel: Cancel,
    limits: Limits | None,
    spare: Sequence[Any],
    checkpoint: Any = None,
) -> Iterator[RunEvent]:
    from shiftdemo.training.loop import fit
    from shiftdemo.training.planning import make_plan
    from shiftdemo.training.process_group import ProcessGroup
    from shiftdemo.training.record import record

    plan = make_plan(config, output, limits or Limits())
    _keep_words(plan)
    events = fit(plan, cancel, output.name, checkpoint, spare)
    if not ProcessGroup().first:  # another process writes and tells
        for _ in events:
            pass
        return
    yield from record(events, output)


def _keep_words(plan: Plan) -> None:
    """Writes down what words training has, so that a comparison can tell rare ones."""
    from shiftdemo.evaluation.training_words import training_words
    from shiftdemo.training.process_group import ProcessGroup
    from shiftdemo.training.record import write_json
    from shiftdemo.training.run_folder import RunFolder

    if plan.output is not None and ProcessGroup().first:
        plan.output.mkdir(parents=True, exist_ok=True)
        write_json(RunFolder(plan.output).words, training_words(plan.train).to_dict())


def finetune_in_worker(
    config: TrainConfig,
    output: Path,
    cancel: Cancel,
    spare: Sequence[Any] = (),
    limits: Limits | None = None,
) -> Iterator[RunEvent]:
    """As :func:`finetune`, or :func:`resume` where the folder holds a run; for a worker process.

    Args:
        limits: of the server, which holds for the files too that are read here. It has set the
            time limit itself: a run that is resumed gets its time once more.
    """
    from shiftdemo.training.run_folder import RunFolder

    limits = dataclasses.replace(limits or Limits(), seconds=Limits().seconds)
    if RunFolder(output).events.exists():
        return resume(output, cancel, limits, seconds=config.seconds, spare=spare)
    return finetune(config, output, cancel, limits, spare=spare)


def pretrain(
    recipe_path: Path,
    data: Path,
    output: Path,
    task: str = "",
    first_stage: int = 1,
    report: Progress = silent,
) -> Iterator[RunEvent]:
    """Makes a bundled pair from a recipe; yields its events, leaves arms and card in ``output``.

    Args:
        data: the folder that the recipe's file names are relative to.
        first_stage: start from the weights of the stage before, which lie in ``output``.

    Raises:
        ShiftDemoError: recipe or data cannot be used.
    """
    from shiftdemo.training.pretrain import read_recipe, run_stages

    recipe = read_recipe(recipe_path)
    if task and task != recipe.task:
        raise ConfigError(
            "train.recipe_not", recipe_path=recipe_path.name, task=recipe.task, task_2=task
        )
    yield from run_stages(recipe, data, output, first_stage)
    from shiftdemo.publishing.pretrained_pair import finish_pair

    finish_pair(recipe, recipe_path, data, output, report)


def runs_root() -> Path:
    """Returns where the page keeps its runs: ``$SHIFTDEMO_RUNS``, else a folder of the system's."""
    import tempfile

    return Path(os.environ.get("SHIFTDEMO_RUNS") or Path(tempfile.gettempdir()) / "shiftdemo-runs")
