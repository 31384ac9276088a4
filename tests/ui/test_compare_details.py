"""What stands below the curve, sentences by part, the report, typed sentences under a slider."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from visitor import choose, fill, open_section

OpenPage = Callable[..., Page]


def settled(open_page: OpenPage) -> Page:
    """Opens the tab, and waits for what it opens with: until then a section may close again."""
    page = open_page(tab="Compare")
    expect(page.locator("#tab-compare .sd-verdict")).to_contain_text("recorded (not live)")
    return page


@pytest.fixture
def compared(open_page: OpenPage) -> Page:
    """The tab after a short comparison of the bundled taggers."""
    page = settled(open_page)
    open_section(page, "Which sentences, at which positions")
    fill(page.get_by_label("Sentences", exact=True).locator("visible=true"), "30")
    fill(page.get_by_label("Offsets"), "0,32")
    page.locator("#compare-run").click()
    expect(page.locator("#tab-compare")).to_contain_text("n = 30 sentences", timeout=120_000)
    return page


def test_the_tables_and_the_sentences_of_a_part(compared: Page, tmp_path: Path) -> None:
    tab = compared.locator("#tab-compare")
    expect(tab.locator("#compare-scores table").first).to_contain_text("k = 32")
    for name, text in (
        ("By type", "micro average, without O"),
        ("Information", "information ≥, nats"),
        ("Controls and cost", "shuffled sources"),
        ("Differences", "seen from"),
        ("Why", "Benjamini and Hochberg"),
    ):
        tab.get_by_role("tab", name=name).click()
        expect(tab.locator(".sd-tables")).to_contain_text(text)
    part = tab.locator(".sd-pick", has_text="type PER")
    part.click()
    expect(part).to_have_attribute("aria-pressed", "true")
    shown = tab.locator(".sd-beside-curve .sd-only")
    expect(shown).to_have_text("Only: type PER")
    part.click()
    expect(shown).to_have_text("")
    tab.locator("select.sd-filter").select_option("better")
    expect(tab.locator(".sd-beside-curve .sd-example").first).to_be_visible()
    tab.locator("#compare-report").click()
    expect(tab.locator("#compare-download")).to_contain_text("MB", timeout=60_000)
    with compared.expect_download() as download:
        tab.locator("#compare-download").click()
    download.value.save_as(tmp_path / "a.zip")
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert sorted(archive.namelist()) == ["comparison.json", "report.html", "scores.csv"]
        page = archive.read("report.html").decode()
    assert page.startswith("<!-- python -m shiftdemo compare --task ner --base bundled:tagger")


def test_several_operators_make_a_table(open_page: OpenPage) -> None:
    page = settled(open_page)
    open_section(page, "Which sentences, at which positions")
    fill(page.get_by_label("Sentences", exact=True).locator("visible=true"), "16")
    box = page.locator("#compare-shifts input")
    for name in ("position_offset", "local_shuffle"):
        fill(box, name)
        box.press("Enter")
    fill(page.get_by_label("Strengths"), "0,2")
    page.locator("#compare-run").click()
    tab = page.locator("#tab-compare")
    expect(tab).to_contain_text("Trained on × tested on", timeout=120_000)
    expect(tab.locator("#curve .x2title")).to_contain_text("order of the words")


def test_typed_sentences_are_answered_anew_as_the_slider_moves(open_page: OpenPage) -> None:
    page = settled(open_page)
    tab = page.locator("#tab-compare")
    page.locator("#compare-typed").click()
    lead = tab.locator("#compare-typed-outputs .sd-note").first
    expect(lead).to_contain_text("position 32", timeout=60_000)
    sure = tab.locator("#compare-typed-outputs [title]").first
    expect(sure).to_have_attribute("title", re.compile(r"p = \d\.\d\d"))
    number = page.locator("#compare-typed-strength input[type=number]")
    number.fill("7")
    number.press("Enter")
    expect(lead).to_contain_text("position 7", timeout=60_000)
    choose(page.locator("#compare-typed-shift input"), "prefix_filler")
    page.locator("#compare-typed").click()
    expect(lead).to_contain_text("context in front", timeout=60_000)
    changed = tab.locator("#compare-typed-outputs .sd-example .sd-piece-different").first
    expect(changed).to_be_visible()
