"""Every preset leads from a click to what was recorded of it, and on to its verdict."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from visitor import SETTLES_MS, choose, fill

from shiftdemo.experiments.presets import PRESETS

OpenPage = Callable[..., Page]


def test_every_preset_leads_from_click_to_verdict(open_page: OpenPage) -> None:
    page = open_page(tab="Train")
    for one in PRESETS:
        page.locator(f"#preset-{one.name}").click()
        status = page.locator(".sd-run-box").first
        expect(status).to_contain_text(one.about)
        expect(status).to_contain_text("Recorded run (not live)")
        model = page.locator("#tab-train").get_by_label("Model", exact=True)
        expect(model).to_have_value(one.config.model)
        expect(page.locator("#tab-train .sd-sentence")).to_contain_text(one.config.model)
        expect(page.locator("#train-figures td").first).to_contain_text("base")
        expect(page.locator("#train-costs")).to_contain_text("TFLOP")
        page.locator("#train-compare").click()
        verdict = page.locator("#tab-compare .sd-verdict")
        expect(verdict).to_contain_text(f"recorded run (not live): {one.label}")
        expect(page.locator("#curve .main-svg").first).to_be_visible()
        base = page.locator("#tab-compare").get_by_label("Base model")
        expect(base).to_have_value(f"base · recorded: {one.label}")
        assert page.locator(".sd-message, .toast-body").all_inner_texts() == []
        page.get_by_role("tab", name="Train").click()
        page.wait_for_timeout(SETTLES_MS)


def test_a_recorded_run_keeps_no_weights_and_says_so(open_page: OpenPage) -> None:
    page = open_page(tab="Train")
    page.wait_for_timeout(SETTLES_MS)
    page.locator("#preset-learned").click()
    expect(page.locator("#train-zip")).to_be_disabled()
    page.locator("#train-compare").click()
    expect(page.locator("#tab-compare .sd-verdict")).to_contain_text("recorded run (not live)")
    page.locator("#compare-run").click()  # what was recorded, once more
    expect(page.locator("#tab-compare .sd-verdict")).to_contain_text("recorded run (not live)")
    page.locator("#compare-typed").click()
    message = page.locator("#tab-compare .sd-message")
    expect(message).to_contain_text("A recorded run keeps no weights")
    choose(page.locator("#tab-compare").get_by_label("Task"), "translation en→fr")
    verdict = page.locator("#tab-compare .sd-verdict")
    expect(verdict).to_contain_text("recorded (not live): bundled:translator")


@pytest.mark.timeout(300)
def test_a_preset_runs_again_on_the_spot(open_page: OpenPage) -> None:
    page = open_page(tab="Train")
    page.wait_for_timeout(SETTLES_MS)
    page.locator("#preset-delay").click()
    status = page.locator(".sd-run-box").first
    expect(status).to_contain_text("expect no gain")
    fill(page.get_by_label("Steps", exact=True), "12")
    expect(page.locator("#tab-train .sd-sentence")).to_contain_text("in 12 steps")
    page.locator("#train-start").click()
    expect(status).to_contain_text("Done", timeout=120_000)
    page.locator("#preset-learned").click()  # looks at it; the run that has ended is no hindrance
    expect(status).to_contain_text("Recorded run (not live)")
    page.locator("#train-start").click()
    expect(status).to_contain_text("Training", timeout=60_000)
    page.locator("#preset-rotary").click()  # a run that goes on stays on the page
    expect(page.locator("#tab-train").get_by_label("Model", exact=True)).to_have_value(
        "scratch:rotary"
    )
    expect(status).not_to_contain_text("Recorded run (not live)")
    page.locator("#train-stop").click()
    expect(status).to_contain_text("Stopped; what was trained is kept", timeout=30_000)
