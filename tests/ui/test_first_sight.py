"""The Start tab, and what a visitor sees of every tab without scrolling."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from visitor import SETTLES_MS

from shiftdemo.experiments.first_look import EXAMPLES
from shiftdemo.experiments.presets import TRANSLATION

OpenPage = Callable[..., Page]
HOSTILE = '<img src=x onerror="window.hit=1"> in Paris'
# The main picture of each tab.
PICTURES = {
    "Start": ".sd-start-split",
    "Build": "#tab-build .sd-words >> nth=1",
    "Train": "#held-plot",
    "Compare": "#curve",
    "Attention": "#attention-lab .sd-attention-figure",
}
DRAWN = {
    "Train": "#held-plot path[stroke]",
    "Compare": "#curve .main-svg",
    "Attention": "#attention-lab .sd-attention-figure svg",
}


def _row(page: Page, task: int, arm: str) -> str:
    return page.locator(f".sd-row-{arm} .sd-answer").nth(task).inner_text()


@pytest.mark.parametrize("tab", PICTURES)
def test_the_picture_of_a_tab_is_on_the_screen(open_page: OpenPage, tab: str) -> None:
    sizes = {(1280, 720): 0, (1440, 900): 0, (390, 844): 600}
    for (width, height), lowest in sizes.items():
        page = open_page(width=width, height=height, tab=tab)
        if tab in DRAWN:
            expect(page.locator(DRAWN[tab]).first).to_be_attached(timeout=60_000)
        page.wait_for_timeout(SETTLES_MS)
        box = page.locator(PICTURES[tab]).bounding_box()
        assert box is not None
        if lowest:
            assert box["y"] < lowest, f"{tab} at {width} px begins at {box['y']:.0f}"
        else:
            end = box["y"] + box["height"]
            assert end <= height, f"{tab} at {width} px ends at {end:.0f}"


def test_the_slider_moves_recorded_answers_and_the_curves(open_page: OpenPage) -> None:
    page = open_page(tab="Start")
    assert page.locator(".sd-place").inner_text() == "32"
    assert _row(page, 0, "base") != _row(page, 0, "shift")
    expect(page.locator(".sd-source")).to_have_text("recorded answers")
    slider = page.locator("#start-position")
    slider.focus()
    for _ in range(32):
        page.keyboard.press("ArrowLeft")
    expect(page.locator(".sd-place")).to_have_text("0")
    expect(page.locator(".sd-said")).to_have_text(["= same as position 0"] * 4)
    expect(page.locator(".sd-readout").first).to_contain_text("measured at 0")
    page.keyboard.press("End")
    expect(page.locator(".sd-place")).to_have_text("64")
    expect(page.locator(".sd-readout").first).to_contain_text("measured at 64")


def test_most_examples_show_the_difference_in_both_tasks(open_page: OpenPage) -> None:
    page = open_page(tab="Start")
    differ = [0, 0]
    for name in EXAMPLES:
        page.locator(".sd-chip", has_text=name).click()
        for task in (0, 1):
            base, shift = (
                page.locator(f".sd-row-{arm} .sd-answer").nth(task).inner_html()
                for arm in ("base", "shift")
            )
            differ[task] += base.replace(" sd-changed", "") != shift.replace(" sd-changed", "")
    assert min(differ) >= 4, differ


def test_a_typed_sentence_is_answered_live(open_page: OpenPage) -> None:
    page = open_page(tab="Start")
    page.locator("#start-text").fill("The children are playing in Madrid.")
    expect(page.locator(".sd-source")).to_have_text("computed now", timeout=60_000)
    expect(page.locator(".sd-row-shift .sd-answer").nth(1)).to_contain_text("Madrid")
    page.locator("#start-text").fill("")
    expect(page.locator("#start-answers")).to_contain_text("Type a sentence")
    page.locator("#start-text").fill(HOSTILE)
    expect(page.locator(".sd-source")).to_have_text("computed now", timeout=60_000)
    assert page.evaluate("window.hit") is None and page.locator("img[src='x']").count() == 0


def test_doors_take_the_sentence_along(open_page: OpenPage) -> None:
    page = open_page(tab="Start")
    page.locator(".sd-chip", has_text="Berlin").click()
    page.locator("#door-build").click()
    expect(page.locator("#tab-build .sd-texts dd").first).to_have_text(EXAMPLES["Berlin"])
    moved = page.locator("#tab-build .sd-words").nth(1).locator(".sd-position").first
    expect(moved).to_have_text("32")
    page.get_by_role("tab", name="Start").click()
    expect(page.locator(".sd-chip[aria-pressed=true]")).to_have_text("Berlin")
    page.locator("#door-attention").click()
    expect(page.locator("#attention-text textarea, #attention-text input")).to_have_value(
        EXAMPLES["Berlin"]
    )
    expect(page.locator("#attention-lab .sd-attention-figure svg").first).to_be_visible(
        timeout=60_000
    )
    page.get_by_role("tab", name="Start").click()
    page.locator("#door-train").click()
    expect(page.locator("#tab-train").get_by_label("Model", exact=True)).to_have_value(
        "bundled:translator"
    )
    expect(page.locator("#tab-train").get_by_label("Steps", exact=True)).to_have_value(
        str(TRANSLATION.config.steps)
    )


def test_chinese_start_is_chinese(open_page: OpenPage) -> None:
    page = open_page("?lang=zh", tab="Start")
    expect(page.locator(".sd-row-title")).to_contain_text(["法语译文", "实体 PER 人物"])
    expect(page.locator(".sd-gain p")).to_contain_text("移位训练")
    expect(page.locator(".sd-source")).to_have_text("录制的回答")
