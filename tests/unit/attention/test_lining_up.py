"""The same words are compared before and after a shift."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from shiftdemo import api
from shiftdemo.attention.lining_up import same_tokens
from shiftdemo.attention.looking import Window, look
from shiftdemo.core.samples import TaggedSample
from shiftdemo.shifts import apply_shifts, make_shift
from shiftdemo.shifts.applying import starting_at, unshifted
from shiftdemo.tasks.heads import make_task

Make = Callable[..., Any]
WORDS = tuple("Ada lives in Paris with a long book .".split())
SAMPLE = TaggedSample("s", WORDS, ("O",) * len(WORDS))


def test_words_that_are_gone_or_in_other_pieces_are_left_out() -> None:
    before = (None, 0, 0, 1, 2, None)
    # Word 0 went to 1, word 1 is gone, word 2 came to the front; the special ones stay.
    after = (None, 0, 1, 1, None)
    assert same_tokens(before, after, (1, None, 0)) == ([0, 1, 2, 4, 5], [0, 2, 3, 1, 4])
    assert same_tokens(before, (None, 0, 1, None), (1, None, 0))[0] == [0, 4, 5]
    # A question in front keeps its words, whatever is done to the context.
    asked = (None, -1, -2, None, 0, 1, None)
    later = (None, -1, -2, None, 0, 1, 2, None)
    assert same_tokens(asked, later, (1, 2)) == ([0, 1, 2, 3, 4, 5, 6], [0, 1, 2, 3, 5, 6, 7])


@pytest.fixture
def pair(make_tiny: Make) -> dict[str, Any]:
    return {
        arm: make_tiny("ner", "learned", seed=seed) for seed, arm in enumerate(("base", "shift"))
    }


def test_context_in_front_is_not_shown_and_its_share_is_told(pair: dict[str, Any]) -> None:
    other = TaggedSample("o", ("Mary", "reads", "."), ("O",) * 3)
    moved = apply_shifts([make_shift("prefix_context:p=1")], SAMPLE, 0, [other], always=True)
    looks, _ = look(pair, make_task("ner"), moved)
    for arm in pair:
        now, before = looks[arm].now.maps[0], looks[arm].before.maps[0]
        assert now.key_tokens == before.key_tokens and now.weights.shape == before.weights.shape
        assert now.outside is not None and (now.outside > 0.01).all()
        np.testing.assert_allclose(now.weights.sum(-1) + now.outside, 1.0, atol=1e-5)
        assert before.outside is None
    ids = make_task("ner").ids(pair["base"], moved.shifted)
    rows = looks["base"].rows["source"]
    tokens = pair["base"].tokenizer.convert_ids_to_tokens([ids[i] for i in rows])
    plain = make_task("ner").ids(pair["base"], SAMPLE)
    assert tokens == pair["base"].tokenizer.convert_ids_to_tokens(plain)


def test_an_offset_moves_nothing_out_of_sight(pair: dict[str, Any]) -> None:
    looks, strips = look(pair, make_task("ner"), starting_at(SAMPLE, 7))
    assert looks["base"].now.maps[0].outside is None
    assert looks["base"].changed
    still, _ = look(pair, make_task("ner"), unshifted(SAMPLE))
    assert not still["base"].changed and still["base"].now is still["base"].before
    assert strips["source"].first == 0 and strips["source"].last == len(strips["source"].tokens)


def test_a_window_shows_a_part_of_a_long_sentence(pair: dict[str, Any]) -> None:
    looks, strips = look(
        {"base": pair["base"]}, make_task("ner"), unshifted(SAMPLE), window=Window(4, 0, 6)
    )
    one = looks["base"].now.maps[0]
    strip = strips["source"]
    assert (strip.first, strip.last) == (4, 10) and one.key_tokens == strip.tokens[4:10]
    assert len(strip.received["base"]) == len(strip.tokens) > 10
    assert sum(strip.received["base"]) == pytest.approx(1.0, abs=1e-3)
    assert one.outside is not None and one.weights.shape[-2:] == (6, 6)
    last = look({"base": pair["base"]}, make_task("ner"), unshifted(SAMPLE), (), Window(999, 0, 6))
    assert last[1]["source"].last == len(strip.tokens)  # never beyond the end


def test_a_mask_is_compared_with_the_same_sentence_without_it(pair: dict[str, Any]) -> None:
    looks, _ = look(pair, make_task("ner"), starting_at(SAMPLE, 5), masked=[3, 999, -4])
    one = looks["base"]
    assert one.masked == {3} and one.changed
    unmasked, _ = look(pair, make_task("ner"), starting_at(SAMPLE, 5))
    np.testing.assert_array_equal(one.before.maps[0].weights, unmasked["base"].now.maps[0].weights)
    assert one.now.maps[0].key_tokens == one.before.maps[0].key_tokens


def test_a_sentence_that_no_operator_fits_is_itself(pair: dict[str, Any]) -> None:
    moved = apply_shifts([make_shift("prefix_context:p=1")], SAMPLE, 0, always=True)
    assert not moved.applied
    looks, _ = look(pair, make_task("ner"), moved)
    assert not looks["base"].changed


def test_every_measurable_operator_lines_up(make_tiny: Make) -> None:
    from shiftdemo.evaluation.conditions import measurable

    for task in ("ner", "translation"):
        models = {"base": make_tiny(task, "learned", max_positions=400)}
        sample = api.typed_sample(task, "Ada reads a long book in Paris .", "Ada lit un livre .")
        for name in measurable(task):
            dial = make_shift(name).dial
            found = api.attend_loaded(task, models, sample, name, dial.start or dial.high)
            now, before = found.arms["base"].now.maps, found.arms["base"].before.maps
            for one, other in zip(now, before, strict=True):
                assert one.weights.shape == other.weights.shape, name
                assert one.weights.shape[-1] > 2, name
