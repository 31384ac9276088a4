"""The form of the Train tab, without a browser: what it reads, and what it is filled in with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gradio as gr
import pytest

from shiftdemo.core.config import DataSpec, TrainConfig
from shiftdemo.core.limits import Limits
from shiftdemo.core.params import ShiftSpec
from shiftdemo.ui.app import TASKS
from shiftdemo.ui.common.handlers import message_box
from shiftdemo.ui.train.form import TrainForm
from shiftdemo.ui.train.presets import PRESETS, preset


@pytest.fixture(scope="module")
def form() -> TrainForm:
    with gr.Blocks():
        return TrainForm(message_box(), TASKS, Limits())


def values(components: Sequence[Any], updates: Sequence[Any]) -> list[Any]:
    """Returns what the components hold after the updates."""
    held = [
        update.get("value", one.value) if isinstance(update, dict) else update
        for one, update in zip(components, updates, strict=True)
    ]
    return [one.postprocess(value) for one, value in zip(components, held, strict=True)]


def test_the_default_run_warms_up_for_a_tenth_of_its_steps(form: TrainForm) -> None:
    config = form.config([one.value for one in form.inputs])
    assert (config.task, config.model, config.steps) == ("ner", "scratch:learned", 600)
    assert config.warmup == 60
    assert config.shifts == ("position_offset:max_offset=32,fixed=-1,side=both,p=0.5",)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"arms": ("base",), "seeds": (0, 1, 2), "optimizer": "sgd", "schedule": "constant"},
        {"arms": ("start", "shift", "mixed"), "other_arms": ("mixed=local_shuffle:k=3",)},
        {"warmup": 7, "dropout": 0.3, "lora_rank": 4, "patience": 2, "stop_at": 80.0, "clip": 0.5},
        {"data": DataSpec(size=321, eval_size=200, seed=9, max_words=12, names="start")},
        {"shifts": ("rotate:k=2,p=1.0", "position_offset:fixed=4")},
        {"task": "translation", "model": "scratch:rotary", "shifts": ("length_crop",)},
    ],
)
def test_a_run_found_again_fills_the_form_in(form: TrainForm, changes: dict[str, Any]) -> None:
    data = DataSpec(eval_size=200)
    shown: dict[str, Any] = {"steps": 240, "eval_every": 20, "seconds": 90.0, "data": data}
    wanted = TrainConfig(**{**shown, **changes})
    found = form.config(values(form.inputs, form.filled(wanted)))
    for spec, whole in zip(wanted.shifts, found.shifts, strict=True):
        asked, shown_now = ShiftSpec.parse(spec), ShiftSpec.parse(whole)
        assert asked.name == shown_now.name and asked.params.items() <= shown_now.params.items()
    again = form.config(values(form.inputs, form.filled(found)))
    assert again == found
    for name in (*shown, *changes):
        if name != "shifts":
            assert getattr(found, name) == getattr(wanted, name), name


def test_files_are_not_put_back(form: TrainForm) -> None:
    config = TrainConfig(data=DataSpec(train="a.conll", eval="b.conll"))
    found = form.config(values(form.inputs, form.filled(config)))
    assert not found.data.train


@pytest.mark.parametrize("model", [model for _, model in PRESETS])
def test_a_preset_brings_its_model_and_rate(form: TrainForm, model: str) -> None:
    choose, targets = preset(form, model)
    held = dict(zip(targets, values(targets, choose(None)), strict=True))  # type: ignore[arg-type]
    assert (held[form.task], held[form.model], held[form.rate]) == ("ner", model, 1e-3)
