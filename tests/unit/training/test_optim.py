"""Optimisers, learning-rate schedules and the L2 penalty, against torch and by hand."""

from __future__ import annotations

import math

import pytest
import torch

from shiftdemo.core.config import TrainConfig
from shiftdemo.training.optim import (
    add_l2,
    make_optimizer,
    optimizer_tensors,
    rate,
    restore_optimizer,
)


def config(**settings: object) -> TrainConfig:
    values = {"steps": 100, "warmup": 10, "learning_rate": 0.1, **settings}
    return TrainConfig(**values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("schedule", "step", "expected"),
    [
        ("linear", 5, 0.05),
        ("linear", 10, 0.1),
        ("linear", 11, 0.1),
        ("linear", 56, 0.05),
        ("linear", 100, 0.1 / 90),
        ("cosine", 11, 0.1),
        ("cosine", 56, 0.05),
        ("cosine", 100, 0.05 * (1 - math.cos(math.pi / 90))),
        ("inverse_sqrt", 40, 0.05),
        ("constant", 100, 0.1),
    ],
)
def test_rate_follows_the_schedule(schedule: str, step: int, expected: float) -> None:
    assert rate(config(schedule=schedule), step) == pytest.approx(expected)


def model() -> torch.nn.Linear:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return torch.nn.Linear(3, 2)


def test_l2_is_the_gradient_of_the_penalty_on_matrices() -> None:
    own, penalised = model(), model()
    x = torch.ones(4, 3)
    own(x).sum().backward()
    add_l2(own, 0.3)
    (penalised(x).sum() + 0.15 * penalised.weight.square().sum()).backward()
    assert torch.allclose(own.weight.grad, penalised.weight.grad)
    assert torch.equal(own.bias.grad, penalised.bias.grad)


def test_sgd_is_torchs_with_momentum_and_our_l2() -> None:
    own, stock = model(), model()
    mine = make_optimizer(own, config(optimizer="sgd", weight_decay=0.5))
    theirs = torch.optim.SGD(
        [{"params": [stock.weight], "weight_decay": 0.3}, {"params": [stock.bias]}],
        lr=0.1,
        momentum=0.9,
    )
    for step in range(3):
        for some, optimizer in ((own, mine), (stock, theirs)):
            optimizer.zero_grad()
            some(torch.ones(1, 3) * step).square().sum().backward()
        add_l2(own, 0.3)
        mine.step()
        theirs.step()
    assert torch.allclose(own.weight, stock.weight) and torch.allclose(own.bias, stock.bias)


@pytest.mark.parametrize("name", ["adamw", "sgd"])
def test_a_restored_optimiser_goes_on_as_the_first(name: str) -> None:
    first, second = model(), model()
    one = make_optimizer(first, config(optimizer=name))

    def step(some: torch.nn.Linear, optimizer: torch.optim.Optimizer, scale: float) -> None:
        optimizer.zero_grad()
        (some(torch.ones(1, 3)) * scale).square().sum().backward()
        optimizer.step()

    for scale in (1.0, 2.0):
        step(first, one, scale)
    second.load_state_dict(first.state_dict())
    other = make_optimizer(second, config(optimizer=name))
    restore_optimizer(other, {k: v.clone() for k, v in optimizer_tensors(one).items()})
    for some, optimizer in ((first, one), (second, other)):
        step(some, optimizer, 3.0)
    assert torch.equal(first.weight, second.weight) and torch.equal(first.bias, second.bias)
