"""Attention weights of one sentence.

Models return weights only under the ``eager`` attention; under the default ``sdpa`` transformers
5 returns nothing and says so in a log line alone. So eager is asked for, and an empty answer is
an error.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch

from shiftdemo.attention.tokens import readable
from shiftdemo.core.errors import DataError, LimitError, ModelError
from shiftdemo.core.messages import Message
from shiftdemo.core.samples import Sample, TranslationSample
from shiftdemo.core.types import AttentionMap
from shiftdemo.models.load import LoadedModel
from shiftdemo.models.moving import moved_positions
from shiftdemo.shifts.applying import starting_at
from shiftdemo.shifts.teacher_forcing import decoder_input
from shiftdemo.tasks.heads import Task

START = "<start>"
# Keys of what a side and a kind of attention are called.
_SIDES = {"sentence": "positions.sentence", "target": "positions.target"}
_KINDS = {"encoder": "weights.encoder", "decoder": "weights.decoder", "cross": "weights.cross"}


def attend(
    loaded: LoadedModel,
    task: Task,
    sample: Sample,
    max_tokens: int = 64,
    offset: int = 0,
    generated: bool = False,
) -> list[AttentionMap]:
    """Returns the attention of a model over one sentence.

    Args:
        sample: the sentence; the target of a pair is what the decoder has said, and where that is
            empty the model's own greedy output.
        max_tokens: the most tokens of a side, special ones counted.
        offset: position of the first token, source and target; models with relative positions
            do not see it.
        generated: the target is the output of a model: it may be empty, and is cut at
            ``max_tokens`` instead of refused.

    Returns:
        One map of kind ``encoder``, or of kind ``decoder`` for a language model; for
        sequence-to-sequence ``encoder``, ``decoder`` and ``cross``. Row *i* of the latter two is
        the step that reads decoder token *i* and predicts the next one; the first decoder token is
        ``<start>``. A generated target over ``max_tokens`` is shown as far as
        that, its last token marked with ``…``; earlier rows do not depend on what follows.

    Raises:
        DataError: the sentence is empty.
        LimitError: the sentence or the given target is over ``max_tokens``.
        ConfigError: ``offset`` is beyond the model's positions.
        ModelError: the model returns no attention weights.
    """
    if not sample.text.strip():
        raise DataError("weights.there_no_sentence_look")
    ids = task.ids(loaded, sample)
    _check_size("sentence", len(ids), max_tokens)
    loaded.positions.check(offset, len(ids))
    if isinstance(sample, TranslationSample):
        target = sample.target
        if not target.strip() and not generated:
            target, generated = task.predict(loaded, [starting_at(sample, offset)])[0], True
        return _both_halves(loaded, ids, target, max_tokens, offset, generated)
    out = _run(loaded, {"input_ids": [ids], "attention_mask": [[1] * len(ids)]}, offset)
    tokens = readable(loaded.tokenizer, ids)
    if task.spec.kind == "causal":
        tokens = [START, *readable(loaded.tokenizer, ids[1:])]
    # A classifier may be the whole of a T5; what it makes of the text is in its encoder.
    weights = out.get("attentions") or out.get("encoder_attentions")
    kind = "decoder" if task.spec.kind == "causal" else "encoder"
    return [_map(kind, weights, tokens, tokens, loaded)]


def _both_halves(
    loaded: LoadedModel, ids: list[int], target: str, max_tokens: int, offset: int, generated: bool
) -> list[AttentionMap]:
    """Returns encoder, decoder and cross attention of a sequence-to-sequence model."""
    tokenizer = loaded.tokenizer
    labels = list(tokenizer(text_target=[target], verbose=False).input_ids[0])
    if not generated:
        _check_size("target", len(labels), max_tokens)
    cut = len(labels) > max_tokens
    labels = labels[:max_tokens]
    loaded.positions.check(offset, len(labels), "target")
    given = decoder_input(labels, int(loaded.model.config.decoder_start_token_id))
    inputs = {
        "input_ids": [ids],
        "attention_mask": [[1] * len(ids)],
        "decoder_input_ids": [given],
        # Given, since T5Gemma would take a start token that is the padding token for padding.
        "decoder_attention_mask": [[1] * len(given)],
    }
    out = _run(loaded, inputs, offset)
    source = readable(tokenizer, ids)
    decoder = [START, *readable(tokenizer, given[1:])]
    if cut:
        decoder[-1] += "…"
    return [
        _map("encoder", out.get("encoder_attentions"), source, source, loaded),
        _map("decoder", out.get("decoder_attentions"), decoder, decoder, loaded),
        _map("cross", out.get("cross_attentions"), decoder, source, loaded),
    ]


def _check_size(what: str, n_tokens: int, max_tokens: int) -> None:
    if n_tokens > max_tokens:
        raise LimitError(
            "weights.has_tokens_attention_shown",
            what=Message(_SIDES[what]),
            n_tokens=n_tokens,
            max_tokens=max_tokens,
        )


@torch.inference_mode()
def _run(loaded: LoadedModel, inputs: dict[str, list[list[int]]], offset: int) -> Any:
    """Returns the model's output with attention weights, the sentence starting at ``offset``."""
    tensors: dict[str, Any] = {
        name: torch.tensor(rows).to(loaded.device) for name, rows in inputs.items()
    }
    by = torch.tensor([offset]).to(loaded.device)
    if "decoder_input_ids" in tensors:
        tensors["use_cache"] = False
    with _eager(loaded.model), moved_positions(loaded.positions, by, by):
        return loaded.model(**tensors, output_attentions=True)


@contextmanager
def _eager(model: Any) -> Iterator[None]:
    """Within it, the model computes (and can return) its weights, without dropout."""
    before, training = model.config._attn_implementation, model.training
    model.eval()
    if before != "eager":
        model.set_attn_implementation("eager")
    try:
        yield
    finally:
        model.train(training)
        if before != "eager":
            model.set_attn_implementation(before)


def _map(
    kind: str,
    layers: Sequence[torch.Tensor | None] | None,
    query_tokens: Sequence[str],
    key_tokens: Sequence[str],
    loaded: LoadedModel,
) -> AttentionMap:
    returned = [layer for layer in layers or () if layer is not None]
    if not returned:
        raise ModelError(
            "weights.model_returned_no_attention", ref=loaded.ref, kind=Message(_KINDS[kind])
        )
    weights = torch.cat(returned).float().cpu().numpy()  # (n_layers, n_heads, query_len, key_len)
    return AttentionMap(kind, weights, tuple(query_tokens), tuple(key_tokens))
