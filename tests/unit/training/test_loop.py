"""The training loop: paired arms, honest endings, nothing left behind."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from starting import at

from shiftdemo.core.errors import ConfigError, DataError
from shiftdemo.core.events import (
    ArmSaved,
    EvalLogged,
    RunCancelled,
    RunEvent,
    RunFailed,
    RunFinished,
    RunStarted,
    StepLogged,
)
from shiftdemo.models.load import load_model
from shiftdemo.training.loop import fit
from shiftdemo.training.plan import Plan
from shiftdemo.training.stopping import EarlyStop

Make = Callable[..., Any]
SHIFT = "position_offset:max_offset=32,p=0.5"
ZERO = "position_offset:max_offset=0,p=1"


def weights(folder: Path, task: str = "ner") -> dict[str, torch.Tensor]:
    state: dict[str, torch.Tensor] = load_model(str(folder), task).model.state_dict()
    return state


def same(a: Path, b: Path, task: str = "ner") -> bool:
    left, right = weights(a, task), weights(b, task)
    assert left.keys() == right.keys()
    return all(torch.equal(left[name], right[name]) for name in left)


def losses(events: list[RunEvent], arm: str) -> list[float]:
    return [event.loss for event in events if isinstance(event, StepLogged) and event.arm == arm]


def test_figures_along_the_way_take_a_part_and_the_last_all(
    plan: Callable[..., Plan], monkeypatch: pytest.MonkeyPatch
) -> None:
    some = plan(eval_every=2, eval_part=4, arms=("start", "base"), shifts=(SHIFT,))
    n = len(some.held_out)
    evals = [e for e in fit(some) if isinstance(e, EvalLogged) and e.arm == "base"]
    assert [(e.step, e.n) for e in evals] == [(0, n), (2, 4), (4, 4), (5, n)]
    whole = [e for e in fit(plan(eval_every=2, shifts=(SHIFT,))) if isinstance(e, EvalLogged)]
    assert {e.n for e in whole} == {n}
    last = next(e for e in whole if e.arm == "base" and e.step == 5)
    assert (evals[-1].clean_loss, evals[-1].shifted_loss) == (last.clean_loss, last.shifted_loss)
    monkeypatch.setattr(EarlyStop, "reason", lambda *_: "it does")
    ended = [e for e in fit(plan(eval_every=2, eval_part=4)) if isinstance(e, EvalLogged)]
    assert [(e.step, e.n) for e in ended] == [(2, 4), (2, 4), (2, n), (2, n)]


def test_events_come_in_order(plan: Callable[..., Plan], tmp_path: Path) -> None:
    events = list(fit(plan(eval_every=2, seeds=(0, 1)), run_id="mine"))
    started = events[0]
    assert isinstance(started, RunStarted) and started.run_id == "mine"
    assert started.arms == ("base", "shift") and started.steps == 10 and started.n_params > 0
    assert started.config["task"] == "ner" and "torch" in started.config["versions"]
    assert events[-1] == RunFinished("mine", "all steps done", events[-1].seconds)  # type: ignore[union-attr]
    steps = [(e.seed, e.step, e.arm) for e in events if isinstance(e, StepLogged)]
    assert steps == [(s, n, arm) for s in (0, 1) for n in range(1, 6) for arm in ("base", "shift")]
    evals = [(e.seed, e.step, e.arm) for e in events if isinstance(e, EvalLogged)]
    assert evals == [(s, n, arm) for s in (0, 1) for n in (2, 4, 5) for arm in ("base", "shift")]
    saved = [e.path for e in events if isinstance(e, ArmSaved)]
    assert saved == ["base", "shift", "seeds/1/base", "seeds/1/shift"]
    for path in saved:
        load_model(str(tmp_path / "run" / path), "ner")
    assert not list((tmp_path / "run").rglob(".*"))


@pytest.mark.parametrize(
    ("task", "encoding", "more"),
    [
        ("ner", "learned", {}),
        ("ner", "rotary", {"word_dropout": 0.2}),
        ("translation", "learned", {"label_smoothing": 0.1, "average": 0.9}),
        ("translation", "sinusoidal", {"batch_tokens": 200, "precision": "bfloat16"}),
    ],
)
def test_a_shift_of_strength_zero_leaves_both_arms_the_same(
    plan: Callable[..., Plan], tmp_path: Path, task: str, encoding: str, more: dict[str, Any]
) -> None:
    events = list(fit(plan(task, encoding, shifts=(ZERO,), **more)))
    assert losses(events, "base") == losses(events, "shift")
    assert same(tmp_path / "run" / "base", tmp_path / "run" / "shift", task)


@pytest.mark.parametrize(("task", "encoding"), [("ner", "learned"), ("translation", "sinusoidal")])
def test_an_arm_alone_ends_as_beside_the_other(
    plan: Callable[..., Plan], tmp_path: Path, task: str, encoding: str
) -> None:
    events = list(fit(plan(task, encoding, "both", eval_every=2)))
    for arm in ("base", "shift"):
        alone = list(fit(plan(task, encoding, arm, arms=(arm,))))
        assert losses(alone, arm) == losses(events, arm)
        assert same(tmp_path / arm / arm, tmp_path / "both" / arm, task)
    assert not same(tmp_path / "both" / "base", tmp_path / "both" / "shift", task)


def test_the_same_seed_gives_the_same_weights_and_another_does_not(
    plan: Callable[..., Plan], tmp_path: Path
) -> None:
    first, again, other = (
        list(fit(plan(name=name, seeds=(seed,)))) for name, seed in (("a", 7), ("b", 7), ("c", 8))
    )
    assert losses(first, "shift") == losses(again, "shift") != losses(other, "shift")
    assert same(tmp_path / "a" / "shift", tmp_path / "b" / "shift")
    assert not same(tmp_path / "a" / "shift", tmp_path / "c" / "shift")


def test_a_seed_after_another_equals_the_seed_alone(
    plan: Callable[..., Plan], tmp_path: Path
) -> None:
    list(fit(plan(name="two", seeds=(3, 4))))
    list(fit(plan(name="one", seeds=(4,))))
    assert same(tmp_path / "two" / "seeds" / "1" / "shift", tmp_path / "one" / "shift")


def test_no_global_state_is_touched(plan: Callable[..., Plan]) -> None:
    torch_state, threads = torch.get_rng_state(), torch.get_num_threads()
    python_state, numpy_state = random.getstate(), np.random.get_state()
    list(fit(plan(eval_every=1, word_dropout=0.1)))
    assert torch.equal(torch.get_rng_state(), torch_state)
    assert random.getstate() == python_state
    assert np.array_equal(np.random.get_state()[1], numpy_state[1])  # type: ignore[index]
    assert torch.get_num_threads() == threads


@pytest.mark.parametrize("after", [0, 1, 3])
def test_cancel_ends_within_a_step_and_keeps_the_models(
    plan: Callable[..., Plan], tmp_path: Path, after: int
) -> None:
    events: list[RunEvent] = []
    for event in fit(plan(steps=1000, seeds=(0, 1)), lambda: len(losses(events, "shift")) >= after):
        events.append(event)
    step = max(after, 1)
    last = events[-1]
    assert isinstance(last, RunCancelled) and last.step == step
    assert len(losses(events, "base")) == len(losses(events, "shift")) == step
    assert [e.step for e in events if isinstance(e, ArmSaved)] == [step, step]
    for arm in ("base", "shift"):
        assert torch.isfinite(
            torch.stack([w.sum() for w in weights(tmp_path / "run" / arm).values()])
        ).all()


def test_the_time_limit_ends_the_run_and_says_so(plan: Callable[..., Plan]) -> None:
    events = list(fit(plan(steps=100_000, seconds=0.2)))
    last = events[-1]
    assert isinstance(last, RunFinished)
    n = len(losses(events, "base"))
    assert last.reason == f"the time limit of 0.2 s was reached at step {n}"
    assert any(isinstance(event, ArmSaved) for event in events)


def test_the_objective_is_logged_beside_the_loss_where_it_is_another(
    plan: Callable[..., Plan],
) -> None:
    plain, smoothed = (
        [e for e in fit(plan(label_smoothing=value, steps=2)) if isinstance(e, StepLogged)]
        for value in (0.0, 0.1)
    )
    assert all(one.objective is None for one in plain)
    assert all(one.objective not in (None, one.loss) for one in smoothed)
    assert [one.loss for one in plain[:2]] == [one.loss for one in smoothed[:2]]  # step 1


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_a_loss_that_is_no_number_ends_the_run_with_a_mend(
    plan: Callable[..., Plan], tmp_path: Path, smoothing: float
) -> None:
    def broken(seed: int) -> Any:
        loaded = whole.make_model(seed)
        with torch.no_grad():
            loaded.model.classifier.weight[0, 0] = float("nan")
        return loaded

    whole = plan(label_smoothing=smoothing)
    ill = Plan(whole.config, whole.task, whole.train, whole.held_out, broken, tmp_path / "ill")
    events = list(fit(ill))
    last = events[-1]
    assert isinstance(last, RunFailed)
    assert (
        "no longer a number at step 1" in last.message and "lower the learning rate" in last.message
    )
    assert not losses(events, "base") and not (tmp_path / "ill").exists()


def test_the_measured_precision_is_written_into_the_log(plan: Callable[..., Plan]) -> None:
    started = next(fit(plan(precision="auto")))
    assert isinstance(started, RunStarted)
    assert started.config["precision"] in ("float32", "bfloat16")


def test_training_learns(plan: Callable[..., Plan]) -> None:
    events = list(fit(plan(steps=60, learning_rate=1e-2, dropout=0.0, name="", arms=("base",))))
    found = losses(events, "base")
    assert found[-1] < 0.2 * found[0]
    last = [event for event in events if isinstance(event, EvalLogged)][-1]
    assert last.clean_accuracy > 80 and last.clean_loss < 0.5
    assert not any(isinstance(event, ArmSaved) for event in events)


def test_a_float16_run_is_loaded_again(plan: Callable[..., Plan], tmp_path: Path) -> None:
    some = plan("translation", "sinusoidal")
    half = Plan(
        some.config, some.task, some.train, some.held_out, some.make_model, some.output, half=True
    )
    list(fit(half))
    loaded = load_model(str(tmp_path / "run" / "shift"), "translation")
    assert loaded.model.dtype == torch.float32
    assert some.task.predict(loaded, at(some.held_out[:2]))


def test_fixed_tables_stay_fixed_through_a_second_training(
    plan: Callable[..., Plan], tmp_path: Path
) -> None:
    some = plan("translation", "sinusoidal")
    list(fit(some))
    folder = str(tmp_path / "run" / "base")
    kept: list[Any] = []

    def later(seed: int) -> Any:
        kept.append(load_model(folder, "translation"))
        return kept[-1]

    list(fit(Plan(some.config, some.task, some.train, some.held_out, later, tmp_path / "more")))
    fresh = some.make_model(0).positions.source[0].table
    assert torch.equal(kept[0].positions.source[0].table, fresh)
    again = load_model(str(tmp_path / "more" / "base"), "translation")
    trained = kept[0].model.state_dict()
    assert all(torch.equal(trained[name], w) for name, w in again.model.state_dict().items())


def test_no_training_sentences_are_refused(plan: Callable[..., Plan]) -> None:
    some = plan()
    empty = Plan(some.config, some.task, [], some.held_out, some.make_model)
    with pytest.raises(DataError, match="no training sentences"):
        list(fit(empty))


def test_a_shift_for_another_task_is_refused(plan: Callable[..., Plan]) -> None:
    with pytest.raises(ConfigError, match="length_crop is not defined for ner"):
        list(fit(plan(shifts=("length_crop",))))
