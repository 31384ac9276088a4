"""A model of the visitor's own: looked at, then trained, compared and looked into."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from visitor import choose, fill

from shiftdemo import api
from shiftdemo.core.config import CompareConfig
from shiftdemo.core.errors import LimitError
from shiftdemo.core.limits import Limits
from shiftdemo.models.load import save_model
from shiftdemo.ui.common.model_picker import other_arms
from shiftdemo.ui.common.own_model import may_load, reference

OpenPage = Callable[..., Page]


def _look(page: Page, tab: str, ref: str) -> None:
    area = page.locator(f"#tab-{tab}")
    if not area.locator(".sd-own-model").locator("visible=true").count():
        area.get_by_role("button", name="A model of your own").click()
    fill(area.locator(".sd-own-model textarea, .sd-own-model input").first, ref)
    area.get_by_role("button", name="Look at it and add it").click()


def test_a_folder_is_looked_at_and_used_on_three_tabs(
    open_page: OpenPage, make_tiny: Callable[..., Any], tmp_path: Path
) -> None:
    folder = tmp_path / "mine"
    save_model(make_tiny("ner", "learned", max_positions=320), folder)
    page = open_page(tab="Train")
    _look(page, "train", str(folder))
    train = page.locator("#tab-train")
    facts = train.locator(".sd-facts").locator("visible=true")
    expect(facts).to_contain_text("BertForTokenClassification", timeout=60_000)
    expect(facts).to_contain_text("learned, 320 positions")
    expect(facts).to_contain_text("O, B-LOC, I-LOC, B-PER, I-PER")
    expect(train.get_by_label("Model", exact=True)).to_have_value(str(folder))

    page.get_by_role("tab", name="Compare").click()
    choose(page.locator("#tab-compare").get_by_label("Shift-trained model"), str(folder))
    page.locator("#compare-typed").click()
    expect(page.locator("#compare-typed-outputs .sd-example").first).to_be_visible(timeout=60_000)

    page.get_by_role("tab", name="Attention").click()
    tab = page.locator("#tab-attention")
    choose(tab.get_by_label("Task"), "entity tagging")
    expect(tab.get_by_label("Model", exact=True)).to_have_value(re.compile("tagger"))
    choose(tab.get_by_label("Compared with"), "none")
    choose(tab.get_by_label("Model", exact=True), str(folder))
    page.locator("#attention-run").click()
    expect(page.locator("#attention-lab .sd-attention-figure svg").first).to_be_visible(
        timeout=60_000
    )


def test_what_is_no_model_is_said(open_page: OpenPage, tmp_path: Path) -> None:
    page = open_page(tab="Train")
    message = page.locator("#tab-train .sd-message").first
    for ref, said in {
        "": "Name a model first",
        str(tmp_path): "There is no model in",
        "package:no-such-package": "pip install no-such-package",
    }.items():
        _look(page, "train", ref)
        expect(message).to_contain_text(said, timeout=60_000)


def test_a_public_server_loads_no_model_that_is_named() -> None:
    assert may_load(Limits()) and not may_load(Limits.public())
    assert reference(" dslim/bert-base-NER ") == "hub:dslim/bert-base-NER"
    assert reference("package:some-name") == "package:some-name"
    with pytest.raises(LimitError, match="does not load"):
        api.Backend(Limits.public()).look("hub:dslim/bert-base-NER", "ner", trainable=True)
    with pytest.raises(LimitError, match="no local"):
        api.Backend(Limits.public()).look("/etc", "ner", trainable=True)


def test_models_beside_a_pair_have_names_of_their_own() -> None:
    long = "hub:someone/" + "a" * 40
    for refs in (
        ["run:ab/start", "run:cd/start"],
        ["bundled:tagger/shift", "/models/base"],
        [long, long + "b"],
        ["/models/7", "hub:x/ÄÖ"],
    ):
        config = CompareConfig("ner", "x", "y", others=other_arms(refs))
        assert list(config.models.values()) == ["x", "y", *refs]
    assert other_arms(["run:ab/start"]) == ("start=run:ab/start",)
