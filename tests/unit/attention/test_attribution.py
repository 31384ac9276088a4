"""Gradient times input, against what the model puts out when its input grows a little."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch

from shiftdemo import api
from shiftdemo.attention.attribution import gradient_times_input
from shiftdemo.attention.weights import forward, inputs_of
from shiftdemo.shifts.applying import starting_at
from shiftdemo.tasks.heads import make_task

Make = Callable[..., Any]
QUERY = 2


def _chosen(loaded: Any, inputs: Any, scale: float, index: int) -> torch.Tensor:
    """The logits with the embedding of one token of the source scaled."""
    model = loaded.model
    encoder = model.get_encoder() if model.config.is_encoder_decoder else model
    embeddings = encoder.get_input_embeddings()
    calls = []

    def grown(module: Any, args: Any, output: torch.Tensor) -> torch.Tensor | None:
        calls.append(0)
        if len(calls) > 1:  # the decoder's, where both share it
            return None
        output = output.clone()
        output[0, index] *= scale
        return output

    handle = embeddings.register_forward_hook(grown)
    with torch.no_grad():
        out = forward(loaded, inputs).logits
    handle.remove()
    return out


@pytest.mark.parametrize("task", ["ner", "translation", "classification", "language_modeling"])
def test_it_is_the_slope_when_an_embedding_grows(make_tiny: Make, task: str) -> None:
    loaded, head = make_tiny(task, "learned"), make_task(task)
    loaded.model.double()
    sample = starting_at(api.typed_sample(task, "Ada reads a book .", "Ada lit un livre ."), 3)
    inputs = inputs_of(loaded, head, sample)
    found = gradient_times_input(loaded, head, sample, QUERY)
    assert len(found["source"]) == len(inputs.source.ids)
    plain = _chosen(loaded, inputs, 1.0, 0)
    row = plain[0] if plain.ndim == 2 else plain[0, QUERY]
    best = int(row.argmax())
    for index in range(3):
        up, down = (_chosen(loaded, inputs, 1 + step, index) for step in (1e-3, -1e-3))
        up, down = (out[0] if out.ndim == 2 else out[0, QUERY] for out in (up, down))
        slope = float(up[best] - down[best]) / 2e-3
        assert found["source"][index] == pytest.approx(slope, abs=1e-8, rel=1e-3)
    if task == "translation":  # what comes later in the output adds nothing
        assert len(found["target"]) == len(inputs.target.ids)
        assert not any(found["target"][QUERY + 1 :]) and any(found["target"][: QUERY + 1])
    assert max(map(abs, found["source"])) > 1e-5
    assert all(weight.grad is None for weight in loaded.model.parameters())
