"""The exported attention page in real Chromium."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Playwright
from shiftdemo.viz.export import write_attention

from shiftdemo.core.types import AttentionMap

SOURCE = ("Mary", "gave", "Mary", "</script><img src=x onerror=alert(1)>", "</s>")
TARGET = ("<start>", "Marie", "donne")


def _maps(seed: int) -> list[AttentionMap]:
    rng = np.random.default_rng(seed)
    maps = []
    for kind, queries, keys in (("encoder", SOURCE, SOURCE), ("cross", TARGET, SOURCE)):
        weights = rng.uniform(0.01, 1, size=(2, 2, len(queries), len(keys)))
        weights /= weights.sum(-1, keepdims=True)
        maps.append(AttentionMap(kind, weights.astype(np.float32), queries, keys))
    return maps


def test_page_is_self_contained_and_its_pickers_work(tmp_path: Path, browser: Browser) -> None:
    base, shift = _maps(0), _maps(1)
    file = tmp_path / "attention.html"
    write_attention(base, shift, file)
    requests, errors = [], []
    page = browser.new_page(viewport={"width": 900, "height": 600})
    page.on("request", lambda request: requests.append(request.url))
    page.on("pageerror", lambda error: errors.append(error))
    page.goto(file.as_uri())
    page.wait_for_selector("#figure .main-svg")
    page.select_option("#map", "0")
    page.select_option("#layer", "1")
    page.select_option("#head", "1")
    drawn = page.evaluate("document.getElementById('figure').data.map(trace => trace.z)")
    labels = page.locator("#figure .xtick text").all_text_contents()
    page.close()
    assert not errors and requests == [file.as_uri()]
    np.testing.assert_allclose(drawn[0], base[0].weights[1, 1], atol=1e-4)
    expected = shift[0].weights[1, 1] - base[0].weights[1, 1]
    np.testing.assert_allclose(drawn[2], expected, atol=1e-4)
    assert labels.count("Mary") == 2  # a repeated word stays two
    assert any(label.startswith("</script>") for label in labels)


def test_png_is_a_picture(
    tmp_path: Path, playwright: Playwright, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not shutil.which("chromium"):  # kaleido looks on the path; give it the tests' own
        monkeypatch.setenv("BROWSER_PATH", playwright.chromium.executable_path)
    file = tmp_path / "attention.png"
    write_attention(_maps(0), (), file)
    assert file.read_bytes().startswith(b"\x89PNG")
