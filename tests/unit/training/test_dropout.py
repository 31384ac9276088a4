"""The fast dropout against the definition."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional as F

from shiftdemo.training.dropout import byte_dropout, fast_dropout

STOCK = F.dropout


@pytest.mark.parametrize("p", [0.1, 0.25, 0.5, 0.6])
def test_share_scale_and_expectation(p: float) -> None:
    torch.manual_seed(0)
    out = byte_dropout(torch.ones(400_003), p)
    share = round(p * 256) / 256
    assert out.unique().tolist() == pytest.approx([0.0, 1 / (1 - share)])
    n = out.numel()
    assert abs(float((out == 0).float().mean()) - share) < 5 * (share * (1 - share) / n) ** 0.5
    assert abs(share - p) <= 1 / 512
    assert float(out.mean()) == pytest.approx(1.0, abs=0.01)


def test_neighbours_are_independent() -> None:
    torch.manual_seed(0)
    kept = (byte_dropout(torch.ones(200_000), 0.5) > 0).float() - 0.5
    for step in (1, 2, 7, 8, 64):
        assert abs(float((kept[step:] * kept[:-step]).mean())) < 0.005


def test_gradient_is_zero_where_the_value_was_dropped() -> None:
    x = torch.ones(999, requires_grad=True)
    out = byte_dropout(x, 0.3)
    out.sum().backward()
    assert torch.equal(x.grad, out.detach())


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16])
def test_type_and_shape_stay(dtype: torch.dtype) -> None:
    x = torch.ones(3, 5, 7, dtype=dtype).transpose(0, 2)
    out = byte_dropout(x, 0.1)
    assert out.dtype == dtype and out.shape == x.shape
    assert byte_dropout(torch.ones(0, 3), 0.5).shape == (0, 3)


def test_nothing_is_dropped_outside_training_or_at_zero() -> None:
    x = torch.randn(100)
    assert byte_dropout(x, 0.5, training=False) is x
    assert byte_dropout(x, 0.0) is x
    assert torch.equal(byte_dropout(x, 1.0), torch.zeros(100))


def test_the_seed_decides_what_is_dropped() -> None:
    found = []
    for seed in (1, 1, 2):
        torch.manual_seed(seed)
        found.append(byte_dropout(torch.ones(1000), 0.5))
    assert torch.equal(found[0], found[1]) and not torch.equal(found[0], found[2])


def test_fast_dropout_serves_modules_and_is_set_back() -> None:
    module = torch.nn.Dropout(0.5)
    with pytest.raises(KeyError), fast_dropout():
        assert F.dropout is byte_dropout
        torch.manual_seed(3)
        inside = module(torch.ones(64))
        raise KeyError
    assert F.dropout is STOCK
    torch.manual_seed(3)
    assert torch.equal(inside, byte_dropout(torch.ones(64), 0.5))
