"""Positions are found and moved by what a model does, whatever its parts are called."""

from __future__ import annotations

import importlib.util
import inspect
import re
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
import transformers as tf
from moving import IDS, MASK, TARGET, Make, by, close, counted, forward, padded
from torch import Tensor, nn
from torch.nn import functional as F

from shiftdemo.core.errors import NoEffectError
from shiftdemo.models import moving
from shiftdemo.models.moving import KNOWN_NAMES, KnownName, moved_positions
from shiftdemo.models.positions import Positions
from shiftdemo.models.probing import find_positions

K = 9
SIZES: dict[str, Any] = {
    "vocab_size": 60,
    "d_model": 32,
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 48,
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
}
RENAMED = {
    r"\w*Sinusoidal\w*Embedding|\w*LearnedPositional\w*": "Whereabouts",
    r"cache_length|past_key_values_length": "so_far",
    r"embed_positions|position_embeddings": "whereabouts",
    r"position_ids": "whereto",
    r"create_whereto_from_\w+": "counted_ids",
}
CLASSES = {
    "marian.MarianMTModel": "sinusoidal",
    "bart.BartForConditionalGeneration": "learned",
    "bert.BertForTokenClassification": "learned",
}


def renamed(path: str, folder: Path) -> Any:
    """A class from a copy of its module, in which everything about positions has another name."""
    package, name = path.split(".")
    origin = inspect.getmodule(getattr(tf, name))
    assert origin is not None
    source = inspect.getsource(origin)
    for pattern, word in RENAMED.items():
        source = re.sub(rf"\b({pattern})\b", word, source)
    file = folder / f"renamed_{package}.py"
    file.write_text(source, encoding="utf-8")
    spec = importlib.util.spec_from_file_location(f"{origin.__package__}.{file.stem}", file)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[module.__name__] = module  # transformers looks classes up there
    spec.loader.exec_module(module)
    return getattr(module, name)


def stirred(model: Any) -> Any:
    """The model with weights that make every part matter; tables of sines stay what they are."""
    torch.manual_seed(0)
    for weight in model.parameters():
        if weight.ndim >= 2 and weight.requires_grad:
            nn.init.normal_(weight, std=0.3)
    return model.eval()


@pytest.mark.parametrize("path", CLASSES)
def test_positions_are_found_where_every_name_of_them_has_changed(
    path: str, tmp_path: Path
) -> None:
    cls = renamed(path, tmp_path)
    config = cls.config_class(**SIZES)
    config._attn_implementation = "eager"
    model = stirred(cls(config)).double()  # padding adds its zeros in another order
    named = [name for name, _ in model.named_modules()]
    assert any("whereabouts" in name for name in named)
    assert not any("position" in name for name in named)
    positions = find_positions(model)
    assert positions.encoding == CLASSES[path] and positions.table_size in (64, 66)
    front = torch.zeros((2, K), dtype=torch.long)
    wanted, plain = forward_states(model, padded(K), front), forward_states(model, {})
    pair = model.config.is_encoder_decoder
    with moved_positions(positions, by(K, K), by(K, K) if pair else None):
        found = forward_states(model, {})
    for one, other, still in zip(found, wanted, plain, strict=True):
        assert close(one, other, 1e-6) and (one - still).abs().max() > 1e-3


@torch.no_grad()
def forward_states(
    model: Any, inputs: dict[str, Tensor], front: Tensor | None = None
) -> list[Tensor]:
    """Encoder states and logits of what is no padding."""
    more: dict[str, Tensor] = {}
    by = 0 if front is None else front.shape[1]
    if model.config.is_encoder_decoder:
        more = {"decoder_input_ids": TARGET}
        if front is not None:
            more = {
                "decoder_input_ids": torch.cat([front, TARGET], 1),
                "decoder_attention_mask": torch.cat([front, torch.ones_like(TARGET)], 1),
            }
    out = model(**{"input_ids": IDS, "attention_mask": MASK, **more, **inputs})
    if not model.config.is_encoder_decoder:
        return [counted(out.logits[:, by:])]
    return [counted(out.encoder_last_hidden_state[:, by:]), out.logits[:, by:]]


@pytest.mark.parametrize("known", KNOWN_NAMES, ids=lambda known: known.method)
def test_a_name_that_has_to_be_known_is_still_there(known: KnownName) -> None:
    for name in known.of:
        module = inspect.getmodule(getattr(tf, name))
        owners = [
            cls
            for _, cls in inspect.getmembers(module, inspect.isclass)
            if hasattr(cls, known.method)
        ]
        assert owners, f"transformers {tf.__version__}: {name} has no {known.method} any more"


def test_the_probe_leaves_a_model_as_it_was(make_tiny: Make) -> None:
    model = make_tiny("translation", "learned").model.train()
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    state = torch.get_rng_state()
    assert find_positions(model).encoding == "learned"
    assert model.training and all(module.training for module in model.modules())
    assert all(torch.equal(tensor, before[n]) for n, tensor in model.state_dict().items())
    assert torch.equal(torch.get_rng_state(), state)
    assert not any(m._forward_hooks or m._forward_pre_hooks for m in model.modules())
    assert all(p.grad is None for p in model.parameters())


class Sliced(nn.Module):
    """A tagger that takes its positions as a slice of a table: no lookup tells of it."""

    def __init__(self) -> None:
        super().__init__()
        self.config = tf.BertConfig(vocab_size=60, pad_token_id=0)
        self.words, self.table = nn.Embedding(60, 8), nn.Parameter(torch.randn(64, 8))
        self.head = nn.Linear(8, 5)

    def get_input_embeddings(self) -> nn.Module:
        return self.words

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> tuple[Tensor]:
        states = self.words(input_ids) + self.table[: input_ids.shape[1]]
        return (self.head(torch.tanh(states)),)


def test_positions_that_no_lookup_tells_of_are_unknown_and_never_moved_in_silence() -> None:
    model = Sliced()
    positions = find_positions(model)
    assert positions == Positions("unknown", None, (), ())
    refused = pytest.raises(NoEffectError, match="do not reach this model")
    with refused, moved_positions(positions, by(1, 1), None):
        pass
    with moved_positions(positions, by(0, 0), None):  # nothing is asked for
        pass
    allowed = Positions("unknown", None, (), (), control=True)
    with torch.no_grad(), moved_positions(allowed, by(1, 1), None):
        assert torch.equal(model(IDS, MASK)[0], model(IDS, MASK)[0])


class Distances(Sliced):
    """A tagger that goes by distances alone, in a way that nobody knows."""

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> tuple[Tensor]:
        places = torch.arange(input_ids.shape[1])
        near = torch.exp(-(places[:, None] - places[None, :]).abs().float())
        weights = near * attention_mask[:, None, :]
        states = weights / weights.sum(-1, keepdim=True) @ self.words(input_ids)
        return (self.head(states),)


def test_a_model_that_goes_by_distances_is_relative_and_gaps_are_refused() -> None:
    positions = find_positions(Distances())
    assert positions.encoding == "relative" and not positions.places
    with moved_positions(positions, by(3, 3), None):  # whole rows: nothing to feel
        pass
    gaps = torch.tensor([[0, 1, 1], [0, 0, 2]])
    with pytest.raises(NoEffectError), moved_positions(positions, gaps, None):
        pass


class KeptTurns(Sliced):
    """A tagger whose rotary cosines and sines lie in a table."""

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> tuple[Tensor]:
        places = torch.arange(input_ids.shape[1]).expand(input_ids.shape)
        angles = torch.outer(torch.arange(64.0), torch.tensor([1.0, 0.1, 0.01, 0.001]))
        self.table.data = torch.cat([angles.cos(), angles.sin()], 1)
        cos, sin = F.embedding(places, self.table).chunk(2, -1)  # (batch, len, 4)
        first, second = self.words(input_ids).chunk(2, -1)
        turned = torch.cat([first * cos - second * sin, first * sin + second * cos], -1)
        scores = turned @ turned.transpose(1, 2) + (attention_mask[:, None] - 1) * 1e9
        return (self.head(scores.softmax(-1) @ self.words(input_ids)),)


def test_turns_that_lie_in_a_table_are_rotary() -> None:
    model = KeptTurns().eval()
    positions = find_positions(model)
    assert positions.encoding == "rotary" and len(positions.source) == 1
    gaps = torch.tensor([[0, 1, 1, 5, 5, 9]] * 2)
    with torch.no_grad():
        plain = model(IDS, MASK)[0]
        with moved_positions(positions, by(5, 9), None):
            assert close(model(IDS, MASK)[0], plain, 1e-4)
        with moved_positions(positions, gaps, None):
            assert (model(IDS, MASK)[0] - plain).abs().max() > 1e-3


def test_without_lookups_the_bundled_architectures_are_unknown(
    make_tiny: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moving, "READS", {})
    for task, encoding in (("ner", "learned"), ("translation", "sinusoidal")):
        loaded = make_tiny(task, encoding)
        assert loaded.positions.encoding == "unknown"
        with pytest.raises(NoEffectError), moved_positions(loaded.positions, by(1, 1), None):
            forward(loaded.model, {})


def test_a_model_with_several_end_tokens_is_known() -> None:
    sizes = {**SIZES, "num_key_value_heads": 2, "eos_token_id": [1, 3]}
    model = tf.LlamaForCausalLM(tf.LlamaConfig(**sizes)).eval()
    assert find_positions(model).encoding == "rotary"
