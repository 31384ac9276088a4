"""Gradient times input: a second opinion on what a prediction rests on.

Attention says where a head looks, not what the prediction depends on (Jain and Wallace 2019,
"Attention is not Explanation"). The gradient of a prediction, multiplied with the input, says to
first order how much each token's embedding adds to it (Shrikumar et al. 2017).
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import torch
from torch import Tensor

from shiftdemo.attention.weights import Inputs, forward, inputs_of
from shiftdemo.core.types import ShiftedSample
from shiftdemo.models.load import LoadedModel
from shiftdemo.tasks.heads import Task


def gradient_times_input(
    loaded: LoadedModel,
    task: Task,
    sample: ShiftedSample,
    query: int,
    masked: Collection[int] = (),
) -> dict[str, tuple[float, ...]]:
    """Returns what each token adds to the model's own choice at one query.

    Args:
        query: index of a row of the last attention map; of a classifier, and of a model that
            answers with a span, it does not matter.
        masked: as in :func:`shiftdemo.attention.weights.attend`.

    Returns:
        By side, ``source`` and ``target`` (a decoder's input), one signed number a token: the
        gradient of the chosen logit with respect to the token's embedding, times the embedding.
        Empty where the model has no logits a token.

    Raises:
        ShiftDemoError: as :func:`shiftdemo.attention.weights.attend`.
    """
    inputs = inputs_of(loaded, task, sample, masked)
    with _Watched(loaded.model) as watched, torch.enable_grad():
        out = forward(loaded, inputs)
        chosen = _chosen(out, query)
        if chosen is None:
            return {}
        grads = torch.autograd.grad(chosen, watched.embedded, allow_unused=True)
    return _by_side(inputs, watched.embedded, grads)


def _chosen(out: Any, query: int) -> Tensor | None:
    """Returns the logit of the model's own choice; of a span that of its start and its end."""
    if out.get("start_logits") is not None:
        chosen: Tensor = out["start_logits"].max() + out["end_logits"].max()
        return chosen
    logits = out.get("logits")
    if logits is None:
        return None
    row = logits[0] if logits.ndim == 2 else logits[0, min(query, logits.shape[1] - 1)]
    best: Tensor = row.max()
    return best


def _by_side(inputs: Inputs, embedded: list[Tensor], grads: Any) -> dict[str, tuple[float, ...]]:
    """Tells the sides apart by the order in which they were embedded: the encoder's is first."""
    found: dict[str, tuple[float, ...]] = {}
    rows = {"source": inputs.source, "target": inputs.target}
    known = [(name, row) for name, row in rows.items() if row is not None]
    for (name, row), vectors, grad in zip(known, embedded, grads, strict=False):
        values = torch.zeros(len(row.ids)) if grad is None else (grad * vectors)[0].sum(-1)
        found[name] = tuple(values.detach().float().cpu().tolist())
    return found


class _Watched:
    """Within it, what the model's word embeddings give is kept, cut off from the weights."""

    def __init__(self, model: Any) -> None:
        self.model = model
        self.embedded: list[Tensor] = []
        self._handles: list[Any] = []

    def __enter__(self) -> _Watched:
        for module in _embeddings(self.model):
            self._handles.append(module.register_forward_hook(self._keep))
        return self

    def _keep(self, module: Any, args: Any, output: Tensor) -> Tensor:
        leaf = output.detach().requires_grad_()
        self.embedded.append(leaf)
        return leaf

    def __exit__(self, *error: object) -> None:
        for handle in self._handles:
            handle.remove()


def _embeddings(model: Any) -> list[Any]:
    """Returns the modules that embed words, each once; encoder and decoder may have their own."""
    found = {id(one): one for one in [model.get_input_embeddings()]}
    for half in ("get_encoder", "get_decoder"):
        part: Any = getattr(model, half, lambda: None)()
        if hasattr(part, "get_input_embeddings"):
            own = part.get_input_embeddings()
            found.setdefault(id(own), own)
    return list(found.values())
