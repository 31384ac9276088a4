"""The page as a visitor meets it: first paint, languages, widths, hosts, hostile input."""

from __future__ import annotations

import io
import re
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from visitor import fill, open_section

from shiftdemo.data.reading.files import read_samples

HOSTILE = '<img src=x onerror="window.hit=1"> ${window.hit=2} {{constructor}} <b>bold</b>'
OpenPage = Callable[..., Page]


def _texts(page: Page) -> list[str]:
    return page.locator(".sd-texts dd").all_text_contents()


def _choose_operator(page: Page, tab: str, name: str) -> None:
    page.locator(f"#{tab} .sd-operator input").first.click()
    page.get_by_role("option", name=name).click()


def _parameter(page: Page, name: str) -> Locator:
    return page.locator(f"#build-{name} textarea, #build-{name} input").first


def _dial(page: Page, name: str, value: str) -> None:
    box = page.locator(f"#build-{name} input[type=number]")
    fill(box, value)
    box.press("Enter")


def _pick(page: Page, box: str, choice: str) -> None:
    fill(page.locator(f"{box} input"), choice)
    page.locator(f"{box} input").press("Enter")


def _fill(page: Page, box: str, text: str) -> None:
    fill(page.locator(f"{box} textarea, {box} input").first, text)


def test_page_is_interactive_within_seconds_of_a_cold_start(
    server: object, open_page: OpenPage
) -> None:
    began = time.perf_counter()
    page = open_page()
    assert _texts(page)[1] == "I we are going to build a language model a"
    # Generous, for a loaded machine: the aim is 5 s in all.
    assert server.seconds_to_start + time.perf_counter() - began < 30  # type: ignore[attr-defined]


def test_an_idle_page_asks_for_no_frames(browser: Browser, server: object) -> None:
    page = browser.new_page()
    page.add_init_script(
        "const ask = window.requestAnimationFrame.bind(window); window.asked = 0;"
        "window.requestAnimationFrame = (callback) => { window.asked += 1; return ask(callback); };"
    )
    page.goto(server.url)  # type: ignore[attr-defined]
    page.wait_for_selector(".sd-row")
    expect(page.locator(".sd-status").first).to_contain_text("ready", timeout=60_000)
    page.wait_for_timeout(4000)
    assert page.evaluate("window.asked") > 0
    page.evaluate("window.asked = 0")
    page.wait_for_timeout(1000)
    assert page.evaluate("window.asked") == 0
    page.close()


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
    fill(_parameter(page, "append_copy-word"), "language")
    expect(page.locator(".sd-texts dd").nth(1)).to_have_text(
        "I we are going to build a language model language"
    )


def test_another_operator_brings_its_own_form(open_page: OpenPage) -> None:
    page = open_page()
    _choose_operator(page, "tab-build", "position_offset")
    expect(page.get_by_label("max_offset")).to_be_visible()
    _dial(page, "position_offset-fixed", "7")
    expect(page.locator(".sd-words").nth(1).locator(".sd-position").first).to_have_text("7")
    expect(page.locator(".sd-words").nth(1).locator(".sd-is-repositioned")).to_have_count(9)
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
    fill(_parameter(page, "append_copy-word"), "bold")
    fill(_parameter(page, "append_copy-target_word"), "")
    expect(page.locator(".sd-texts dd").first).to_have_text(HOSTILE)
    expect(page.locator(".sd-texts dd").nth(1)).to_have_text(f"{HOSTILE} bold")
    fill(_parameter(page, "append_copy-word"), "<img src=x onerror='window.hit=3'>")
    expect(page.locator(".sd-note-strong").first).to_contain_text("<img src=x")
    for tab, box in (("Compare", "#compare-text"), ("Attention", "#attention-text")):
        page.get_by_role("tab", name=tab).click()
        _fill(page, box, HOSTILE)
    page.locator("#attention-run").click()
    expect(
        page.locator("#tab-attention .sd-message, #attention-lab svg:visible").first
    ).to_be_visible()
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


def test_bad_files_of_many_kinds_leave_the_page_up(open_page: OpenPage, tmp_path: Path) -> None:
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.writestr("pairs.csv", "source,target\na,b\n")
    bad = {
        "empty.csv": (b"", "empty.csv"),
        "columns.csv": (b"alpha,beta\n1,2\n", "columns.csv, line 1"),
        "zip.csv": (zipped.getvalue(), "zip archive"),
        "mixed.csv": (b"source,target\na,b\n\xff\xfe\xe9,c\n", "mixed.csv, line 3"),
        "long.csv": (b"source,target\n" + b"x" * 3_000_000, "long.csv, line 2"),
        "broken.parquet": (b"PAR1" + b"\0" * 50, "broken.parquet"),
    }
    page = open_page()
    page.get_by_label("file", exact=True).first.check()
    message = page.locator("#tab-build .sd-message").first
    for name, (content, said) in bad.items():
        (tmp_path / name).write_bytes(content)
        page.locator("#build-file input[type=file]").set_input_files(tmp_path / name)
        expect(message).to_contain_text(said)
        assert "fault of ours" not in message.inner_text()
        page.locator("#build-file").get_by_label(re.compile("clear|remove", re.I)).first.click()
        expect(message).to_contain_text("No file yet")
    page.get_by_label("worked example").check()
    expect(page.locator(".sd-texts dd").first).to_contain_text("language model")
    expect(message).to_be_hidden()


def test_a_set_is_built_and_downloaded(open_page: OpenPage, tmp_path: Path) -> None:
    page = open_page()
    page.get_by_label("built-in corpus").first.check()
    expect(page.locator(".sd-texts dd").first).not_to_contain_text("language model")
    page.get_by_role("button", name="Build the set").click()
    expect(page.locator(".sd-set").first).to_contain_text("200 sentences, 200 of them shifted.")
    expect(page.locator("#set-plot .js-plotly-plot").first).to_be_visible()
    expect(page.locator(".sd-counts").first).to_contain_text("really changed")
    for name, kind in (("JSONL", "jsonl"), ("CSV", "csv"), ("Parquet", "parquet")):
        with page.expect_download() as download:
            page.get_by_role("button", name=name, exact=True).click()
        download.value.save_as(tmp_path / f"set.{kind}")
        rows = read_samples(tmp_path / f"set.{kind}", "translation")
        assert len(rows) == 200
    expect(page.get_by_role("button", name="CoNLL")).to_be_hidden()


def test_a_set_says_why_an_operator_was_not_applied(open_page: OpenPage) -> None:
    page = open_page()
    page.get_by_label("built-in corpus").first.check()
    expect(page.locator(".sd-texts dd").first).not_to_contain_text("language model")
    fill(_parameter(page, "append_copy-word"), "zebra")
    page.get_by_role("button", name="Build the set").click()
    counts = page.locator(".sd-counts").first
    expect(counts).to_contain_text("not applied: append_copy: the sentence has no word 'zebra'.")
    expect(counts).to_contain_text("100.0 %")


def test_a_large_set_shows_progress_and_can_be_stopped(open_page: OpenPage) -> None:
    page = open_page()
    page.get_by_label("built-in corpus").first.check()
    fill(page.locator("#tab-build").get_by_label("Sentences", exact=True), "200000")
    page.get_by_role("button", name="Build the set").click()
    stop = page.locator("#tab-build").get_by_role("button", name="Cancel")
    expect(stop).to_be_enabled()
    expect(page.locator("#tab-build .sd-progress").first).to_be_visible()
    _dial(page, "append_copy-index", "2")  # the rest of the tab still answers
    expect(page.locator(".sd-is-copied .sd-text").first).not_to_have_text("a")
    stop.click()
    expect(page.locator("#tab-build .sd-state").first).to_have_text("Stopped.", timeout=60_000)
    expect(page.get_by_role("button", name="Build the set")).to_be_enabled()


def test_the_dial_moves_the_words(open_page: OpenPage) -> None:
    page = open_page()
    expect(page.locator(".sd-is-copied .sd-text").first).to_have_text("a")
    _dial(page, "append_copy-index", "8")  # its aligned target word goes along
    expect(page.locator(".sd-is-copied .sd-text").first).to_have_text("model")
    expect(page.locator(".sd-is-copied .sd-text").nth(1)).to_have_text("modèle")
    _dial(page, "append_copy-index", "999")  # brought within the range, not refused
    expect(page.locator(".sd-note-strong").first).to_contain_text("no word at index 20")
    _dial(page, "append_copy-index", "-1")  # drawn
    expect(page.locator(".sd-word.sd-is-copied")).not_to_have_count(0)
    page.get_by_label("entity tagging").first.check()
    _choose_operator(page, "tab-build", "rotate")
    for k, first in ((1, "."), (2, "London"), (3, "in")):
        _dial(page, "rotate-k", str(k))
        expect(page.locator(".sd-words").nth(1).locator(".sd-text").first).to_have_text(first)
    assert page.locator(".sd-line-moved").count() == 9


def test_words_slide_to_their_new_places(open_page: OpenPage) -> None:
    page = open_page()
    page.get_by_label("entity tagging").first.check()
    _choose_operator(page, "tab-build", "rotate")
    expect(page.locator(".sd-word.sd-is-moved").first).to_be_visible()
    page.evaluate(
        "() => { window.slid = 0; const real = Element.prototype.animate;"
        " Element.prototype.animate = function (...all) {"
        " window.slid += 1; return real.apply(this, all); } }"
    )
    _dial(page, "rotate-k", "4")
    page.wait_for_function("window.slid >= 5")


def test_the_worked_example_is_seen_without_scrolling(open_page: OpenPage) -> None:
    page = open_page(width=1440, height=900)
    rows = [*page.locator(".sd-words").all(), page.locator(".sd-decoder")]
    assert len(rows) == 5  # source and target, each over its shifted form; input and labels
    for row in rows:
        box = row.bounding_box()
        assert box and box["y"] >= 0 and box["y"] + box["height"] <= 900
    assert page.locator(".sd-line-copied").count() == 2 and page.evaluate("scrollY") == 0


def test_labels_of_a_tagger_stand_under_its_words(open_page: OpenPage) -> None:
    page = open_page()
    page.get_by_label("entity tagging").first.check()
    _choose_operator(page, "tab-build", "output_delay")
    labels = page.locator(".sd-decoder tr").nth(2).locator("td")
    expect(labels.first).to_have_text("–")
    expect(labels.nth(1)).to_have_text("B-PER")
    expect(page.locator(".sd-decoder tr").nth(1).locator("td").last).to_have_text("<pad>")


def test_operators_follow_one_another(open_page: OpenPage) -> None:
    page = open_page()
    _fill(page, "#build-then", "position_offset:fixed=5 right_shift:n=2")
    given = page.locator(".sd-decoder tr").nth(1).locator("td")
    expect(given.nth(1)).to_have_text("<s>")
    expect(page.locator(".sd-words").nth(1).locator(".sd-position").first).to_have_text("5")
    _fill(page, "#build-then", "position_ofset:fixed=5")
    expect(page.locator("#tab-build .sd-message").first).to_contain_text("position_offset")
    expect(page.locator(".sd-words")).to_have_count(0)  # no old picture beside an error
    _fill(page, "#build-then", "")
    expect(page.locator("#tab-build .sd-message").first).to_be_hidden()


def test_columns_of_a_file_are_guessed_shown_and_mapped(
    open_page: OpenPage, tmp_path: Path
) -> None:
    file = tmp_path / "pairs.csv"
    file.write_text("fr,en,note\nUn chat dort.,A cat sleeps.,An animal\n", encoding="utf-8")
    page = open_page()
    page.get_by_label("file", exact=True).first.check()
    page.locator("#build-file input[type=file]").set_input_files(file)
    expect(page.locator(".sd-found").first).to_contain_text("Columns: source = en, target = fr.")
    expect(page.locator(".sd-texts dd").first).to_have_text("A cat sleeps.")
    _pick(page, "#build-second-column", "note")
    expect(page.locator(".sd-texts dd").nth(2)).to_have_text("An animal")
    _pick(page, "#build-first-column", "fr")
    expect(page.locator(".sd-texts dd").first).to_have_text("Un chat dort.")
    # Another file has other columns; what was mapped for the first is forgotten.
    other = tmp_path / "other.csv"
    other.write_text("source,target\nThe sun.,Le soleil.\n", encoding="utf-8")
    page.locator("#build-file").get_by_label(re.compile("clear|remove", re.I)).first.click()
    expect(page.locator("#tab-build .sd-message").first).to_contain_text("No file yet")
    page.locator("#build-file input[type=file]").set_input_files(other)
    expect(page.locator(".sd-texts dd").first).to_have_text("The sun.")
    expect(page.locator("#tab-build .sd-message").first).to_be_hidden()


def test_a_shift_without_effect_is_named_before_training(open_page: OpenPage) -> None:
    page = open_page()
    page.get_by_role("tab", name="Train").click()
    warning = page.locator("#tab-train .sd-draws-sentence .sd-note-strong")
    sentence = page.locator("#tab-train .sd-sentence")
    expect(sentence).to_have_text(
        "scratch:learned learns entity tagging in 600 steps: one copy plainly, one with "
        "position_offset."
    )
    expect(warning).to_have_count(0)
    open_section(page, "Settings of the shift, and what it does")
    about = page.locator("#tab-train .sd-draws-about").first
    expect(about).to_contain_text("position ids move")
    model = page.locator("#tab-train input[aria-label=Model]")
    page.locator("#preset-rotary").click()
    expect(model).to_have_value("scratch:rotary")
    expect(warning.first).to_contain_text("No effect on this model: rotary positions")


def test_every_move_of_the_dial_is_drawn(open_page: OpenPage) -> None:
    page = open_page()
    _choose_operator(page, "tab-build", "prefix_filler")
    expect(page.locator(".sd-word.sd-is-new").first).to_be_visible()
    for k in (1, 2, 3):
        _dial(page, "prefix_filler-k", str(k))
        expect(page.locator(".sd-word.sd-is-new")).to_have_count(k)


@pytest.mark.parametrize(
    ("query", "locale", "word"),
    [("?lang=zh", "en-US", "构建"), ("", "zh-CN", "构建"), ("?lang=en", "zh-CN", "Build")],
)
def test_language_follows_the_link_then_the_browser(
    open_page: OpenPage, query: str, locale: str, word: str
) -> None:
    page = open_page(query, locale=locale)
    expect(page.get_by_role("tab").nth(1)).to_have_text(word)
    expect(page.locator(".sd-legend .sd-key").first).to_have_text(
        "未动" if word == "构建" else "kept in place"
    )
    expect(page).to_have_title(re.compile("移位训练" if word == "构建" else "a laboratory for"))


@pytest.mark.parametrize("query", ["", "?lang=zh"])
def test_phone_width_never_scrolls_the_page_sideways(open_page: OpenPage, query: str) -> None:
    page = open_page(query, width=390, height=844)
    for place in range(5):
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
    page.wait_for_selector(".sd-row")
    for place in range(5):
        page.get_by_role("tab").nth(place).click()
        page.wait_for_timeout(300)
    context.close()
    outside = [one for one in asked if not one.startswith((url, "data:", "blob:"))]
    assert asked and not outside
