"""Cross-entropy over a large vocabulary, with its gradient made in the same pass.

The stock path writes the logits, their float32 copy, the log-softmax and two gradients, each
(tokens × vocabulary). Here one block of rows at a time is exponentiated once, and the gradient
(softmax minus the smoothed target) is kept in the logits' own precision. On one core that takes
a third off a step of the bundled translator. The idea is Liger Kernel's (Hsu et al. 2024).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

IGNORED = -100
_ROWS = 64  # rows of a block: with 6,000 classes they stay in the cache


class Losses(NamedTuple):
    """Means in nats per label that counts, scalars.

    Attributes:
        objective: what is minimised, with label smoothing; it alone has a gradient.
        plain: the cross-entropy, which is comparable with that of held-out samples.
    """

    objective: Tensor
    plain: Tensor


class _CrossEntropy(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, out: Tensor, labels: Tensor, smoothing: float) -> tuple[Tensor, Tensor]:
        n_rows, n_classes = out.shape
        n_labels = max(1, n_rows)  # a batch without labels has the loss 0, not NaN
        gradient = torch.empty_like(out)
        total = out.new_zeros((), dtype=torch.float32)
        plain = torch.zeros_like(total)
        for start in range(0, n_rows, _ROWS):
            rows = slice(start, start + _ROWS)
            block = out[rows].float()  # (rows, n_classes)
            wanted = labels[rows].unsqueeze(1)
            top = block.amax(1, keepdim=True)
            at_label = block.gather(1, wanted)
            mean = block.mean(1, keepdim=True)
            block.sub_(top).exp_()
            mass = block.sum(1, keepdim=True)
            log_mass = top + mass.log()
            total += (log_mass - (1 - smoothing) * at_label - smoothing * mean).sum()
            plain += (log_mass - at_label).sum()
            block.div_(mass)
            if smoothing:
                block.sub_(smoothing / n_classes)
            block.scatter_add_(1, wanted, torch.full_like(at_label, smoothing - 1))
            gradient[rows] = block.div_(n_labels)
        ctx.save_for_backward(gradient)
        plain = plain / n_labels
        ctx.mark_non_differentiable(plain)
        return total / n_labels, plain

    @staticmethod
    def backward(ctx: Any, *upstream: Tensor) -> tuple[Tensor, None, None]:
        (gradient,) = ctx.saved_tensors
        return gradient * upstream[0].to(gradient.dtype), None, None


def cross_entropy(out: Tensor, labels: Tensor, smoothing: float = 0.0) -> Losses:
    """Returns the mean cross-entropy in nats with and without smoothing, for training.

    Args:
        out: logits ``(n_labels, n_classes)``, any float type; those in float32 are overwritten.
        labels: int64 ``(n_labels,)``, every one of them counts.
        smoothing: as in ``torch.nn.functional.cross_entropy``.
    """
    return Losses(*_CrossEntropy.apply(out, labels, smoothing))


def token_loss(out: Tensor, labels: Tensor, reduction: str = "mean") -> Tensor:
    """Returns the cross-entropy in nats of the labels that count.

    Args:
        out: logits ``(batch, len, n_classes)``.
        labels: ``(batch, len)``, −100 where no loss is taken.
        reduction: ``"mean"`` over labels, ``"sum"``, or ``"none"`` for ``(batch * len,)``.
    """
    return F.cross_entropy(
        out.reshape(-1, out.shape[-1]).float(),
        labels.reshape(-1),
        ignore_index=IGNORED,
        reduction=reduction,
    )
