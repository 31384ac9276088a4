"""What a step costs: against torch's own count of a whole step, and against the papers' formula."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
import transformers as tf
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from shiftdemo.evaluation import cost
from shiftdemo.evaluation.cost import StepCost
from shiftdemo.models.delay import attach_delay
from shiftdemo.shifts import apply_shifts, make_shift
from shiftdemo.tasks.heads import Batch
from shiftdemo.training.plan import Plan

WIDTH, FFN, LAYERS, VOCAB = 32, 48, 2, 60
ENCODER = {
    "vocab_size": VOCAB,
    "hidden_size": WIDTH,
    "num_hidden_layers": LAYERS,
    "num_attention_heads": 2,
    "intermediate_size": FFN,
    "num_labels": 5,
    "pad_token_id": 0,
}
PAIR = {
    "vocab_size": VOCAB,
    "d_model": WIDTH,
    "encoder_layers": LAYERS,
    "decoder_layers": LAYERS,
    "encoder_attention_heads": 2,
    "decoder_attention_heads": 2,
    "encoder_ffn_dim": FFN,
    "decoder_ffn_dim": FFN,
    "pad_token_id": 0,
    "eos_token_id": 1,
    "decoder_start_token_id": 2,
}
T5 = {"vocab_size": VOCAB, "d_model": WIDTH, "d_kv": 16, "d_ff": FFN, "num_layers": LAYERS}
DISTIL = {"vocab_size": VOCAB, "dim": WIDTH, "n_layers": LAYERS, "n_heads": 2, "hidden_dim": FFN}
GPT2 = {"vocab_size": VOCAB, "n_embd": WIDTH, "n_layer": LAYERS, "n_head": 2}
SPECIAL = {"cls_token_id": 1, "sep_token_id": 2, "bos_token_id": 1, "eos_token_id": 2}
MODELS: dict[str, Callable[[], Any]] = {
    "BERT": lambda: tf.BertForTokenClassification(tf.BertConfig(**ENCODER)),
    "BERT, one label a sentence": lambda: tf.BertForSequenceClassification(
        tf.BertConfig(**ENCODER)
    ),
    "ALBERT": lambda: tf.AlbertForTokenClassification(tf.AlbertConfig(**ENCODER)),
    "DistilBERT": lambda: tf.DistilBertForTokenClassification(tf.DistilBertConfig(**DISTIL)),
    "ModernBERT": lambda: tf.ModernBertForTokenClassification(
        tf.ModernBertConfig(**ENCODER, **SPECIAL)
    ),
    "BERT for spans": lambda: tf.BertForQuestionAnswering(
        tf.BertConfig(**{**ENCODER, "num_labels": 2})
    ),
    "T5": lambda: tf.T5ForConditionalGeneration(tf.T5Config(**T5, num_heads=2)),
    "Marian": lambda: tf.MarianMTModel(tf.MarianConfig(**PAIR)),
    "BART": lambda: tf.BartForConditionalGeneration(tf.BartConfig(**PAIR)),
    "GPT-2": lambda: tf.GPT2LMHeadModel(tf.GPT2Config(**GPT2, **SPECIAL)),
    "Llama": lambda: tf.LlamaForCausalLM(tf.LlamaConfig(**ENCODER)),
}


def some_batch(model: Any, rows: int = 3, source: int = 23, target: int = 17) -> Batch:
    """Random tokens; every place has a label."""
    ids = torch.randint(3, VOCAB, (rows, source))
    inputs = {"input_ids": ids, "attention_mask": torch.ones_like(ids)}
    if model.config.is_encoder_decoder:
        inputs["decoder_input_ids"] = torch.randint(3, VOCAB, (rows, target))
    width = target if model.config.is_encoder_decoder else source
    none = torch.zeros(rows, dtype=torch.long)
    return Batch(inputs, torch.ones((rows, width), dtype=torch.long), none, none, rows * source)


def counted(loss: Callable[[], torch.Tensor]) -> int:
    """Operations that torch counts in a forward and backward pass, fused attention taken apart."""
    with sdpa_kernel(SDPBackend.MATH), FlopCounterMode(display=False) as counter:
        loss().backward()
    return int(counter.get_total_flops())


@pytest.mark.parametrize("name", MODELS)
def test_step_cost_is_what_torch_counts(name: str) -> None:
    model = MODELS[name]().train()
    batch = some_batch(model)
    wanted = counted(lambda: model(**batch.inputs)[0].sum())
    assert StepCost(model)(batch) == pytest.approx(wanted, rel=0.001)


def test_step_cost_is_the_formula_of_the_papers() -> None:
    bert = MODELS["BERT"]()
    rows, length = 3, 23
    layer = 4 * WIDTH * WIDTH + 2 * WIDTH * FFN
    weights = LAYERS * layer + 5 * WIDTH  # 5 labels
    attention = 4 * length**2 * WIDTH * LAYERS
    wanted = 3 * rows * (2 * weights * length + attention)
    assert StepCost(bert)(some_batch(bert, rows, length)) == wanted
    # A translator: source tokens also pass the keys and values of the cross-attention.
    marian = MODELS["Marian"]()
    s, t = 23, 17
    of_source = LAYERS * (layer + 2 * WIDTH * WIDTH)
    of_target = LAYERS * (layer + 2 * WIDTH * WIDTH) + VOCAB * WIDTH
    attention = 4 * WIDTH * LAYERS * (s * s + t * t + s * t)
    wanted = 3 * rows * (2 * (of_source * s + of_target * t) + attention)
    assert StepCost(marian)(some_batch(marian, rows, s, t)) == wanted


@pytest.mark.parametrize(
    ("task", "encoding"),
    [
        ("ner", "learned"),
        ("ner", "relative"),
        ("translation", "sinusoidal"),
        ("translation", "relative"),
    ],
)
def test_step_cost_is_what_the_loss_of_a_task_takes(
    plan: Callable[..., Plan], task: str, encoding: str
) -> None:
    # Some labels do not count, and Marian projects only those that do.
    some = plan(task, encoding)
    loaded = some.make_model(0)
    shifts = [make_shift("length_crop:mode=mask,min=2,max=2")] if task == "translation" else []
    moved = [apply_shifts(shifts, s, 0, some.train, always=True) for s in some.train]
    batch = some.task.collate(loaded, moved)
    assert bool((batch.labels == -100).any())
    wanted = counted(lambda: some.task.loss(loaded, batch))
    assert StepCost(loaded.model)(batch) == pytest.approx(wanted, rel=0.01)


def test_arms_of_one_shape_are_counted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second, wider = (
        tf.BertForTokenClassification(tf.BertConfig(**{**ENCODER, "intermediate_size": ffn}))
        for ffn in (FFN + 1, FFN + 1, FFN + 2)
    )
    monkeypatch.setattr(cost, "_KNOWN", {})
    known = StepCost(first)(some_batch(first))
    passes = 0

    def count(*args: Any) -> int:
        nonlocal passes
        passes += 1
        return 1

    monkeypatch.setattr(cost, "_count", count)
    assert StepCost(second)(some_batch(second)) == known and not passes
    StepCost(wider)
    assert passes


def test_frozen_matrices_cost_no_gradient_of_their_own() -> None:
    model = MODELS["BERT"]()
    whole = StepCost(model)(some_batch(model))
    for weight in model.bert.encoder.parameters():
        weight.requires_grad_(False)
    batch = some_batch(model)
    wanted = counted(lambda: model(**batch.inputs)[0].sum())
    assert StepCost(model)(batch) == wanted < 0.75 * whole


def test_a_delay_layer_is_counted() -> None:
    model = MODELS["BERT"]()
    batch = some_batch(model)
    before = StepCost(model)(batch)
    attach_delay(model, {"kind": "gelu", "delay": 1, "width": 4})
    assert StepCost(model)(batch) - before == 6 * WIDTH * WIDTH * batch.labels.numel()


def test_counting_changes_nothing() -> None:
    model = MODELS["Marian"]().train()
    before = {name: p.clone() for name, p in model.named_parameters()}
    state = torch.get_rng_state()
    StepCost(model)
    assert torch.equal(torch.get_rng_state(), state)
    assert all(module.training for module in model.modules())
    assert all(p.grad is None and torch.equal(p, before[n]) for n, p in model.named_parameters())


def test_a_model_that_takes_no_short_sentence_costs_its_weights() -> None:
    class Long(tf.BertForTokenClassification):
        def forward(self, input_ids: torch.Tensor, **inputs: Any) -> Any:
            if input_ids.shape[1] < 16:
                raise ValueError("at least 16 tokens")
            return super().forward(input_ids, **inputs)

    model = Long(tf.BertConfig(**ENCODER))
    weights = sum(p.numel() for p in model.parameters())
    assert StepCost(model)(some_batch(model, 3, 23)) == 6 * weights * 3 * 23
