"""The arms of one seed, trained in turn in this process."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import torch
from safetensors.torch import load_file, save_file

from shiftdemo.core.errors import ModelError
from shiftdemo.core.events import ArmSaved, EvalLogged
from shiftdemo.core.messages import arm_name
from shiftdemo.core.samples import Sample
from shiftdemo.shifts import make_shifts
from shiftdemo.training.arm import StepFigures
from shiftdemo.training.memory import memory
from shiftdemo.training.plan import Plan, make_arms
from shiftdemo.training.process_group import ProcessGroup
from shiftdemo.training.run_folder import RunFolder

HELD_OUT = "held out"  # the operators of the held-out sentences, beside the arms


class ArmGroup(Protocol):
    """Arms that are trained together, wherever they are; all results come by arm.

    Attributes:
        ahead: steps that may be asked for before the figures of the last one are there.
    """

    ahead: int

    def n_params(self) -> dict[str, int]:
        """Returns the number of trainable weights of every arm."""

    def lengths(self, indices: Sequence[int]) -> list[tuple[int, int]]:
        """Returns the tokens of source and target of some training samples."""

    def ask(self, number: int, epoch: int, indices: Sequence[int]) -> None:
        """Asks for one step of every arm that is trained, on the same samples."""

    def figures(self) -> dict[str, StepFigures]:
        """Returns the figures of the first step that was asked for and not yet answered."""

    def evaluate(self, number: int, whole: bool) -> dict[str, EvalLogged]:
        """Returns held-out figures of every arm.

        Args:
            whole: on all held-out samples, not on the part that serves along the way.
        """

    def learn(self, accuracy: Mapping[str, float]) -> dict[str, str]:
        """Lets operators change with the held-out shifted accuracy.

        Returns:
            What they say, by arm; ``HELD_OUT``: those of the held-out sentences.
        """

    def save(self, number: int, index: int) -> dict[str, ArmSaved]:
        """Writes the weights of every arm as models of seed number ``index``."""

    def write_state(self, folder: Path) -> dict[str, Any]:
        """Writes all that the next step depends on; returns the progress of the operators."""

    def read_state(self, folder: Path, progress: Mapping[str, Any]) -> dict[str, None]:
        """Goes back to what :meth:`write_state` wrote."""

    def memory(self) -> float:
        """Returns what the arms' processes hold now, MiB."""

    def close(self) -> None:
        """Ends whatever the group has started."""


def spread(samples: Sequence[Sample], part: int) -> Sequence[Sample]:
    """Returns ``part`` of the samples, evenly apart; all where it is 0 or there are no more."""
    if not part or part >= len(samples):
        return samples
    return [samples[index * len(samples) // part] for index in range(part)]


class ArmsInTurn:
    """Arms that take turns in this process; see :class:`ArmGroup`."""

    ahead = 0

    def __init__(
        self, plan: Plan, names: Sequence[str], seed: int, process_group: ProcessGroup | None = None
    ) -> None:
        """Makes the arms ``names`` of ``seed``; ``plan.config`` is resolved."""
        self._plan = plan
        self._arms = make_arms(plan, names, seed, process_group)
        self._asked: tuple[int, int, Sequence[int]] = (0, 0, ())
        # Its own, so that what is measured does not depend on which arms are trained here.
        self._held_out_shifts = make_shifts(plan.config.shifts, plan.task.spec.name)

    def n_params(self) -> dict[str, int]:
        """See :class:`ArmGroup`."""
        return {arm.name: arm.loaded.n_params for arm in self._arms}

    def lengths(self, indices: Sequence[int]) -> list[tuple[int, int]]:
        """See :class:`ArmGroup`; before any shift, so all arms agree."""
        samples = [self._plan.train[i] for i in indices]
        return self._plan.task.lengths(self._arms[0].loaded, samples)

    def ask(self, number: int, epoch: int, indices: Sequence[int]) -> None:
        """See :class:`ArmGroup`; the step is made when its figures are wanted."""
        self._asked = number, epoch, indices

    def figures(self) -> dict[str, StepFigures]:
        """See :class:`ArmGroup`."""
        return self.step(*self._asked)

    def step(self, number: int, epoch: int, indices: Sequence[int]) -> dict[str, StepFigures]:
        """Makes one step of every arm that is trained, on the same samples."""
        train = self._plan.train
        samples = [train[i] for i in indices]
        trained = (arm for arm in self._arms if arm.name != "start")
        return {arm.name: arm.step(number, epoch, samples, train) for arm in trained}

    def evaluate(self, number: int, whole: bool) -> dict[str, EvalLogged]:
        """See :class:`ArmGroup`."""
        held_out, shifts = self._plan.held_out, self._held_out_shifts
        if not whole:
            held_out = spread(held_out, self._plan.config.eval_part)
        return {arm.name: arm.evaluate(number, held_out, shifts) for arm in self._arms}

    def learn(self, accuracy: Mapping[str, float]) -> dict[str, str]:
        """See :class:`ArmGroup`; held-out sentences follow the arm ``shift``."""
        said = {}
        for arm in self._arms:
            changes = [shift.after_evaluation(accuracy[arm.name]) for shift in arm.shifts]
            said[arm.name] = "; ".join(filter(None, changes))
            for shift in arm.budget:
                shift.after_evaluation(accuracy.get("shift", 0.0))
        shown = accuracy.get("shift", 0.0)
        changes = [shift.after_evaluation(shown) for shift in self._held_out_shifts]
        return {**said, HELD_OUT: "; ".join(filter(None, changes))}

    def save(self, number: int, index: int) -> dict[str, ArmSaved]:
        """See :class:`ArmGroup`."""
        output, saved = self._plan.output, {}
        if output is None:
            return {}
        for arm in self._arms:
            folder = RunFolder(output).arm(arm.name, index)
            folder.parent.mkdir(parents=True, exist_ok=True)
            arm.save(folder, self._plan.half)
            path = folder.relative_to(output).as_posix()
            saved[arm.name] = ArmSaved(arm.name, arm.seed, number, path)
        return saved

    def write_state(self, folder: Path) -> dict[str, Any]:
        """See :class:`ArmGroup`."""
        for arm in self._arms:
            tensors = {n: t.cpu().contiguous().clone() for n, t in arm.tensors().items()}
            save_file(tensors, folder / f"{arm.name}.safetensors")
        progress = {
            arm.name: [shift.progress() for shift in (*arm.shifts, *arm.budget)]
            for arm in self._arms
        }
        return {**progress, HELD_OUT: [shift.progress() for shift in self._held_out_shifts]}

    def read_state(self, folder: Path, progress: Mapping[str, Any]) -> dict[str, None]:
        """See :class:`ArmGroup`."""
        for arm in self._arms:
            try:
                arm.restore(load_file(folder / f"{arm.name}.safetensors"))
            except (KeyError, OSError, RuntimeError, ValueError) as error:
                reason = " ".join(str(error).split())[:200]
                raise ModelError(
                    "arms_in_turn.checkpoint_arm_does_not",
                    arm=arm_name(arm.name),
                    folder=folder,
                    reason=reason,
                ) from None
            own = (*arm.shifts, *arm.budget)
            for shift, values in zip(own, progress[arm.name], strict=True):
                shift.restore(values)
        for shift, values in zip(self._held_out_shifts, progress[HELD_OUT], strict=True):
            shift.restore(values)
        return {arm.name: None for arm in self._arms}

    def memory(self) -> float:
        """See :class:`ArmGroup`."""
        return memory(torch.device(self._plan.config.device))

    def close(self) -> None:
        """See :class:`ArmGroup`; nothing was started."""


def noted(figures: EvalLogged, note: str) -> EvalLogged:
    """Returns held-out figures with what the operators say."""
    return dataclasses.replace(figures, note=note)
