"""How soon a visitor sees the Start tab, and how soon the slider is answered.

A server is started in a process of its own, ``--starts`` times; each is opened in Chromium as soon
as it answers, and the time from the start of the process to the drawn answers is taken. Then the
slider is moved: over an example (recorded answers, in the browser) and over a typed sentence (both
arms of both models, on the server), ``--moves`` positions each, one after another.

    pip install playwright
    python benchmarks/first_sight.py [--starts 5] [--moves 60] [--output FILE]
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

PORT = 7868
TYPED = "The children are playing near a lake in Vienna."
MOVE = """([position, live]) => new Promise((done) => {
    const slider = document.querySelector("#start-position");
    const source = document.querySelector(".sd-source");
    const began = performance.now();
    slider.value = position;
    slider.dispatchEvent(new Event("input"));
    const shown = () => source.textContent === live;
    if (shown()) return done(performance.now() - began);
    new MutationObserver((_, watch) => {
        if (!shown()) return;
        watch.disconnect();
        done(performance.now() - began);
    }).observe(source, { childList: true, characterData: true, subtree: true });
})"""


def serve(root: str) -> subprocess.Popen[bytes]:
    """Starts a server; its runs lie in ``root``."""
    command = [sys.executable, "-m", "shiftdemo", "serve", "--port", str(PORT)]
    environment = {**os.environ, "SHIFTDEMO_RUNS": root}
    return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)


def opened(page: Any) -> float:
    """Opens the page as soon as the server answers; returns when the answers were drawn."""
    while True:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{PORT}").close()
            break
        except OSError:
            time.sleep(0.05)
    page.goto(f"http://127.0.0.1:{PORT}/?lang=en")
    page.wait_for_selector(".sd-row")
    return time.perf_counter()


def moves(page: Any, n: int, label: str) -> list[float]:
    """Moves the slider ``n`` times; returns the milliseconds until each answer was drawn."""
    return [page.evaluate(MOVE, [(7 * i) % 65, label]) for i in range(n)]


def starts(page_of: Callable[[], Any], n: int) -> list[float]:
    """Returns the seconds from the start of ``n`` servers to the drawn Start tab."""
    seconds = []
    for _ in range(n):
        began = time.perf_counter()
        server = serve(tempfile.mkdtemp())
        try:
            seconds.append(opened(page_of()) - began)
        finally:
            server.terminate()
            server.wait(20)
    return seconds


def slider(page: Any, n: int) -> dict[str, list[float]]:
    """Returns the milliseconds of moves over an example and over a typed sentence."""
    opened(page)
    page.get_by_text("ready", exact=True).wait_for(timeout=120_000)
    figures = {"recorded": moves(page, n, "recorded answers")}
    page.locator("#start-text").fill(TYPED)
    page.get_by_text("computed now").wait_for(timeout=120_000)
    return {**figures, "typed": moves(page, n, "computed now")}


def main() -> None:
    """Measures and prints; writes the figures where that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--starts", type=int, default=5)
    parser.add_argument("--moves", type=int, default=60)
    parser.add_argument("--chromium", default=shutil.which("chromium") or "")
    parser.add_argument("--output")
    arguments = parser.parse_args()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as browsers:
        browser = browsers.chromium.launch(
            executable_path=arguments.chromium or None, args=["--no-sandbox"]
        )
        cold = starts(browser.new_page, arguments.starts)
        server = serve(tempfile.mkdtemp())
        try:
            latency = slider(browser.new_page(), arguments.moves)
        finally:
            server.terminate()
        browser.close()
    print(f"cold start to Start drawn: median {statistics.median(cold):.1f} s, {cold}")
    figures: dict[str, Any] = {"cold_start_seconds": cold, "moves_ms": {}}
    for name, values in latency.items():
        ordered = sorted(values)
        p95 = ordered[min(len(ordered) - 1, round(0.95 * len(ordered)))]
        figures["moves_ms"][name] = {"median": statistics.median(values), "p95": p95}
        print(f"{name:9} median {statistics.median(values):6.1f} ms, 95 % under {p95:6.1f} ms")
    if arguments.output:
        figures |= {"moves": arguments.moves, "python": platform.python_version()}
        Path(arguments.output).write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
