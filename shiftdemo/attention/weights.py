"""Attention weights of one sentence, as a model reads it.

Models return weights only under the ``eager`` attention; under the default ``sdpa`` transformers
5 returns nothing and says so in a log line alone. So eager is asked for, and an empty answer is
an error.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import torch

from shiftdemo.attention.tokens import readable
from shiftdemo.core.errors import DataError, ModelError
from shiftdemo.core.messages import Message
from shiftdemo.core.samples import TranslationSample
from shiftdemo.core.types import AttentionMap, PositionPlan, ShiftedSample
from shiftdemo.models.load import LoadedModel
from shiftdemo.models.moving import moved_positions
from shiftdemo.shifts.teacher_forcing import decoder_input
from shiftdemo.tasks.heads import Task
from shiftdemo.tasks.heads.base import cut_end, starts
from shiftdemo.tasks.heads.token_words import words_of

START = "<start>"
MOST_TOKENS = 512  # of a side; memory grows with the square
_KINDS = {"encoder": "weights.encoder", "decoder": "weights.decoder", "cross": "weights.cross"}


@dataclass(frozen=True)
class Row:
    """A row of tokens that a model reads.

    Attributes:
        words: the word that each token belongs to; see :class:`AttentionMap`.
        cut: tokens of the sentence that did not fit and are not in it.
    """

    ids: list[int]
    tokens: tuple[str, ...]
    words: tuple[int | None, ...]
    cut: int = 0


@dataclass(frozen=True)
class Reading:
    """What a model attends to in one sentence, and what it makes of it.

    Attributes:
        maps: one of kind ``encoder``, or of kind ``decoder`` for a language model; for
            sequence-to-sequence ``encoder``, ``decoder`` and ``cross``.
        predicted: for each query of the last map what the model puts out there (a tag on the
            first piece of each word, the next token), empty where nothing; of a classifier one
            label for the whole. Empty: the task tells nothing.
        sure: the probability of each, 0 to 1.
        cut: tokens of source and target that are beyond what the model reads.
    """

    maps: tuple[AttentionMap, ...]
    predicted: tuple[str, ...] = ()
    sure: tuple[float, ...] = ()
    cut: int = 0


@dataclass(frozen=True)
class Inputs:
    """What a forward pass is given.

    Attributes:
        source, target: rows of tokens; ``target`` is the decoder's input, which begins with
            ``<start>``.
        plans: positions of both.
    """

    source: Row
    target: Row | None
    plans: tuple[PositionPlan, PositionPlan]

    def tensors(self, device: torch.device) -> dict[str, torch.Tensor]:
        """Returns them as the model takes them, ``(1, len)`` each."""
        rows = {"input_ids": self.source.ids, "attention_mask": [1] * len(self.source.ids)}
        if self.target is not None:
            rows["decoder_input_ids"] = self.target.ids
            # Given, since T5Gemma would take a start token that is the padding token for padding.
            rows["decoder_attention_mask"] = [1] * len(self.target.ids)
        return {name: torch.tensor([row], device=device) for name, row in rows.items()}


def attend(
    loaded: LoadedModel, task: Task, sample: ShiftedSample, masked: Collection[int] = ()
) -> Reading:
    """Returns the attention of a model over a sentence at the positions that it carries.

    Row *i* of decoder and cross attention is the step that reads decoder token *i* and predicts
    the next one; the first decoder token is ``<start>``. A constant offset is not seen by models
    with relative positions.

    Args:
        sample: the target of a pair is what the decoder has said.
        masked: words (of the shifted sample's text) that are read as the tokenizer's mask token,
            or as its unknown one.

    Raises:
        DataError: the sentence is empty.
        ConfigError: it starts beyond the model's positions.
        ModelError: the model returns no attention weights.
    """
    inputs = inputs_of(loaded, task, sample, masked)
    with torch.inference_mode():
        out = forward(loaded, inputs, output_attentions=True)
    source, target = inputs.source, inputs.target
    maps: tuple[AttentionMap, ...]
    if target is not None:
        maps = (
            _map("encoder", out.get("encoder_attentions"), source, source, loaded),
            _map("decoder", out.get("decoder_attentions"), target, target, loaded),
            _map("cross", out.get("cross_attentions"), target, source, loaded),
        )
    else:
        # A classifier may be the whole of a T5; what it makes of the text is in its encoder.
        weights = out.get("attentions") or out.get("encoder_attentions")
        kind = "decoder" if task.spec.kind == "causal" else "encoder"
        maps = (_map(kind, weights, source, source, loaded),)
    predicted, sure = _predictions(loaded, task, inputs, out)
    cut = source.cut + (0 if target is None else target.cut)
    return Reading(maps, predicted, sure, cut)


def inputs_of(
    loaded: LoadedModel, task: Task, sample: ShiftedSample, masked: Collection[int] = ()
) -> Inputs:
    """Returns the rows that a model reads of a sample.

    Raises:
        DataError, ConfigError: as :func:`attend`.
    """
    shown = sample.shifted
    if not shown.text.strip():
        raise DataError("weights.there_no_sentence_look")
    most = min(MOST_TOKENS, loaded.positions.table_size or MOST_TOKENS)
    whole = task.ids(loaded, shown)
    ids = cut_end(whole, most)
    words = task.token_words(loaded, shown, ids)
    ids = _masked(loaded.tokenizer, ids, words, masked)
    tokens = readable(loaded.tokenizer, ids)
    if task.spec.kind == "causal":
        tokens = [START, *readable(loaded.tokenizer, ids[1:])]
    source = Row(ids, tuple(tokens), tuple(words), len(whole) - len(ids))
    plans = (sample.feed.source, sample.feed.target)
    starts(loaded, plans[:1], [len(ids)])  # refuses what begins beyond the table
    if not isinstance(shown, TranslationSample):
        return Inputs(source, None, plans)
    target = _target(loaded, shown.target, most)
    starts(loaded, plans[1:], [len(target.ids)], "target")
    return Inputs(source, target, plans)


def _target(loaded: LoadedModel, text: str, most: int) -> Row:
    """Returns the decoder's row for a target: its labels, one later, after a start token."""
    tokenizer = loaded.tokenizer
    whole = list(tokenizer(text_target=[text], verbose=False).input_ids[0])
    labels = cut_end(whole, most)
    start = int(loaded.model.config.decoder_start_token_id)
    given = decoder_input(labels, start)
    words = words_of(tokenizer, labels, text, target=True)
    tokens = (START, *readable(tokenizer, given[1:]))
    return Row(given, tokens, (None, *words[:-1]), len(whole) - len(labels))


def _masked(
    tokenizer: Any, ids: Sequence[int], words: Sequence[int | None], masked: Collection[int]
) -> list[int]:
    """Returns the row with some words read as the mask token, or the unknown one."""
    known = (tokenizer.mask_token_id, tokenizer.unk_token_id, tokenizer.eos_token_id)
    instead = next((one for one in known if one is not None), None)
    if instead is None:
        return list(ids)
    return [instead if word in masked else own for own, word in zip(ids, words, strict=True)]


def forward(loaded: LoadedModel, inputs: Inputs, **options: Any) -> Any:
    """Returns the model's output under eager attention, at the positions that are asked for."""
    tensors = inputs.tensors(loaded.device)
    rows = (inputs.source, inputs.target or inputs.source)
    plans = zip(inputs.plans, rows, strict=True)
    by = [starts(loaded, [plan], [len(row.ids)]).to(loaded.device) for plan, row in plans]
    # Distances do not feel it where all tokens move alike.
    felt = [None if loaded.positions.encoding == "relative" and k.ndim == 1 else k for k in by]
    if inputs.target is not None:
        options["use_cache"] = False
    with _eager(loaded.model), moved_positions(loaded.positions, *felt):
        return loaded.model(**tensors, **options)


@contextmanager
def _eager(model: Any) -> Iterator[None]:
    """Within it, the model computes (and can return) its weights, without dropout."""
    before, training = model.config._attn_implementation, model.training
    if training:
        model.eval()
    if before != "eager":
        model.set_attn_implementation("eager")
    try:
        yield
    finally:
        if training:
            model.train()
        if before != "eager":
            model.set_attn_implementation(before)


def _map(
    kind: str,
    layers: Sequence[torch.Tensor | None] | None,
    queries: Row,
    keys: Row,
    loaded: LoadedModel,
) -> AttentionMap:
    returned = [layer for layer in layers or () if layer is not None]
    if not returned:
        raise ModelError(
            "weights.model_returned_no_attention", ref=loaded.ref, kind=Message(_KINDS[kind])
        )
    weights = torch.cat(returned).float().cpu().numpy()  # (n_layers, n_heads, query_len, key_len)
    return AttentionMap(kind, weights, queries.tokens, keys.tokens, queries.words, keys.words)


def _predictions(
    loaded: LoadedModel, task: Task, inputs: Inputs, out: Any
) -> tuple[tuple[str, ...], tuple[float, ...]]:
    """Returns what the model puts out for each query of the last map, and how sure it is."""
    logits = out.get("logits")
    if logits is None or loaded.output_delay:
        return (), ()
    sure, best = logits[0].float().softmax(-1).max(-1)
    sure_of, chosen = sure.reshape(-1).tolist(), best.reshape(-1).tolist()
    if not task.spec.named_classes:
        return tuple(readable(loaded.tokenizer, chosen)), tuple(sure_of)
    if len(chosen) == 1:
        return (loaded.labels[chosen[0]],), tuple(sure_of)
    words = inputs.source.words
    first = [word is not None and word not in words[:i] for i, word in enumerate(words)]
    tags = [loaded.labels[at] if own else "" for at, own in zip(chosen, first, strict=True)]
    return tuple(tags), tuple(p if own else 0.0 for p, own in zip(sure_of, first, strict=True))


def shown(reading: Reading, rows: Mapping[str, Sequence[int]]) -> Reading:
    """Returns a part of a reading.

    Args:
        rows: the tokens that are kept of ``source`` and of ``target``, by their index.
    """
    sides = {"encoder": ("source", "source"), "decoder": ("target", "target")}
    sides["cross"] = ("target", "source")
    maps = []
    for one in reading.maps:
        queries, keys = sides[one.kind]
        if len(reading.maps) == 1:
            queries = keys = "source"
        maps.append(one.part(rows[queries], rows[keys]))
    last = rows[queries]
    if len(reading.predicted) != len(reading.maps[-1].query_tokens):
        return replace(reading, maps=tuple(maps))
    predicted = tuple(reading.predicted[i] for i in last)
    sure = tuple(reading.sure[i] for i in last)
    return replace(reading, maps=tuple(maps), predicted=predicted, sure=sure)


def called_alike(now: Reading, before: Reading) -> Reading:
    """Returns a reading whose tokens are called as before: the same ones are compared."""
    maps = tuple(
        replace(one, query_tokens=other.query_tokens, key_tokens=other.key_tokens)
        if len(one.key_tokens) == len(other.key_tokens)
        else one
        for one, other in zip(now.maps, before.maps, strict=True)
    )
    return replace(now, maps=maps)
