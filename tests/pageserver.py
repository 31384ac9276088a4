"""A real server of the page, and a browser that opens it as a new visitor."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page
from visitor import SETTLES_MS

from shiftdemo.core.messages import texts

ROOT = Path(__file__).resolve().parents[1]
START_SECONDS = 60


@dataclass
class Server:
    """The running page: where it is, where its runs lie, what it has logged, how it started."""

    url: str
    runs: Path
    log: Path
    seconds_to_start: float


def free_port() -> int:
    """Returns a port of this machine on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(START_SECONDS * 5):
        if process.poll() is not None:
            break
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise RuntimeError(f"The page did not start:\n{log.read_text(encoding='utf-8')}")


@contextmanager
def serving(folder: Path, **more: str) -> Iterator[Server]:
    """Starts ``app.py`` as a visitor's server would, with ``more`` in its environment."""
    port, log, runs = free_port(), folder / "server.log", folder / "runs"
    environment = {
        **os.environ,
        "GRADIO_SERVER_PORT": str(port),
        "GRADIO_SERVER_NAME": "127.0.0.1",
        "GRADIO_TEMP_DIR": str(folder / "gradio"),
        "SHIFTDEMO_RUNS": str(runs),
        **more,
    }
    environment.pop("SPACE_ID", None)
    url = f"http://127.0.0.1:{port}/"
    began = time.perf_counter()
    with open(log, "wb") as out:
        process = subprocess.Popen(
            [sys.executable, "app.py"], cwd=ROOT, env=environment, stdout=out, stderr=out
        )
        try:
            _wait(url, process, log)
            yield Server(url, runs, log, time.perf_counter() - began)
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


@contextmanager
def opening(browser: Browser, server: Server) -> Iterator[Callable[..., Page]]:
    """Gives the function that opens a server's page as a new visitor."""
    contexts = []

    def open_one(
        query: str = "",
        width: int = 1440,
        height: int = 900,
        locale: str = "en-US",
        tab: str = "Build",
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": height}, locale=locale, accept_downloads=True
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.goto(server.url + query)
        page.wait_for_selector("#tabs")
        page.wait_for_selector(".sd-row")
        if tab != "Start":
            names = [tab, *filter(None, [texts("zh").get(tab)])]
            page.get_by_role("tab", name=re.compile("|".join(names))).click()
            page.wait_for_timeout(SETTLES_MS)
        if tab == "Build":
            page.wait_for_selector(".sd-word")
        return page

    try:
        yield open_one
    finally:
        for context in contexts:
            context.close()
