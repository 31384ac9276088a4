"""Positions and the delay layer of causal decoders, against independent oracles.

Where a model counts columns, hidden words in front (or in between) make a text really stand
further on. OPT and BioGPT count what the mask shows, so they are given position ids instead.
"""

from __future__ import annotations

import itertools
from typing import Any

import pytest
import torch
import transformers as tf
from delayed import EVERY, Settings, called, settings, stir, without_layer
from moving import IDS, MASK, Make, by, close, counted, spread
from torch import Tensor

from shiftdemo.models.delay import attach_delay
from shiftdemo.models.moving import left_padded, moved_positions
from shiftdemo.models.probing import find_positions
from shiftdemo.models.scratch import ENCODINGS

K, NEW = 9, 7
SIZES: dict[str, Any] = {
    "vocab_size": 60,
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "num_key_value_heads": 2,
    "intermediate_size": 48,
    "max_position_embeddings": 66,
    "pad_token_id": 0,
    "bos_token_id": 2,
    "eos_token_id": 3,
}
GPT2 = {"n_embd": 32, "n_layer": 2, "n_head": 2, "n_positions": 66}
OPT = {"ffn_dim": 48, "word_embed_proj_dim": 32}
XGLM = {"d_model": 32, "num_layers": 2, "attention_heads": 2, "ffn_dim": 48}
BLOOM = {"n_layer": 2, "n_head": 2}
MODELS: dict[str, tuple[str, dict[str, Any]]] = {
    "GPT2LMHeadModel": ("learned", GPT2),
    "OPTForCausalLM": ("learned", OPT),
    "BioGptForCausalLM": ("learned", {}),
    "XGLMForCausalLM": ("sinusoidal", XGLM),
    "LlamaForCausalLM": ("rotary", {}),
    "GPTNeoXForCausalLM": ("rotary", {}),
    "MistralForCausalLM": ("rotary", {"head_dim": 16}),
    "Qwen2ForCausalLM": ("rotary", {}),
    "BloomForCausalLM": ("relative", BLOOM),
}
BY_IDS = ("OPTForCausalLM", "BioGptForCausalLM")
every_model = pytest.mark.parametrize("name", MODELS)


def make(name: str) -> Any:
    """A small model with weights that make every part matter."""
    torch.manual_seed(0)
    cls = getattr(tf, name)
    config = cls.config_class(**{**SIZES, **MODELS[name][1]})
    config._attn_implementation = "eager"
    model = cls(config)
    for weight in model.parameters():
        if weight.ndim >= 2:
            torch.nn.init.normal_(weight, std=0.3)
    return model.eval()


@torch.no_grad()
def really(name: str, model: Any, places: list[int]) -> Tensor:
    """Logits where the tokens stand at these positions without any help of ours."""
    if name in BY_IDS:
        ids = torch.tensor([places] * 2)
        out: Tensor = model(input_ids=IDS, attention_mask=MASK, position_ids=ids).logits
        return out
    ids, mask = spread(IDS, MASK, places)
    out = model(input_ids=ids, attention_mask=mask).logits
    return out[:, places]


@torch.no_grad()
def moved(model: Any, offset: Tensor) -> Tensor:
    with moved_positions(find_positions(model), offset, None):
        out: Tensor = model(input_ids=IDS, attention_mask=MASK).logits
    return out


@every_model
def test_a_causal_model_is_known_and_all_its_positions_are_the_source_s(name: str) -> None:
    positions = find_positions(make(name))
    assert positions.encoding == MODELS[name][0]
    assert positions.source and not positions.target


@every_model
def test_an_offset_equals_really_standing_there(name: str) -> None:
    model = make(name)
    plain, found = moved(model, by(0, 0)), moved(model, by(K, K))
    wanted = really(name, model, list(range(K, K + IDS.shape[1])))
    assert close(counted(found), counted(wanted), 1e-4)
    change = (counted(found) - counted(plain)).abs().max()
    if find_positions(model).absolute:
        assert change > 1e-3
    else:
        assert change < 1e-5 * counted(plain).abs().max().clamp(min=1)


# ALiBi counts what the mask shows: hidden words in between leave no gap; see the next test.
@pytest.mark.parametrize("name", [name for name in MODELS if name != "BloomForCausalLM"])
def test_gaps_between_tokens_equal_hidden_words_in_between(name: str) -> None:
    model, places = make(name), [0, 1, 4, 5, 6, 11]
    offset = torch.tensor([[p - i for i, p in enumerate(places)]] * 2)
    found = moved(model, offset)
    assert close(counted(found), counted(really(name, model, places)), 1e-4)
    assert (counted(found) - counted(moved(model, by(0, 0)))).abs().max() > 1e-3


def test_alibi_sees_the_places_that_tokens_were_moved_to() -> None:
    model = make("BloomForCausalLM")
    (place,) = find_positions(model).source
    ids = torch.tensor([[0, 1, 4, 5], [0, 3, 4, 9]])
    mask = torch.ones_like(ids)
    slopes = torch.tensor([2.0**-4, 2.0**-8])  # of two heads (Press et al. 2022, section 3)
    wanted = slopes[None, :, None] * ids[:, None, :]
    with moved_positions(find_positions(model), ids - torch.arange(4), None):
        found = place.module.build_alibi_tensor(mask, 2, torch.float32)
    assert close(found, wanted.reshape(4, 1, 4))
    assert (moved(model, torch.tensor([[0, 0, 2, 2, 2, 6]] * 2)) - moved(model, by(0, 0))).any()


def test_alibi_is_flat_under_real_left_padding() -> None:
    model = make("BloomForCausalLM")
    inputs = left_padded({"input_ids": IDS, "attention_mask": MASK}, by(5, 2), 0)
    with torch.no_grad():
        out = model(**inputs).logits[inputs["attention_mask"].bool()]
    assert close(out, counted(moved(model, by(0, 0))))


def test_a_computed_table_grows_as_far_as_an_offset_reaches() -> None:
    model = make("XGLMForCausalLM")
    (place,) = find_positions(model).source
    far = moved(model, by(500, 500))
    assert len(place.table) >= 500 + IDS.shape[1] + 2
    assert close(counted(far), counted(really("XGLMForCausalLM", model, [*range(500, 506)])), 1e-4)


def generate(model: Any, offset: Tensor | None = None, **options: Any) -> list[list[int]]:
    """Generates tokens, none twice (an untrained model only repeats) and no end."""
    ids = IDS[:, :4]
    options = {"num_beams": 1, "do_sample": False, **options}
    ban = {"suppress_tokens": [3], "no_repeat_ngram_size": 1, "pad_token_id": 0}
    with moved_positions(find_positions(model), offset, None):
        out = model.generate(
            input_ids=ids,
            attention_mask=torch.ones_like(ids),
            max_new_tokens=NEW,
            max_length=None,
            **ban,
            **options,
        )
    found: list[list[int]] = out.tolist()
    return found


@torch.inference_mode()
def greedy(model: Any, offset: Tensor | None = None) -> list[list[int]]:
    """The same by a full forward for every token."""
    ids = IDS[:, :4]
    with moved_positions(find_positions(model), offset, None):
        for _ in range(NEW):
            mask = torch.ones_like(ids)
            last = model(input_ids=ids, attention_mask=mask, use_cache=False).logits[:, -1]
            last[:, 3] = -torch.inf
            last.scatter_(1, ids, -torch.inf)
            ids = torch.cat([ids, last.argmax(-1, keepdim=True)], 1)
    found: list[list[int]] = ids.tolist()
    return found


@every_model
def test_an_offset_acts_in_generation_with_and_without_a_cache(name: str) -> None:
    model, offset = make(name), by(7, 20)
    wanted = greedy(model, offset)
    assert generate(model, offset) == wanted == generate(model, offset, use_cache=False)
    if find_positions(model).absolute:
        assert wanted != greedy(model)
    beams = generate(model, offset, num_beams=3)
    assert generate(model, offset, num_beams=3, use_cache=False) == beams


SOME = [*(settings("gelu", d) for d in (1, 2, 4)), settings("mix", 4), settings("conv")]


@pytest.mark.parametrize(("name", "values"), itertools.product(MODELS, SOME), ids=str)
def test_generation_with_a_delay_layer_is_exact_on_every_model(name: str, values: Settings) -> None:
    model = make(name)
    before = greedy(model)
    stir(attach_delay(model, values))
    wanted = greedy(model)
    assert generate(model) == wanted == generate(model, use_cache=False)
    assert wanted != before  # the layer does something


@every_model
def test_a_delay_layer_changes_the_last_states_as_defined(name: str) -> None:
    model = make(name)
    stir(attach_delay(model, settings("gelu", 2)))
    with torch.no_grad():
        found = model(input_ids=IDS, attention_mask=MASK).logits
        wanted = without_layer(model, MASK)(input_ids=IDS, attention_mask=MASK).logits
    assert close(counted(found), counted(wanted), 1e-4)


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("values", EVERY, ids=called)
def test_generation_with_a_delay_layer_is_exact_on_scratch_models(
    make_tiny: Make, encoding: str, values: Settings
) -> None:
    model = make_tiny("language_modeling", encoding, seed=3).model
    stir(attach_delay(model, values))
    wanted = greedy(model)
    assert generate(model) == wanted == generate(model, use_cache=False)
    beams = generate(model, num_beams=3, use_cache=False)
    assert generate(model, num_beams=3) == beams
