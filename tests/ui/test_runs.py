"""A run from the page to its end: live plots, Compare, Attention, several runs in one plot."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect
from visitor import SETTLES_MS, fill, open_section, start_run

OpenPage = Callable[..., Page]


def _lines(page: Page, plot: str) -> int:
    return page.locator(f"{plot} path[stroke='#0072B2'], {plot} path[stroke='#D55E00']").count()


def test_a_run_is_watched_compared_and_looked_at(open_page: OpenPage) -> None:
    page = open_page(tab="Train")
    expect(page.locator(".sd-run-box").first).to_contain_text("Recorded run (not live)")
    expect(page.locator("#tab-train .sd-legend")).to_contain_text("light: shifted")
    open_section(page, "More settings")
    fill(page.get_by_label("number input for Seeds"), "2")
    start_run(page, steps=16)
    status = page.locator(".sd-run-box").first
    expect(status).to_contain_text("Done", timeout=120_000)
    expect(status).to_contain_text("32 / 32")
    assert _lines(page, "#train-plot") >= 2
    expect(page.locator("#tab-train .sd-draws-table td").first).to_contain_text("base")

    page.locator("#train-compare").click()
    expect(page.locator("#compare-run")).to_be_visible()
    page.wait_for_timeout(SETTLES_MS)
    page.locator("#compare-typed").click()
    expect(page.locator("#compare-typed-outputs .sd-example").first).to_contain_text(
        "Ada Lovelace", timeout=60_000
    )
    open_section(page, "Which sentences, at which positions")
    fill(page.get_by_label("Sentences", exact=True).locator("visible=true"), "20")
    fill(page.get_by_label("Offsets"), "0,8")
    page.locator("#compare-run").click()
    expect(page.locator(".sd-verdict")).to_contain_text(
        "over 2 seeds and the sentences", timeout=120_000
    )
    expect(page.locator("#tab-compare .main-svg").first).to_be_visible()
    expect(page.locator("#tab-compare")).to_contain_text("n = 20 sentences")

    page.get_by_role("tab", name="Attention").click()
    page.wait_for_timeout(SETTLES_MS)
    page.locator("#attention-run").click()
    expect(page.locator("#attention-lab .sd-attention-figure svg").first).to_be_visible(
        timeout=60_000
    )
    expect(page.locator("#tab-attention")).to_contain_text("difference")
    assert page.locator(".sd-message").count() == 0


def test_curves_show_every_step_logs_and_an_earlier_run(open_page: OpenPage) -> None:
    page = open_page(tab="Train")
    status = page.locator(".sd-run-box").first
    open_section(page, "More settings")
    page.locator("#train-arms").get_by_text("untrained start", exact=True).click()
    fill(page.locator("#train-other textarea, #train-other input"), "shuffled=local_shuffle:k=2")
    for number in range(2):
        if number:
            page.locator("#train-start").click()
            expect(page.locator("#train-start")).to_be_disabled()
        else:
            start_run(page, steps=24)
        expect(status).to_contain_text("Done", timeout=120_000)
        expect(page.locator("#train-start")).to_be_enabled(timeout=60_000)
    table = page.locator("#train-figures")
    for arm in ("base", "shift-trained", "untrained", "shuffled"):
        expect(table).to_contain_text(arm)
    plot = page.locator("#train-plot")
    expect(plot.locator("path[stroke='#CC79A7']").first).to_be_attached()  # the fourth arm
    assert plot.locator("path[stroke='#73B1D5']").count() == 0
    page.locator("#train-raw input").click()
    expect(plot.locator("path[stroke='#73B1D5']").first).to_be_attached()  # base, unsmoothed
    page.locator("#train-log input").click()
    expect(plot).to_contain_text("log10 of the loss")
    page.locator("#train-under input").click()
    page.get_by_role("option").nth(1).click()
    expect(plot.locator("path[stroke='#7A7F8C']").first).to_be_attached()
    keys = page.locator("#tab-train .sd-legend")
    for name in ("base", "shift-trained", "untrained", "shuffled"):
        expect(keys).to_contain_text(re.compile(rf"run [0-9a-f]{{4}}: {name}"))
    expect(keys).to_contain_text("light: shifted, unsmoothed")
    assert page.locator(".sd-message").count() == 0


def test_the_untrained_start_is_compared_beside_the_two(open_page: OpenPage) -> None:
    page = open_page(tab="Train")
    open_section(page, "More settings")
    page.locator("#train-arms").get_by_text("untrained start", exact=True).click()
    start_run(page, steps=16)
    status = page.locator(".sd-run-box").first
    expect(status).to_contain_text("Done", timeout=120_000)
    page.locator("#train-compare").click()
    page.wait_for_timeout(SETTLES_MS)
    open_section(page, "Which sentences, at which positions")
    fill(page.get_by_label("Sentences", exact=True).locator("visible=true"), "20")
    fill(page.get_by_label("Offsets"), "0,8")
    page.locator("#compare-others input").click()
    page.get_by_role("option", name=re.compile("untrained")).first.click()
    page.keyboard.press("Escape")
    page.locator("#compare-run").click()
    legend = page.locator("#curve .legendtext")
    expect(legend).to_have_text(["base", "shift-trained", "untrained"], timeout=120_000)
    expect(page.locator("#tab-compare .sd-draws-outputs").first).to_contain_text("untrained")
