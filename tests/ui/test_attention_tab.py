"""The Attention tab without a browser: picking a head draws, it does not run the models again."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import gradio as gr
import pytest

from shiftdemo import api
from shiftdemo.core.limits import Limits
from shiftdemo.ui.app import TASKS
from shiftdemo.ui.attention.tab import AttentionTab
from shiftdemo.ui.common.context import Context
from shiftdemo.ui.common.i18n import Visit

ASKED: dict[str, Any] = {
    "task": "ner",
    "base": "bundled:tagger",
    "versus": "",
    "text": "Ada sees Rome.",
    "target": "",
    "kind": "encoder",
    "layer": 0,
    "head": -1,
    "special": True,
    "look": "light 1000",
}


@pytest.fixture
def tab() -> Iterator[AttentionTab]:
    context = Context.make(Limits())
    with gr.Blocks() as page:
        yield AttentionTab(page, context, TASKS, gr.BrowserState([]), gr.State(), gr.Textbox())
    context.runs.close()


def _last(handler: Any, session: str, **changes: Any) -> dict[str, Any]:
    async def all_of_it() -> dict[str, Any]:
        return [shown async for shown in handler(Visit("en", session), {**ASKED, **changes})][-1]

    # In a thread of its own: the browser of other tests keeps an event loop in this one.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, all_of_it()).result()


def test_a_head_is_drawn_from_what_was_computed(
    tab: AttentionTab, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = []
    attend = api.attend_loaded
    monkeypatch.setattr(api, "attend_loaded", lambda *a: runs.append(a[2]) or attend(*a))
    mean = _last(tab._show, "one")
    second = _last(tab._pick, "one", head=1, layer=1)
    assert runs == ["Ada sees Rome."]
    assert second["layer"]["value"] == 1 and second["head"]["value"] == 1
    assert second["plot"]["value"] != mean["plot"]["value"]
    _last(tab._pick, "another", head=1)  # a visitor who has nothing yet
    _last(tab._pick, "one", text="Rome sees Ada.")  # another sentence
    _last(tab._show, "one", text="Rome sees Ada.")  # asked for again: weights may have changed
    assert runs[1:] == ["Ada sees Rome.", "Rome sees Ada.", "Rome sees Ada."]
