"""One real server and one real Chromium for all tests of the page."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator

import pytest
from pageserver import Server, opening, serving
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright

# What is waited for comes within a second on a free machine; test machines are shared.
expect.set_options(timeout=20_000)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The page, started once."""
    with serving(tmp_path_factory.mktemp("page")) as started:
        yield started


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
    with opening(browser, server) as open_one:
        yield open_one
