"""What a visitor uploads is read within the server's limits; without a browser."""

from __future__ import annotations

import asyncio
import dataclasses
import gzip
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import gradio as gr
import pytest

from shiftdemo import api
from shiftdemo.core.errors import DataError
from shiftdemo.core.limits import Limits
from shiftdemo.ui.app import page_tasks
from shiftdemo.ui.common.context import Context
from shiftdemo.ui.common.file_form import FileForm
from shiftdemo.ui.common.i18n import Visit
from shiftdemo.ui.common.page_parts import PageParts
from shiftdemo.ui.compare.tab import CompareTab

LIMITS = dataclasses.replace(Limits.public(), unpacked_bytes=20_000)
REFUSED = "unpacks to more than 20,000 bytes"
TYPED = ("text", "offset")  # of the other button
N = 100


@pytest.fixture
def bomb(tmp_path: Path) -> str:
    path = tmp_path / "bomb.conll.gz"
    path.write_bytes(gzip.compress(f"{'a' * 1000}\tO\n\n".encode() * 200))
    return str(path)


@pytest.fixture
def context() -> Iterator[Context]:
    made = Context(LIMITS)
    yield made
    made.runs.close()


@pytest.mark.parametrize("seeds", [1, 2])
def test_compare_refuses_an_upload_that_unpacks_too_far(
    context: Context, bomb: str, seeds: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with gr.Blocks() as page:
        shared = gr.BrowserState([]), gr.State(), gr.State([]), gr.Textbox()
        tab = CompareTab(PageParts(page, context, page_tasks(), *shared))
    pairs = [("bundled:tagger", "bundled:tagger")] * seeds
    monkeypatch.setattr(context.models, "pairs", lambda base, shifted: pairs)
    monkeypatch.setattr(context, "backend", api.Backend(LIMITS, lambda ref, task: None))
    values = {name: one.value for name, one in tab.form.items() if name not in TYPED}
    values |= {"base": "bundled:tagger", "shifted": "bundled:other", "n": N, "offsets": "0,4"}
    values |= {"data.origin": "file", "data.eval": bomb}

    async def compare() -> None:
        async for _ in tab._compare(Visit("en"), "light 1000", **values):
            pass

    # In a thread of its own: the browser of other tests keeps an event loop in this one.
    with ThreadPoolExecutor(1) as thread, pytest.raises(DataError, match=REFUSED):
        thread.submit(asyncio.run, compare()).result()


def test_the_preview_of_an_upload_unpacks_no_further(tmp_path: Path) -> None:
    with gr.Blocks():
        form = FileForm("build", LIMITS)
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gzip.compress(b"\n" * 30_000))
    controls = {"first": "*", "second": "*", "scheme": "", "encoding": ""}
    shown = form.reading._told(Visit("en"), "translation", file=str(path), **controls)
    assert re.search(REFUSED, shown["box"]["files"][0]["lead"])


def test_runs_of_this_server_are_read_though_other_folders_are_not(context: Context) -> None:
    assert context.run_backend.limits == dataclasses.replace(LIMITS, local_models=True)
