"""The exported attention page in real Chromium: alone, with hostile tokens, its figures saved."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect

from shiftdemo import api
from shiftdemo.api import AttentionResult
from shiftdemo.publishing.attention.files import write_attention

HOSTILE = (
    "<img onerror=window.hit=1 src=x>",
    "${window.hit=2}",
    "{{window.hit=3}}",
    "</script><script>window.hit=4</script>",
    "back\\slash",
    "\u202eright\u200f",
    "שלום",
)


@pytest.fixture(scope="module")
def result() -> AttentionResult:
    """A real result, over tokens that try to be markup."""
    refs = ("bundled:tagger/base", "bundled:tagger/shift")
    text = "Mary gave Mary a long red book in Paris , Berlin and Rome ."
    found = api.attend("ner", refs[0], text, versus=refs[1], strength=24)
    tokens = list(found.maps[0].key_tokens)
    tokens[4 : 4 + len(HOSTILE)] = HOSTILE

    def named(reading: Any) -> Any:
        maps = (
            replace(one, query_tokens=tuple(tokens), key_tokens=tuple(tokens))
            for one in reading.maps
        )
        return replace(reading, maps=tuple(maps), predicted=tuple(tokens))

    arms = {
        arm: replace(look, now=named(look.now), before=named(look.before))
        for arm, look in found.arms.items()
    }
    return replace(found, arms=arms)


@pytest.fixture
def opened(tmp_path: Path, browser: Browser, result: AttentionResult) -> Page:
    file = tmp_path / "attention.html"
    write_attention(result, "ner", file)
    page = browser.new_page(viewport={"width": 1200, "height": 900}, accept_downloads=True)
    page.requested, page.failed = [], []  # type: ignore[attr-defined]
    page.on("request", lambda request: page.requested.append(request.url))
    page.on("pageerror", lambda error: page.failed.append(error))
    page.goto(file.as_uri())
    page.wait_for_selector(".sd-attention-figure svg")
    yield page
    urls = [url for url in page.requested if not url.startswith(("data:", "blob:"))]
    assert not page.failed and urls == [file.as_uri()]
    assert page.evaluate("window.hit") is None and page.locator("img").count() == 0
    page.close()


def test_it_opens_on_the_head_that_moved_most_and_says_so(
    opened: Page, result: AttentionResult
) -> None:
    said = opened.locator(".sd-attention-said").inner_text()
    assert re.match(r"Layer \d, head \d, moved from position 0 to 24: base turns to", said)
    assert "Here the two models differ most." in said
    cells = [float(text) for text in opened.locator(".sd-head").all_inner_texts()]
    pressed = opened.locator(".sd-head[aria-pressed=true]")
    assert pressed.count() == 1 and float(pressed.inner_text()) == max(cells)
    assert opened.locator("#attention-strength").count() == 0  # there is no server to ask
    labels = opened.locator(".sd-attention-figure text").all_text_contents()
    assert labels.count("▲ shift-trained") == 1 and "difference (▲ − ●)" in labels
    mary = [t for t in result.maps[0].key_tokens if t == "Mary"]
    assert labels.count("Mary") == 4 * len(mary) > 0  # rows once, columns of three panels


@pytest.mark.parametrize("view", ["heat", "lines", "heads", "profile"])
def test_every_view_draws_and_saves_tokens_as_text(opened: Page, tmp_path: Path, view: str) -> None:
    opened.locator(f".sd-choose[data-value={view}]").click()
    expect(opened.locator(f".sd-attention-figure[data-view={view}] svg")).to_be_visible()
    for name in ("special", "merge", "renormalise"):
        opened.locator(f"input[data-name={name}]").click()
        opened.locator(f"input[data-name={name}]").click()
    opened.locator(".sd-threshold").evaluate(
        "(e) => { e.value = 0.05; e.dispatchEvent(new Event('input')); }"
    )
    with opened.expect_download() as saving:
        opened.get_by_role("button", name="SVG").click()
    saving.value.save_as(tmp_path / "figure.svg")
    tree = ElementTree.parse(tmp_path / "figure.svg")  # well-formed, whatever the tokens are
    texts = [element.text or "" for element in tree.iter("{http://www.w3.org/2000/svg}text")]
    assert len(texts) > 3
    if view in ("heat", "lines"):
        whole = " ".join(texts)
        assert "<script" in whole or "</script" in whole
        assert any("שלו" in text for text in texts) and "\u202e" not in whole
        assert not any(element.tag.endswith("script") for element in tree.iter())
    with opened.expect_download() as saving:
        opened.get_by_role("button", name="PNG").click()
    saving.value.save_as(tmp_path / "figure.png")
    assert (tmp_path / "figure.png").read_bytes().startswith(b"\x89PNG")


def test_the_keyboard_goes_from_head_to_head_and_a_click_pins_a_row(opened: Page) -> None:
    first = opened.locator('.sd-head[data-head="0.0"]')
    first.click()
    said = opened.locator(".sd-attention-said").inner_text()
    opened.keyboard.press("ArrowRight")
    opened.keyboard.press("ArrowDown")
    now = opened.locator(".sd-head[aria-pressed=true]")
    assert now.get_attribute("data-head") == "1.1"
    assert opened.evaluate("document.activeElement.dataset.head") == "1.1"
    assert opened.locator(".sd-attention-said").inner_text() != said
    opened.locator('.sd-head[data-head="0.0"]').click(modifiers=["Shift"])
    assert opened.locator(".sd-head[aria-pressed=true]").count() == 2
    expect(opened.locator(".sd-attention-said")).to_contain_text("mean of 2 heads")
    image = opened.locator(".sd-attention-figure image").first.bounding_box()
    assert image is not None
    opened.mouse.move(image["x"] + 40, image["y"] + 40)
    expect(opened.locator(".sd-attention-tip")).to_contain_text("→")
    opened.mouse.click(image["x"] + 40, image["y"] + 40)
    expect(opened.locator(".sd-attention-pinned")).to_contain_text("strongest keys")
    opened.get_by_role("button", name="let go").click()
    expect(opened.locator(".sd-attention-pinned")).to_have_count(0)


def test_one_arm_before_and_now(opened: Page) -> None:
    opened.locator(".sd-choose[data-value=base]").click()
    labels = opened.locator(".sd-attention-figure text").all_text_contents()
    assert "● base, at position 0" in labels and "● base, at position 24" in labels
    expect(opened.locator(".sd-attention-outputs")).to_contain_text("base · predictions")


@pytest.mark.parametrize("form", ["png", "svg"])
def test_a_picture_from_the_command_line(
    tmp_path: Path,
    playwright: Playwright,
    monkeypatch: pytest.MonkeyPatch,
    result: AttentionResult,
    form: str,
) -> None:
    if not shutil.which("chromium"):  # kaleido looks on the path; give it the tests' own
        monkeypatch.setenv("BROWSER_PATH", playwright.chromium.executable_path)
    file = tmp_path / f"attention.{form}"
    write_attention(result, "ner", file)
    begin = file.read_bytes()[:200]
    assert begin.startswith(b"\x89PNG") if form == "png" else b"<svg" in begin
