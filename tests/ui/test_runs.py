"""A run from the page to its end: live plots, Stop, Compare, Attention, a closed tab."""

from __future__ import annotations

import json
import re
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect
from visitor import SETTLES_MS, fill, open_section

OpenPage = Callable[..., Page]
FREED_SECONDS = 20


def _start(page: Page, steps: int, seconds: int = 120) -> None:
    fill(page.get_by_label("Steps", exact=True), str(steps))
    fill(page.get_by_label("Time limit"), str(seconds))
    open_section(page, "Data")
    fill(page.get_by_label("Training sentences", exact=True), "600")
    page.locator("#train-start").click()


def _events(runs: Path) -> list[dict[str, Any]]:
    logs = sorted(runs.glob("*/events.jsonl"), key=lambda path: path.stat().st_mtime)
    lines = logs[-1].read_text(encoding="utf-8").splitlines() if logs else []
    return [json.loads(line) for line in lines]


def _lines(page: Page, plot: str) -> int:
    return page.locator(f"{plot} path[stroke='#0072B2'], {plot} path[stroke='#D55E00']").count()


def test_a_run_is_watched_compared_and_looked_at(open_page: OpenPage) -> None:
    page = open_page(tab="Train")
    expect(page.locator(".sd-run-box").first).to_contain_text("Recorded run (not live)")
    expect(page.locator("#tab-train .sd-legend")).to_contain_text("light: held out, shifted")
    open_section(page, "More settings")
    fill(page.get_by_label("number input for Seeds"), "2")
    _start(page, steps=30)
    status = page.locator(".sd-run-box").first
    expect(status).to_contain_text("optimiser steps of each arm", timeout=60_000)
    expect(status).to_contain_text("Done", timeout=120_000)
    expect(status).to_contain_text("60 / 60")
    assert _lines(page, "#train-plot") >= 2
    expect(page.locator("#tab-train .sd-draws-table td").first).to_contain_text("base")

    page.locator("#train-compare").click()
    expect(page.locator("#compare-run")).to_be_visible()
    page.wait_for_timeout(SETTLES_MS)
    page.locator("#compare-typed").click()
    expect(page.locator("#tab-compare .sd-example").first).to_contain_text(
        "Ada Lovelace", timeout=60_000
    )
    fill(page.get_by_label("Sentences", exact=True).locator("visible=true"), "20")
    fill(page.get_by_label("Offsets"), "0,8")
    page.locator("#compare-run").click()
    expect(page.locator(".sd-verdict")).to_contain_text(
        "over 2 seeds and the sentences", timeout=120_000
    )
    expect(page.locator("#tab-compare .main-svg").first).to_be_visible()
    expect(page.locator("#tab-compare")).to_contain_text("n = 20 sentences")

    page.get_by_role("tab", name="Attention").click()
    page.wait_for_timeout(SETTLES_MS)
    page.locator("#attention-run").click()
    expect(page.locator("#tab-attention .main-svg").first).to_be_visible(timeout=60_000)
    expect(page.locator("#tab-attention")).to_contain_text("difference")
    assert page.locator(".sd-message").count() == 0


def test_stop_keeps_both_models_and_a_reload_finds_them(open_page: OpenPage) -> None:
    page = open_page(tab="Train")
    _start(page, steps=3000)
    status = page.locator(".sd-run-box").first
    expect(status).to_contain_text("optimiser steps of each arm", timeout=60_000)
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
    _start(page, steps=2000)
    expect(page.locator(".sd-run-box").first).to_contain_text("MiB", timeout=60_000)
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
    _start(page, steps=400)
    status = page.locator(".sd-run-box").first
    expect(status).to_contain_text("MiB", timeout=60_000)
    config = _events(server.runs)[0]["config"]
    assert (config["steps"], config["warmup"], config["data"]["size"]) == (400, 40, 600)
    page.locator("#train-stop").click()
    expect(page.locator("#train-resume")).to_be_visible(timeout=20_000)
    page.locator("#train-resume").click()
    expect(status).to_contain_text("Done: all steps done", timeout=120_000)
    expect(status).to_contain_text("400 / 400")
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


def test_curves_show_every_step_logs_and_an_earlier_run(open_page: OpenPage) -> None:
    page = open_page(tab="Train")
    status = page.locator(".sd-run-box").first
    open_section(page, "More settings")
    page.locator("#train-arms").get_by_text("untrained start", exact=True).click()
    fill(page.locator("#train-other textarea, #train-other input"), "shuffled=local_shuffle:k=2")
    for number in range(2):
        if number:
            page.locator("#train-start").click()
            expect(page.locator("#train-start")).to_be_disabled()
        else:
            _start(page, steps=40)
        expect(status).to_contain_text("optimiser steps", timeout=60_000)
        expect(status).to_contain_text("Done", timeout=120_000)
        expect(page.locator("#train-start")).to_be_enabled(timeout=60_000)
    table = page.locator("#train-figures")
    for arm in ("base", "shift-trained", "untrained", "shuffled"):
        expect(table).to_contain_text(arm)
    plot = page.locator("#train-plot")
    expect(plot.locator("path[stroke='#009E73']").first).to_be_attached()  # the fourth arm
    assert plot.locator("path[stroke='#73B1D5']").count() == 0
    page.locator("#train-raw input").click()
    expect(plot.locator("path[stroke='#73B1D5']").first).to_be_attached()  # base, unsmoothed
    page.locator("#train-log input").click()
    expect(plot).to_contain_text("log10 of the loss")
    page.locator("#train-under input").click()
    page.get_by_role("option").nth(1).click()
    expect(plot.locator("path[stroke='#7A7F8C']").first).to_be_attached()
    keys = page.locator("#tab-train .sd-legend")
    for name in ("base", "shift-trained", "untrained", "shuffled"):
        expect(keys).to_contain_text(re.compile(rf"run [0-9a-f]{{4}}: {name}"))
    expect(keys).to_contain_text("light: held out, shifted, unsmoothed")
    assert page.locator(".sd-message").count() == 0


def test_closing_the_tab_frees_the_worker(open_page: OpenPage, server: Any) -> None:
    runs: Path = server.runs
    page = open_page(tab="Train")
    _start(page, steps=3000)
    expect(page.locator(".sd-run-box").first).to_contain_text(
        "optimiser steps of each arm", timeout=60_000
    )
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
