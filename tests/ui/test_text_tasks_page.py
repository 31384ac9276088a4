"""Language modelling and classification on the page: examples, outputs, attention, a phone."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect
from visitor import choose, fill

OpenPage = Callable[..., Page]


def test_language_modelling_shows_what_the_decoder_sees(open_page: OpenPage) -> None:
    page = open_page()
    page.get_by_label("language modelling").first.check()
    text = "She reads a long book in the old garden."
    expect(page.locator(".sd-texts dd")).to_have_text([text, f"{text} long"])
    rows = page.locator(".sd-decoder tr")
    assert rows.nth(1).locator("td").all_inner_texts()[:3] == ["<s>", "She", "reads"]
    assert rows.nth(2).locator("td").all_inner_texts()[:3] == ["She", "reads", "a"]


def test_classification_keeps_its_label(open_page: OpenPage) -> None:
    page = open_page()
    page.get_by_label("text classification").first.check()
    text = "The film is long and the end is very good."
    expect(page.locator(".sd-texts dd")).to_have_text([text, f"{text} good", "positive"])
    assert page.locator(".sd-decoder").count() == 0
    page.get_by_label("typed text").check()
    fill(page.locator("#build-target textarea"), "mixed")
    expect(page.locator(".sd-texts dd").nth(2)).to_have_text("mixed")


def test_the_built_in_corpus_is_built_for_both(open_page: OpenPage) -> None:
    page = open_page()
    for label in ("language modelling", "text classification"):
        page.get_by_label(label).first.check()
        page.get_by_label("built-in corpus").first.check()
        page.get_by_role("button", name="Build the set").click()
        expect(page.locator("#set-plot .main-svg").first).to_be_visible()
        expect(page.get_by_text("200 sentences, 200 of them shifted.").first).to_be_visible()


def test_typed_texts_are_foreseen_and_gone_on_with(open_page: OpenPage) -> None:
    page = open_page()
    page.get_by_role("tab", name="Compare").click()
    tab = page.locator("#tab-compare")
    choose(tab.get_by_label("Task"), "language modelling")
    expect(tab.locator("#compare-text textarea")).to_have_value(
        "The old man went to the river.\nThey are reading a"
    )
    expect(tab.get_by_label("Base model")).to_have_value("base · bundled:language_model")
    page.locator("#compare-typed").click()
    expect(tab.locator("#compare-typed-outputs .sd-example").first).to_contain_text(
        "nats a token", timeout=60_000
    )
    expect(tab.locator("#compare-typed-outputs .sd-example").first).to_contain_text("goes on:")


def test_attention_of_a_language_model_is_its_decoder_s(open_page: OpenPage) -> None:
    page = open_page()
    page.get_by_role("tab", name="Attention").click()
    tab = page.locator("#tab-attention")
    choose(tab.get_by_label("Task"), "language modelling")
    expect(tab.get_by_label("Model", exact=True)).to_have_value("base · bundled:language_model")
    page.locator("#attention-run").click()
    # The tab has opened on the translator's.
    figure = page.locator("#attention-lab .sd-attention-figure")
    expect(figure).to_contain_text("river", timeout=60_000)
    expect(figure).to_contain_text("<start>")
    expect(page.locator("#attention-lab .sd-attention-under")).to_contain_text("predicts the next")


def test_four_tasks_fit_a_phone(open_page: OpenPage) -> None:
    page = open_page(width=390, height=844)
    radio = page.locator("#tab-build").get_by_label("text classification").first
    radio.check()
    boxes = [radio.locator("xpath=ancestor::label").bounding_box()]
    for tab in ("Compare", "Attention"):
        page.get_by_role("tab", name=tab).click()
        box = page.locator(f"#tab-{tab.lower()}").get_by_label("Task")
        choose(box, "text classification")
        boxes.append(box.bounding_box())
    for box in boxes:
        assert box is not None and box["x"] >= 0 and box["x"] + box["width"] <= 390
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390
