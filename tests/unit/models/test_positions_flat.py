"""Offsets in generation, and encodings that no constant offset can move."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from moving import IDS, MASK, TRANSLATORS, Make, by, close, counted, forward, padded
from torch import Tensor

from shiftdemo.models.moving import left_padded, moved_positions


def generated(model: Any, inputs: dict[str, Tensor], **options: Any) -> tuple[Tensor, Tensor]:
    """Ids, and the logits of every step, of a decoding of eight tokens."""
    options = {"max_new_tokens": 8, "min_new_tokens": 8, "num_beams": 1, **options}
    out = model.generate(
        **inputs, do_sample=False, output_scores=True, return_dict_in_generate=True, **options
    )
    return out.sequences, torch.stack(out.scores)


@pytest.mark.parametrize("options", [{}, {"use_cache": False}, {"num_beams": 3}], ids=str)
@pytest.mark.parametrize(("task", "encoding"), TRANSLATORS)
def test_offset_in_generate_equals_left_padding(
    make_tiny: Make, task: str, encoding: str, options: dict[str, Any]
) -> None:
    loaded, k = make_tiny(task, encoding), 9
    wanted_ids, wanted = generated(loaded.model, padded(k), **options)
    inputs = {"input_ids": IDS, "attention_mask": MASK}
    with moved_positions(loaded.positions, by(k, k), None):
        found_ids, found = generated(loaded.model, inputs, **options)
    _, plain = generated(loaded.model, inputs, **options)
    finite = torch.isfinite(wanted)
    assert torch.equal(found_ids, wanted_ids) and close(found[finite], wanted[finite])
    assert not close(found[finite], plain[finite], 1e-4)


@pytest.mark.parametrize("n_beams", [1, 3])
@pytest.mark.parametrize(("task", "encoding"), TRANSLATORS)
def test_decoder_offset_in_generate_is_the_same_with_and_without_a_cache(
    make_tiny: Make, task: str, encoding: str, n_beams: int
) -> None:
    loaded = make_tiny(task, encoding)
    inputs = {"input_ids": IDS, "attention_mask": MASK}
    with moved_positions(loaded.positions, by(2, 5), by(7, 3)):
        cached = generated(loaded.model, inputs, num_beams=n_beams)
        uncached = generated(loaded.model, inputs, num_beams=n_beams, use_cache=False)
        states = forward(loaded.model, {"decoder_input_ids": cached[0][:, :-1]})
    plain = generated(loaded.model, inputs, num_beams=n_beams)
    finite = torch.isfinite(cached[1])
    assert torch.equal(cached[0], uncached[0]) and close(cached[1][finite], uncached[1][finite])
    assert not close(cached[1][finite], plain[1][finite], 1e-4)
    if n_beams == 1:  # by hand: one forward over what was generated
        by_hand = states.transpose(0, 1)
        finite = torch.isfinite(cached[1])
        assert close(by_hand[finite], cached[1][finite])


@pytest.mark.parametrize("task", ["ner", "translation"])
def test_rotary_positions_move_and_the_logits_stay(make_tiny: Make, task: str) -> None:
    loaded = make_tiny(task, "rotary", layers=2, decoder_layers=2)
    assert loaded.positions.encoding == "rotary" and not loaded.positions.absolute
    assert loaded.positions.table_size is None
    seen: list[Tensor] = []
    for place in loaded.positions.places:
        place.module.register_forward_hook(lambda _m, _in, out: seen.append(out[0]))
    with torch.no_grad():
        plain = forward(loaded.model, {})
        n = len(seen)
        with moved_positions(loaded.positions, by(5, 33), by(8, 2)):
            moved = forward(loaded.model, {})
    found = counted(moved) - counted(plain) if task == "ner" else moved - plain
    assert found.abs().max() < 1e-5 * plain.abs().max().clamp(min=1)
    assert all((a - b).abs().max() > 0.1 for a, b in zip(seen[:n], seen[n:], strict=True))


def test_rotary_generation_stays_under_an_offset(make_tiny: Make) -> None:
    loaded = make_tiny("translation", "rotary")
    inputs = {"input_ids": IDS, "attention_mask": MASK}
    plain_ids, plain = generated(loaded.model, inputs)
    with moved_positions(loaded.positions, by(5, 33), by(8, 2)):
        ids, scores = generated(loaded.model, inputs)
    finite = torch.isfinite(plain)
    assert torch.equal(ids, plain_ids) and close(scores[finite], plain[finite])


@pytest.mark.parametrize("task", ["ner", "translation"])
def test_relative_positions_are_flat_under_real_left_padding(make_tiny: Make, task: str) -> None:
    loaded = make_tiny(task, "relative")
    assert loaded.positions.encoding == "relative" and not loaded.positions.absolute
    inputs = left_padded({"input_ids": IDS, "attention_mask": MASK}, by(5, 2), 0)
    assert inputs["input_ids"].tolist() == [
        [0, 0, 0, 0, 0, 7, 8, 9, 10, 11, 3],
        [0, 0, 12, 13, 14, 3, 0, 0, 0, 0, 0],
    ]
    assert inputs["attention_mask"].tolist() == [
        [0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1],
        [0, 0, 1, 1, 1, 1, 0, 0, 0, 0, 0],
    ]
    with torch.no_grad():
        plain, moved = forward(loaded.model, {}), forward(loaded.model, inputs)
    if task == "ner":
        plain, moved = counted(plain), moved[inputs["attention_mask"].bool()]
    assert (moved - plain).abs().max() < 1e-5 * plain.abs().max().clamp(min=1)
