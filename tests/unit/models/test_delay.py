"""The delay layer: its definition, where it acts, and that it starts as the identity."""

from __future__ import annotations

import copy
import dataclasses
from typing import Any

import pytest
import torch
from delayed import ALL, EVERY, KINDS, Make, by_hand, called, settings, stir, stirred, without_layer
from moving import IDS, MASK, TARGET, close, forward, padded
from typed import attend_typed as attend

from shiftdemo.core.errors import ModelError
from shiftdemo.core.samples import TranslationSample
from shiftdemo.models.delay import DelayLayer, attach_delay, find_delay
from shiftdemo.shifts import apply_shifts
from shiftdemo.tasks.heads import Task, make_task

every_model = pytest.mark.parametrize(("task", "encoding"), ALL)
every_kind = pytest.mark.parametrize("values", KINDS, ids=called)
TARGET_MASK = torch.ones_like(TARGET)  # T5Gemma would take the start token for padding


def out(model: Any) -> torch.Tensor:
    more = {"decoder_attention_mask": TARGET_MASK} if model.can_generate() else {}
    found: torch.Tensor = forward(model, more)
    return found


@pytest.mark.parametrize("values", EVERY, ids=called)
@pytest.mark.parametrize("length", [1, 2, 7])
def test_the_layer_is_its_definition(values: dict[str, Any], length: int) -> None:
    layer = stir(DelayLayer(6, **values))
    hidden = torch.randn(3, length, 6, generator=torch.Generator().manual_seed(1))
    wanted = by_hand(layer, hidden)
    assert torch.allclose(layer(hidden), wanted, atol=1e-6)
    after = layer(hidden[:, 1:], hidden)  # the first token came in an earlier call
    assert torch.allclose(after, wanted[:, 1:], atol=1e-6)


def test_the_layer_by_the_numbers() -> None:
    hidden = torch.tensor([[[1.0], [2.0], [4.0]]])
    mix, conv = DelayLayer(1, "mix", 2), DelayLayer(1, "conv", width=2)
    with torch.no_grad():
        mix.weight.fill_(0.75)
        conv.weight.copy_(torch.tensor([[0.5], [-1.0]]))
    assert mix(hidden).flatten().tolist() == [0.75, 1.5, 3.25]
    assert conv(hidden).flatten().tolist() == [1.5, 2.0, 4.0]


@every_model
@every_kind
def test_a_fresh_layer_changes_nothing_and_learns(
    make_tiny: Make, task: str, encoding: str, values: dict[str, Any]
) -> None:
    loaded = make_tiny(task, encoding)
    before, n_params = out(loaded.model), loaded.n_params
    state = torch.get_rng_state()
    layer = attach_delay(loaded.model, values)
    assert torch.equal(torch.get_rng_state(), state)
    after = out(loaded.model)
    assert torch.equal(after, before)
    assert loaded.n_params == n_params + sum(p.numel() for p in layer.parameters())
    after.float().logsumexp(-1).sum().backward()
    names = [n for n, p in loaded.model.named_parameters() if "shiftdemo_delay" in n]
    assert len(names) == len(list(layer.parameters())) and all(
        p.grad.any() for p in layer.parameters()
    )


@every_model
@every_kind
def test_the_layer_acts_once_between_stack_and_head(
    make_tiny: Make, task: str, encoding: str, values: dict[str, Any]
) -> None:
    loaded = make_tiny(task, encoding)
    before = out(loaded.model)
    model = stirred(loaded, values)
    counts = TARGET_MASK if model.can_generate() else MASK
    found = out(model)
    assert close(found, out(without_layer(model, counts)))
    assert (found - before).abs().max() > 1e-2
    again = model(input_ids=IDS, attention_mask=MASK, return_dict=False) if task == "ner" else None
    assert again is None or torch.equal(again[0], found)


@pytest.mark.parametrize("encoding", ["learned", "sinusoidal", "relative", "rotary"])
def test_the_loss_of_translation_sees_the_layer(
    make_tiny: Make, pairs: list[TranslationSample], encoding: str
) -> None:
    loaded = make_tiny("translation", encoding)
    task = make_task("translation")
    batch = task.collate(loaded, [apply_shifts([], pair, 0) for pair in pairs[:6]])
    before = task.loss(loaded, batch)
    model = stirred(loaded, settings("gelu", 2))
    found = task.loss(loaded, batch)
    assert torch.allclose(found, Task.losses(task, loaded, batch).objective, atol=1e-5)
    counts = batch.inputs["decoder_attention_mask"]
    plain = dataclasses.replace(loaded, model=without_layer(model, counts))
    assert torch.allclose(found, task.loss(plain, batch), atol=1e-5)
    assert abs(found.item() - before.item()) > 1e-3


@pytest.mark.parametrize("encoding", ["learned", "sinusoidal", "relative", "rotary"])
@pytest.mark.parametrize("values", EVERY, ids=called)
def test_no_output_depends_on_later_tokens(
    make_tiny: Make, encoding: str, values: dict[str, Any]
) -> None:
    model = stirred(make_tiny("translation", encoding), values)
    with torch.no_grad():
        before = out(model)
        for t in range(1, TARGET.shape[1]):
            changed = TARGET.clone()
            changed[:, t:] = 20
            more = {"decoder_input_ids": changed, "decoder_attention_mask": TARGET_MASK}
            after = forward(model, more)
            assert torch.equal(after[:, :t], before[:, :t])
            assert not torch.equal(after[:, t], before[:, t])


@every_kind
def test_padding_in_front_counts_as_nothing(make_tiny: Make, values: dict[str, Any]) -> None:
    tagger = stirred(make_tiny("ner", "relative"), values)
    assert close(forward(tagger, padded(3))[:, 3:][MASK.bool()], forward(tagger, {})[MASK.bool()])
    model = stirred(make_tiny("translation", "relative"), values)
    front = padded(2, TARGET, TARGET_MASK)
    more = {f"decoder_{name}": tensor for name, tensor in front.items()}
    assert close(forward(model, more)[:, 2:], out(model))


@every_model
def test_a_copy_has_a_layer_of_its_own(make_tiny: Make, task: str, encoding: str) -> None:
    model = stirred(make_tiny(task, encoding), settings("gelu"))
    before = out(model)
    copied = copy.deepcopy(model)
    assert torch.equal(out(copied), before)
    layer = find_delay(copied)
    assert layer is not None and layer is not find_delay(model)
    stir(layer, seed=1)
    assert torch.equal(out(model), before) and not torch.equal(out(copied), before)
    assert not torch.equal(out(copied), out(stirred(make_tiny(task, encoding), settings("gelu"))))


@every_model
def test_attention_is_what_it_was(make_tiny: Make, task: str, encoding: str) -> None:
    loaded = make_tiny(task, encoding)
    text, target = "Ada sees Rome .", "Ada voit Rome ." if task == "translation" else ""
    before = attend(loaded, make_task(task), text, target)
    stirred(loaded, settings("gelu", 2))
    after = attend(loaded, make_task(task), text, target)
    for old, new in zip(before, after, strict=True):
        assert (old.weights == new.weights).all() and old.query_tokens == new.query_tokens


@every_kind
def test_mixed_precision_keeps_the_type_of_the_states(values: dict[str, Any]) -> None:
    layer = stir(DelayLayer(8, **values))
    hidden = torch.randn(2, 5, 8, generator=torch.Generator().manual_seed(0))
    with torch.autocast("cpu", dtype=torch.bfloat16):
        for dtype in (torch.float32, torch.bfloat16):
            new = layer(hidden.to(dtype))
            assert new.dtype == dtype
            assert torch.allclose(new.float(), layer(hidden), atol=0.2)


@every_model
def test_the_layer_lies_where_the_model_lies(make_tiny: Make, task: str, encoding: str) -> None:
    before, after = make_tiny(task, encoding).model, make_tiny(task, encoding).model
    attach_delay(before, settings("gelu"))
    before.to("meta")
    attach_delay(after.to("meta"), settings("gelu"))
    for model in (before, after):
        layer = find_delay(model)
        assert layer is not None and layer.weight.is_meta and layer.bias.is_meta


def test_a_model_has_one_layer(make_tiny: Make) -> None:
    model = make_tiny("translation", "sinusoidal").model
    layer = stir(attach_delay(model, settings("gelu", 2)))
    before = out(model)
    assert attach_delay(model, settings("gelu", 2)) is layer
    assert torch.equal(out(model), before)
    with pytest.raises(ModelError, match="has a delay layer already"):
        attach_delay(model, settings("gelu", 3))


@pytest.mark.parametrize(
    ("values", "match"),
    [
        (settings("fourier"), "kind='fourier' is no kind of a delay layer.*gelu, mix, conv"),
        (settings("gelu", 0), "delay=0"),
        (settings("gelu", 17), "delay=17"),
        (settings("gelu", True), "delay=True"),
        (settings("conv", width=1), "width=1"),
        (settings("conv", width=10**9), "width=1000000000"),
        ({"kind": "gelu"}, "delay=None"),
        (7, "kind=None"),
    ],
)
def test_wrong_settings_are_named(make_tiny: Make, values: Any, match: str) -> None:
    model = make_tiny("ner", "learned").model
    with pytest.raises(ModelError, match=match):
        attach_delay(model, values)
    assert find_delay(model) is None
