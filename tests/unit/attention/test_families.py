"""Attention of every family of models equals the model's own, whatever its folder asks for."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import transformers as tf

from shiftdemo import api
from shiftdemo.attention.weights import attend, inputs_of
from shiftdemo.core.errors import ModelError
from shiftdemo.core.model_refs import bundled_refs
from shiftdemo.core.task_spec import task_names
from shiftdemo.models.load import LoadedModel, load_model
from shiftdemo.models.scratch import ENCODINGS
from shiftdemo.shifts.applying import unshifted
from shiftdemo.tasks.heads import make_task

Make = Callable[..., Any]
TAGGER = {
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 48,
    "max_position_embeddings": 66,
}
DISTIL = {"dim": 32, "n_layers": 2, "n_heads": 2, "hidden_dim": 48}
GPT = {"n_embd": 32, "n_layer": 2, "n_head": 2, "n_positions": 66}
PAIR = {
    "d_model": 32,
    "encoder_layers": 2,
    "decoder_layers": 2,
    "encoder_attention_heads": 2,
    "decoder_attention_heads": 2,
    "encoder_ffn_dim": 48,
    "decoder_ffn_dim": 48,
    "max_position_embeddings": 66,
}
T5 = {"d_model": 32, "d_kv": 16, "d_ff": 48, "num_layers": 2, "num_decoder_layers": 2}
# Class, task and sizes.
FAMILIES: dict[str, tuple[str, str, dict[str, Any]]] = {
    "Bert": ("BertForTokenClassification", "ner", TAGGER),
    "DistilBert": ("DistilBertForTokenClassification", "ner", {**TAGGER, **DISTIL}),
    "Roberta": ("RobertaForTokenClassification", "ner", TAGGER),
    "GPT2": ("GPT2LMHeadModel", "language_modeling", GPT),
    "Llama": ("LlamaForCausalLM", "language_modeling", TAGGER),
    "Marian": ("MarianMTModel", "translation", PAIR),
    "Bart": ("BartForConditionalGeneration", "translation", PAIR),
    "T5": ("T5ForConditionalGeneration", "translation", {**T5, "num_heads": 2}),
    "M2M100": ("M2M100ForConditionalGeneration", "translation", PAIR),
}


def _folder(place: Path, name: str, tokenizers: dict[str, Any], asks: str) -> tuple[str, str]:
    """Saves a small random model whose configuration asks for a kind of attention."""
    kind, task, sizes = FAMILIES[name]
    tokenizer = tokenizers[task]
    ids = {
        "vocab_size": len(tokenizer),
        "pad_token_id": tokenizer.pad_token_id,
        "eos_token_id": tokenizer.eos_token_id,
        "bos_token_id": tokenizer.bos_token_id,
        "decoder_start_token_id": tokenizer.pad_token_id,
    }
    if task == "ner":
        ids["id2label"] = {0: "O", 1: "B-PER", 2: "I-PER"}
    torch.manual_seed(0)
    config = getattr(tf, f"{name}Config")(**{**sizes, **ids})
    model = getattr(tf, kind)(config)
    for weight in model.parameters():
        if weight.ndim >= 2:
            torch.nn.init.normal_(weight, std=0.3)
    model.save_pretrained(place)
    tokenizer.save_pretrained(place)
    written = json.loads((place / "config.json").read_text())
    wish = {"_attn_implementation": asks, "attn_implementation": asks} if asks else {}
    (place / "config.json").write_text(json.dumps({**written, **wish}))
    return str(place), task


def _own(loaded: LoadedModel, inputs: Any) -> list[np.ndarray]:
    """What the model itself returns under eager attention."""
    with torch.no_grad():
        out = loaded.model(**inputs.tensors(loaded.device), output_attentions=True)
    names = ("encoder_attentions", "decoder_attentions", "cross_attentions", "attentions")
    return [torch.cat(out[name]).numpy() for name in names if out.get(name)]


def _check(loaded: LoadedModel, task: str, text: str, target: str = "") -> None:
    head = make_task(task)
    sample = unshifted(api.typed_sample(task, text, target))
    found = attend(loaded, head, sample)
    loaded.model.set_attn_implementation("eager")
    wanted = _own(loaded, inputs_of(loaded, head, sample))
    if task == "classification":  # of a whole T5, what it makes of the text is in its encoder
        wanted = wanted[:1]
    assert len(found.maps) == len(wanted) > 0
    for one, own in zip(found.maps, wanted, strict=True):
        np.testing.assert_allclose(one.weights, own, atol=1e-6)
        np.testing.assert_allclose(one.weights.sum(-1), 1.0, atol=1e-5)
        assert len(one.key_words) == len(one.key_tokens)


@pytest.mark.parametrize("asks", ["", "sdpa", "flash_attention_2"])
@pytest.mark.parametrize("name", FAMILIES)
def test_local_folders(tokenizers: dict[str, Any], tmp_path: Path, name: str, asks: str) -> None:
    ref, task = _folder(tmp_path, name, tokenizers, asks)
    _check(load_model(ref, task), task, "Ada reads a book .", "Ada lit un livre .")


@pytest.mark.parametrize("task", task_names())
def test_bundled_models(task: str) -> None:
    for ref in bundled_refs(task):
        _check(load_model(ref, task), task, "Ada reads a book in Paris.", "Ada lit un livre.")


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("task", ["ner", "translation", "language_modeling", "classification"])
def test_scratch_models(make_tiny: Make, task: str, encoding: str) -> None:
    _check(make_tiny(task, encoding), task, "Ada reads a book .", "Ada lit un livre .")


def test_one_that_cannot_run_eagerly_is_an_error_and_not_an_empty_map(
    make_tiny: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded = make_tiny("ner", "learned")
    forward = loaded.model.forward
    monkeypatch.setattr(
        loaded.model, "forward", lambda output_attentions=False, **inputs: forward(**inputs)
    )
    sample = unshifted(api.typed_sample("ner", "Ada reads ."))
    with pytest.raises(ModelError, match="no encoder attention"):
        attend(loaded, make_task("ner"), sample)
