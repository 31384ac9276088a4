"""A paired run whose shift arm gets the delay layer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from starting import at

from shiftdemo.core.errors import ModelError
from shiftdemo.core.events import EvalLogged, StepLogged
from shiftdemo.evaluation.measure import predictions
from shiftdemo.models.delay import NAME, find_delay
from shiftdemo.models.load import load_model
from shiftdemo.shifts import make_shifts
from shiftdemo.training.arm import Arm
from shiftdemo.training.loop import fit
from shiftdemo.training.plan import Plan

RUNS = [
    ("ner", "learned", "kind=gelu,delay=2"),
    ("ner", "relative", "kind=conv"),
    ("translation", "sinusoidal", "kind=gelu,delay=1"),
    ("translation", "relative", "kind=mix"),
    ("translation", "rotary", "kind=placebo"),
]


def losses(some: Plan, arm: str) -> list[float]:
    return [e.loss for e in fit(some) if isinstance(e, StepLogged) and e.arm == arm]


@pytest.mark.parametrize(("task", "encoding", "params"), RUNS)
def test_the_shift_arm_trains_its_layer_and_the_base_arm_has_none(
    plan: Callable[..., Plan], task: str, encoding: str, params: str, tmp_path: Path
) -> None:
    shifts = (f"delay_layer:{params}",)
    settings = {"dropout": 0.1, "average": 0.9, "eval_every": 5}
    some = plan(task, encoding, "both", shifts=shifts, **settings)
    events = list(fit(some))
    found = {arm: load_model(str(tmp_path / "both" / arm), task) for arm in ("base", "shift")}

    assert find_delay(found["base"].model) is None and not hasattr(found["base"].model.config, NAME)
    layer = find_delay(found["shift"].model)
    assert layer is not None
    fresh = type(layer)(layer.weight.shape[-1], **layer.settings).state_dict()
    for name, weight in layer.state_dict().items():
        assert weight.isfinite().all() and not torch.equal(weight, fresh[name]), name

    # The first loss is that of the base arm: the layer starts as the identity.
    first = [e.loss for e in events if isinstance(e, StepLogged) and e.step == 1]
    assert first[0] == pytest.approx(first[1], abs=1e-6)

    # The base arm is what it is in a run without the operator, bit by bit.
    alone = plan(task, encoding, "alone", shifts=(), arms=("base",), **settings)
    assert losses(alone, "base") == [
        e.loss for e in events if isinstance(e, StepLogged) and e.arm == "base"
    ]
    plain = load_model(str(tmp_path / "alone" / "base"), task).model.state_dict()
    for name, weight in found["base"].model.state_dict().items():
        assert torch.equal(weight, plain[name]), name


@pytest.mark.parametrize(("task", "encoding", "params"), RUNS)
def test_a_trained_layer_predicts_the_same_after_loading(
    plan: Callable[..., Plan], task: str, encoding: str, params: str, tmp_path: Path
) -> None:
    some = plan(task, encoding, shifts=(f"delay_layer:{params}",), learning_rate=1e-2)
    shifts = make_shifts(some.config.shifts, task)
    arm = Arm("shift", 0, some.task, some.make_model(0), shifts, some.config)
    for number in range(1, 6):
        arm.step(number, 0, some.train, some.train)
    arm.save(tmp_path / "shift")
    again = load_model(str(tmp_path / "shift"), task)
    figures = arm.evaluate(5, some.held_out, [])
    wanted = predictions(arm.loaded, some.task, at(some.held_out))  # without dropout
    assert predictions(again, some.task, at(some.held_out)) == wanted
    loaded = Arm("shift", 0, some.task, again, shifts, some.config)  # the same layer goes on
    assert find_delay(again.model) is not None
    assert loaded.evaluate(5, some.held_out, []) == figures


def test_a_layer_that_is_there_already_is_not_replaced(plan: Callable[..., Plan]) -> None:
    some = plan("ner", "learned", "", shifts=("delay_layer:delay=1", "delay_layer:delay=2"))
    with pytest.raises(ModelError, match="has a delay layer already"):
        list(fit(some))


def test_the_layer_goes_with_other_operators(plan: Callable[..., Plan]) -> None:
    shifts = ("delay_layer:delay=2", "output_delay:delay=1", "position_offset:max_offset=8")
    some = plan("ner", "relative", "", shifts=shifts, eval_every=5)
    figures = [e for e in fit(some) if isinstance(e, EvalLogged)]
    assert len(figures) == 2 and all(0 <= e.shifted_accuracy <= 100 for e in figures)
