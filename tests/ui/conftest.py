"""One real server and one real Chromium for all tests of the page."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright
from visitor import SETTLES_MS

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 60
# What is waited for comes within a second on a free machine; test machines are shared.
expect.set_options(timeout=20_000)


@dataclass
class Server:
    """The running page: where it is, where its runs lie, what it has logged, how it started."""

    url: str
    runs: Path
    log: Path
    seconds_to_start: float


def _free_port() -> int:
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


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Starts ``app.py`` as a visitor's server would."""
    folder = tmp_path_factory.mktemp("page")
    port, log, runs = _free_port(), folder / "server.log", folder / "runs"
    environment = {
        **os.environ,
        "GRADIO_SERVER_PORT": str(port),
        "GRADIO_SERVER_NAME": "127.0.0.1",
        "GRADIO_TEMP_DIR": str(folder / "gradio"),
        "SHIFTDEMO_RUNS": str(runs),
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


def _chromium() -> str | None:
    """Returns the browser that is there; ``None`` leaves it to Playwright's own."""
    named = os.environ.get("CHROMIUM")
    return named or shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """Playwright, once."""
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """A real Chromium; without one these tests fail, they are not skipped."""
    try:
        launched = playwright.chromium.launch(
            executable_path=_chromium(), args=["--no-sandbox", "--disable-gpu"]
        )
    except Exception as error:
        raise RuntimeError(
            "There is no Chromium for the browser tests; install one (apt-get install chromium, "
            "or: python -m playwright install chromium) or name it in $CHROMIUM."
        ) from error
    yield launched
    launched.close()


@pytest.fixture
def open_page(browser: Browser, server: Server) -> Iterator[Callable[..., Page]]:
    """Returns a function that opens the page as a new visitor; closed after the test."""
    contexts = []

    def open_one(
        query: str = "", width: int = 1440, height: int = 900, locale: str = "en-US", tab: str = ""
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": height}, locale=locale, accept_downloads=True
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.goto(server.url + query)
        page.wait_for_selector("#tabs")
        page.wait_for_selector(".sd-word")
        if tab:
            page.get_by_role("tab", name=tab).click()
            page.wait_for_timeout(SETTLES_MS)
        return page

    yield open_one
    for context in contexts:
        context.close()
