"""Positions of every kind of model that can be loaded, against words that really stand there.

The oracle is independent of how a model counts: real tokens stand in front (or in between) and
the attention mask hides them, so that the sentence really stands further on.
"""

from __future__ import annotations

from typing import Any

import pytest
import torch
import transformers as tf
from moving import IDS, MASK, TARGET, Make, close, spread
from torch import Tensor

from shiftdemo.core.types import PositionPlan
from shiftdemo.models.moving import moved_positions
from shiftdemo.models.probing import find_positions

K = 9
TAGGER = {
    "vocab_size": 60,
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 48,
    "max_position_embeddings": 66,
    "pad_token_id": 0,
    "num_labels": 5,
    "attn_implementation": "eager",
}
TRANSLATOR = {
    "vocab_size": 60,
    "d_model": 32,
    "encoder_layers": 2,
    "decoder_layers": 2,
    "encoder_attention_heads": 2,
    "decoder_attention_heads": 2,
    "encoder_ffn_dim": 48,
    "decoder_ffn_dim": 48,
    "max_position_embeddings": 66,
    "pad_token_id": 0,
    "eos_token_id": 1,
    "bos_token_id": 2,
    "decoder_start_token_id": 2,
    "attn_implementation": "eager",
}
T5 = {
    "vocab_size": 60,
    "d_model": 32,
    "d_kv": 16,
    "d_ff": 48,
    "num_layers": 2,
    "num_decoder_layers": 2,
    "num_heads": 2,
    "pad_token_id": 0,
    "eos_token_id": 1,
    "decoder_start_token_id": 2,
}
DISTIL = {"dim": 32, "n_layers": 2, "n_heads": 2, "hidden_dim": 48}
GPT = {"n_embd": 32, "n_layer": 2, "n_head": 2, "n_positions": 66}
TAGGERS = {
    "Bert": "learned",
    "Roberta": "learned",
    "XLMRoberta": "learned",
    "Camembert": "learned",
    "Electra": "learned",
    "Albert": "learned",
    "DistilBert": "learned",
    "DebertaV2": "learned",
    "MPNet": "learned",
    "Esm": "learned",
    "GPT2": "learned",
    "ModernBert": "rotary",
    "Llama": "rotary",
}
TRANSLATORS = {
    "Marian": "sinusoidal",
    "Bart": "learned",
    "MBart": "learned",
    "BlenderbotSmall": "learned",
    "Pegasus": "sinusoidal",
    "M2M100": "sinusoidal",
    "NllbMoe": "sinusoidal",
    "T5": "relative",
    "MT5": "relative",
    "UMT5": "relative",
}
BY_MASK = {"ProphetNet": "learned", "FSMT": "sinusoidal"}  # they count what the mask shows


def make(name: str) -> Any:
    """A small model with weights that make every part matter."""
    torch.manual_seed(0)
    if name in TAGGERS:
        sizes = {**TAGGER, **({"DistilBert": DISTIL, "GPT2": GPT}.get(name, {}))}
        model = getattr(tf, f"{name}ForTokenClassification")(getattr(tf, f"{name}Config")(**sizes))
    else:
        sizes = T5 if "T5" in name else TRANSLATOR
        kind = "MTModel" if name == "Marian" else "ForConditionalGeneration"
        model = getattr(tf, name + kind)(getattr(tf, f"{name}Config")(**sizes))
    sinusoidal = {id(p.table) for p in find_positions(model).places if p.table_name}
    for weight in model.parameters():
        if weight.ndim >= 2 and (
            TRANSLATORS.get(name) != "sinusoidal" or id(weight) not in sinusoidal
        ):
            torch.nn.init.normal_(weight, std=0.3)
    return model.eval()


def really(model: Any, source: list[int], target: list[int] | None) -> tuple[Tensor, Tensor]:
    """Encoder states and logits where the tokens really stand at these positions."""
    ids, mask = spread(IDS, MASK, source)
    with torch.no_grad():
        if target is None:
            out = model(input_ids=ids, attention_mask=mask)
            return out.logits[:, source], out.logits[:, source]
        given, seen = spread(TARGET, torch.ones_like(TARGET), target)
        out = model(
            input_ids=ids,
            attention_mask=mask,
            decoder_input_ids=given,
            decoder_attention_mask=seen,
        )
    return out.encoder_last_hidden_state[:, source], out.logits[:, target]


def moved(model: Any, source: Tensor, target: Tensor | None) -> tuple[Tensor, Tensor]:
    """The same with positions that are moved."""
    more = {} if target is None else {"decoder_input_ids": TARGET}
    with torch.no_grad(), moved_positions(find_positions(model), source, target):
        out = model(input_ids=IDS, attention_mask=MASK, **more)
    states = out.logits if target is None else out.encoder_last_hidden_state
    return states, out.logits


def counted(states: Tensor) -> Tensor:
    return states[MASK.bool()]


@pytest.mark.parametrize("name", [*TAGGERS, *TRANSLATORS])
def test_an_offset_equals_really_standing_there(name: str) -> None:
    model = make(name)
    positions = find_positions(model)
    encoding = {**TAGGERS, **TRANSLATORS}[name]
    assert positions.encoding == encoding
    n, m = IDS.shape[1], TARGET.shape[1]
    pair = name in TRANSLATORS
    plain = moved(
        model, torch.zeros(2, dtype=torch.long), torch.zeros(2, dtype=torch.long) if pair else None
    )
    by = torch.tensor([K, K])
    found = moved(model, by, by if pair else None)
    wanted = really(model, list(range(K, K + n)), list(range(K, K + m)) if pair else None)
    assert close(counted(found[0]), counted(wanted[0]), 1e-4)
    rows = MASK.bool() if not pair else torch.ones_like(TARGET).bool()
    assert close(found[1][rows], wanted[1][rows], 1e-4)
    change = (found[1][rows] - plain[1][rows]).abs().max()
    largest = plain[1][rows].abs().max().clamp(min=1)
    assert change > 1e-3 if positions.absolute else change < 1e-5 * largest


# MPNet has relative positions beside its table; gaps between its tokens reach the table alone.
@pytest.mark.parametrize("name", [name for name in (*TAGGERS, *TRANSLATORS) if name != "MPNet"])
def test_gaps_between_tokens_equal_hidden_words_in_between(name: str) -> None:
    model = make(name)
    pair = name in TRANSLATORS
    source, target = [0, 1, 4, 5, 6, 11], [0, 2, 3, 9, 10]
    by = torch.tensor([[p - i for i, p in enumerate(source)]] * 2)
    target_by = torch.tensor([[p - i for i, p in enumerate(target)]] * 2)
    found = moved(model, by, target_by if pair else None)
    wanted = really(model, source, target if pair else None)
    rows = MASK.bool() if not pair else torch.ones_like(TARGET).bool()
    assert close(counted(found[0]), counted(wanted[0]), 1e-4)
    assert close(found[1][rows], wanted[1][rows], 1e-4)
    zero = torch.zeros(2, dtype=torch.long)
    plain = moved(model, zero, zero if pair else None)
    assert (found[1][rows] - plain[1][rows]).abs().max() > 1e-3  # rotary and relative see gaps


@pytest.mark.parametrize("task", ["ner", "translation"])
@pytest.mark.parametrize("encoding", ["learned", "sinusoidal", "rotary", "relative"])
def test_scratch_models_see_gaps_as_hidden_words_in_between(
    make_tiny: Make, task: str, encoding: str
) -> None:
    model = make_tiny(task, encoding, layers=2, decoder_layers=2).model
    pair = task == "translation"
    source, target = [0, 3, 4, 5, 9, 10], [0, 1, 5, 6, 8]
    by = torch.tensor([[p - i for i, p in enumerate(source)]] * 2)
    target_by = torch.tensor([[p - i for i, p in enumerate(target)]] * 2)
    found = moved(model, by, target_by if pair else None)
    wanted = really(model, source, target if pair else None)
    rows = MASK.bool() if not pair else torch.ones_like(TARGET).bool()
    assert close(counted(found[0]), counted(wanted[0]), 1e-4)
    assert close(found[1][rows], wanted[1][rows], 1e-4)


@pytest.mark.parametrize("name", BY_MASK)
def test_an_offset_equals_a_table_whose_rows_moved(name: str) -> None:
    sizes = {k: v for k, v in TRANSLATOR.items() if k != "attn_implementation"}
    if name == "FSMT":
        sizes |= {"src_vocab_size": 60, "tgt_vocab_size": 60, "langs": ["en", "fr"]}
    else:
        sizes = {k: v for k, v in sizes.items() if "layers" not in k and "heads" not in k}
        sizes |= {"num_encoder_layers": 1, "num_decoder_layers": 1, "hidden_size": 32}
        sizes |= {"num_encoder_attention_heads": 2, "num_decoder_attention_heads": 2}
    torch.manual_seed(0)
    model = getattr(tf, f"{name}ForConditionalGeneration")(getattr(tf, f"{name}Config")(**sizes))
    positions = find_positions(model.eval())
    assert positions.encoding == BY_MASK[name]
    assert len(positions.source) == len(positions.target) == 1
    plain, by = moved(model, torch.zeros(2), torch.zeros(2)), torch.tensor([K, K])
    found = moved(model, by, by)
    with torch.no_grad():
        for place in positions.places:
            rows = place.table[place.first :].clone()
            place.table[place.first : -K] = rows[K:]
        inputs = {"input_ids": IDS, "attention_mask": MASK, "decoder_input_ids": TARGET}
        wanted = model(**inputs).logits
    assert close(found[1], wanted) and not close(plain[1], wanted, 1e-3)


def test_offsets_of_tokens_must_be_as_many_as_tokens() -> None:
    model = make("Bert")
    with pytest.raises(ValueError, match="offsets of 3 tokens do not fit rows of 6"):
        moved(model, torch.ones((2, 3), dtype=torch.long), None)


def test_plans_of_every_kind_reach_the_model_as_their_ids_say() -> None:
    model = make("Bert")
    for plan in (
        PositionPlan(offset=7),
        PositionPlan(span=40, seed=3),
        PositionPlan(skips=((0.2, 5), (0.7, 9))),
        PositionPlan(offset=2, span=30, seed=1, skips=((0.5, 4),)),
    ):
        ids = torch.tensor([plan.ids(6)] * 2)
        with torch.no_grad():
            wanted = model(input_ids=IDS, attention_mask=MASK, position_ids=ids).logits
        found, _ = moved(model, ids - torch.arange(6), None)
        assert close(counted(found), counted(wanted))
