"""The Attention tab without a browser: what it shows first, and what its script may ask."""

from __future__ import annotations

import asyncio
import json
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import gradio as gr
import numpy as np
import pytest

from shiftdemo.core.errors import DataError
from shiftdemo.core.limits import Limits
from shiftdemo.core.model_refs import bundled_refs
from shiftdemo.publishing.attention.numbers import unpacked
from shiftdemo.ui.app import page_tasks
from shiftdemo.ui.attention.laboratory import Laboratory
from shiftdemo.ui.attention.tab import AttentionTab
from shiftdemo.ui.common.context import Context
from shiftdemo.ui.common.i18n import Visit
from shiftdemo.ui.common.page_parts import PageParts


@pytest.fixture(scope="module")
def tab() -> Iterator[AttentionTab]:
    context = Context(Limits())
    with gr.Blocks() as page:
        shared = gr.BrowserState([]), gr.State(), gr.State([]), gr.Textbox()
        yield AttentionTab(PageParts(page, context, page_tasks(), *shared))
    context.runs.close()


def _last(tab: AttentionTab, visit: Visit, values: dict[str, Any], strength: Any = None) -> Any:
    async def run() -> dict[str, Any]:
        asked = (0.0, strength)
        return [shown async for shown in tab._run(visit, asked=asked, **values)][-1]

    # In a thread of its own: the browser of other tests keeps an event loop in this one.
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, run()).result()


def _asked(value: dict[str, Any], **more: Any) -> dict[str, Any]:
    """What the script asks with, of what it was given."""
    shift = value["shift"]
    same = {name: value[name] for name in ("task", "refs", "text", "target", "masked", "lang")}
    return {**same, "shift": shift["operator"], "strength": shift["strength"], **more}


@pytest.fixture(scope="module")
def first(tab: AttentionTab) -> dict[str, Any]:
    values = {name: one.value for name, one in tab.form.items()}
    base, shifted = bundled_refs(values["task"])
    shown = _last(tab, Visit("en", "one"), {**values, "model": base, "versus": shifted})
    assert shown["files"]["visible"] and shown["status"] is None
    return shown["lab"]


def test_it_opens_with_the_pair_inside_the_trained_range(first: dict[str, Any]) -> None:
    low, high = first["shift"]["trained"]
    assert low < first["shift"]["strength"] < high and first["shift"]["changed"]
    assert [one["arm"] for one in first["arms"]] == ["base", "shift"]
    moved = first["maps"][-1]["moved"]
    assert set(moved) == {"arms", "base", "shift"}
    assert np.mean(moved["base"]) > np.mean(moved["shift"])  # the picture of robustness


def test_a_move_of_the_slider_answers_with_new_maps(
    tab: AttentionTab, first: dict[str, Any]
) -> None:
    laboratory = Laboratory(tab.context)
    at_zero = laboratory.answer(_asked(first, strength=0))["lab"]
    assert not at_zero["shift"]["changed"] and at_zero["target"] == first["target"]
    before = first["maps"][-1]["arms"]["base"]["before"]["weights"]
    now = at_zero["maps"][-1]["arms"]["base"]["now"]["weights"]
    np.testing.assert_allclose(unpacked(before), unpacked(now), atol=1e-4)
    context = laboratory.answer(_asked(first, shift="prefix_context", strength=1))["lab"]
    assert context["read"] and context["maps"][0]["keys"] == first["maps"][0]["keys"]
    assert context["maps"][0]["arms"]["base"]["now"]["outside"] is not None
    explained = laboratory.answer(_asked(first, query=2))["gradients"]
    assert len(explained["shift"]["source"]) == len(first["maps"][0]["keys"])
    masked = laboratory.answer(_asked(first, masked=[1]))["lab"]
    assert "masked" in masked["maps"][-1]["said"][0][0][0]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"strength": 10_000}, "beyond the model's"),
        ({"strength": "x"}, "fault of ours"),
        ({"shift": "nothing"}, "nothing"),
        ({"refs": ["/etc/passwd"]}, "no model"),
        ({"refs": []}, "fault of ours"),
        ({"task": "../x"}, "no task"),
        ({"text": " "}, "empty"),
        ({"text": "a" * 30_000}, "30000"),
        ({"query": 999}, "no row 999"),
        ({"window": [10**6, -5]}, ""),
        ({"masked": [10**9, -1]}, ""),
    ],
)
def test_what_anybody_may_send_is_answered_with_one_sentence(
    tab: AttentionTab, first: dict[str, Any], more: dict[str, Any], said: str
) -> None:
    found = Laboratory(tab.context).answer(_asked(first, **more))
    if said:
        assert said in found["problem"] and "\n" not in found["problem"]
    else:
        assert "lab" in found
    assert "problem" in Laboratory(tab.context).answer("no dictionary at all")


def test_files_are_of_what_was_looked_at(tab: AttentionTab, first: dict[str, Any]) -> None:
    found = tab._files(Visit("en", "one"), json.dumps(_asked(first, strength=7, masked=[1])))
    assert found["download"]["visible"] and "MB" in found["download"]["label"]
    with zipfile.ZipFile(found["download"]["value"]) as archive:
        values = json.loads(archive.read("attention.json"))
    assert values["strength"] == 7 and values["masked"] == [1]  # where the slider stands
    for nothing in ("", "{}", "[1]", "null"):
        with pytest.raises(DataError, match="nothing to write"):
            tab._files(Visit("en", "nobody"), nothing)
