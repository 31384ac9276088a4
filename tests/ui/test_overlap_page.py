"""The page where held-out sentences are in training too: said with their count, and a tick."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect
from visitor import SETTLES_MS, fill, open_section


def test_a_run_on_one_file_for_both_is_refused_and_goes_on_with_the_tick(
    open_page: Callable[..., Page], tmp_path: Path
) -> None:
    row = '{"words": ["Ada", "saw", "Town%d", "."], "tags": ["B-PER", "O", "B-LOC", "O"]}\n'
    file = tmp_path / "mine.jsonl"
    file.write_text("".join(row % i for i in range(40)), encoding="utf-8")
    page = open_page(tab="Train")
    fill(page.get_by_label("Steps", exact=True), "4")
    open_section(page, "Data")
    page.locator("#tab-train").get_by_label("file", exact=True).check()
    page.wait_for_timeout(SETTLES_MS)
    for _ in range(2):  # a box that has its file is no box any more
        page.locator("#tab-train input[type=file]").last.set_input_files(file)
        page.wait_for_timeout(SETTLES_MS)
    tick = page.get_by_label("Go on, although held-out").locator("visible=true")
    expect(tick).to_have_count(0)
    page.locator("#train-start").click()
    status = page.locator(".sd-run-box").first
    said = "40 of 40 held-out sentences are in training too (the first: 'Ada saw Town0 .')"
    expect(status).to_contain_text(said, timeout=60_000)
    expect(tick).to_be_visible()

    tick.check()
    page.locator("#train-start").click()
    expect(status).to_contain_text("Done", timeout=60_000)
    expect(page.locator("#train-notes")).to_contain_text("held-out figures flatter the model")
