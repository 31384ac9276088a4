"""The choice of a precision by measurement."""

from __future__ import annotations

import pytest
import torch

from shiftdemo.models import precision


@pytest.fixture(autouse=True)
def _forget() -> None:
    precision.fastest_precision.cache_clear()


@pytest.mark.parametrize(("half", "chosen"), [(1e-4, "bfloat16"), (3e-4, "float32")])
def test_bfloat16_has_to_win_clearly_and_a_busy_machine_changes_nothing(
    monkeypatch: pytest.MonkeyPatch, half: float, chosen: str
) -> None:
    """A clock of our own: float32 takes 0.4 ms; most products wait for other work besides."""
    told = {torch.bfloat16: half, torch.float32: 4e-4}
    calls = dict.fromkeys(told, 0)

    def seconds(left: torch.Tensor, right: torch.Tensor) -> float:
        calls[left.dtype] += 1
        return told[left.dtype] + (0 if calls[left.dtype] % 10 == 5 else 0.02)

    monkeypatch.setattr(precision, "_seconds", seconds)
    assert precision.fastest_precision("cpu") == chosen
    assert min(calls.values()) > 30


def test_a_bfloat16_that_has_no_chance_is_not_measured_for_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    spent = dict.fromkeys((torch.bfloat16, torch.float32), 0.0)

    def seconds(left: torch.Tensor, right: torch.Tensor) -> float:
        took = 0.05 if left.dtype == torch.bfloat16 else 0.001
        spent[left.dtype] += took
        return took

    monkeypatch.setattr(precision, "_seconds", seconds)
    assert precision.fastest_precision("cpu") == "float32"
    assert sum(spent.values()) < 0.3


def test_this_machine_is_measured_and_answers_the_same_again() -> None:
    first = precision._gain("cpu")
    assert first > 0
    again = (precision._gain("cpu") for _ in range(5))  # other work may disturb one of them
    assert any(one == pytest.approx(first, rel=0.5) for one in again)
    assert precision.fastest_precision("mps") == "float32"
