"""The page where positions do not reach any model: nothing flat is drawn, and a tick goes on."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest
from pageserver import ROOT, Server, opening, serving
from playwright.sync_api import Browser, Page, expect
from visitor import SETTLES_MS, fill, open_section


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server in which no lookup of positions is recognised."""
    path = f"{ROOT / 'tests' / 'broken'}{os.pathsep}{ROOT}"
    with serving(tmp_path_factory.mktemp("broken"), PYTHONPATH=path) as started:
        yield started


def _start(page: Page) -> None:
    fill(page.get_by_label("Steps", exact=True), "4")
    open_section(page, "Data")
    fill(page.get_by_label("Training sentences", exact=True), "64")
    page.locator("#train-start").click()


def test_the_page_refuses_what_would_be_flat_and_goes_on_as_a_control(
    browser: Browser, broken: Server
) -> None:
    with opening(browser, broken) as open_page:
        _refused_and_allowed(open_page)


def _refused_and_allowed(open_page: Callable[..., Page]) -> None:
    page = open_page(tab="Train")
    _start(page)
    status = page.locator(".sd-run-box").first
    said = "position_offset does not reach scratch:learned"
    expect(status).to_contain_text(said, timeout=60_000)
    expect(status).to_contain_text("a fault of shiftdemo")
    tick = page.get_by_label("Go on as a control").locator("visible=true")
    expect(tick).to_have_count(0)  # nobody but us can mend it

    page.locator("#tab-train input[aria-label='Shift operator']").click()
    page.get_by_role("option", name="drop").click()
    page.wait_for_timeout(SETTLES_MS)
    page.locator("#train-start").click()
    expect(status).to_contain_text("Done", timeout=60_000)

    page.locator("#train-compare").click()
    page.wait_for_timeout(SETTLES_MS)
    strength = page.locator("#compare-typed-strength input[type=number]")
    fill(strength, "5")
    strength.press("Enter")
    page.locator("#compare-typed").click()
    message = page.locator("#tab-compare .sd-message")  # of each part beside its button
    expect(message).to_contain_text("Offset 5 does not reach the model", timeout=60_000)
    expect(page.locator("#tab-compare")).not_to_contain_text("First word at position 5;")
    expect(tick).to_be_visible()

    open_section(page, "Which sentences, at which positions")
    fill(page.get_by_label("Sentences", exact=True).locator("visible=true"), "20")
    fill(page.get_by_label("Offsets"), "0,8")
    page.locator("#compare-run").click()
    expect(message.first).to_contain_text("Offset 8 does not reach the model", timeout=60_000)
    tick.check()
    page.locator("#compare-run").click()
    verdict = page.locator(".sd-verdict")
    expect(verdict).to_contain_text("Warning (base): Offset 8 does not reach", timeout=60_000)
    expect(message.filter(has_text="Offset 8")).to_have_count(0)
