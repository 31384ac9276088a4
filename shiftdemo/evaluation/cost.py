"""What a training step costs: floating-point operations, for the shapes that are computed.

A forward pass takes ``2 * weights * tokens`` operations in the matrices that the tokens pass and
``4 * len_q * len_k * width`` in every attention; a backward pass takes twice that (Kaplan et al.
2020, "Scaling Laws for Neural Language Models", section 2.1; Hoffmann et al. 2022, "Training
Compute-Optimal Large Language Models", appendix F). So a sentence costs a polynomial of the second
degree in its lengths. Which matrices its source and its target pass, which are used several times
and which are frozen differs between models, and so the coefficients are read off the model: a few
passes of a few tokens are counted once. After that a step costs one evaluation.
"""

from __future__ import annotations

import hashlib
from typing import Any

import torch
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from shiftdemo.tasks.heads import Batch
from shiftdemo.tasks.heads.loss import IGNORED

_SPAN = 4  # tokens of the shortest pass that is counted
_KNOWN: dict[str, torch.Tensor] = {}
_MOST_KNOWN = 64
_LENGTHS = ((1, 1), (2, 1), (3, 1), (1, 2), (1, 3), (2, 2))  # source and target, in spans


class StepCost:
    """Operations of one training step: forward and backward, padding included.

    A multiplication and its addition count as two. What is no product of matrices (norms,
    softmax, the optimiser) is left out, as in the papers.
    """

    def __init__(self, model: Any) -> None:
        """Counts a few passes of 4 to 12 tokens; nothing of the model changes.

        A model that does not take so short a sentence costs ``6 * weights`` a token instead.

        Args:
            model: of transformers, with all its layers, and frozen as it will be trained.
        """
        self._pair = bool(model.config.is_encoder_decoder) and model.can_generate()
        self._spared = 0  # operations that a position without a label spares
        try:
            self._terms = _terms(model, self._pair)
        except Exception:  # whatever the code of a rare architecture does with short sentences
            weights = 6.0 * _SPAN * sum(p.numel() for p in model.parameters())
            self._terms = torch.tensor([0.0, weights, weights, 0.0, 0.0, 0.0], dtype=torch.double)
            return
        if hasattr(model, "final_logits_bias"):  # as in the loss of the translation task
            weight = model.get_output_embeddings().weight
            self._spared = (6 if weight.requires_grad else 4) * weight.numel()

    def __call__(self, batch: Batch) -> int:
        """Returns the operations of a step on ``batch``.

        Ask before the batch is moved to a GPU: counting its labels there waits for the GPU.
        """
        n_rows, source_len = batch.inputs["input_ids"].shape
        target_len = batch.inputs["decoder_input_ids"].shape[1] if self._pair else 0
        operations = n_rows * float(_powers(source_len / _SPAN, target_len / _SPAN) @ self._terms)
        if self._spared:
            operations -= self._spared * int((batch.labels == IGNORED).sum())
        return round(operations)


def _terms(model: Any, pair: bool) -> torch.Tensor:
    """Returns :func:`_fit`'s answer, found once for all the arms of one shape."""
    key = _shape(model)
    if key not in _KNOWN:
        if len(_KNOWN) >= _MOST_KNOWN:
            _KNOWN.clear()
        _KNOWN[key] = _fit(model, pair)
    return _KNOWN[key]


def _shape(model: Any) -> str:
    """Returns a digest of all that a model's operations depend on: not of its weights."""
    modules = [(name, type(module).__qualname__) for name, module in model.named_modules()]
    weights = [(name, tuple(p.shape), p.requires_grad) for name, p in model.named_parameters()]
    told = repr((type(model), model.config.to_json_string(use_diff=False), modules, weights))
    return hashlib.sha256(told.encode()).hexdigest()


def _fit(model: Any, pair: bool) -> torch.Tensor:
    """Returns the coefficients of the polynomial in a sentence's two lengths, ``(6,)``."""
    lengths = _LENGTHS if pair else [(s, 0) for s in (1, 2, 3)]
    was_training = model.training
    model.eval()  # dropout would draw random numbers
    try:
        counts = [float(_count(model, s * _SPAN, t * _SPAN)) for s, t in lengths]
    finally:
        model.train(was_training)
    powers = torch.stack([_powers(s, t) for s, t in lengths])  # (n_counts, 6)
    return torch.linalg.pinv(powers) @ torch.tensor(counts, dtype=torch.double)


def _powers(s: float, t: float) -> torch.Tensor:
    return torch.tensor([1, s, t, s * s, t * t, s * t], dtype=torch.double)


def _count(model: Any, source_len: int, target_len: int) -> int:
    """Returns the operations of one sentence, forward and backward."""
    inputs = {"input_ids": _ids(model, source_len)}
    if target_len:
        inputs["decoder_input_ids"] = _ids(model, target_len)
    for name, ids in list(inputs.items()):
        inputs[name.replace("input_ids", "attention_mask")] = torch.ones_like(ids)
    weights = [p for p in model.parameters() if p.requires_grad]
    # Attention that is fused on a CPU is not counted; its plain form is, at the same number.
    plain = sdpa_kernel(SDPBackend.MATH)
    with torch.enable_grad(), plain, FlopCounterMode(display=False) as counter:
        out = model(**inputs)[0]
        torch.autograd.grad(out.sum(), weights, allow_unused=True)
    return int(counter.get_total_flops())


def _ids(model: Any, length: int) -> torch.Tensor:
    return torch.zeros((1, length), dtype=torch.long, device=model.device)
