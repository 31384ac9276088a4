"""The forms of the page, without a browser: what they read, and what they are filled in with."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

import shiftdemo.ui
from shiftdemo.api.requests import AttendRequest, BuildRequest
from shiftdemo.core.config import CompareConfig, DataSpec, TrainConfig
from shiftdemo.core.limits import Limits
from shiftdemo.core.params import Param, ShiftSpec
from shiftdemo.experiments.presets import PRESETS
from shiftdemo.shifts import SHIFTS, by_stage, make_shift
from shiftdemo.ui.app import page_tasks
from shiftdemo.ui.attention.form import AttentionForm
from shiftdemo.ui.build.form import BuildForm
from shiftdemo.ui.build.set import drawn_words
from shiftdemo.ui.common.form import Form
from shiftdemo.ui.common.handlers import message_box
from shiftdemo.ui.compare.form import CompareForm
from shiftdemo.ui.train.form import TrainForm

EACH = [(task, shift.name) for _, task in page_tasks() for shift in by_stage(task)]


@pytest.fixture(scope="module")
def form() -> TrainForm:
    with gr.Blocks():
        return TrainForm(message_box(), page_tasks(), Limits())


@pytest.fixture(scope="module")
def build() -> BuildForm:
    with gr.Blocks():
        made = BuildForm(page_tasks(), Limits())
        made.draw_dials()
        made.draw_set()
        made.shift.about.render()
        return made


@pytest.fixture(scope="module")
def compare() -> CompareForm:
    with gr.Blocks():
        made = CompareForm(page_tasks(), Limits())
        made.draw_settings(message_box())
        return made


@pytest.fixture(scope="module")
def attention() -> AttentionForm:
    with gr.Blocks():
        form = AttentionForm(page_tasks())
        form.own_target()
        return form


def held(form: Mapping[str, Any], updates: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Returns the values that a form holds after the updates, by name."""
    unknown = set(updates or {}) - set(form)
    assert not unknown, unknown
    found = {}
    for name, one in form.items():
        update = (updates or {}).get(name, {})
        value = update.get("value", one.value) if isinstance(update, dict) else update
        found[name] = one.postprocess(value)
    return found


def other(param: Param) -> Any:
    """Returns a value of a parameter that is not its default, where there is one."""
    if param.kind == "choice":
        return param.choices[-1]
    if param.kind == "bool":
        return not param.default
    if param.kind == "str":
        return param.default or "word"
    return param.low if param.default != param.low else param.high


def test_the_default_run_warms_up_for_a_tenth_of_its_steps(form: TrainForm) -> None:
    config = form.request(held(form))
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
    shown: dict[str, Any] = {"steps": 240, "eval_every": 20, "eval_part": 59}
    shown |= {"seconds": 90.0, "data": data}
    wanted = TrainConfig(**{**shown, **changes})
    found = form.request(held(form, form.filled(wanted)))
    for spec, whole in zip(wanted.shifts, found.shifts, strict=True):
        asked, shown_now = ShiftSpec.parse(spec), ShiftSpec.parse(whole)
        assert asked.name == shown_now.name and asked.params.items() <= shown_now.params.items()
    again = form.request(held(form, form.filled(found)))
    assert again == found
    for name in (*shown, *changes):
        if name != "shifts":
            assert getattr(found, name) == getattr(wanted, name), name


def test_files_are_not_put_back(form: TrainForm) -> None:
    config = TrainConfig(data=DataSpec(train="a.conll", eval="b.conll"))
    found = form.request(held(form, form.filled(config)))
    assert not found.data.train


@pytest.mark.parametrize("preset", [one.config for one in PRESETS])
def test_a_preset_is_the_run_that_it_names(form: TrainForm, preset: TrainConfig) -> None:
    found = form.request(held(form, form.filled(preset)))
    same = ("task", "model", "steps", "batch_size", "learning_rate", "arms", "seeds")
    assert all(getattr(found, name) == getattr(preset, name) for name in same)
    assert make_shift(found.shifts[0]).values == make_shift(preset.shifts[0]).values


@pytest.mark.parametrize(("task", "name"), EACH)
def test_train_form_gives_back_the_run(form: TrainForm, task: str, name: str) -> None:
    params = {param.name: other(param) for param in SHIFTS.get(name).params}
    spec = make_shift(ShiftSpec(name, params)).spec
    wanted = TrainConfig(
        task,
        "scratch:sinusoidal",
        DataSpec(eval_size=200, seed=4),
        (spec,),
        steps=240,
        eval_every=20,
        eval_part=59,
    )
    found = form.request(held(form, form.filled(wanted)))
    assert make_shift(found.shifts[0]).values == make_shift(spec).values
    assert replace(found, shifts=wanted.shifts) == wanted


@pytest.mark.parametrize("name", SHIFTS.names())
def test_build_form_takes_back_the_parameters_that_it_shows(build: BuildForm, name: str) -> None:
    shift = SHIFTS.get(name)
    params = {param.name: other(param) for param in shift.params if param.name != "p"}
    low, high = shift.dial.low, shift.dial.high
    dialled = [one for one in shift.dial.params if one != "p"]
    value = min(max(params.get(shift.dial.params[0], shift.dial.start), low), high)
    start = dict.fromkeys(shift.dial.params, shift.dial.start)
    for asked in (shift(**{**params, **dict.fromkeys(dialled, value)}), shift(**start)):
        wanted = BuildRequest(task=shift.tasks()[0], shifts=(asked.spec,))
        found = build.request(held(build, build.filled(wanted)))
        assert make_shift(found.shifts[0]).values == asked.values


@pytest.mark.parametrize(("task", "name"), EACH)
def test_build_form_gives_back_the_request(build: BuildForm, task: str, name: str) -> None:
    dial = SHIFTS.get(name).dial
    values = {**dict.fromkeys(dial.params, dial.high), "p": 0.25}
    fixed = {param.name: param.low for param in SHIFTS.get(name).params if param.low == param.high}
    values.update({key: low for key, low in fixed.items() if low is not None})
    shifts = (make_shift(str(ShiftSpec(name, values))).spec, "drop:p=0.5")
    wanted = BuildRequest(
        task=task,
        origin="typed",
        text="She reads.",
        target="Elle lit.",
        data=DataSpec(seed=3),
        index=7,
        shifts=shifts,
        seed=5,
        n=321,
    )
    found = build.request(held(build, build.filled(wanted)))
    assert make_shift(found.shifts[0]).values == make_shift(shifts[0]).values
    assert replace(found, shifts=shifts) == wanted
    assert build.request(held(build, build.filled(found))) == found


@pytest.mark.parametrize("task", [task for _, task in page_tasks()])
def test_build_form_gives_back_a_data_set(build: BuildForm, task: str) -> None:
    data = DataSpec(
        corpus="",
        train="hub:owner/name",
        columns="source=a,target=b",
        train_split="test",
        subset="en",
        revision="v1",
    )
    first = build.request(held(build))
    wanted = replace(first, task=task, origin="hub", data=data, shifts=("drop:p=0.5",))
    found = build.request(held(build, build.filled(wanted)))
    assert (found.data, found.task, found.origin) == (data, task, "hub")


@pytest.mark.parametrize("task", [task for _, task in page_tasks()])
def test_compare_form_gives_back_the_request(compare: CompareForm, task: str) -> None:
    data = DataSpec(size=16, eval_size=77, seed=9, min_words=5, names="start", new_frames=True)
    wanted = CompareConfig(
        task, "bundled:a", "run:b/shift", data, offsets="0:9:3", n=77, allow_no_effect=True
    )
    assert compare.request(held(compare, compare.filled(wanted))) == wanted


def test_compare_form_begins_with_the_data_of_the_run(compare: CompareForm) -> None:
    own = DataSpec(size=500, seed=4, train="a.conll", eval="b.conll")
    found = compare.request(held(compare), own)
    assert found.data == replace(own, train="", eval_size=200)
    assert compare.request(held(compare)).data == DataSpec(eval_size=200)


@pytest.mark.parametrize("task", [task for _, task in page_tasks()])
def test_attention_form_gives_back_the_request(attention: AttentionForm, task: str) -> None:
    wanted = AttendRequest(task, "bundled:a", "She reads.", "Elle lit.", "run:b/shift")
    assert attention.request(held(attention, attention.filled(wanted))) == wanted


def test_every_field_of_a_request_has_a_control(
    form: TrainForm, build: BuildForm, compare: CompareForm, attention: AttentionForm
) -> None:
    # What the page leaves to the command line, or works out for itself.
    unseen = {
        TrainConfig: {"batch_tokens", "average", "subword_dropout", "word_dropout", "eval_every"}
        | {"eval_part", "threads", "processes", "device", "precision"},
        CompareConfig: {"seed", "strengths"},
    }
    aliases = {"shifts": "shift.name", "data": "data.origin", "origin": "data.origin"}
    aliases |= {"text": "data.text", "target": "data.target", "index": "data.index"}
    pairs: list[tuple[Form, Any]] = [(form, TrainConfig), (build, BuildRequest)]
    pairs += [(compare, CompareConfig), (attention, AttendRequest)]
    for controls, request in pairs:
        for name in set(request.__dataclass_fields__) - unseen.get(request, set()):
            assert name in controls or aliases[name] in controls, (request, name)


def test_a_set_draws_the_words_of_the_worked_example_anew(build: BuildForm) -> None:
    values = held(build)
    assert "target_word=modèle" in build.request(values).shifts[0]
    anew = build.request(values, **drawn_words("worked", "append_copy")).shifts[0]
    assert "target_word=," in anew and "index=-1" in anew


def _nodes(kinds: Any) -> Iterator[tuple[str, Any]]:
    for path in sorted(Path(shiftdemo.ui.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, kinds):
                yield f"{path.name}:{node.lineno}", node


def test_no_handler_takes_values_by_their_place() -> None:
    for place, node in _nodes((ast.FunctionDef, ast.AsyncFunctionDef)):
        named = {argument.arg for argument in node.args.args}
        if "visit" not in named and "values" not in named:
            continue
        assert node.args.vararg is None, place
        for part in ast.walk(node):
            if isinstance(part, ast.Subscript) and "visit" in named:
                assert ast.unparse(part.value) != "values" or "'" in ast.unparse(part.slice), place
            if isinstance(part, ast.Assign) and isinstance(part.targets[0], ast.Tuple):
                assert ast.unparse(part.value) != "values", place


def test_controls_of_events_have_names() -> None:
    for place, node in _nodes(ast.Call):
        if getattr(node.func, "id", "") == "wire":
            assert not any(isinstance(rows, (ast.List, ast.Tuple)) for rows in node.args[2:]), place
        if getattr(node.func, "id", "") == "zip":
            ends = {ast.unparse(argument).rpartition(".")[2] for argument in node.args}
            assert not ends & {"inputs", "outputs"}, place
