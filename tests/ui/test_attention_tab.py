"""The Attention tab without a browser: when models run, and when a result is only drawn."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import gradio as gr
import pytest

from shiftdemo import api
from shiftdemo.core.limits import Limits
from shiftdemo.ui.app import page_tasks
from shiftdemo.ui.attention.tab import AttentionTab
from shiftdemo.ui.common.context import Context
from shiftdemo.ui.common.i18n import Visit
from shiftdemo.ui.common.page_parts import PageParts


@pytest.fixture
def tab() -> Iterator[AttentionTab]:
    context = Context(Limits())
    with gr.Blocks() as page:
        shared = gr.BrowserState([]), gr.State(), gr.State([]), gr.Textbox()
        yield AttentionTab(PageParts(page, context, page_tasks(), *shared))
    context.runs.close()


def _last(handler: Any, visit: Visit, values: dict[str, Any]) -> dict[str, Any]:
    async def run() -> dict[str, Any]:
        return [shown async for shown in handler(visit, page_look="light 1000", **values)][-1]

    # In a thread of its own: the browser of other tests keeps an event loop in this one.
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, run()).result()


def test_picking_a_head_draws_and_runs_no_model(
    tab: AttentionTab, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    load = tab.context.models.load

    def counted(ref: str, task: str) -> Any:
        asked.append(ref)
        return load(ref, task)

    monkeypatch.setattr(tab.context, "backend", api.Backend(Limits(), counted))
    visit = Visit("en", "one")
    values = {name: one.value for name, one in tab.form.items()} | {"model": "bundled:tagger"}
    mean = _last(tab._run, visit, values)
    assert asked == ["bundled:tagger"] and mean["plot"]["visible"]
    picked = _last(tab._draw, visit, {**values, "layer": 1, "head": 2})
    assert asked == ["bundled:tagger"]
    assert (picked["layer"]["value"], picked["head"]["value"]) == (1, 2)
    assert picked["plot"]["value"] != mean["plot"]["value"]
    whole = _last(tab._run, visit, {**values, "layer": 1, "head": 2})
    assert picked["plot"]["value"] == whole["plot"]["value"]
    # Another sentence, or another visitor, has no result yet.
    _last(tab._draw, visit, {**values, "text": "Anna went to Paris."})
    _last(tab._draw, Visit("en", "two"), values)
    assert len(asked) == 4
    _last(tab._run, Visit("en", "two"), values)  # asked for again: weights may have changed
    assert len(asked) == 5
