"""Runs that end before their time: Stop, resuming, a closed tab, a mistake in a form."""

from __future__ import annotations

import json
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect
from visitor import fill, open_section, start_run

OpenPage = Callable[..., Page]
FREED_SECONDS = 20


def _events(runs: Path) -> list[dict[str, Any]]:
    logs = sorted(runs.glob("*/events.jsonl"), key=lambda path: path.stat().st_mtime)
    lines = logs[-1].read_text(encoding="utf-8").splitlines() if logs else []
    return [json.loads(line) for line in lines]


def test_stop_keeps_both_models_and_a_reload_finds_them(open_page: OpenPage) -> None:
    page = open_page(tab="Train")
    start_run(page, steps=3000)
    status = page.locator(".sd-run-box").first
    expect(status).to_contain_text("Training", timeout=60_000)
    page.locator("#train-stop").click()
    expect(status).to_contain_text("Stopped; what was trained is kept", timeout=20_000)
    expect(page.locator("#train-compare")).to_be_enabled()
    page.reload()  # the tab that was open opens again
    expect(page.locator(".sd-run-box").first).to_contain_text("Stopped; what was trained is kept")
    expect(page.get_by_label("Steps", exact=True)).to_have_value("3000")  # its settings too
    open_section(page, "Data")
    expect(page.get_by_label("Training sentences", exact=True)).to_have_value("600")
    page.locator("#train-compare").click()
    page.locator("#compare-typed").click()
    expect(page.locator("#tab-compare .sd-example").first).to_be_visible(timeout=60_000)


def test_a_run_whose_tab_is_closed_is_drawn_when_it_opens(open_page: OpenPage) -> None:
    page = open_page(tab="Train")
    start_run(page, steps=2000)
    expect(page.locator(".sd-run-box").first).to_contain_text("Training", timeout=60_000)
    page.get_by_role("tab", name="Build").click()
    page.reload()
    page.wait_for_timeout(7000)  # several looks at the run, most without new plots
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.get_by_role("tab", name="Train").click()
    expect(page.locator("#train-plot path[stroke='#0072B2']").first).to_be_attached()
    expect(page.locator("#train-raw")).to_be_visible()
    expect(page.locator("#tab-train .sd-legend")).to_contain_text("shift-trained")
    expect(page.locator("#tab-train input[aria-label=Model]")).to_have_value("scratch:learned")
    assert not faults
    page.locator("#train-stop").click()
    expect(page.locator("#train-resume")).to_be_visible()


def test_a_stopped_run_is_resumed_and_downloaded(open_page: OpenPage, server: Any) -> None:
    page = open_page(tab="Train")
    start_run(page, steps=120)
    status = page.locator(".sd-run-box").first
    expect(status).to_contain_text("Training", timeout=60_000)
    config = _events(server.runs)[0]["config"]
    assert (config["steps"], config["warmup"], config["data"]["size"]) == (120, 12, 600)
    page.locator("#train-stop").click()
    expect(page.locator("#train-resume")).to_be_visible(timeout=20_000)
    page.locator("#train-resume").click()
    expect(status).to_contain_text("Done: all steps done", timeout=120_000)
    expect(status).to_contain_text("120 / 120")
    expect(page.locator("#train-resume")).to_be_hidden()
    expect(page.locator("#train-costs")).to_contain_text("TFLOP")
    expect(page.locator(".sd-run-box [role=status]")).to_have_text("Done: all steps done")
    page.locator("#train-zip").click()
    expect(page.locator("#train-download")).to_be_visible(timeout=60_000)
    with page.expect_download() as download:
        page.locator("#train-download").click()
    with zipfile.ZipFile(download.value.path()) as packed:
        names = {name.rpartition("/")[2] for name in packed.namelist()}
    assert {"model.safetensors", "config.json", "tokenizer.json", "README.md"} <= names


def test_closing_the_tab_frees_the_worker(open_page: OpenPage, server: Any) -> None:
    runs: Path = server.runs
    page = open_page(tab="Train")
    start_run(page, steps=3000)
    expect(page.locator(".sd-run-box").first).to_contain_text("Training", timeout=60_000)
    page.context.close()
    began = time.monotonic()
    while time.monotonic() - began < FREED_SECONDS:
        if [event["event"] for event in _events(runs)[-1:]] == ["RunCancelled"]:
            return
        time.sleep(0.5)
    raise AssertionError(f"the worker still trains {FREED_SECONDS} s after the tab was closed")


def test_a_mistake_is_said_in_one_sentence_and_the_run_stays(open_page: OpenPage) -> None:
    page = open_page(tab="Train", width=390, height=844)
    status = page.locator(".sd-run-box").first
    expect(status).to_contain_text("Recorded run (not live)")
    open_section(page, "More settings")
    rate = page.get_by_label("Learning rate", exact=True)
    expect(page.locator("#train-plot path[stroke]").first).to_be_attached()
    page.wait_for_timeout(1000)  # the events of the page's start are over
    fill(rate, "-3")
    page.locator("#train-start").click()
    message = page.locator("#tab-train .sd-message").first
    expect(message).to_contain_text("learning_rate is -3")
    expect(message).to_be_in_viewport()
    expect(page.locator("#train-start")).to_be_enabled()
    page.locator("#train-start").click()  # the same mistake again
    expect(message).to_be_in_viewport()
    fill(rate, "0.001")
    fill(page.locator("#train-other textarea, #train-other input").first, "x=nosuch:k=3")
    page.locator("#train-start").click()
    expect(message).to_contain_text("nosuch")
    expect(status).to_contain_text("Recorded run (not live)")
