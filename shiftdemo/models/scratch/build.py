"""Makes a scratch model of a task, with weights drawn from a seed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import torch

from shiftdemo.core.errors import ConfigError
from shiftdemo.core.task_spec import TASKS, task_names
from shiftdemo.models.scratch import causal, encoders, seq2seq
from shiftdemo.models.scratch.size import ENCODINGS, ScratchSize

_MAKERS: dict[str, Callable[[ScratchSize, Any, float], tuple[Any, Any]]] = {
    "Seq2SeqLM": seq2seq.make,
    "CausalLM": causal.make,
}


def build_scratch(
    task: str,
    size: ScratchSize,
    tokenizer: Any,
    labels: Sequence[str],
    dropout: float,
    seed: int,
) -> Any:
    """Returns a freshly initialised model; the same seed gives the same weights.

    Raises:
        ConfigError: the position encoding or the task is unknown.
    """
    if size.encoding not in ENCODINGS or task not in TASKS:
        raise ConfigError(
            "scratch.there_no_scratch_model",
            encoding=size.encoding,
            task=task,
            encodings=", ".join(ENCODINGS),
            makers=", ".join(task_names()),
        )
    head = TASKS.get(task).head
    make = _MAKERS.get(head) or partial(encoders.make, head)
    config, cls = make(size, tokenizer, dropout)
    if labels:
        config.id2label = dict(enumerate(labels))
        config.label2id = {label: i for i, label in enumerate(labels)}
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        config._attn_implementation = "eager"
        model = cls(config)
        if cls in seq2seq.POST_NORM:
            seq2seq.calm(model, size.layers + size.decoder_layers)
        if head == "TokenClassification" and size.encoding == "relative":
            # T5's own start, N(0, 1), gives a first loss of several times chance.
            torch.nn.init.normal_(model.classifier.weight, std=size.width**-0.5)
    return model.eval()
