"""The page as a visitor meets it: first paint, languages, widths, hosts, hostile input."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

HOSTILE = '<img src=x onerror="window.hit=1"> ${window.hit=2} {{constructor}} <b>bold</b>'
OpenPage = Callable[..., Page]


def _texts(page: Page) -> list[str]:
    return page.locator(".sd-texts dd").all_inner_texts()


def _choose_operator(page: Page, tab: str, name: str) -> None:
    page.locator(f"#{tab} .sd-operator input").first.click()
    page.get_by_role("option", name=name).click()


def _parameter(page: Page, name: str) -> Locator:
    return page.locator(f"#build-{name} textarea, #build-{name} input").first


def _fill(page: Page, box: str, text: str) -> None:
    page.locator(f"{box} textarea, {box} input").first.fill(text)


def test_page_is_interactive_within_seconds_of_a_cold_start(
    server: object, open_page: OpenPage
) -> None:
    began = time.perf_counter()
    page = open_page()
    assert _texts(page)[1] == "I we are going to build a language model a"
    # Generous, for a loaded machine: the aim is 5 s in all.
    assert server.seconds_to_start + time.perf_counter() - began < 30  # type: ignore[attr-defined]


def test_worked_example_is_drawn_at_once(open_page: OpenPage) -> None:
    page = open_page()
    assert _texts(page) == [
        "I we are going to build a language model",
        "I we are going to build a language model a",
        "Nous allons construire un modèle linguistique",
        "Nous allons construire un modèle linguistique modèle",
    ]
    copied = page.locator(".sd-word.sd-is-copied .sd-text")
    assert copied.all_inner_texts() == ["a", "modèle"]
    first = page.locator(".sd-decoder tr").nth(1).locator("td").all_inner_texts()
    assert first[:3] == ["<s>", "Nous", "allons"]


def test_status_goes_from_warming_up_to_ready(open_page: OpenPage) -> None:
    page = open_page()
    expect(page.locator(".sd-status").first).to_contain_text("ready", timeout=60_000)


def test_a_parameter_changes_the_result(open_page: OpenPage) -> None:
    page = open_page()
    _parameter(page, "append_copy-word").fill("language")
    expect(page.locator(".sd-texts dd").nth(1)).to_have_text(
        "I we are going to build a language model language"
    )


def test_another_operator_brings_its_own_form(open_page: OpenPage) -> None:
    page = open_page()
    _choose_operator(page, "tab-build", "position_offset")
    expect(page.get_by_label("max_offset")).to_be_visible()
    _parameter(page, "position_offset-fixed").fill("7")
    expect(page.locator(".sd-words").nth(1).locator(".sd-position").first).to_have_text("7")
    expect(page.locator(".sd-texts dd").nth(1)).to_have_text(
        "I we are going to build a language model"
    )


def test_tagging_example_carries_its_tags(open_page: OpenPage) -> None:
    page = open_page()
    page.get_by_label("entity tagging").first.check()
    expect(page.locator(".sd-words").nth(1).locator(".sd-tag").first).to_have_text("B-PER")
    expect(page.locator(".sd-word.sd-is-copied .sd-text")).to_have_text("London")


def test_hostile_text_is_shown_as_text(open_page: OpenPage) -> None:
    page = open_page()
    page.get_by_label("typed text").check()
    _fill(page, "#build-text", HOSTILE)
    _fill(page, "#build-target", HOSTILE)
    _parameter(page, "append_copy-word").fill("bold")
    _parameter(page, "append_copy-target_word").fill("")
    expect(page.locator(".sd-texts dd").first).to_have_text(HOSTILE)
    expect(page.locator(".sd-texts dd").nth(1)).to_have_text(f"{HOSTILE} bold")
    _parameter(page, "append_copy-word").fill("<img src=x onerror='window.hit=3'>")
    expect(page.locator(".sd-note-strong").first).to_contain_text("<img src=x")
    for tab, box in (("Compare", "#compare-text"), ("Attention", "#attention-text")):
        page.get_by_role("tab", name=tab).click()
        _fill(page, box, HOSTILE)
    page.locator("#attention-run").click()
    expect(page.locator("#tab-attention .sd-message, #heatmap:visible").first).to_be_visible()
    assert page.evaluate("window.hit") is None
    assert page.locator("img[src='x']").count() == 0


def test_a_bad_file_gives_one_sentence_and_the_page_stays_up(
    open_page: OpenPage, tmp_path: Path
) -> None:
    bad, good = tmp_path / "pairs.jsonl", tmp_path / "pairs.csv"
    bad.write_text('{"source": "a", "target": "b"}\nnot json\n', encoding="utf-8")
    good.write_text("source,target\nA cat sleeps.,Un chat dort.\n", encoding="utf-8")
    page = open_page()
    page.get_by_label("file", exact=True).first.check()
    chooser = page.locator("#build-file input[type=file]")
    chooser.set_input_files(bad)
    message = page.locator("#tab-build .sd-message").first
    expect(message).to_contain_text("pairs.jsonl, line 2 is not JSON")
    assert str(tmp_path) not in message.inner_text()
    page.locator("#build-file").get_by_label(re.compile("clear|remove", re.I)).first.click()
    chooser.set_input_files(good)
    expect(page.locator(".sd-texts dd").first).to_have_text("A cat sleeps.")
    expect(message).to_be_hidden()


def test_a_set_is_built_and_downloaded(open_page: OpenPage, tmp_path: Path) -> None:
    page = open_page()
    page.get_by_label("built-in corpus").first.check()
    _parameter(page, "append_copy-word").fill("")
    _parameter(page, "append_copy-target_word").fill("")
    page.get_by_role("button", name="Build the set").click()
    expect(page.locator(".sd-set").first).to_contain_text("200 sentences, 200 of them shifted.")
    with page.expect_download() as download:
        page.get_by_role("button", name="JSONL").click()
    download.value.save_as(tmp_path / "set.jsonl")
    assert len((tmp_path / "set.jsonl").read_text(encoding="utf-8").splitlines()) == 200


@pytest.mark.parametrize(
    ("query", "locale", "word"),
    [("?lang=zh", "en-US", "构建"), ("", "zh-CN", "构建"), ("?lang=en", "zh-CN", "Build")],
)
def test_language_follows_the_link_then_the_browser(
    open_page: OpenPage, query: str, locale: str, word: str
) -> None:
    page = open_page(query, locale=locale)
    expect(page.get_by_role("tab").first).to_have_text(word)
    expect(page.locator(".sd-legend .sd-key").first).to_have_text(
        "未动" if word == "构建" else "kept in place"
    )


@pytest.mark.parametrize("query", ["", "?lang=zh"])
def test_phone_width_never_scrolls_the_page_sideways(open_page: OpenPage, query: str) -> None:
    page = open_page(query, width=390, height=844)
    for place in range(4):
        page.get_by_role("tab").nth(place).click()
        page.wait_for_timeout(400)
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= 390, f"tab {place} is {width} px wide"


def test_no_request_leaves_the_host(browser: Browser, server: object) -> None:
    url = server.url  # type: ignore[attr-defined]
    context = browser.new_context()
    asked: list[str] = []
    page = context.new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.goto(url)
    page.wait_for_selector(".sd-word")
    for place in range(4):
        page.get_by_role("tab").nth(place).click()
        page.wait_for_timeout(300)
    context.close()
    outside = [one for one in asked if not one.startswith((url, "data:", "blob:"))]
    assert asked and not outside
