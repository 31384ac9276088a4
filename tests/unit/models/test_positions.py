"""Offsets reach the model: checked against left padding, an independent oracle."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
import torch
import transformers as tf
from moving import (
    ABSOLUTE,
    IDS,
    MASK,
    TARGET,
    TRANSLATORS,
    Make,
    by,
    close,
    counted,
    forward,
    padded,
)
from torch import Tensor

from shiftdemo.core.errors import ConfigError
from shiftdemo.models.moving import moved_positions
from shiftdemo.models.positions import Positions
from shiftdemo.models.probing import find_positions


@pytest.mark.parametrize(("task", "encoding"), ABSOLUTE)
def test_absolute_positions_see_the_offset_in_logits(
    make_tiny: Make, task: str, encoding: str
) -> None:
    loaded = make_tiny(task, encoding)
    assert loaded.positions.encoding == encoding and loaded.positions.absolute
    assert loaded.positions.table_size == 64
    with torch.no_grad():
        plain = forward(loaded.model, {})
        for k in (1, 7, 40):
            with moved_positions(loaded.positions, by(k, k), None):
                moved = forward(loaded.model, {})
            assert (moved - plain).abs().max() > 1e-4
        if task == "translation":
            with moved_positions(loaded.positions, None, by(3, 3)):
                assert (forward(loaded.model, {}) - plain).abs().max() > 1e-4
        assert torch.equal(forward(loaded.model, {}), plain)


@pytest.mark.parametrize("k", [1, 5, 40])
@pytest.mark.parametrize("encoding", ["learned", "sinusoidal"])
def test_offset_of_a_tagger_equals_left_padding(make_tiny: Make, encoding: str, k: int) -> None:
    loaded = make_tiny("ner", encoding)
    with torch.no_grad():
        wanted = forward(loaded.model, padded(k))[:, k:]
        with moved_positions(loaded.positions, by(k, k), None):
            found = forward(loaded.model, {})
    assert close(counted(found), counted(wanted))


@pytest.mark.parametrize("k", [1, 5, 40])
@pytest.mark.parametrize(("task", "encoding"), TRANSLATORS)
def test_offset_of_an_encoder_equals_left_padding(
    make_tiny: Make, task: str, encoding: str, k: int
) -> None:
    loaded = make_tiny(task, encoding)
    encoder = loaded.model.get_encoder()
    with torch.no_grad():
        states = encoder(**padded(k)).last_hidden_state[:, k:]
        wanted = forward(loaded.model, padded(k))
        with moved_positions(loaded.positions, by(k, k), None):
            found_states = encoder(input_ids=IDS, attention_mask=MASK).last_hidden_state
            found = forward(loaded.model, {})
    assert close(counted(found_states), counted(states)) and close(found, wanted)


@pytest.mark.parametrize(("task", "encoding"), TRANSLATORS)
def test_offset_of_a_decoder_equals_left_padding(make_tiny: Make, task: str, encoding: str) -> None:
    loaded, k = make_tiny(task, encoding), 4
    front = torch.zeros((2, k), dtype=torch.long)
    moved_target = {
        "decoder_input_ids": torch.cat([front, TARGET], 1),
        "decoder_attention_mask": torch.cat([front, torch.ones_like(TARGET)], 1),
    }
    with torch.no_grad():
        wanted = forward(loaded.model, moved_target)[:, k:]
        with moved_positions(loaded.positions, None, by(k, k)):
            found = forward(loaded.model, {})
    assert close(found, wanted)


@pytest.mark.parametrize(("task", "encoding"), ABSOLUTE)
def test_offset_acts_in_training_on_loss_and_gradient(
    make_tiny: Make, task: str, encoding: str
) -> None:
    k = 6
    labels = torch.tensor([[9, 8, 7, 1, -100], [15, 1, -100, -100, -100]])
    if task == "ner":
        labels = torch.tensor([[0, 1, 2, 0, 3, -100], [0, 1, 2, -100, -100, -100]])
    losses, gradients = [], []
    for oracle in (True, False):
        loaded = make_tiny(task, encoding)
        loaded.model.train()
        inputs = padded(k) if oracle else {"input_ids": IDS, "attention_mask": MASK}
        wanted = labels
        if oracle and task == "ner":
            wanted = torch.cat([torch.full((2, k), -100), labels], 1)
        offset = None if oracle else by(k, k)
        with moved_positions(loaded.positions, offset, None):
            loss = loaded.model(**inputs, labels=wanted).loss
        loss.backward()
        losses.append(loss.detach())
        name = "bert.embeddings.position" if (task, encoding) == ("ner", "learned") else "fc"
        name = "encoder.embed_positions" if (task, encoding) == TRANSLATORS[0] else name
        name = "lin1" if (task, encoding) == ("ner", "sinusoidal") else name
        gradients.append(
            torch.cat([p.grad.flatten() for n, p in loaded.model.named_parameters() if name in n])
        )
    assert close(losses[0], losses[1]) and close(gradients[0], gradients[1])
    assert gradients[1].abs().max() > 0


@pytest.mark.parametrize(("task", "encoding"), ABSOLUTE)
def test_rows_of_different_offsets_equal_each_row_alone(
    make_tiny: Make, task: str, encoding: str
) -> None:
    loaded = make_tiny(task, encoding)
    target = None if task == "ner" else by(11, 0)
    with torch.no_grad(), moved_positions(loaded.positions, by(3, 50), target):
        together = forward(loaded.model, {})
    for row, k in enumerate((3, 50)):
        n = int(MASK[row].sum())
        alone = {"input_ids": IDS[row : row + 1, :n], "attention_mask": MASK[row : row + 1, :n]}
        if task == "translation":
            alone["decoder_input_ids"] = TARGET[row : row + 1]
        one = None if target is None else target[row : row + 1]
        with torch.no_grad(), moved_positions(loaded.positions, by(k), one):
            found = forward(loaded.model, alone)
        width = n if task == "ner" else TARGET.shape[1]
        assert close(together[row, :width], found[0])


@pytest.mark.parametrize(("task", "encoding"), ABSOLUTE)
def test_padding_behind_a_short_row_may_run_over_the_table(
    make_tiny: Make, task: str, encoding: str
) -> None:
    loaded = make_tiny(task, encoding)
    n = int(MASK[1].sum())
    loaded.positions.check(64 - n, n)
    with torch.no_grad(), moved_positions(loaded.positions, by(0, 64 - n), None):
        found = forward(loaded.model, {})
        alone = {"input_ids": IDS[1:, :n], "attention_mask": MASK[1:, :n]}
        if task == "translation":
            alone["decoder_input_ids"] = TARGET[1:]
    with torch.no_grad(), moved_positions(loaded.positions, by(64 - n), None):
        wanted = forward(loaded.model, alone)
    width = n if task == "ner" else TARGET.shape[1]
    assert close(found[1, :width], wanted[0])


def test_roberta_starts_behind_its_padding_row() -> None:
    config = tf.RobertaConfig(
        vocab_size=50,
        hidden_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=66,
        pad_token_id=1,
    )
    model = tf.RobertaForTokenClassification(config).eval()
    positions = find_positions(model)
    assert positions == Positions("learned", 64, positions.source, ()) and positions.source
    ids = torch.tensor([[7, 8, 9, 2], [12, 2, 1, 1]])
    mask = (ids != 1).long()
    k = 60
    explicit = (torch.arange(4) + 2 + k).expand(2, -1) * mask + 1 - mask  # padding stays at 1
    with torch.no_grad():
        wanted = model(ids, attention_mask=mask, position_ids=explicit).logits
        with moved_positions(positions, by(k, k), None):
            found = model(ids, attention_mask=mask).logits
        plain = model(ids, attention_mask=mask).logits
    assert close(found[mask.bool()], wanted[mask.bool()])
    assert (found - plain).abs().max() > 1e-4


@pytest.mark.parametrize(("task", "encoding"), [*ABSOLUTE, ("ner", "rotary")])
def test_nothing_is_left_behind_after_the_context(
    make_tiny: Make, task: str, encoding: str
) -> None:
    loaded = make_tiny(task, encoding)
    with torch.no_grad():
        plain = forward(loaded.model, {})
    with pytest.raises(KeyError), moved_positions(loaded.positions, by(1, 1), by(1, 1)):
        raise KeyError("broken")
    with torch.no_grad():
        assert torch.equal(forward(loaded.model, {}), plain)
    assert not any(m._forward_pre_hooks or m._forward_hooks for m in loaded.model.modules())


def test_contexts_nest(make_tiny: Make) -> None:
    loaded = make_tiny("ner", "learned")
    with torch.no_grad():
        with moved_positions(loaded.positions, by(9, 9), None):
            nine = forward(loaded.model, {})
        with moved_positions(loaded.positions, by(4, 4), None):
            with moved_positions(loaded.positions, by(5, 5), None):
                assert torch.equal(forward(loaded.model, {}), nine)
            with moved_positions(loaded.positions, by(5, 5), None):
                pass
            four = forward(loaded.model, {})
        with moved_positions(loaded.positions, by(4, 4), None):
            assert torch.equal(forward(loaded.model, {}), four)


def test_two_threads_move_the_same_model_apart(make_tiny: Make) -> None:
    loaded = make_tiny("ner", "learned")

    def at(k: int) -> Tensor:
        with torch.no_grad(), moved_positions(loaded.positions, by(k, k), None):
            return forward(loaded.model, {})

    wanted = [at(k) for k in range(1, 9)]
    with ThreadPoolExecutor(4) as pool:
        for _ in range(10):
            for one, other in zip(pool.map(at, range(1, 9)), wanted, strict=True):
                assert torch.equal(one, other)


def test_check_names_the_greatest_offset(make_tiny: Make) -> None:
    positions = make_tiny("ner", "learned").positions
    positions.check(54, 10)
    with pytest.raises(ConfigError, match=r"Offset 55 .*10 tokens.*64 positions; use at most 54"):
        positions.check(55, 10)
    with pytest.raises(ConfigError, match="at most 0"):
        positions.check(0, 65)
    make_tiny("ner", "rotary").positions.check(10**6, 10)


def test_offsets_that_fit_no_rows_are_a_fault(make_tiny: Make) -> None:
    loaded = make_tiny("translation", "learned")
    with (
        pytest.raises(ValueError, match="3 offsets do not fit 2 rows"),
        moved_positions(loaded.positions, by(1, 2, 3), None),
    ):
        forward(loaded.model, {})
