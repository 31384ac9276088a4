"""The operator ``delay_layer``: it changes the model and leaves the samples."""

from __future__ import annotations

import pytest

from shiftdemo.core.errors import ConfigError
from shiftdemo.core.samples import TaggedSample, TranslationSample
from shiftdemo.core.types import PLAIN_INPUTS
from shiftdemo.models.delay import DELAYS, KINDS, NAME, WIDTHS, DelayLayer
from shiftdemo.shifts import apply_shifts, make_shift

PAIR = TranslationSample("pair", "She reads.", "Elle lit.", links=((0, 0), (1, 1), (2, 2)))
TAGGED = TaggedSample("tagged", ("Ada", "reads"), ("B-PER", "O"))


def test_the_operator_offers_what_the_layer_takes() -> None:
    params = {param.name: param for param in make_shift("delay_layer").params}
    assert params["kind"].choices == KINDS
    for name, allowed in (("delay", DELAYS), ("width", WIDTHS)):
        assert (params[name].low, params[name].high) == (allowed[0], allowed[-1])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("more", ["", ",delay=3", ",width=2"])
def test_the_operator_asks_for_the_layer_and_leaves_the_words(kind: str, more: str) -> None:
    shift = make_shift(f"delay_layer:kind={kind}{more}")
    assert list(shift.model_settings) == [NAME]
    values = shift.model_settings[NAME]
    layer = DelayLayer(2, **values)
    assert layer.settings == values and values["kind"] == kind
    for sample in (PAIR, TAGGED):
        found = apply_shifts([shift], sample, 0)
        assert found.applied and found.shifted == sample and found.feed == PLAIN_INPUTS
        assert found.params["delay_layer.drawn_reach"] == layer.reach
        assert found.params["delay_layer.kind"] == kind


def test_a_model_cannot_have_the_layer_for_some_samples_only() -> None:
    with pytest.raises(ConfigError, match=r"p='0.5' is out of bounds"):
        make_shift("delay_layer:p=0.5")
