"""The training loop: a generator of events. It is the only one.

The arms train in lockstep: the same initial weights, samples, order, steps and random state;
only the shift differs. Arms in processes of their own may be a few short steps apart, but never
where they are measured or saved, or where the run ends.
"""

from __future__ import annotations

import dataclasses
import itertools
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from pathlib import Path
from typing import Any

from shiftdemo.core.config import TrainConfig
from shiftdemo.core.events import (
    ArmCost,
    RunCancelled,
    RunEvent,
    RunFailed,
    RunFinished,
    RunResumed,
    RunStarted,
    StepLogged,
)
from shiftdemo.core.messages import Message, arm_name, joined
from shiftdemo.core.processes import cores
from shiftdemo.models.load import torch_threads, versions
from shiftdemo.training.arm import StepFigures, is_finite
from shiftdemo.training.arms_in_processes import ArmsInProcesses, LostProcess
from shiftdemo.training.arms_in_turn import HELD_OUT, ArmGroup, ArmsInTurn, noted
from shiftdemo.training.batching import batches
from shiftdemo.training.checkpoints import State, remove_checkpoints, write_checkpoint
from shiftdemo.training.memory import NO_MEMORY, ran_out
from shiftdemo.training.plan import Plan, resolved
from shiftdemo.training.process_group import ProcessGroup
from shiftdemo.training.stopping import EarlyStop

SAVE_SECONDS = 15.0
_SAVE_SHARE = 0.05  # at most this part of the time goes into saving
_MEMORY_EVERY = 2.0  # seconds
_AHEAD_SECONDS = 0.2  # the arms end this long after they were stopped, or a step, if that is longer


def fit(
    plan: Plan,
    cancel: Callable[[], bool] = lambda: False,
    run_id: str = "run",
    resume: tuple[Path, State] | None = None,
    spare: Sequence[Any] = (),
) -> Iterator[RunEvent]:
    """Trains the arms of every seed and yields what happens.

    Args:
        cancel: asked before every step; the run then saves what it has and ends.
        run_id: written into the events.
        resume: a checkpoint of the same plan, to go on from.
        spare: connections to processes that wait for arms; see :class:`ArmsInProcesses`.

    Yields:
        ``RunStarted`` (or ``RunResumed``), then ``StepLogged``, ``EvalLogged`` and ``ArmSaved``,
        then ``ArmCost``, and at the end one of ``RunFinished``, ``RunCancelled`` and
        ``RunFailed``.
    """
    run = _Run(plan, cancel, run_id, resume, spare)
    with torch_threads(plan.config.threads):
        try:
            yield from run.events()
        except LostProcess as error:
            if cancel():  # whoever ended the run ended its processes too
                yield RunCancelled(run_id, run.reached, run.seconds)
            else:
                yield RunFailed(run_id, error.message, run.seconds)
        except Exception as error:
            if not ran_out(error):
                raise
            yield RunFailed(run_id, Message(NO_MEMORY), run.seconds)
        finally:
            run.close()


class _Run:
    def __init__(
        self,
        plan: Plan,
        cancel: Callable[[], bool],
        run_id: str,
        resume: tuple[Path, State] | None,
        spare: Sequence[Any],
    ) -> None:
        self.process_group = ProcessGroup()
        self.config = self._settled(plan.config)
        self.plan = dataclasses.replace(plan, config=self.config)
        self.cancel, self.run_id, self.resume, self.spare = cancel, run_id, resume, spare
        self.state = resume[1] if resume else State(0, 0, 0.0, {})
        self.began = time.perf_counter() - self.state.seconds
        self.costs: dict[str, list[float]] = {
            name: list(self.state.costs.get(name, [0, 0, 0.0, 0]))
            for name in self.config.trained_arms
        }
        self.endings = list(self.state.endings)
        self.ending: RunEvent | None = None
        self.group: ArmGroup | None = None
        self.memory, self.memory_due = 0.0, 0.0
        self.reached = 0

    def _settled(self, config: TrainConfig) -> TrainConfig:
        """Returns the configuration with what it comes to here; the log keeps it."""
        config = resolved(config, self.process_group.device)
        trained = len(config.trained_arms)
        processes = config.processes or max(1, cores() // config.threads)
        alone = config.device == "cpu" and self.process_group.size == 1
        return dataclasses.replace(config, processes=min(processes, trained) if alone else 1)

    @property
    def seconds(self) -> float:
        return time.perf_counter() - self.began

    def close(self) -> None:
        if self.group is not None:
            self.group.close()
            self.group = None

    def events(self) -> Iterator[RunEvent]:
        if self.resume:
            seed, step = self.config.seeds[self.state.index], self.state.step
            yield RunResumed(self.run_id, seed, step, self.state.seconds, versions())
        for index, seed in enumerate(self.config.seeds):
            if index < self.state.index + self.state.seed_done:
                continue
            self.group = group = self._assembled(seed)
            if self.resume and index == self.state.index:
                folder, state = self.resume
                group.read_state(folder, state.progress)
            elif index == 0:
                yield self._started(group)
            yield from self._train(group, index, seed)
            self.close()
            if self.ending is not None:
                break
        yield from (
            ArmCost(name, int(n), int(tokens), seconds, int(flops))
            for name, (n, tokens, seconds, flops) in self.costs.items()
        )
        if self.ending is None and self.plan.output and self.process_group.first:
            remove_checkpoints(self.plan.output)
        reason = joined(self.endings) or Message("loop.all_steps_done")
        yield self.ending or RunFinished(self.run_id, reason, self.seconds)

    def _assembled(self, seed: int) -> ArmGroup:
        names, n_processes = self.config.arms, self.config.processes
        if n_processes < 2:
            return ArmsInTurn(self.plan, names, seed, self.process_group)
        # The untrained start comes last, so that the arms that cost time are dealt evenly.
        ordered = sorted(names, key=lambda name: name == "start")
        return ArmsInProcesses(self.plan, ordered, seed, n_processes, self.spare)

    def _started(self, group: ArmGroup) -> RunStarted:
        beside = {"versions": versions(), "read": dict(self.plan.read)}
        config = {**dataclasses.asdict(self.config), **beside}
        total = self.config.steps * len(self.config.seeds)
        largest = max(group.n_params().values())  # an arm may have a layer of its own
        return RunStarted(self.run_id, self.config.arms, total, config, largest, self.plan.notes)

    def _train(self, group: ArmGroup, index: int, seed: int) -> Iterator[RunEvent]:
        config = self.config
        done = self.state.step if self.resume and index == self.state.index else 0
        n = len(self.plan.train)
        every = batches(n, group.lengths, config.batch_size, config.batch_tokens, seed)
        order = itertools.islice(every, done, None)
        stop = EarlyStop(config)
        if done:
            stop.restore(self.state.stopping)
        if not done and "start" in config.arms:
            yield from group.evaluate(0, True).values()
        due = time.perf_counter() + SAVE_SECONDS
        asked, pace, wait = done, _AHEAD_SECONDS, False
        for step in range(done + 1, config.steps + 1):
            until = min(step + min(group.ahead, int(_AHEAD_SECONDS / pace)), self._together(step))
            while asked < until and not wait:
                asked += 1
                group.ask(asked, *next(order))
            self.reached = step - 1
            by_arm = group.figures()
            for name, figures in by_arm.items():
                if not is_finite(figures.objective):
                    self.ending = self._diverged(name, step)
                    return
                yield self._logged(group, name, seed, step, figures)
            pace = max(1e-6, *(figures.seconds for figures in by_arm.values()))
            planned = bool(config.eval_every) and step % config.eval_every == 0
            over = step == config.steps or self._must_end(step)
            wait = over or self._agreed(time.perf_counter() > due)
            if asked > step:
                continue
            if over or planned:
                reason = yield from self._evaluate(group, step, over, stop if planned else None)
                if reason and step < config.steps:
                    self.endings.append(reason)
                    self.ending, over = None, True  # as if nobody had cut it short here
            if wait or over or self._agreed(time.perf_counter() > due):
                began = time.perf_counter()
                seed_done = over and self.ending is None
                yield from self._save(group, index, step, stop, seed_done)
                took = time.perf_counter() - began
                due = time.perf_counter() + max(SAVE_SECONDS, took / _SAVE_SHARE)
            if over:
                return
            wait = False

    def _together(self, step: int) -> int:
        """Returns the next step, from ``step`` on, after which all arms must stand."""
        every = self.config.eval_every
        return min(self.config.steps, -(-step // every) * every if every else self.config.steps)

    def _logged(
        self, group: ArmGroup, name: str, seed: int, step: int, figures: StepFigures
    ) -> StepLogged:
        if self.seconds > self.memory_due:
            self.memory, self.memory_due = group.memory(), self.seconds + _MEMORY_EVERY
        cost = self.costs[name]
        for index, value in enumerate((1, figures.tokens, figures.seconds, figures.flops)):
            cost[index] += value
        return StepLogged(
            name,
            seed,
            step,
            figures.loss,
            figures.tokens,
            round(self.seconds, 4),
            float(f"{figures.learning_rate:.6g}"),
            round(figures.seconds, 5),
            figures.flops,
            round(self.memory, 1),
            figures.objective if self.config.label_smoothing else None,
        )

    def _agreed(self, flag: bool) -> bool:
        """Whether one of the processes of a run that is spread says so."""
        return self.process_group.any(flag)

    def _must_end(self, step: int) -> bool:
        limit = self.config.seconds
        if self._agreed(self.cancel()):
            self.ending = RunCancelled(self.run_id, step, self.seconds)
        elif self._agreed(bool(limit) and self.seconds >= limit):
            reason = Message("loop.time_limit_s_was", limit=limit, step=step)
            self.ending = RunFinished(self.run_id, reason, self.seconds)
        return self.ending is not None

    def _evaluate(
        self, group: ArmGroup, step: int, over: bool, stop: EarlyStop | None
    ) -> Generator[RunEvent, None, str]:
        """Yields held-out figures; returns why they end the run, or ``""``.

        Args:
            over: the run ends here, so that all held-out samples are measured.
            stop: ``None`` after a step where the run was cut short: it is measured, but what it
                does when it is resumed must not depend on that.
        """
        figures = group.evaluate(step, over)
        said: dict[str, str] = {}
        if stop is not None:
            said = group.learn({name: logged.shifted_accuracy for name, logged in figures.items()})
        yield from (noted(logged, said.get(name, "")) for name, logged in figures.items())
        moved = bool(said.get(HELD_OUT))
        reason = stop.reason(list(figures.values()), moved) if stop is not None else ""
        if not self._agreed(bool(reason)):
            return ""
        if not over and self.config.eval_part:
            yield from group.evaluate(step, True).values()
        return reason

    def _save(
        self, group: ArmGroup, index: int, step: int, stop: EarlyStop, seed_done: bool
    ) -> Iterator[RunEvent]:
        if self.plan.output is None or not self.process_group.first:
            return
        state = State(
            index,
            step,
            self.seconds,
            stop.state(),
            costs=self.costs,
            endings=self.endings,
            seed_done=seed_done,
        )
        write_checkpoint(self.plan.output, None if seed_done else group, state)
        yield from group.save(step, index).values()

    def _diverged(self, arm: str, step: int) -> RunFailed:
        message = Message(
            "loop.loss_arm_no_longer",
            arm=arm_name(arm),
            step=step,
            learning_rate=self.config.learning_rate,
        )
        return RunFailed(self.run_id, message, self.seconds)
