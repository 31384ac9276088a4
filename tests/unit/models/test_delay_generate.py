"""The delay layer under ``generate``: with a cache, without one, and by hand."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import torch
from delayed import EVERY, Make, called, settings, stirred
from moving import IDS, MASK
from torch import Tensor
from transformers.modeling_outputs import BaseModelOutput

from shiftdemo.core.errors import ModelError
from shiftdemo.models.delay import attach_delay
from shiftdemo.models.scratch import ENCODINGS

NEW = 9
translators = pytest.mark.parametrize("encoding", ENCODINGS)


def start(model: Any, n_rows: int = 2) -> dict[str, Tensor]:
    """The source, and the start token with a mask: T5Gemma would take it for padding."""
    first = torch.full((n_rows, 1), model.config.decoder_start_token_id)
    return {
        "input_ids": IDS[:n_rows],
        "attention_mask": MASK[:n_rows],
        "decoder_input_ids": first,
        "decoder_attention_mask": torch.ones_like(first),
    }


def generate(model: Any, n_rows: int = 2, **options: Any) -> list[list[int]]:
    """Generates ``NEW`` tokens a row, none twice (an untrained model only repeats) and no end."""
    options = {"num_beams": 1, "do_sample": False, **options}
    ban = {"suppress_tokens": [model.config.eos_token_id], "no_repeat_ngram_size": 1}
    out = model.generate(
        **start(model, n_rows), max_new_tokens=NEW, max_length=None, **ban, **options
    )
    found: list[list[int]] = out.tolist()
    return found


@torch.inference_mode()
def greedy(model: Any, n_rows: int = 2) -> list[list[int]]:
    """The same by a full forward for every token."""
    inputs = start(model, n_rows)
    for _ in range(NEW):
        inputs["decoder_attention_mask"] = torch.ones_like(inputs["decoder_input_ids"])
        last = model(**inputs, use_cache=False).logits[:, -1]
        last[:, model.config.eos_token_id] = -torch.inf
        last.scatter_(1, inputs["decoder_input_ids"], -torch.inf)
        ids = torch.cat([inputs["decoder_input_ids"], last.argmax(-1, keepdim=True)], 1)
        inputs["decoder_input_ids"] = ids
    found: list[list[int]] = inputs["decoder_input_ids"].tolist()
    return found


@translators
@pytest.mark.parametrize("values", EVERY, ids=called)
def test_generation_with_a_cache_is_exact(
    make_tiny: Make, encoding: str, values: dict[str, Any]
) -> None:
    loaded = make_tiny("translation", encoding, seed=3)
    before = greedy(loaded.model)
    model = stirred(loaded, values)
    wanted = greedy(model)
    assert generate(model, use_cache=True) == wanted
    assert generate(model, use_cache=False) == wanted
    assert wanted != before  # the layer does something
    beams = generate(model, num_beams=3, use_cache=False)
    assert generate(model, num_beams=3, use_cache=True) == beams
    assert all(len(set(row)) == len(row) for row in [*wanted, *beams])
    assert generate(model, use_cache=True) == wanted  # nothing is left over in the model


@translators
@pytest.mark.parametrize("values", [settings("gelu", 2), settings("conv")], ids=called)
def test_other_ways_of_generating_are_exact(
    make_tiny: Make, encoding: str, values: dict[str, Any]
) -> None:
    model = stirred(make_tiny("translation", encoding, seed=3), values)
    wanted = greedy(model)
    assert generate(model, cache_implementation="static") == wanted
    # Several guessed tokens go in at once, and the wrong ones are taken out of the cache again.
    assert generate(model, 1, prompt_lookup_num_tokens=4) == wanted[:1]
    torch.manual_seed(0)
    sampled = generate(model, do_sample=True, use_cache=True)
    torch.manual_seed(0)
    assert generate(model, do_sample=True, use_cache=False) == sampled != wanted


def read(model: Any, ids: Tensor, cache: Any = None) -> Any:
    """One call with a cache."""
    inputs = {"input_ids": IDS, "attention_mask": MASK, "decoder_input_ids": ids}
    n_seen = ids.shape[1] + (cache.get_seq_length() if cache is not None else 0)
    ones = torch.ones(len(ids), n_seen, dtype=torch.long)
    return model(**inputs, decoder_attention_mask=ones, past_key_values=cache, use_cache=True)


LEFT = torch.tensor([[0, 9, 8, 7, 6, 5, 4], [0, 15, 14, 13, 12, 11, 10]])
RIGHT = torch.tensor([[0, 30, 31, 32, 33, 34, 35], [0, 40, 41, 42, 43, 44, 45]])


@translators
@pytest.mark.parametrize("values", EVERY, ids=called)
@pytest.mark.parametrize("pieces", [(1, 1, 1, 1, 1, 1, 1), (3, 1, 2, 1)], ids=str)
@torch.inference_mode()
def test_interleaved_calls_keep_their_own_states(
    make_tiny: Make, encoding: str, values: dict[str, Any], pieces: tuple[int, ...]
) -> None:
    model = stirred(make_tiny("translation", encoding), values)
    wanted = [read(model, ids).logits for ids in (LEFT, RIGHT)]
    caches: list[Any] = [None, None]
    place = 0
    for n in pieces:
        for side, ids in enumerate((LEFT, RIGHT)):
            out = read(model, ids[:, place : place + n], caches[side])
            caches[side] = out.past_key_values
            part = wanted[side][:, place : place + n]
            assert torch.allclose(out.logits, part, atol=1e-5), (side, place)
        place += n


@translators
@pytest.mark.parametrize("values", EVERY, ids=called)
@torch.inference_mode()
def test_a_cache_that_is_reordered_repeated_or_cropped_is_exact(
    make_tiny: Make, encoding: str, values: dict[str, Any]
) -> None:
    model = stirred(make_tiny("translation", encoding), values)
    half = read(model, LEFT[:, :2]).past_key_values
    half = read(model, RIGHT[:, 2:5], half).past_key_values
    half.crop(-3)
    split = copy.deepcopy(half)
    wanted = read(model, LEFT).logits[:, 2:]
    assert torch.allclose(read(model, LEFT[:, 2:], half).logits, wanted, atol=1e-5)
    assert torch.allclose(read(model, LEFT[:, 2:], split).logits, wanted, atol=1e-5)

    swapped = read(model, LEFT[:, :4]).past_key_values
    swapped.batch_repeat_interleave(2)  # rows 0 0 1 1
    swapped.batch_select_indices(torch.tensor([0, 2]))
    swapped.reorder_cache(torch.tensor([0, 0]))
    found = model(
        encoder_outputs=BaseModelOutput(
            model.get_encoder()(IDS[:1], MASK[:1])[0].expand(2, -1, -1)
        ),
        attention_mask=MASK[:1].expand(2, -1),
        decoder_input_ids=LEFT[:1, 4:].expand(2, -1),
        decoder_attention_mask=torch.ones_like(LEFT),
        past_key_values=swapped,
    ).logits
    first = read(model, LEFT).logits[:1, 4:]
    assert torch.allclose(found, first.expand(2, -1, -1), atol=1e-5)


@torch.inference_mode()
def test_a_cache_without_the_states_is_refused(make_tiny: Make) -> None:
    model = make_tiny("translation", "sinusoidal").model
    cache = read(model, LEFT[:, :3]).past_key_values
    attach_delay(model, settings("gelu", 2))
    with pytest.raises(ModelError, match="The cache holds 3 tokens"):
        read(model, LEFT[:, 3:4], cache)
    plain = make_tiny("translation", "sinusoidal").model
    cache = read(model, LEFT[:, :3]).past_key_values
    read(plain, LEFT[:, 3:4], cache)  # a token that the layer does not see
    with pytest.raises(ModelError, match="The cache holds 4 tokens"):
        read(model, LEFT[:, 4:5], cache)
