"""Question answering and summarization on the page: built, trained, compared, looked at."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from visitor import SETTLES_MS, choose, fill, open_section, start_run

OpenPage = Callable[..., Page]


def test_a_question_is_shown_with_its_answer_marked(open_page: OpenPage) -> None:
    page = open_page()
    page.get_by_label("question answering").first.check()
    build = page.locator("#tab-build")
    expect(build.get_by_text("Question: Where did Anna go? Answer: Paris").first).to_be_visible()
    marked = build.locator(".sd-word:has(.sd-tag) .sd-text")
    expect(marked.first).to_have_text("Paris")
    page.get_by_label("typed text").check()
    fill(page.locator("#build-target textarea"), "")
    expect(build.get_by_text("Answer: none in the context").first).to_be_visible()


def test_a_report_is_shown_with_its_summary(open_page: OpenPage) -> None:
    page = open_page()
    page.get_by_label("summarization").first.check()
    expect(page.locator(".sd-texts dd").last).to_have_text("Anna went to Paris.")


@pytest.mark.parametrize("label", ["question answering", "summarization"])
def test_the_built_in_corpus_is_built(open_page: OpenPage, label: str) -> None:
    page = open_page()
    page.get_by_label(label).first.check()
    operator = page.locator("#tab-build").get_by_label("Shift operator")
    expect(operator).not_to_have_value("append_copy")
    page.get_by_label("built-in corpus").first.check()
    page.wait_for_timeout(SETTLES_MS)
    page.get_by_role("button", name="Build the set").click()
    expect(page.get_by_text("200 sentences, ").first).to_be_visible(timeout=60_000)


@pytest.mark.parametrize("label", ["question answering", "summarization"])
def test_both_arms_are_trained_compared_and_looked_at(open_page: OpenPage, label: str) -> None:
    page = open_page(tab="Train")
    choose(page.locator("#tab-train").get_by_label("Task"), label)
    start_run(page, steps=4)
    choose(page.locator("#tab-train").get_by_label("Answer in training"), "in the first sentence")
    status = page.locator(".sd-run-box").first
    expect(status).to_contain_text("Done", timeout=120_000)
    page.locator("#train-compare").click()
    base = page.locator("#tab-compare").get_by_label("Base model")
    expect(base).to_have_value(re.compile("base · scratch:learned"))
    page.wait_for_timeout(SETTLES_MS)
    page.locator("#compare-typed").click()
    typed = page.locator("#compare-typed-outputs .sd-example")
    expect(typed).to_have_count(2, timeout=60_000)
    expect(typed.first).to_contain_text("Anna went to Paris")
    open_section(page, "Which sentences, at which positions")
    fill(page.get_by_label("Sentences", exact=True).locator("visible=true"), "20")
    fill(page.get_by_label("Offsets"), "0,8")
    page.locator("#compare-run").click()
    expect(page.locator("#tab-compare")).to_contain_text("n = 20 sentences", timeout=120_000)
    page.get_by_role("tab", name="Attention").click()
    tab = page.locator("#tab-attention")
    choose(tab.get_by_label("Task"), label)
    expect(tab.get_by_label("Model", exact=True)).to_have_value(re.compile("base · scratch:"))
    page.locator("#attention-run").click()
    # The tab has opened on the tagger's, which has none of these; not every token has a tick.
    ticks = page.locator("#attention-lab .sd-attention-figure text")
    words = re.compile("bought|bicycle|Anna|cook|bread")
    expect(ticks.filter(has_text=words).first).to_be_attached(timeout=60_000)
    assert page.locator(".sd-message").count() == 0


def test_the_place_of_the_answer_is_asked_of_documents_alone(open_page: OpenPage) -> None:
    page = open_page(tab="Train")
    open_section(page, "Data")
    tab = page.locator("#tab-train")
    expect(tab.get_by_label("Names in training")).to_be_visible()
    expect(tab.get_by_label("Answer in training")).to_be_hidden()
    choose(tab.get_by_label("Task"), "summarization")
    expect(tab.get_by_label("Answer in training")).to_be_visible()
    expect(tab.get_by_label("Answer when tested")).to_be_visible()
