"""What the live page costs of training speed: one run, watched in Chromium and not, by turns.

The server runs in a process of its own. A run is started by a click on the page; then the page is
left and opened again, over and over, and the time between two steps of the run's own log is
compared: so the machine's slow changes fall on both sides alike. Steps with a held-out
measurement or a checkpoint before them are left out, and so are the seconds in which the page is
loaded.

    pip install playwright
    python benchmarks/live_page.py [--rounds 8] [--window 9] [--output FILE]
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
from pathlib import Path
from typing import Any

from shiftdemo.core.events import RunEvent, StepLogged
from shiftdemo.training.record import LogReader

PORT, SIZE, STEPS = 7869, 4000, 60_000
LEFT, LOADED = 1.5, 6.0  # seconds until the page is gone, and until it is drawn


def rate(events: list[RunEvent]) -> float:
    """Returns steps a second between neighbouring steps of an arm, with nothing in between.

    Raises:
        SystemExit: there are none: the run has ended.
    """
    gaps, before = [], None
    for event in events:
        if not isinstance(event, StepLogged):
            before = None  # a measurement or a checkpoint
        elif event.arm == "base":
            if before is not None:
                gaps.append(event.seconds - before)
            before = event.seconds
    if not gaps:
        raise SystemExit("The run has ended early; take fewer rounds.")
    return len(gaps) / sum(gaps)


def window(log: LogReader, wait: Any, seconds: float) -> float:
    """Returns the steps a second of the coming seconds."""
    log.new()
    wait(seconds)
    return rate(log.new())


def train(page: Any, address: str, root: Path, rounds: int, seconds: float) -> dict[str, Any]:
    """Starts a run on the page and measures it; returns the rates by turns."""

    def wait(some: float) -> None:
        page.wait_for_timeout(1000 * some)

    def look() -> None:
        page.goto(f"{address}/?lang=en")
        page.get_by_role("tab", name="Train").click()
        wait(LOADED)

    look()
    page.get_by_label("Steps", exact=True).fill(str(STEPS))
    page.get_by_role("button", name="Data").first.click()
    page.get_by_label("Training sentences", exact=True).fill(str(SIZE))
    page.locator("#train-start").click()
    wait(10)
    (folder,) = root.iterdir()
    log = LogReader(folder)
    rates: dict[str, list[float]] = {"watched": [], "not watched": []}
    for _ in range(rounds):
        rates["watched"].append(window(log, wait, seconds))
        page.goto("about:blank")
        wait(LEFT)
        rates["not watched"].append(window(log, wait, seconds))
        look()
    page.locator("#train-stop").click()
    wait(2)
    return rates


def main() -> None:
    """Measures and prints; writes the figures where that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--window", type=float, default=9.0, help="seconds; at most 10")
    parser.add_argument("--chromium", default=shutil.which("chromium") or "")
    parser.add_argument("--output")
    arguments = parser.parse_args()
    from playwright.sync_api import sync_playwright

    root = Path(tempfile.mkdtemp())
    environment = {**os.environ, "SHIFTDEMO_RUNS": str(root)}
    command = [sys.executable, "-m", "shiftdemo", "serve", "--port", str(PORT)]
    server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{PORT}"
    try:
        for _ in range(120):
            try:
                urllib.request.urlopen(address)
                break
            except OSError:
                time.sleep(0.5)
        with sync_playwright() as browsers:
            browser = browsers.chromium.launch(
                executable_path=arguments.chromium or None, args=["--no-sandbox"]
            )
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            rates = train(page, address, root, arguments.rounds, arguments.window)
            browser.close()
    finally:
        server.terminate()
    for name, values in rates.items():
        middle = statistics.median(values)
        print(f"{name:12} {middle:7.2f} steps/s  {[round(value, 2) for value in values]}")
    costs = [
        1 - one / other for one, other in zip(rates["watched"], rates["not watched"], strict=True)
    ]
    cost = statistics.median(costs)
    print(f"the page costs {cost:.1%} of training speed  {[f'{one:.1%}' for one in costs]}")
    if arguments.output:
        machine = {"python": platform.python_version(), "cores": os.cpu_count()}
        text = json.dumps({**machine, "steps_a_second": rates, "cost": cost}, indent=1)
        Path(arguments.output).write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
