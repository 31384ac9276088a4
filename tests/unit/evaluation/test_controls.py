from __future__ import annotations

import copy
import dataclasses

import pytest
import torch
from starting import at
from torch import Tensor

from shiftdemo.core.errors import ConfigError, DataError
from shiftdemo.core.samples import Sample, TaggedSample
from shiftdemo.evaluation.controls import source_use
from shiftdemo.evaluation.effects import offset_effect
from shiftdemo.models.load import LoadedModel
from shiftdemo.tasks.heads import Batch, Task

ABSOLUTE = ("learned", "sinusoidal")
FLAT = ("rotary", "relative")


def naive_logits(loaded: LoadedModel, batch: Batch) -> Tensor:
    """Calls the model as one would call BERT: with ``position_ids``."""
    length = batch.inputs["input_ids"].shape[1]
    position_ids = torch.arange(length).unsqueeze(0) + batch.source_offset.unsqueeze(1)
    return loaded.model(**batch.inputs, position_ids=position_ids).logits


@pytest.mark.parametrize("encoding", ABSOLUTE)
def test_naive_position_ids_are_swallowed_by_bart_and_marian(
    make_model, pairs: list[Sample], encoding: str
) -> None:
    loaded = make_model("translation", encoding)
    assert type(loaded.model).__name__.startswith("Bart" if encoding == "learned" else "Marian")
    effect = offset_effect(loaded, at(pairs, 8), forward=naive_logits)
    assert effect.max_logit_change == 0.0
    assert not effect.ok
    assert "does not reach the model" in effect.message


@pytest.mark.parametrize("encoding", ABSOLUTE)
@pytest.mark.parametrize("task", ["translation", "ner"])
def test_absolute_positions_move(make_model, pairs, tagged, task: str, encoding: str) -> None:
    effect = offset_effect(
        make_model(task, encoding), at(pairs if task == "translation" else tagged, 8)
    )
    assert effect.ok and effect.expected == "moves"
    assert effect.max_logit_change > 1e-4


@pytest.mark.parametrize("encoding", FLAT)
@pytest.mark.parametrize("task", ["translation", "ner"])
@pytest.mark.parametrize("offset", [1, 32])
def test_rotary_and_relative_positions_are_flat(
    make_model, pairs, tagged, task: str, encoding: str, offset: int
) -> None:
    samples = pairs if task == "translation" else tagged
    effect = offset_effect(make_model(task, encoding), at(samples, offset))
    assert effect.ok and effect.expected == "flat", effect.message


def test_a_relative_model_that_is_really_moved_wrongly_is_caught(make_model, tagged) -> None:
    loaded = make_model("ner", "relative")

    def blind(loaded: LoadedModel, batch: Batch) -> Tensor:  # pads on the left, does not mask
        by = int(batch.source_offset.max())
        ids = torch.nn.functional.pad(batch.inputs["input_ids"], (by, 0))
        return loaded.model(input_ids=ids).logits[:, by:]

    assert not offset_effect(loaded, at(tagged, 8), forward=blind).ok


def test_offset_effect_leaves_mode_and_tags_alone(make_model, tagged) -> None:
    loaded = make_model("ner", "learned")
    loaded.model.train()
    strange = [dataclasses.replace(s, tags=("B-TITLE",) * len(s.words)) for s in tagged[:4]]
    assert offset_effect(loaded, at(strange, 4)).ok
    assert loaded.model.training


def test_offset_effect_refuses_what_it_cannot_measure(make_model, tagged) -> None:
    loaded = make_model("ner", "learned")
    with pytest.raises(ConfigError, match="at least 1"):
        offset_effect(loaded, at(tagged, 0))
    with pytest.raises(ConfigError, match="positions"):
        offset_effect(loaded, at(tagged, 64))
    with pytest.raises(DataError):
        offset_effect(loaded, at([], 4))


def test_a_translator_that_learnt_uses_its_source(translator, translation: Task, pairs) -> None:
    use = source_use(translator, translation, pairs)
    assert use.ok, use.message
    assert use.shuffled_loss > 2 * use.loss


def test_a_translator_that_ignores_its_source_is_flagged(
    translator: LoadedModel, translation: Task, pairs: list[Sample]
) -> None:
    deaf = dataclasses.replace(translator, model=copy.deepcopy(translator.model))
    with torch.no_grad():
        for name, weight in deaf.model.named_parameters():
            if "encoder_attn.out_proj" in name:
                weight.zero_()
    use = source_use(deaf, translation, pairs)
    assert use.shuffled_loss == pytest.approx(use.loss, abs=1e-5)
    assert not use.ok
    assert "hardly looks at its source" in use.message


def test_an_untrained_model_is_flagged(make_model, translation: Task, pairs) -> None:
    assert not source_use(make_model("translation", "learned"), translation, pairs).ok


def test_a_tagger_that_learnt_uses_its_words(base_tagger, make_model, ner: Task, tagged) -> None:
    assert source_use(base_tagger, ner, tagged).ok
    assert not source_use(make_model("ner", "learned"), ner, tagged).ok


def test_source_use_needs_two_sentences_whose_tags_are_known(
    base_tagger, ner: Task, tagged
) -> None:
    unknown = TaggedSample("u", ("Dune",), ("B-WORK",))
    with pytest.raises(DataError, match="at least two sentences"):
        source_use(base_tagger, ner, [tagged[0], unknown])
    assert source_use(base_tagger, ner, [*tagged, unknown]).ok
