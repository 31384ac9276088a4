"""The arms of one seed, spread over processes that train at the same time.

Every process makes its arms from the same plan; the calling process tells them step by step what
to do, so that they stay together, and passes on what they say. Where it tells them a few steps
ahead, none waits for the other: a disturbance of one core delays one arm, for a while, not both.
At the same number of threads the weights are those of arms that take turns in one process, bit by
bit.
"""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from shiftdemo.core.events import ArmSaved, EvalLogged
from shiftdemo.core.messages import Message, arm_name, with_and
from shiftdemo.core.processes import context, start
from shiftdemo.training.arm import StepFigures
from shiftdemo.training.arm_process import LostProcess, serve
from shiftdemo.training.arms_in_turn import HELD_OUT
from shiftdemo.training.plan import Plan

_END_SECONDS = 5.0


@dataclass
class _Member:
    """A process: the arms in it, and itself where it was started for them."""

    connection: Any
    names: list[str]
    process: BaseProcess | None

    def tell(self, method: str, *args: Any) -> None:
        with contextlib.suppress(OSError):  # it has ended; its answer will not come
            self.connection.send((method, args))

    def answer(self) -> Any:
        try:
            answer, error = self.connection.recv()
        except (EOFError, OSError):
            code = ""
            if self.process is not None:
                self.process.join(_END_SECONDS)
                code = Message("arms_in_processes.exit_code", code=self.process.exitcode)
            raise LostProcess(
                "arms_in_processes.process_trained_ended_unexpectedly",
                names=with_and([arm_name(name) for name in self.names]),
                code=code,
            ) from None
        if error is not None:
            raise error
        return answer


class ArmsInProcesses:
    """Arms in processes of their own; see :class:`shiftdemo.training.arms_in_turn.ArmGroup`."""

    ahead = 4

    def __init__(
        self,
        plan: Plan,
        names: Sequence[str],
        seed: int,
        n_processes: int,
        spare: Sequence[Any] = (),
    ) -> None:
        """Makes the arms.

        Args:
            plan: can be copied to another process; its configuration is resolved.
            names: of the arms; dealt to the processes in turn.
            spare: connections to processes that wait in :func:`serve`; further ones are started.
        """
        self._names = list(names)
        self._members: list[_Member] = []
        self._unanswered = 0  # steps
        self._early: deque[dict[str, StepFigures]] = deque()  # answered, but not asked about yet
        for number in range(n_processes):
            own = self._names[number::n_processes]
            if number < len(spare):
                self._members.append(_Member(spare[number], own, None))
                continue
            try:
                ours, theirs = context().Pipe()
                process = start(serve, (theirs,))
            except (OSError, EOFError) as error:
                self.close()
                raise LostProcess(
                    "arms_in_processes.process_could_not_started",
                    own=with_and([arm_name(name) for name in own]),
                    error=error,
                ) from None
            theirs.close()
            self._members.append(_Member(ours, own, process))
        for member in self._members:
            member.tell("begin", plan, member.names, seed)
        for member in self._members:
            member.answer()

    def _each(self, method: str, *args: Any) -> list[Any]:
        """Returns what the processes answer."""
        self._catch_up()
        for member in self._members:
            member.tell(method, *args)
        return [member.answer() for member in self._members]

    def _all(self, method: str, *args: Any) -> dict[str, Any]:
        """Returns what all arms answer, in the order of their names."""
        return self._joined(self._each(method, *args))

    def _joined(self, parts: Sequence[dict[str, Any]]) -> dict[str, Any]:
        answers = {name: answer for part in parts for name, answer in part.items()}
        return {name: answers[name] for name in (*self._names, HELD_OUT) if name in answers}

    def _catch_up(self) -> None:
        """Waits for the steps that were asked for, so that the next answer is to what comes now."""
        for _ in range(self._unanswered):
            self._early.append(self._joined([member.answer() for member in self._members]))
        self._unanswered = 0

    def n_params(self) -> dict[str, int]:
        """See :class:`ArmGroup`."""
        return self._all("n_params")

    def lengths(self, indices: Sequence[int]) -> list[tuple[int, int]]:
        """See :class:`ArmGroup`; one process is enough."""
        self._catch_up()
        self._members[0].tell("lengths", indices)
        lengths: list[tuple[int, int]] = self._members[0].answer()
        return lengths

    def ask(self, number: int, epoch: int, indices: Sequence[int]) -> None:
        """See :class:`ArmGroup`."""
        for member in self._members:
            member.tell("step", number, epoch, indices)
        self._unanswered += 1

    def figures(self) -> dict[str, StepFigures]:
        """See :class:`ArmGroup`."""
        if self._early:
            return self._early.popleft()
        self._unanswered -= 1
        return self._joined([member.answer() for member in self._members])

    def evaluate(self, number: int, whole: bool) -> dict[str, EvalLogged]:
        """See :class:`ArmGroup`."""
        return self._all("evaluate", number, whole)

    def learn(self, accuracy: Mapping[str, float]) -> dict[str, str]:
        """See :class:`ArmGroup`."""
        return self._all("learn", accuracy)

    def save(self, number: int, index: int) -> dict[str, ArmSaved]:
        """See :class:`ArmGroup`."""
        return self._all("save", number, index)

    def write_state(self, folder: Path) -> dict[str, Any]:
        """See :class:`ArmGroup`."""
        return self._all("write_state", folder)

    def read_state(self, folder: Path, progress: Mapping[str, Any]) -> dict[str, None]:
        """See :class:`ArmGroup`."""
        return self._all("read_state", folder, progress)

    def memory(self) -> float:
        """See :class:`ArmGroup`."""
        return float(sum(self._each("memory")))

    def close(self) -> None:
        """See :class:`ArmGroup`: ends the processes that it started; what they saved is kept."""
        started = [member for member in self._members if member.process is not None]
        for member in started:
            member.connection.close()
        for member in started:
            process: Any = member.process
            process.join(_END_SECONDS)
            if process.is_alive():
                process.kill()
                process.join()
