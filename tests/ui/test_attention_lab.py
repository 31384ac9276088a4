"""The attention laboratory on the page: the slider, masks, windows, many sentences, files."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from visitor import choose, fill

OpenPage = Callable[..., Page]
FIGURE = "#attention-lab .sd-attention-figure svg"
SAID = "#attention-lab .sd-attention-said"
HOSTILE = '<img src=x onerror="window.hit=1"> ${window.hit=2} {{window.hit=3}} \\u{202e} in Paris .'


@pytest.fixture
def lab(open_page: OpenPage) -> Page:
    page = open_page(tab="Attention")
    expect(page.locator(FIGURE)).to_be_visible(timeout=60_000)
    return page


def _labels(page: Page) -> list[str]:
    return page.locator(f"{FIGURE} text").all_text_contents()


def test_it_opens_on_a_pair_and_follows_the_slider_and_the_operator(lab: Page) -> None:
    expect(lab.locator(SAID)).to_contain_text("moved from position 0 to 32: base turns to")
    assert "difference (▲ − ●)" in _labels(lab) and "<start>" in _labels(lab)
    slider = lab.locator("#attention-strength")
    slider.focus()
    lab.keyboard.press("ArrowRight")
    expect(lab.locator(SAID)).to_contain_text("to 33:")
    assert lab.evaluate("document.activeElement.id") == "attention-strength"
    lab.keyboard.press("Home")
    expect(lab.locator(SAID)).to_contain_text("at position 0: the two models")
    expect(lab.locator("#attention-lab")).to_contain_text("Move the slider, and this shows")
    for kind in ("encoder", "decoder"):
        lab.locator(f"#attention-lab .sd-choose[data-value={kind}]").click()
        expect(lab.locator(f"#attention-lab .sd-choose[data-value={kind}]")).to_have_attribute(
            "aria-checked", "true"
        )
    expect(lab.locator("#attention-lab .sd-attention-under")).to_contain_text("predicts the next")
    assert lab.locator(".sd-message").count() == 0

    # Another operator lines the same words up.
    lab.locator("#attention-lab .sd-choose[data-value=cross]").click()
    before = _labels(lab)
    lab.locator("#attention-operator").select_option("prefix_context")
    expect(lab.locator("#attention-lab")).to_contain_text("The models read:")
    expect(lab.locator(SAID)).to_contain_text("after prefix_context")
    words = [text for text in before if text.isalpha()]
    assert [text for text in _labels(lab) if text.isalpha()] == words
    box = lab.locator(f"{FIGURE} image").first.bounding_box()
    assert box is not None
    lab.mouse.move(box["x"] + 10, box["y"] + 10)
    expect(lab.locator(".sd-attention-tip")).to_contain_text("on tokens that are not shown")

    lab.locator("#attention-files").click()
    expect(lab.locator("#attention-download")).to_contain_text("MB", timeout=60_000)
    with lab.expect_download() as saving:
        lab.locator("#attention-download").click()
    assert saving.value.suggested_filename.endswith(".zip")


def test_a_row_is_explained_a_word_is_masked_and_hostile_text_stays_text(lab: Page) -> None:
    box = lab.locator(f"{FIGURE} image").first.bounding_box()
    assert box is not None
    lab.mouse.click(box["x"] + 20, box["y"] + 60)
    expect(lab.locator(".sd-attention-pinned")).to_contain_text("gradient × input")
    expect(lab.locator(".sd-attention-pinned")).to_contain_text("Attention is not explanation")
    lab.locator("#attention-lab .sd-choose[data-value=encoder]").click()
    box = lab.locator(f"{FIGURE} image").first.bounding_box()
    assert box is not None
    lab.mouse.click(box["x"] + 20, box["y"] + 30)
    lab.get_by_role("button", name="mask this word").click()
    expect(lab.locator(SAID)).to_contain_text("masked")
    expect(lab.locator(".sd-attention-outputs").first).to_contain_text("masked")
    lab.get_by_role("button", name=re.compile("^unmask ")).click()
    expect(lab.locator(SAID)).to_contain_text("moved from position 0")

    # Hostile text stays text.
    fill(lab.locator("#attention-text textarea, #attention-text input").first, HOSTILE)
    lab.locator("#attention-run").click()
    expect(lab.locator(FIGURE)).not_to_contain_text("park", timeout=60_000)
    lab.locator("#attention-operator").select_option("prefix_filler")
    expect(lab.locator("#attention-lab")).to_contain_text("The models read:")
    expect(lab.locator("#attention-lab")).to_contain_text("<img src=x")
    for view in ("lines", "heads", "profile", "heat"):
        lab.locator(f"#attention-lab .sd-choose[data-value={view}]").click()
    assert lab.evaluate("window.hit") is None
    assert lab.locator("img[src='x']").count() == 0


def test_a_long_sentence_is_looked_at_through_a_window(lab: Page) -> None:
    choose(lab.locator("#tab-attention").get_by_label("Task"), "entity tagging")
    expect(lab.locator(FIGURE)).not_to_contain_text("<start>", timeout=60_000)
    text = "Ada lives in Paris and reads a long book about Berlin . " * 12
    fill(lab.locator("#attention-text textarea, #attention-text input").first, text)
    lab.locator("#attention-run").click()
    strip = lab.locator("#attention-lab .sd-overview")
    expect(strip).to_contain_text("1 to 64 of", timeout=60_000)
    frame = strip.locator("svg").bounding_box()
    assert frame is not None
    lab.mouse.click(frame["x"] + 0.9 * frame["width"], frame["y"] + 5)
    expect(strip).not_to_contain_text("1 to 64 of")
    assert lab.locator(".sd-message").count() == 0


def test_many_sentences_are_measured_and_stopped(lab: Page) -> None:
    many = lab.locator("#tab-attention")
    fill(lab.locator("#many-n input[type=number]"), "10")
    lab.locator("#many-run").click()
    expect(many).to_contain_text("10 sentences of the built-in corpus", timeout=120_000)
    expect(many).to_contain_text("Does cross-attention align words?")
    expect(lab.locator("#attention-many svg").first).to_be_visible()
    assert lab.locator("#attention-many table").last.locator("tr").count() == 5
    fill(lab.locator("#many-n input[type=number]"), "400")
    lab.locator("#many-run").click()
    expect(many).to_contain_text(re.compile(r"\d s left"), timeout=60_000)
    many.get_by_role("button", name="Cancel").click()
    expect(many).to_contain_text(re.compile(r"[1-9]\d* sentences of the built-in corpus|Stopped"))
    expect(many.get_by_text(re.compile(r"\d s left")).locator("visible=true")).to_have_count(0)
