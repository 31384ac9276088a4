"""The fused cross-entropy against torch's own."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional as F

from shiftdemo.tasks.heads.loss import cross_entropy


@pytest.mark.parametrize("smoothing", [0.0, 0.1, 0.5])
@pytest.mark.parametrize("n_rows", [1, 64, 65, 200])
def test_value_and_gradient_equal_torch_in_float32(n_rows: int, smoothing: float) -> None:
    torch.manual_seed(n_rows)
    out = (torch.randn(n_rows, 37) * 5).requires_grad_()
    labels = torch.randint(0, 37, (n_rows,))
    twin = out.detach().clone().requires_grad_()
    loss, plain = cross_entropy(out, labels, smoothing)
    wanted = F.cross_entropy(twin, labels, label_smoothing=smoothing)
    (3 * loss).backward()
    (3 * wanted).backward()
    assert torch.allclose(loss, wanted, atol=1e-5, rtol=1e-5)
    assert torch.allclose(plain, F.cross_entropy(twin, labels), atol=1e-5, rtol=1e-5)
    assert not plain.requires_grad and (smoothing > 0 or torch.equal(plain, loss.detach()))
    assert torch.allclose(out.grad, twin.grad, atol=1e-7, rtol=1e-4)


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_the_loss_beside_the_objective_leaves_its_gradient_bit_by_bit(smoothing: float) -> None:
    torch.manual_seed(1)
    out = (torch.randn(60, 37) * 5).requires_grad_()  # one block of rows
    labels = torch.randint(0, 37, (60,))
    block = out.detach().clone()
    objective, _ = cross_entropy(out, labels, smoothing)
    objective.backward()
    wanted = labels.unsqueeze(1)
    block.sub_(block.amax(1, keepdim=True)).exp_()
    block.div_(block.sum(1, keepdim=True))
    if smoothing:
        block.sub_(smoothing / 37)
    block.scatter_add_(1, wanted, torch.full((60, 1), smoothing - 1))
    assert torch.equal(out.grad, block.div_(60))


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_value_and_gradient_are_near_in_bfloat16(smoothing: float) -> None:
    torch.manual_seed(0)
    out = torch.randn(100, 50).bfloat16().requires_grad_()
    labels = torch.randint(0, 50, (100,))
    twin = out.detach().float().requires_grad_()
    loss, plain = cross_entropy(out, labels, smoothing)
    wanted = F.cross_entropy(twin, labels, label_smoothing=smoothing)
    loss.backward()
    wanted.backward()
    assert abs(float((plain - F.cross_entropy(twin, labels)).detach())) < 1e-4
    assert loss.dtype == torch.float32 and out.grad.dtype == torch.bfloat16
    assert abs(float((loss - wanted).detach())) < 1e-4
    assert torch.allclose(out.grad.float(), twin.grad, atol=1e-4, rtol=2e-2)


def test_extreme_logits_give_a_finite_loss() -> None:
    out = torch.tensor([[1e4, -1e4, 0.0]]).requires_grad_()
    loss, _ = cross_entropy(out, torch.tensor([1]))
    loss.backward()
    assert float(loss.detach()) == 2e4 and torch.isfinite(out.grad).all()


def test_no_labels_give_a_loss_of_zero() -> None:
    out = torch.zeros(0, 5).requires_grad_()
    loss, plain = cross_entropy(out, torch.zeros(0, dtype=torch.long), 0.1)
    loss.backward()
    assert float(loss.detach()) == float(plain) == 0.0 and out.grad.shape == (0, 5)


def test_a_loss_that_is_no_number_stays_one() -> None:
    out = torch.tensor([[float("nan"), 0.0]])
    assert all(map(torch.isnan, cross_entropy(out, torch.tensor([0]))))
