"""Models without a head for the task, and models that are not made for it."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
import transformers as tf
from moving import IDS, MASK
from safetensors.torch import load_file, save_file

from shiftdemo.core.errors import ModelError
from shiftdemo.models.load import LoadedModel, load_model, save_model

Make = Callable[..., Any]
LABELS = {"ner": ("O", "B-GENE", "I-GENE"), "classification": ("bad", "good", "so-so")}
SIZES = {
    "vocab_size": 200,
    "hidden_size": 32,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "intermediate_size": 48,
    "max_position_embeddings": 64,
    "pad_token_id": 0,
}
DISTIL = {"dim": 32, "n_layers": 1, "n_heads": 2, "hidden_dim": 48}
PLAIN = {
    "BertModel": SIZES,
    "BertForMaskedLM": SIZES,
    "DistilBertForMaskedLM": {**SIZES, **DISTIL},
    "RobertaForMaskedLM": {**SIZES, "max_position_embeddings": 66, "pad_token_id": 1},
    "ModernBertForMaskedLM": SIZES,
    "ElectraForPreTraining": SIZES,
}


def plain_model(folder: Path, tokenizer: Any, name: str) -> Any:
    """Saves a model that was trained for no task of ours."""
    cls = getattr(tf, name)
    torch.manual_seed(3)
    model = cls(cls.config_class(**PLAIN[name])).eval()
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return model


@pytest.mark.parametrize("task", LABELS)
@pytest.mark.parametrize("name", PLAIN)
def test_a_model_without_a_head_gets_one_for_the_labels(
    tokenizers: dict[str, Any], tmp_path: Path, name: str, task: str
) -> None:
    plain = plain_model(tmp_path, tokenizers[task], name)
    loaded = load_model(str(tmp_path), task, labels=LABELS[task])
    assert loaded.fresh_head and loaded.labels == LABELS[task]
    with torch.no_grad():
        out = loaded.model(input_ids=IDS, attention_mask=MASK).logits
        states = loaded.model.base_model(input_ids=IDS, attention_mask=MASK)[0]
        before = plain.base_model(input_ids=IDS, attention_mask=MASK)[0]
    assert out.shape[-1] == 3 and torch.isfinite(out).all()
    assert torch.allclose(states, before, atol=1e-5)  # what was trained is there
    again = load_model(str(tmp_path), task, labels=LABELS[task])
    other = load_model(str(tmp_path), task, labels=LABELS[task], seed=1)
    assert torch.equal(head(again), head(loaded)) and not torch.equal(head(other), head(loaded))


def head(loaded: LoadedModel) -> torch.Tensor:
    return next(p for name, p in loaded.model.named_parameters() if name.startswith("classifier"))


def test_without_labels_a_model_without_a_head_is_refused(
    tokenizers: dict[str, Any], tmp_path: Path
) -> None:
    plain_model(tmp_path, tokenizers["ner"], "BertModel")
    with pytest.raises(ModelError, match=r"not made for ner: it has no weights for classifier"):
        load_model(str(tmp_path), "ner")


def test_only_the_head_may_be_missing(tokenizers: dict[str, Any], tmp_path: Path) -> None:
    plain_model(tmp_path, tokenizers["ner"], "BertModel")
    file = tmp_path / "model.safetensors"
    weights = load_file(file)
    del weights["encoder.layer.0.output.dense.weight"]
    save_file(weights, file, {"format": "pt"})
    with pytest.raises(ModelError, match=r"no weights for bert\.encoder\.layer\.0\.output"):
        load_model(str(tmp_path), "ner", labels=LABELS["ner"])


def test_a_head_that_is_there_is_kept_with_its_own_labels(make_tiny: Make, tmp_path: Path) -> None:
    loaded = make_tiny("classification", "learned")
    save_model(loaded, tmp_path)
    again = load_model(str(tmp_path), "classification", labels=LABELS["classification"])
    assert not again.fresh_head and again.labels == loaded.labels
    assert torch.equal(head(again), head(loaded))


@pytest.mark.parametrize("name", ["BertForMaskedLM", "ModernBertForMaskedLM"])
def test_a_model_that_reads_what_it_is_to_foresee_is_no_language_model(
    tokenizers: dict[str, Any], tmp_path: Path, name: str
) -> None:
    plain_model(tmp_path, tokenizers["language_modeling"], name)
    with pytest.raises(ModelError, match="for language_modeling"):
        load_model(str(tmp_path), "language_modeling")


def test_a_language_model_needs_an_end_token(make_tiny: Make, tmp_path: Path) -> None:
    loaded = make_tiny("language_modeling", "learned")
    loaded.tokenizer = copy.deepcopy(loaded.tokenizer)  # the other tests share it
    loaded.tokenizer.eos_token = None
    save_model(loaded, tmp_path)
    with pytest.raises(ModelError, match="no end token; set its eos_token"):
        load_model(str(tmp_path), "language_modeling")


def test_there_is_no_bundled_classifier() -> None:
    with pytest.raises(ModelError, match=r"no bundled model 'tagger' for classification; .* none"):
        load_model("bundled:tagger", "classification")


def test_a_delay_layer_acts_before_the_pooling_of_a_classifier(make_tiny: Make) -> None:
    """BERT's pooling layer is inside the base model, and reads what the layer put out."""
    from delayed import settings, stir

    from shiftdemo.models.delay import attach_delay

    for encoding in ("learned", "sinusoidal", "rotary", "relative"):
        model = make_tiny("classification", encoding).model
        with torch.no_grad():
            torch.nn.init.normal_(next(reversed([*model.parameters()])), std=0.3)
            before = model(input_ids=IDS, attention_mask=MASK).logits
            layer = attach_delay(model, settings("gelu"))
            assert torch.equal(model(input_ids=IDS, attention_mask=MASK).logits, before)
            stir(layer)
            assert not torch.equal(model(input_ids=IDS, attention_mask=MASK).logits, before)


def test_a_head_of_another_size_is_said_with_its_mend() -> None:
    from shiftdemo.core.model_refs import bundled_arm

    folder = str(bundled_arm("bundled:tagger"))
    with pytest.raises(ModelError, match="head is of another kind or size"):
        load_model(folder, "classification", labels=("bad", "good"), seed=0)
