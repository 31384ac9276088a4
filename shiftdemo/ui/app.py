"""The page: header, five tabs, and the server around it."""

from __future__ import annotations

import json
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any

import gradio as gr
from starlette.middleware import Middleware

from shiftdemo.core.assets import ASSETS
from shiftdemo.core.errors import ConfigError
from shiftdemo.core.limits import Limits
from shiftdemo.core.messages import language_name, languages, texts
from shiftdemo.core.task_spec import task_specs
from shiftdemo.experiments.recorded import recorded_name
from shiftdemo.ui.attention.tab import AttentionTab
from shiftdemo.ui.build.tab import BuildTab
from shiftdemo.ui.common.context import Context
from shiftdemo.ui.common.handlers import drawn, message_box, wire
from shiftdemo.ui.common.i18n import Visit, t, translations
from shiftdemo.ui.common.page_parts import PageParts
from shiftdemo.ui.compare.tab import CompareTab
from shiftdemo.ui.doors import Doors
from shiftdemo.ui.quiet import wait, without_hot_reload
from shiftdemo.ui.shell import Shell, asset, theme
from shiftdemo.ui.start.tab import StartTab
from shiftdemo.ui.train.tab import TrainTab

TITLE = "shiftdemo: a laboratory for shift training"
QUEUE_SIZE = 64


def build_page(context: Context) -> gr.Blocks:
    """Returns the page."""
    with gr.Blocks(title=TITLE, analytics_enabled=False, delete_cache=(3600, 3600)) as page:
        _header(page, context)
        # Outside the tabs: what a tab holds is not there before the tab is opened.
        remembered = gr.BrowserState([], storage_key="shiftdemo-runs")
        ended, own = gr.State(""), gr.State([])
        page_look = gr.Textbox("", visible="hidden", elem_classes="sd-hidden")
        page.load(fn=None, js=asset("ui/look.js"), outputs=[page_look])
        tasks = [(t(label), name) for label, name in page_tasks()]
        parts = PageParts(page, context, tasks, remembered, ended, own, page_look)
        with gr.Tabs(elem_id="tabs") as tabs:
            with gr.Tab(t("Start"), id="start", elem_id="tab-start"):
                start = StartTab(parts)
            with gr.Tab(t("Build"), id="build", elem_id="tab-build"):
                build = BuildTab(parts)
            with gr.Tab(t("Train"), id="train", elem_id="tab-train"):
                train = TrainTab(parts)
            with gr.Tab(t("Compare"), id="compare", elem_id="tab-compare"):
                compare = CompareTab(parts)
            with gr.Tab(t("Attention"), id="attention", elem_id="tab-attention") as inside:
                attention = AttentionTab(parts)
        Doors(tabs, start, build, train, attention)
        attention.opens_with(inside)
        to_pair = {"tabs": tabs, "task": compare.form["task"], "recorded": compare.recorded}
        mine = {"remembered": remembered, "followed": train.followed}
        opened = wire(
            train.to_compare.click, _open_compare(context), mine, to_pair, compare.message
        )
        opened.then(fn=None, js="() => window.scrollTo(0, 0)")  # the button is far down
        page.load(fn=None, js=_title())
    return page


def page_tasks() -> list[tuple[str, str]]:
    """Returns label and name of the tasks that the page offers."""
    return [(spec.label, spec.name) for spec in task_specs() if spec.label]


def _title() -> str:
    """Returns the script that gives the window its title; Gradio writes the English one."""
    titles = json.dumps({lang: texts(lang).get(TITLE, TITLE) for lang in languages()})
    return f"() => {{ document.title = {titles}[navigator.language.slice(0, 2)]; }}"


def _open_compare(context: Context) -> Callable[..., dict[str, Any]]:
    def open_tab(visit: Visit, remembered: list[str], followed: tuple[str, int]) -> dict[str, Any]:
        shown: dict[str, Any] = {"tabs": gr.Tabs(selected="compare")}
        if recorded_name(followed[0]):
            return {**shown, "recorded": followed}
        return {**shown, "task": context.runs.config(followed[0] or remembered[0]).task}

    return open_tab


def _links() -> dict[str, Any]:
    """Returns what ``links.js`` draws."""
    big, usual = (
        {lang: texts(lang).get(text, text) for lang in languages()} for text in (BIG, USUAL)
    )
    names = [[lang, language_name(lang)] for lang in languages()]
    return {"languages": names, "big": big, "usual": usual}


def _header(page: gr.Blocks, context: Context) -> None:
    with gr.Row(elem_classes="sd-header"):
        with gr.Column(scale=5, min_width=280):
            gr.Markdown("# shiftdemo", elem_classes="sd-title")
            gr.Markdown(t(INTRODUCTION), elem_classes="sd-lead")
        with gr.Column(scale=1, min_width=320):
            drawn("links", "sd-languages", _links())
            status = drawn("status", "sd-status")
    message = message_box()
    timer = gr.Timer(1.0)

    def look(visit: Visit) -> dict[str, Any]:
        context.warm()
        if context.ready.is_set():
            ready = {"state": "ready", "text": visit("ready")}
            return {"status": ready, "timer": gr.Timer(active=False)}
        return {"status": {"state": "warming", "text": visit("warming up…")}}

    # Answered by the request itself: a lost answer of the queue would leave the event pending.
    outputs = {"status": status, "timer": timer}
    wire([page.load, timer.tick], look, {}, outputs, message, queue=False)


INTRODUCTION = (
    "Two copies of one Transformer, one of them trained on shifted data: "
    "what it changes, and costs."
)
BIG, USUAL = "Projector", "Usual size"


def serve(
    host: str = "127.0.0.1",
    port: int = 7860,
    limits: Limits | None = None,
    open_browser: bool = False,
) -> None:
    """Serves the page until it is interrupted.

    Args:
        limits: what a request may ask for; :meth:`Limits.public` on an open server.
        open_browser: open the page in the user's browser.

    Raises:
        ConfigError: the port is taken, or the host is not this machine's.
    """
    context = Context(limits or Limits())
    page = build_page(context)
    page.queue(max_size=QUEUE_SIZE, default_concurrency_limit=4, api_open=False)
    if threading.current_thread() is threading.main_thread():
        # As on Ctrl-C: the worker is ended too.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        with without_hot_reload():
            page.launch(
                server_name=host,
                server_port=port,
                inbrowser=open_browser,
                quiet=True,  # it would tell of links that this page never makes
                prevent_thread_lock=True,
                **launch_options(context.limits),
            )
        print(f"shiftdemo is at {page.local_url} (Ctrl-C ends it)", flush=True)
        wait(page)
    except OSError as error:
        raise ConfigError("app.port_cannot_used", port=port, host=host, error=error) from None
    finally:
        context.runs.close()


def launch_options(limits: Limits) -> dict[str, Any]:
    """Returns everything that ``launch`` is told, host and port apart."""
    return {
        "theme": theme(),
        "css_paths": [ASSETS / "css" / "page.css", ASSETS / "css" / "attention.css"],
        "i18n": translations(),
        "ssr_mode": False,
        "share": False,
        "run_history": False,
        "enable_monitoring": False,
        "allowed_paths": [],
        "max_file_size": limits.file_bytes,
        "footer_links": [],
        "app_kwargs": {"middleware": [Middleware(Shell)]},
    }
