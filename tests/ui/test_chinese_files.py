"""Chinese files on the page: built, trained on and compared, scored by characters."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import chinese_files
from playwright.sync_api import Page, expect
from visitor import SETTLES_MS, choose, fill, open_section

OpenPage = Callable[..., Page]


def trained(page: Page, task: str, train: Path, held: Path) -> None:
    """Trains both arms on two files, and goes on to Compare with them."""
    page.get_by_role("tab", name="Train").click()
    tab = page.locator("#tab-train")
    choose(tab.get_by_label("Task"), task)
    fill(page.get_by_label("Steps", exact=True), "4")
    open_section(page, "Data")
    tab.get_by_label("file", exact=True).check()
    uploads = tab.locator("input[type=file]")
    uploads.first.set_input_files(train)
    expect(tab.locator("#train-read .sd-read")).to_have_count(1)
    uploads.last.set_input_files(held)
    expect(tab.locator("#train-read .sd-read")).to_have_count(2)
    page.locator("#train-start").click()
    expect(page.locator(".sd-run-box").first).to_contain_text("Done", timeout=120_000)
    page.locator("#train-compare").click()
    base = page.locator("#tab-compare").get_by_label("Base model")
    expect(base).to_have_value(re.compile("base · scratch:learned"))
    page.wait_for_timeout(SETTLES_MS)
    open_section(page, "Which sentences, at which positions")
    fill(page.get_by_label("Sentences", exact=True).locator("visible=true"), "8")
    fill(page.get_by_label("Offsets"), "0,4")
    page.locator("#compare-run").click()
    expect(page.locator("#tab-compare")).to_contain_text("n = 8 sentences", timeout=120_000)


def test_pairs_are_built_trained_and_compared(open_page: OpenPage, tmp_path: Path) -> None:
    chinese_files.write_pairs(tmp_path)
    page = open_page()
    page.get_by_label("file", exact=True).first.check()
    page.locator("#build-file input[type=file]").set_input_files(tmp_path / "held.csv")
    expect(page.locator(".sd-texts dd").first).to_contain_text("like")
    trained(page, "translation en→fr", tmp_path / "train.csv", tmp_path / "held.csv")


def test_tags_are_built_trained_and_compared(open_page: OpenPage, tmp_path: Path) -> None:
    chinese_files.write_tags(tmp_path)
    page = open_page()
    page.get_by_label("entity tagging").first.check()
    page.get_by_label("file", exact=True).first.check()
    page.locator("#build-file input[type=file]").set_input_files(tmp_path / "held.bio")
    expect(page.locator("#build-read .sd-read")).to_contain_text("the tags are BMES")
    expect(page.locator("#tab-build .sd-word .sd-text").first).to_have_text("张")
    trained(page, "entity tagging", tmp_path / "train.bio", tmp_path / "held.bio")
