"""The form of the Train tab, without a browser: what it reads, and what it is filled in with."""

from __future__ import annotations

import ast
import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from shiftdemo import ui
from shiftdemo.core.config import DataSpec, TrainConfig
from shiftdemo.core.limits import Limits
from shiftdemo.core.params import Param, ShiftSpec
from shiftdemo.shifts import SHIFTS, Shift, make_shift
from shiftdemo.ui.app import TASKS
from shiftdemo.ui.attention.tab import ASKED, SHOWN, AttentionTab
from shiftdemo.ui.common.context import Context
from shiftdemo.ui.common.form import ShiftForm, prefixed
from shiftdemo.ui.common.handlers import message_box
from shiftdemo.ui.common.i18n import Visit
from shiftdemo.ui.compare.tab import CompareTab
from shiftdemo.ui.train.form import TrainForm
from shiftdemo.ui.train.presets import PRESETS, preset

PAGE_TASKS = [task for _, task in TASKS]


@pytest.fixture(scope="module")
def form() -> TrainForm:
    with gr.Blocks():
        return TrainForm(message_box(), TASKS, Limits())


def values(controls: Mapping[str, Any], updates: Mapping[str, Any]) -> dict[str, Any]:
    """Returns what the controls hold after the updates."""
    assert not set(updates) - set(controls)
    held = {}
    for name, component in controls.items():
        update = updates.get(name, component.value)
        if isinstance(update, dict):
            update = update.get("value", component.value)
        held[name] = component.postprocess(update)
    return held


def test_the_default_run_warms_up_for_a_tenth_of_its_steps(form: TrainForm) -> None:
    config = form.config({name: one.value for name, one in form.controls.items()})
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
    found = form.config(values(form.controls, form.filled(wanted)))
    for spec, whole in zip(wanted.shifts, found.shifts, strict=True):
        asked, shown_now = ShiftSpec.parse(spec), ShiftSpec.parse(whole)
        assert asked.name == shown_now.name and asked.params.items() <= shown_now.params.items()
    again = form.config(values(form.controls, form.filled(found)))
    assert again == found
    for name in (*shown, *changes):
        if name != "shifts":
            assert getattr(found, name) == getattr(wanted, name), name


def test_files_are_not_put_back(form: TrainForm) -> None:
    config = TrainConfig(data=DataSpec(train="a.conll", eval="b.conll"))
    found = form.config(values(form.controls, form.filled(config)))
    assert not found.data.train


@pytest.mark.parametrize("model", [model for _, model in PRESETS])
def test_a_preset_brings_its_model_and_rate(form: TrainForm, model: str) -> None:
    held = values(form.controls, preset(form, model)(Visit()))
    assert (held["task"], held["model"], held["learning_rate"]) == ("ner", model, 1e-3)
    config = form.config(held)
    assert (config.steps, config.batch_size) == (1500, 64)
    assert config.shifts == ("position_offset:max_offset=32,fixed=-1,side=both,p=0.5",)


EVERY = [(shift, task) for shift in SHIFTS for task in PAGE_TASKS if task in shift.tasks]


@pytest.mark.parametrize(("shift", "task"), EVERY, ids=lambda one: getattr(one, "name", one))
def test_every_operator_and_task_comes_back_from_the_form(form: TrainForm, shift, task) -> None:
    params = {param.name: _other(param) for param in shift.params}
    asked = make_shift(ShiftSpec(shift.name, params)).spec
    wanted = TrainConfig(
        task,
        "scratch:sinusoidal",
        DataSpec(eval_size=200, seed=4),
        (asked,),
        steps=240,
        eval_every=20,
    )
    found = form.config(values(form.controls, form.filled(wanted)))
    assert make_shift(found.shifts[0]).values == make_shift(asked).values
    assert dataclasses.replace(found, shifts=wanted.shifts) == wanted


def _other(param: Param) -> Any:
    """Returns a value of a parameter that is not its default, where there is one."""
    if param.kind == "choice":
        return param.choices[-1]
    if param.kind == "bool":
        return not param.default
    if param.kind == "str":
        return param.default or "word"
    return param.low if param.default != param.low else param.high


@pytest.mark.parametrize("shift", list(SHIFTS), ids=SHIFTS.names())
def test_the_build_form_takes_back_what_it_shows(shift: type[Shift]) -> None:
    with gr.Blocks():
        made = ShiftForm("build", shift.tasks[0], shift.name, hidden=("p",), dials=True)
        made.draw_dials()
    params = {param.name: _other(param) for param in shift.params if param.name != "p"}
    spec = shift(**dict.fromkeys(shift.dial.params, shift.dial.start)).spec
    for asked in (shift(**{**params, **_dialled(shift, params)}).spec, spec):
        held = values(made.controls, made.filled(shift.tasks[0], asked))
        shown = make_shift(made.spec(held, p=make_shift(asked).share))
        assert shown.values == make_shift(asked).values


def _dialled(shift: type[Shift], params: dict[str, Any]) -> dict[str, Any]:
    """Returns a dial's parameters with one value for all, within the dial."""
    dial = shift.dial
    value = min(max(params.get(dial.params[0], dial.start), dial.low), dial.high)
    return dict.fromkeys((name for name in dial.params if name != "p"), value)


def test_compare_and_attention_ask_by_name() -> None:
    context = Context.make(Limits())
    with gr.Blocks() as page:
        shared = (gr.BrowserState([]), gr.State(), gr.Textbox())
        compare = CompareTab(page, context, TASKS, *shared)
        attention = AttentionTab(page, context, TASKS, *shared)
    held = {name: one.value for name, one in prefixed("data", compare.data.controls).items()}
    held |= {"data.origin": "grammar", "data.seed": 7, "data.eval_names": "end"}
    held |= {"task": "translation", "base": "a", "shifted": "b", "allow": True}
    config = compare._config({**held, "n": 50, "offsets": "0,4"})
    assert (config.task, config.base, config.shifted) == ("translation", "a", "b")
    assert (config.n, config.offsets, config.allow_no_effect) == (50, "0,4", True)
    assert (config.data.seed, config.data.eval_names, config.data.eval_size) == (7, "end", 50)
    assert all(hasattr(attention, name) for name in (*ASKED, *SHOWN))
    context.runs.close()


def test_no_handler_of_the_page_takes_a_row_of_values() -> None:
    rows = [
        f"{path.name}: {node.name}"
        for path in sorted(Path(ui.__file__).parent.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.args.vararg
    ]
    # What Gradio calls takes its row and hands it on by name; the last puts names together.
    assert sorted(set(rows)) == ["handlers.py: run", "tab.py: _named"]
