"""Early ends: a target on shifted data, patience, and what they do to a pair."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from starting import at

from shiftdemo.core.config import TrainConfig
from shiftdemo.core.events import EvalLogged, RunCancelled, RunEvent, RunFinished, StepLogged
from shiftdemo.training.checkpoints import find_checkpoint
from shiftdemo.training.loop import fit
from shiftdemo.training.plan import Plan
from shiftdemo.training.stopping import EarlyStop


def figures(arm: str, step: int, loss: float, score: float) -> EvalLogged:
    return EvalLogged(arm, 0, step, 0.0, loss, 0.0, 0.0, "", "entity F1", 0.0, score)


def test_the_target_is_judged_on_the_shifted_score_of_the_shift_arm() -> None:
    stop = EarlyStop(TrainConfig(stop_at=80))
    assert stop.reason([figures("base", 1, 1, 99), figures("shift", 1, 1, 79.9)]) == ""
    reason = stop.reason([figures("base", 2, 1, 0), figures("shift", 2, 1, 80)])
    assert reason == "shift reached 80.0 entity F1 on shifted sentences (target 80) at step 2"
    assert reason.text("zh") == "移位训练 在第 2 步于移位句子上达到 80.0 实体 F1（目标 80）"


def test_without_a_shift_arm_the_last_trained_one_is_judged() -> None:
    stop = EarlyStop(TrainConfig(stop_at=50, arms=("base", "start")))
    assert stop.reason([figures("start", 1, 1, 60), figures("base", 1, 1, 40)]) == ""
    assert stop.reason([figures("start", 2, 1, 0), figures("base", 2, 1, 51)]).startswith("base")


def test_patience_ends_when_no_arm_gets_better_and_can_be_taken_up_again() -> None:
    stop = EarlyStop(TrainConfig(patience=2))
    assert not stop.reason([figures("base", 1, 1.0, 0), figures("shift", 1, 1.0, 0)])
    assert not stop.reason([figures("base", 2, 1.1, 0), figures("shift", 2, 0.9, 0)])
    assert not stop.reason([figures("base", 3, 1.0, 0), figures("shift", 3, 0.9, 0)])
    other = EarlyStop(TrainConfig(patience=2))
    other.restore(stop.state())
    assert "in the last 2 figures, step 4" in other.reason(
        [figures("base", 4, 1.0, 0), figures("shift", 4, 1.0, 0)]
    )


def test_patience_begins_anew_when_the_held_out_sentences_are_shifted_otherwise() -> None:
    stop = EarlyStop(TrainConfig(patience=2, arms=("shift",)))
    assert not stop.reason([figures("shift", 1, 1.0, 0)])
    assert not stop.reason([figures("shift", 2, 1.1, 0)])
    # On the old range the second figure without a gain: the range that comes next has its chance.
    assert not stop.reason([figures("shift", 3, 1.1, 0)], moved=True)
    assert stop.state() == {"best": {}, "idle": 0}
    other = EarlyStop(TrainConfig(patience=2, arms=("shift",)))
    other.restore(stop.state())
    for one in (stop, other):  # a longer range has a higher loss, and that is no failure
        assert not one.reason([figures("shift", 4, 2.0, 0)])
        assert not one.reason([figures("shift", 5, 2.0, 0)])
        assert "in the last 2 figures, step 6" in one.reason([figures("shift", 6, 2.0, 0)])


def test_a_target_counts_also_where_the_range_moves_on() -> None:
    stop = EarlyStop(TrainConfig(stop_at=80))
    assert stop.reason([figures("shift", 1, 1, 80)], moved=True).startswith("shift reached 80.0")


@pytest.mark.parametrize("arms", [("base", "shift"), ("shift",)])
def test_a_curriculum_is_not_ended_by_the_figures_of_an_easier_range(
    plan: Callable[..., Plan], arms: tuple[str, ...]
) -> None:
    # The lengths reach 1 to 40 tokens in six stages, one a measurement; nothing is learnt, so that
    # only the range changes the loss. Then two figures without a gain end the run.
    spec = "length_curriculum:first_min=1,first_max=1,last_min=40,last_max=40,stages=6,threshold=0"
    settings: dict[str, Any] = {"shifts": (spec,), "eval_every": 1, "steps": 30, "patience": 2}
    settings |= {"learning_rate": 1e-7, "warmup": 5000, "arms": arms}
    events = list(fit(plan("translation", name="", **settings)))
    found = [e for e in events if isinstance(e, EvalLogged) and e.arm == "shift"]
    assert [bool(one.note) for one in found[:7]] == [True] * 6 + [False]
    last = events[-1]
    assert isinstance(last, RunFinished) and "no arm's shifted held-out loss" in last.reason
    assert found[-1].step >= 9


@pytest.mark.parametrize("cut", [3, 7])
def test_patience_of_a_resumed_curriculum_ends_where_that_of_an_unbroken_one_does(
    plan: Callable[..., Plan], cut: int
) -> None:
    spec = "length_curriculum:first_min=1,first_max=1,last_min=9,last_max=9,stages=6,threshold=0"
    settings: dict[str, Any] = {"shifts": (spec,), "eval_every": 1, "steps": 30, "patience": 2}
    settings |= {"learning_rate": 1e-7, "warmup": 5000, "arms": ("base", "shift")}
    whole = list(fit(plan("translation", name="whole", **settings)))
    some = plan("translation", name="cut", **settings)
    seen: list[RunEvent] = []
    for event in fit(some, lambda: sum(isinstance(e, EvalLogged) for e in seen) >= 2 * cut):
        seen.append(event)
    assert isinstance(seen[-1], RunCancelled)
    assert some.output is not None
    resumed = list(fit(some, resume=find_checkpoint(some.output)))
    assert [type(events[-1]) for events in (whole, resumed)] == [RunFinished] * 2
    assert whole[-1].reason == resumed[-1].reason  # type: ignore[union-attr]


def test_a_seed_that_reaches_its_target_ends_for_both_arms_and_the_next_begins(
    plan: Callable[..., Plan],
) -> None:
    settings = {"steps": 200, "eval_every": 20, "stop_at": 60.0, "seeds": (1, 2)}
    events = list(fit(plan(learning_rate=0.01, **settings)))
    last = events[-1]
    assert isinstance(last, RunFinished) and last.reason.count("entity F1") == 2
    for seed in (1, 2):
        made = {
            arm: max(
                e.step
                for e in events
                if isinstance(e, StepLogged) and (e.arm, e.seed) == (arm, seed)
            )
            for arm in ("base", "shift")
        }
        assert made["base"] == made["shift"] < 200
        end = [e for e in events if isinstance(e, EvalLogged) and e.seed == seed][-1]
        assert end.arm == "shift" and end.shifted_score >= 60


@pytest.mark.parametrize("task", ["ner", "translation"])
def test_the_held_out_score_is_that_of_the_task_or_token_accuracy(
    plan: Callable[..., Plan], task: str
) -> None:
    events = list(fit(plan(task, steps=60, eval_every=30, learning_rate=0.01)))
    found = [e for e in events if isinstance(e, EvalLogged)]
    if task == "translation":
        assert all(e.score_name == "token accuracy" for e in found)
        assert all(e.clean_score == e.clean_accuracy for e in found)
        return
    assert all(e.score_name == "entity F1" for e in found)
    from shiftdemo.evaluation.scores import score
    from shiftdemo.models.load import load_model

    some = plan()
    assert some.output is not None
    loaded = load_model(str(some.output / "base"), "ner")
    outputs = some.task.predict(loaded, at(some.held_out))
    whole = score(some.task, "entity F1", some.held_out, outputs, seed=0)
    last = next(e for e in reversed(found) if e.arm == "base")
    assert last.clean_score == pytest.approx(whole.value)
