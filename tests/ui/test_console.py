"""A visit leaves nothing in the browser's console: no warning, no error, no failed file."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Response, expect
from visitor import SETTLES_MS, fill, open_section

ZH = Path(__file__).resolve().parents[2] / "assets" / "languages" / "zh.json"
TABS = 5
# Chromium's own words on the machine it runs on.
BROWSERS_OWN = ("GL Driver Message", "GPU stall", "Automatic fallback to software WebGL")


def _listen(page: Page) -> list[str]:
    heard: list[str] = []

    def said(message: ConsoleMessage) -> None:
        if not any(words in message.text for words in BROWSERS_OWN):
            heard.append(f"{message.type}: {message.text}")

    def answered(response: Response) -> None:
        if response.status >= 400:
            heard.append(f"{response.status}: {response.url}")

    page.on("console", said)
    page.on("pageerror", lambda error: heard.append(f"uncaught: {error}"))
    page.on("response", answered)
    return heard


def _open_tab(page: Page, place: int) -> None:
    page.get_by_role("tab").nth(place).click()
    page.wait_for_timeout(SETTLES_MS)


def _run_twice(page: Page, t: Callable[[str], str]) -> None:
    """Two short runs: the curves of the first make way for those of the second."""
    open_section(page, t("Data"))
    fill(page.get_by_label(t("Training sentences"), exact=True), "600")
    for steps in ("12", "16"):
        fill(page.get_by_label(t("Steps"), exact=True), steps)
        page.locator("#train-start").click()
        expect(page.locator("#train-start")).to_be_disabled()
        expect(page.locator("#train-start")).to_be_enabled(timeout=120_000)
        page.wait_for_timeout(2 * SETTLES_MS)
    expect(page.locator("#train-plot path[stroke='#0072B2']").first).to_be_visible()
    page.locator("#train-log input").click()
    page.wait_for_timeout(2 * SETTLES_MS)


def _compare(page: Page, t: Callable[[str], str]) -> None:
    page.locator("#train-compare").click()
    page.wait_for_timeout(SETTLES_MS)
    open_section(page, t("Which sentences, at which positions"))
    fill(page.get_by_label(t("Sentences"), exact=True).locator("visible=true"), "20")
    fill(page.locator("#tab-compare").get_by_label(t("Offsets")), "0,8")
    page.locator("#compare-run").click()
    expect(page.locator("#tab-compare .main-svg").first).to_be_visible(timeout=120_000)


def _attend(page: Page) -> None:
    _open_tab(page, TABS - 1)
    page.locator("#attention-run").click()
    expect(page.locator("#attention-lab .sd-attention-figure svg").first).to_be_visible(
        timeout=60_000
    )


@pytest.mark.timeout(600)  # a whole visit; test machines are shared
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_visit_leaves_the_console_empty(browser: Browser, server: Any, language: str) -> None:
    chinese = json.loads(ZH.read_text(encoding="utf-8"))["texts"]
    t: Callable[[str], str] = (lambda text: text) if language == "en" else chinese.__getitem__
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.set_default_timeout(60_000)
    heard = _listen(page)
    page.goto(f"{server.url}?lang={language}")
    page.wait_for_selector(".sd-row")
    for place in [*range(TABS), 2]:
        _open_tab(page, place)
    _run_twice(page, t)
    _compare(page, t)
    _attend(page)
    for place in (1, 3, 2):
        _open_tab(page, place)
    page.reload()  # Train opens again
    page.wait_for_selector("#train-plot path[stroke='#0072B2']")
    page.wait_for_timeout(2 * SETTLES_MS)
    context.close()
    assert not heard


def test_only_vegas_word_on_versions_is_left_out(open_page: Callable[..., Page]) -> None:
    page = open_page()
    heard = _listen(page)
    page.evaluate(
        """() => {
            const vega = "The input spec uses Vega-Lite v5.17.0, but the current version";
            console.warn("WARN", `${vega} of Vega-Lite is v6.4.2.`);
            console.warn("WARN", 'Infinite extent for field "loss"');
            console.warn("Vega-Lite %s", "v6", 3);
            console.error("WARN", vega);
        }"""
    )
    assert [line.partition(":")[0] for line in heard] == ["warning", "warning", "error"]
    assert "Infinite extent" in heard[0] and "v6" in heard[1]
