"""What events send to the page, and what opening it costs the page; without a browser."""

from __future__ import annotations

import json
import math
from typing import Any

import gradio as gr
import pytest

from shiftdemo.core.errors import DataError
from shiftdemo.core.limits import Limits
from shiftdemo.core.task_spec import task_names
from shiftdemo.shifts import SHIFTS
from shiftdemo.ui.app import build_page
from shiftdemo.ui.common.context import Context
from shiftdemo.ui.common.handlers import drawn, message_box, wire
from shiftdemo.ui.common.i18n import Visit
from shiftdemo.ui.common.shift_form import ShiftForm


@pytest.fixture(scope="module")
def page() -> gr.Blocks:
    return build_page(Context(Limits()))


def _answer(handler: Any) -> list[Any]:
    """Returns what the page gets for a drawn table, a box and the message."""
    with gr.Blocks():
        table, box, message, button = drawn("table"), gr.Number(), message_box(), gr.Button()
        outputs = {"table": table, "box": box}
        wire(button.click, handler, {}, outputs, message)
        dependency = wire(button.click, handler, {}, outputs, message)
    updates = dependency.fn(None, {})
    return [updates.get(component, "left out") for component in (table, box, message)]


def test_drawn_values_reach_the_page_as_text() -> None:
    def handler(visit: Visit) -> dict[str, Any]:
        return {"table": {"rows": [[1, math.nan, "é"]]}, "box": 3}

    text, box, message = _answer(handler)
    assert text == '{"rows":[[1,null,"é"]]}' and box == 3 and message is None
    updated, *_ = _answer(lambda visit: {"table": gr.update(value=[1], visible=True)})
    assert (updated["value"], updated["visible"]) == ("[1]", True)
    assert "value" not in _answer(lambda visit: {"table": gr.update(visible=True)})[0]
    assert _answer(lambda visit: {"table": None})[0] is None  # which empties it
    assert drawn("table", value=[1]).value == "[1]" and drawn("table").value is None


def test_errors_reach_the_page_as_text() -> None:
    def handler(visit: Visit) -> dict[str, Any]:
        raise DataError("api.text_empty_type_sentence")

    table, _, message = _answer(handler)
    assert table == "left out"
    assert json.loads(message)["kind"] == "problem"


def test_opening_the_page_asks_it_for_little(page: gr.Blocks) -> None:
    """An event costs a browser milliseconds for each control that it reads or may change."""
    opening = [fn for fn in page.fns.values() if any(event == "load" for _, event in fn.targets)]
    assert opening
    for fn in opening:
        assert len(fn.inputs) <= 3 and len(fn.outputs) <= 8, fn.name
    assert len(page.blocks) <= 510  # seen or not, each takes a browser its time


def test_dials_are_hidden_in_their_place() -> None:
    """An updated slider is made anew, and refuses a number that it brought within its range."""
    with gr.Blocks():
        form = ShiftForm("build", task_names()[0], next(iter(SHIFTS)).name, dials=True)
        form.draw_dials()
    clipped = [control for control in form.values() if "preprocess" in vars(control)]
    assert len(clipped) == len(list(SHIFTS))
    assert not any(shown is dial for shown in form.shown.values() for dial in clipped)
