"""Attention of one sentence until everything can be looked at, beside bertviz's model view.

A random Marian of 6 layers and 8 heads reads ``n`` tokens and writes ``n``, for 16, 32, 64 and 128.
Ours: the page of its own (``attend --output FILE.html``); bertviz: the HTML of its model view. Both
include the same forward pass, and are drawn in Chromium, in turn. bertviz loads its scripts from
elsewhere; here they come from files (``--d3``, version 5, as mpld3 has it, and ``--jquery``, as
XStatic-jQuery has it), without which its HTML is made and not drawn. Then, on the page of a server:
how soon a move of the slider is answered for the bundled pair.

    pip install playwright bertviz mpld3 XStatic-jQuery
    python benchmarks/attention.py [--rounds 5] [--moves 60] [--d3 FILE --jquery FILE]
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

import torch
import transformers as tf

from shiftdemo import api
from shiftdemo.attention.looking import Window, look
from shiftdemo.evaluation.conditions import Condition
from shiftdemo.models.load import LoadedModel
from shiftdemo.models.scratch import train_tokenizer
from shiftdemo.publishing.attention.lab import lab
from shiftdemo.publishing.attention.page import attention_page
from shiftdemo.publishing.attention.results import AttentionResult
from shiftdemo.shifts.applying import unshifted
from shiftdemo.tasks.heads import make_task
from shiftdemo.viz.reader import Reader

PORT = 7869
SIZES = (16, 32, 64, 128)
TASK = "translation"
DRAWN = "() => document.querySelector('.sd-attention-figure svg image') !== null"
THEIRS = "() => document.querySelector('#vis svg line, #vis svg path, #vis svg rect') !== null"
# Moves of the mouse over the figure: how long each handler takes, and the frame after it.
HOVER = """async () => {
    const figure = document.querySelector(".sd-attention-figure");
    const box = figure.querySelector("svg image").getBoundingClientRect();
    const took = [];
    for (let i = 0; i < 60; i++) {
        const [x, y] = [(box.width * i) / 60, (box.height * i) / 60];
        const at = { clientX: box.x + x, clientY: box.y + y };
        const began = performance.now();
        figure.dispatchEvent(new MouseEvent("mousemove", { ...at, bubbles: true }));
        took.push(performance.now() - began);
        await new Promise(requestAnimationFrame);
    }
    return took;
}"""
MOVE = """(position) => new Promise((done) => {
    const slider = document.querySelector("#attention-strength");
    const figure = document.querySelector(".sd-attention-figure");
    const began = performance.now();
    slider.value = position;
    slider.dispatchEvent(new Event("input"));
    new MutationObserver((_, watch) => {
        watch.disconnect();
        done(performance.now() - began);
    }).observe(figure, { childList: true });
})"""


def model_of(n: int) -> tuple[LoadedModel, Any]:
    """Returns a random model, and a pair of sentences of about ``n`` tokens each."""
    letters = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p"]
    tokenizer = train_tokenizer([" ".join(letters)] * 8, TASK, 40)
    config = tf.MarianConfig(
        vocab_size=len(tokenizer),
        d_model=256,
        encoder_layers=6,
        decoder_layers=6,
        encoder_attention_heads=8,
        decoder_attention_heads=8,
        encoder_ffn_dim=512,
        decoder_ffn_dim=512,
        max_position_embeddings=256,
        pad_token_id=tokenizer.pad_token_id,
        eos_token_id=tokenizer.eos_token_id,
        decoder_start_token_id=tokenizer.pad_token_id,
        attn_implementation="eager",
    )
    torch.manual_seed(0)
    model = tf.MarianMTModel(config)
    for weight in model.parameters():
        if weight.ndim == 2:
            torch.nn.init.normal_(weight, std=0.08)
    text = " ".join(letters[i % len(letters)] for i in range(n - 1))
    return LoadedModel("random", TASK, model.eval(), tokenizer), api.typed_sample(TASK, text, text)


def ours(loaded: LoadedModel, sample: Any) -> str:
    """Returns the page of one sentence."""
    moved = unshifted(sample)
    arms, strips = look({"base": loaded}, make_task(TASK), moved, window=Window(size=128))
    result = AttentionResult(sample, moved, Condition(), 0, 64, arms, strips)
    return attention_page(lab(Reader(), result, TASK), "Attention")


def theirs(loaded: LoadedModel, sample: Any) -> str:
    """Returns the HTML of bertviz's model view of the same sentence."""
    from bertviz import model_view

    tokenizer, model = loaded.tokenizer, loaded.model
    source = tokenizer([sample.source], return_tensors="pt").input_ids
    target = tokenizer(text_target=[sample.target], return_tensors="pt").input_ids
    with torch.no_grad():
        out = model(input_ids=source, decoder_input_ids=target, output_attentions=True)
    view = model_view(
        encoder_attention=out.encoder_attentions,
        decoder_attention=out.decoder_attentions,
        cross_attention=out.cross_attentions,
        encoder_tokens=tokenizer.convert_ids_to_tokens(source[0]),
        decoder_tokens=tokenizer.convert_ids_to_tokens(target[0]),
        html_action="return",
    )
    return str(view.data)


def with_scripts(html: str, scripts: list[Path]) -> str:
    """Returns bertviz's HTML with its scripts in it; what loads them calls back at once."""
    html = re.sub(r'<script src="https://[^"]*"></script>', "", html)
    shim = "window.require = { config() {} };\n"
    shim += "window.requirejs = (names, use) => use(window.jQuery, window.d3);"
    own = [*(script.read_text(encoding="utf-8") for script in scripts), shim]
    tags = "".join(f"<script>{text}</script>" for text in own)
    return f'<!DOCTYPE html><meta charset="utf-8"><body>{tags}{html}</body>'


def drawn(browser: Any, file: Path, ready: str, moves: bool = False) -> tuple[float, list[float]]:
    """Returns the seconds until a page is drawn, and how long moves of the mouse then take."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    began = time.perf_counter()
    page.goto(file.as_uri())
    page.wait_for_function(ready)
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
    seconds = time.perf_counter() - began
    took = page.evaluate(HOVER) if moves else []
    page.close()
    return seconds, took


def pages(browser: Any, rounds: int, scripts: list[Path]) -> dict[str, Any]:
    """Returns seconds and bytes of both, medians, by number of tokens."""
    found: dict[str, Any] = {}
    for n in SIZES:
        loaded, sample = model_of(n)
        names = ["ours_made", "ours_drawn", "bertviz_made", *(["bertviz_drawn"] * bool(scripts))]
        seconds: dict[str, list[float]] = {name: [] for name in names}
        hover: list[float] = []
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "page.html"
            for _ in range(rounds):
                began = time.perf_counter()
                html = ours(loaded, sample)
                seconds["ours_made"].append(time.perf_counter() - began)
                file.write_text(html, encoding="utf-8")
                took, moved = drawn(browser, file, DRAWN, moves=True)
                seconds["ours_drawn"].append(took)
                hover += moved
                began = time.perf_counter()
                other = theirs(loaded, sample)
                seconds["bertviz_made"].append(time.perf_counter() - began)
                if scripts:
                    file.write_text(with_scripts(other, scripts), encoding="utf-8")
                    seconds["bertviz_drawn"].append(drawn(browser, file, THEIRS)[0])
        sizes = {"ours_bytes": len(html.encode()), "bertviz_bytes": len(other.encode())}
        told = {name: statistics.median(values) for name, values in seconds.items()}
        told |= {"hover_ms": statistics.median(hover), "hover_95_ms": percentile(hover, 0.95)}
        tokens = len(loaded.tokenizer([sample.source]).input_ids[0])
        found[str(n)] = {**told, **sizes, "tokens": tokens}
        print(f"{n} tokens: {found[str(n)]}", flush=True)
    return found


def percentile(values: list[float], share: float) -> float:
    """Returns the value below which a share of the values lies."""
    return sorted(values)[min(int(share * len(values)), len(values) - 1)]


def slider(browser: Any, moves: int) -> dict[str, float]:
    """Returns how soon moves of the slider are answered on a server, milliseconds."""
    with tempfile.TemporaryDirectory() as root:
        command = [sys.executable, "-m", "shiftdemo", "serve", "--port", str(PORT)]
        environment = {**os.environ, "SHIFTDEMO_RUNS": root}
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
        try:
            while True:
                try:
                    urllib.request.urlopen(f"http://127.0.0.1:{PORT}").close()
                    break
                except OSError:
                    time.sleep(0.1)
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.goto(f"http://127.0.0.1:{PORT}/?lang=en")
            page.get_by_role("tab", name="Attention").click()
            page.wait_for_function(DRAWN, timeout=120_000)
            page.wait_for_timeout(1000)
            took = [page.evaluate(MOVE, (7 * i) % 49) for i in range(moves)]
        finally:
            process.terminate()
            process.wait()
    found = {"median_ms": statistics.median(took), "of_95_ms": percentile(took, 0.95)}
    print(f"slider: {found}", flush=True)
    return {**found, "moves": moves}


def main() -> None:
    """Runs both and writes the figures down."""
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--moves", type=int, default=60)
    parser.add_argument("--d3", type=Path)
    parser.add_argument("--jquery", type=Path)
    parser.add_argument("--output", type=Path)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    with sync_playwright() as playwright:
        chromium = shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        scripts = [one for one in (arguments.jquery, arguments.d3) if one]
        found = {
            "pages": pages(browser, arguments.rounds, scripts),
            "slider": slider(browser, arguments.moves),
        }
        browser.close()
    found["python"] = platform.python_version()
    if arguments.output:
        arguments.output.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
