"""The training loop: a generator of events. It is the only one.

The arms train in lockstep: the same initial weights, samples, order, steps and random state;
only the shift differs.
"""

from __future__ import annotations

import copy
import dataclasses
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from shiftdemo.config import TrainConfig
from shiftdemo.events import (
    ArmSaved,
    EvalLogged,
    RunCancelled,
    RunEvent,
    RunFailed,
    RunFinished,
    RunStarted,
    StepLogged,
)
from shiftdemo.models import Loaded, torch_threads, versions
from shiftdemo.precision import fastest_precision
from shiftdemo.shifts import Shift, make_shifts
from shiftdemo.tasks import Task
from shiftdemo.training.arm import Arm, is_finite
from shiftdemo.training.batching import batches
from shiftdemo.types import Sample

SAVE_SECONDS = 15.0


@dataclass(frozen=True)
class Plan:
    """Everything that a run needs, resolved.

    Attributes:
        config: what was asked for.
        task: the task.
        train, held_out: samples; they share none.
        make_model: gives the initial model of a seed.
        output: where ``base/`` and ``shift/`` are written, or ``None`` to write nothing.
        notes: what the user should know before the run.
        half: write float16 weights.
    """

    config: TrainConfig
    task: Task
    train: Sequence[Sample]
    held_out: Sequence[Sample]
    make_model: Callable[[int], Loaded]
    output: Path | None = None
    notes: tuple[str, ...] = ()
    half: bool = False


def arm_folder(output: Path, arm: str, seed_index: int) -> Path:
    """Returns where an arm lies: the first seed at the top, others under ``seeds/``."""
    return output / arm if seed_index == 0 else output / "seeds" / str(seed_index) / arm


def fit(
    plan: Plan, cancel: Callable[[], bool] = lambda: False, run_id: str = "run"
) -> Iterator[RunEvent]:
    """Trains the arms of every seed and yields what happens.

    Args:
        cancel: asked before every step; the run then saves what it has and ends.
        run_id: written into the events.

    Yields:
        ``RunStarted``, then ``StepLogged``, ``EvalLogged`` and ``ArmSaved``, and at the end one of
        ``RunFinished``, ``RunCancelled`` and ``RunFailed``.
    """
    with torch_threads(plan.config.threads):
        yield from _Run(plan, cancel, run_id).events()


class _Run:
    def __init__(self, plan: Plan, cancel: Callable[[], bool], run_id: str) -> None:
        self.plan, self.cancel, self.run_id = plan, cancel, run_id
        self.config = plan.config
        if self.config.precision == "auto":  # the log keeps what it came to
            self.config = dataclasses.replace(self.config, precision=fastest_precision())
        self.began = time.perf_counter()
        self.shifts: list[Shift] = []
        self.ending: RunEvent | None = None

    @property
    def seconds(self) -> float:
        return time.perf_counter() - self.began

    def events(self) -> Iterator[RunEvent]:
        for index, seed in enumerate(self.config.seeds):
            arms = self._arms(seed)
            if index == 0:
                yield self._started(arms)
            yield from self._train(arms, index, seed)
            if self.ending is not None:
                yield self.ending
                return
        yield RunFinished(self.run_id, "all steps done", self.seconds)

    def _started(self, arms: list[Arm]) -> RunStarted:
        config = {**dataclasses.asdict(self.config), "versions": versions()}
        total = self.config.steps * len(self.config.seeds)
        largest = max(arm.loaded.n_params for arm in arms)  # an arm may have a layer of its own
        return RunStarted(self.run_id, self.config.arms, total, config, largest, self.plan.notes)

    def _arms(self, seed: int) -> list[Arm]:
        first = self.plan.make_model(seed)
        self.shifts = make_shifts(self.config.shifts, self.plan.task.name)  # anew: some learn
        models = [first.model, *(copy.deepcopy(first.model) for _ in self.config.arms[1:])]
        arms = []
        for name, model in zip(self.config.arms, models, strict=True):
            shifts = self.shifts if name == "shift" else []
            loaded = dataclasses.replace(first, model=model)
            arms.append(Arm(name, seed, self.plan.task, loaded, shifts, self.config))
        return arms

    def _train(self, arms: list[Arm], index: int, seed: int) -> Iterator[RunEvent]:
        config, train = self.config, self.plan.train
        sizes = [self.plan.task.size(arms[0].loaded, sample) for sample in train]
        order = batches(sizes, config.batch_size, config.batch_tokens, seed)
        saved = time.perf_counter()
        step = 0
        for step in range(1, config.steps + 1):
            epoch, indices = next(order)
            samples = [train[i] for i in indices]
            for arm in arms:
                loss, tokens = arm.step(step, epoch, samples, train)
                if not is_finite(loss):
                    self.ending = self._diverged(arm.name, step)
                    return
                yield StepLogged(arm.name, seed, step, loss, tokens, self.seconds)
            last = step == config.steps or self._must_end(step)
            if last or (config.eval_every and step % config.eval_every == 0):
                yield from (self._evaluate(arm, step) for arm in arms)
            if last or time.perf_counter() - saved > SAVE_SECONDS:
                yield from self._save(arms, index, step)
                saved = time.perf_counter()
            if last:
                return

    def _must_end(self, step: int) -> bool:
        if self.cancel():
            self.ending = RunCancelled(self.run_id, step, self.seconds)
        elif self.config.seconds and self.seconds >= self.config.seconds:
            reason = f"the time limit of {self.config.seconds:g} s was reached at step {step}"
            self.ending = RunFinished(self.run_id, reason, self.seconds)
        return self.ending is not None

    def _evaluate(self, arm: Arm, step: int) -> EvalLogged:
        figures = arm.evaluate(step, self.plan.held_out, self.shifts)
        changes = [shift.after_evaluation(figures.shifted_accuracy) for shift in arm.shifts]
        return dataclasses.replace(figures, note="; ".join(filter(None, changes)))

    def _save(self, arms: list[Arm], index: int, step: int) -> Iterator[RunEvent]:
        if self.plan.output is None:
            return
        for arm in arms:
            folder = arm_folder(self.plan.output, arm.name, index)
            folder.parent.mkdir(parents=True, exist_ok=True)
            arm.save(folder, self.plan.half)
            yield ArmSaved(
                arm.name, arm.seed, step, folder.relative_to(self.plan.output).as_posix()
            )

    def _diverged(self, arm: str, step: int) -> RunFailed:
        message = (
            f"The loss of arm {arm} is no longer a number at step {step}; "
            f"lower the learning rate (it is {self.config.learning_rate:g})."
        )
        return RunFailed(self.run_id, message, self.seconds)
