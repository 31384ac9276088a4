"""Arms in processes of their own: the same weights as in one, and a clear end when one dies."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from shiftdemo import api
from shiftdemo.core.config import DataSpec, TrainConfig
from shiftdemo.core.errors import DataError
from shiftdemo.core.events import (
    ArmCost,
    ArmSaved,
    EvalLogged,
    RunCancelled,
    RunEvent,
    RunFailed,
    RunFinished,
    StepLogged,
)
from shiftdemo.training.arms_in_processes import ArmsInProcesses
from shiftdemo.training.plan import Plan

SMALL = DataSpec(size=120, eval_size=16, max_words=8)


def config(**settings: object) -> TrainConfig:
    values: dict[str, object] = {
        "data": SMALL,
        "steps": 6,
        "batch_size": 8,
        "eval_every": 3,
        "warmup": 2,
        "precision": "float32",
        **settings,
    }
    return TrainConfig(**values)  # type: ignore[arg-type]


def bytes_of(folder: Path) -> bytes:
    return (folder / "model.safetensors").read_bytes()


def figures(events: list[RunEvent]) -> list[tuple[object, ...]]:
    """What a run came to, without what depends on the clock."""
    found: list[tuple[object, ...]] = []
    for event in events:
        if isinstance(event, StepLogged):
            found.append((event.arm, event.step, event.loss, event.tokens, event.flops))
        elif isinstance(event, EvalLogged):
            found.append((event,))
    return found


@pytest.mark.parametrize("task", ["ner", "translation"])
def test_arms_in_two_processes_equal_arms_that_take_turns(tmp_path: Path, task: str) -> None:
    shift = "length_curriculum:threshold=0" if task == "translation" else "position_offset"
    found = {}
    for n in (1, 2):
        run = config(task=task, processes=n, shifts=(shift,), arms=("base", "shift", "start"))
        found[n] = list(api.finetune(run, tmp_path / str(n)))
        assert isinstance(found[n][-1], RunFinished)
    assert figures(found[1]) == figures(found[2])
    for arm in ("base", "shift", "start"):
        assert bytes_of(tmp_path / "1" / arm) == bytes_of(tmp_path / "2" / arm)
    assert bytes_of(tmp_path / "1" / "base") != bytes_of(tmp_path / "1" / "shift")


@pytest.mark.parametrize("n", [1, 2])
def test_a_shift_of_strength_zero_leaves_both_arms_alike(tmp_path: Path, n: int) -> None:
    run = config(processes=n, shifts=("position_offset:max_offset=0,p=1",))
    list(api.finetune(run, tmp_path / "run"))
    assert bytes_of(tmp_path / "run" / "base") == bytes_of(tmp_path / "run" / "shift")


def test_arms_that_run_ahead_end_at_the_same_step(tmp_path: Path) -> None:
    run, seen = config(processes=2, steps=400, eval_every=0, data=replace(SMALL, size=400)), []

    def stop() -> bool:
        return len(seen) >= 40

    for event in api.finetune(run, tmp_path / "run", stop):
        if isinstance(event, StepLogged):
            seen.append((event.step, event.arm))
    last = seen[-1][0]
    assert seen == [(step, arm) for step in range(1, last + 1) for arm in ("base", "shift")]
    assert 20 <= last <= 20 + 1 + ArmsInProcesses.ahead
    assert isinstance(event, RunCancelled) and event.step == last


def test_up_to_four_arms_and_the_start_is_not_trained(tmp_path: Path) -> None:
    run = config(
        arms=("base", "shift", "start", "mixed"),
        other_arms=("mixed=local_shuffle:k=2 + position_offset:p=1",),
        processes=2,
    )
    events = list(api.finetune(run, tmp_path / "run"))
    stepped = {event.arm for event in events if isinstance(event, StepLogged)}
    assert stepped == {"base", "shift", "mixed"}
    measured = [e for e in events if isinstance(e, EvalLogged) and e.arm == "start"]
    assert [e.step for e in measured] == [0, 3, 6]
    assert len({e.clean_loss for e in measured}) == 1
    saved = {event.path for event in events if isinstance(event, ArmSaved)}
    assert saved == {"base", "shift", "start", "mixed"}
    costs = {event.arm: event for event in events if isinstance(event, ArmCost)}
    assert costs["base"].steps == 6 and costs["base"].flops > 0
    assert bytes_of(tmp_path / "run" / "mixed") != bytes_of(tmp_path / "run" / "shift")


def test_a_killed_arm_ends_the_run_with_what_to_do(tmp_path: Path) -> None:
    events: list[RunEvent] = []
    run = config(steps=100_000, eval_every=0, processes=2)
    killed, began = False, time.time()
    for event in api.finetune(run, tmp_path / "run"):
        events.append(event)
        if isinstance(event, StepLogged) and event.step == 3 and not killed:
            children = psutil.Process().children(recursive=True)
            new = [child for child in children if child.create_time() > began - 2]
            arms = [child for child in new if child.ppid() != os.getpid()]
            assert len(arms) == 2  # children of the fork server
            os.kill(arms[1].pid, signal.SIGKILL)
            killed = True
    last = events[-1]
    assert isinstance(last, RunFailed) and "ended unexpectedly" in last.message
    assert "resume" in last.message


def test_an_error_of_an_arm_is_the_users_to_mend(tmp_path: Path) -> None:
    bad = tmp_path / "bad.jsonl"
    bad.write_text('{"words": ["a", "b"], "tags": ["O"]}\n', encoding="utf-8")
    run = config(processes=2, data=DataSpec(corpus="", train=str(bad), eval=str(bad)))
    with pytest.raises(DataError, match="line 1"):
        list(api.finetune(run, tmp_path / "run"))


def test_out_of_memory_ends_the_run_with_what_to_do(
    plan: Callable[..., Plan], monkeypatch: pytest.MonkeyPatch
) -> None:
    from shiftdemo.training.arm import Arm
    from shiftdemo.training.loop import fit

    real = Arm.step

    def step(self: Arm, number: int, *rest: object) -> object:
        if number == 3:
            import torch

            torch.empty(10**15)  # what a batch that is too large does
        return real(self, number, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(Arm, "step", step)
    last = list(fit(plan(steps=9)))[-1]
    assert isinstance(last, RunFailed) and "more memory than there is" in last.message


def test_the_matched_arm_reads_as_many_tokens_as_the_shifted_one(tmp_path: Path) -> None:
    from shiftdemo import api
    from shiftdemo.core.config import DataSpec, TrainConfig
    from shiftdemo.core.events import StepLogged

    config = TrainConfig(
        "translation",
        data=DataSpec(size=200, eval_size=16, max_words=8),
        shifts=("prefix_context:n=2,p=1",),
        arms=("base", "shift", "matched"),
        steps=12,
        batch_size=8,
        eval_every=0,
    )
    tokens: dict[str, int] = {}
    for event in api.finetune(config, tmp_path / "run"):
        if isinstance(event, StepLogged):
            tokens[event.arm] = tokens.get(event.arm, 0) + event.tokens
    assert tokens["shift"] > 1.5 * tokens["base"]
    assert abs(tokens["matched"] / tokens["shift"] - 1) < 0.03
