"""Models made on the spot and their tokenizers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
import torch

from shiftdemo.core.errors import ConfigError
from shiftdemo.core.samples import Sample, TranslationSample
from shiftdemo.core.task_spec import task_names
from shiftdemo.models.scratch import (
    ENCODINGS,
    ScratchSize,
    build_scratch,
    train_tokenizer,
)

Make = Callable[..., Any]
ALL = [(task, encoding) for task in task_names() for encoding in ENCODINGS]
every_model = pytest.mark.parametrize(("task", "encoding"), ALL)


@every_model
def test_model_has_the_position_encoding_that_was_asked_for(
    make_tiny: Make, task: str, encoding: str
) -> None:
    loaded = make_tiny(task, encoding)
    assert loaded.positions.encoding == encoding
    assert not loaded.model.training
    assert loaded.model.config._attn_implementation == "eager"
    if loaded.labels:
        assert tuple(loaded.model.config.id2label.values()) == loaded.labels


@every_model
def test_a_seed_decides_the_weights_and_no_global_state_moves(
    make_tiny: Make, task: str, encoding: str
) -> None:
    before = torch.get_rng_state()
    first, again, other = (make_tiny(task, encoding, seed=seed).model for seed in (3, 3, 4))
    assert torch.equal(torch.get_rng_state(), before)
    same = [torch.equal(a, b) for a, b in zip(first.parameters(), again.parameters(), strict=True)]
    assert all(same)
    assert any(
        not torch.equal(a, b) for a, b in zip(first.parameters(), other.parameters(), strict=True)
    )


@every_model
def test_loss_starts_near_chance(
    make_tiny: Make, task: str, encoding: str, by_task: dict[str, Sequence[Sample]]
) -> None:
    from shiftdemo.shifts import apply_shifts
    from shiftdemo.tasks.heads import make_task

    loaded = make_tiny(task, encoding)
    samples = [apply_shifts([], sample, 0) for sample in by_task[task][:8]]
    a_task = make_task(task)
    with torch.no_grad():
        loss = float(a_task.loss(loaded, a_task.collate(loaded, samples)))
    n_classes = len(loaded.labels) or len(loaded.tokenizer)
    assert 0.3 < loss / torch.tensor(float(n_classes)).log().item() < 3


@pytest.mark.parametrize("task", ["ner", "translation"])
def test_sinusoidal_tables_are_the_formula_and_are_not_trained(make_tiny: Make, task: str) -> None:
    loaded = make_tiny(task, "sinusoidal")
    for place in loaded.positions.places:
        assert not place.table.requires_grad
        rows = place.table.detach()
        assert torch.allclose(rows[0].sort().values, torch.tensor([0.0] * 16 + [1.0] * 16))
        angle = torch.tensor(5.0)
        wanted = {round(float(angle.sin()), 4), round(float(angle.cos()), 4)}
        assert wanted <= {round(float(value), 4) for value in rows[5]}


@pytest.mark.parametrize(("task", "encoding"), [("ner", "circular"), ("cooking", "learned")])
def test_an_unknown_model_is_refused(tokenizers: dict[str, Any], task: str, encoding: str) -> None:
    with pytest.raises(ConfigError, match="learned, sinusoidal, rotary, relative"):
        build_scratch(task, ScratchSize(encoding=encoding), tokenizers["ner"], ("O",), 0.1, 0)


@pytest.mark.parametrize("task", ["ner", "translation"])
def test_tokenizer_gives_the_text_back_and_marks_the_ends(
    tokenizers: dict[str, Any], task: str
) -> None:
    tokenizer = tokenizers[task]
    ids = tokenizer("Ada visits New York .").input_ids
    assert tokenizer.decode(ids, skip_special_tokens=True).strip() == "Ada visits New York ."
    tokens = tokenizer.convert_ids_to_tokens(ids)
    assert tokens[-1] == "</s>" and (tokens[0] == "<s>") == (task == "ner")
    assert tokenizer.pad_token_id == 0
    assert tokenizer.unk_token_id in tokenizer("☃").input_ids


def test_the_same_texts_give_the_same_tokenizer(pairs: list[TranslationSample]) -> None:
    texts = [pair.source for pair in pairs]
    first, again = (train_tokenizer(texts, "translation", 80) for _ in range(2))
    assert first.get_vocab() == again.get_vocab() and len(first) <= 80


def test_a_tokenizer_of_no_texts_still_ends() -> None:
    tokenizer = train_tokenizer([], "ner", 80)
    assert tokenizer("abc").input_ids


def test_post_norm_translators_start_with_small_residual_branches(make_tiny: Any) -> None:
    weights = dict(make_tiny("translation", "sinusoidal").model.named_parameters())
    layer = "model.encoder.layers.0"
    sharp = weights[f"{layer}.self_attn.q_proj.weight"].std()
    calm = weights[f"{layer}.self_attn.out_proj.weight"].std()
    assert calm < 0.8 * sharp
