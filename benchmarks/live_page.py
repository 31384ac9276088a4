"""What the live page costs of training speed: the same run, watched in Chromium and not.

The server runs in a process of its own. A run is started by a click on the page and watched there,
or submitted to a queue of this process and watched by nobody; rounds are interleaved, and the time
between two steps of the run's own log is compared, so neither start nor saving counts.

    pip install playwright
    python benchmarks/live_page.py [--rounds 3] [--steps 600] [--output FILE]
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

from shiftdemo import api
from shiftdemo.config import DataSpec, TrainConfig
from shiftdemo.events import RunFinished, StepLogged
from shiftdemo.training.queue import Runs
from shiftdemo.training.record import read_events

PORT, SIZE, SKIPPED = 7869, 4000, 50


def steps_a_second(folder: Path) -> float:
    """Returns steps a second between two steps of the log, held-out figures included."""
    made = [e for e in read_events(folder) if isinstance(e, StepLogged) and e.arm == "base"]
    return (len(made) - SKIPPED - 1) / (made[-1].seconds - made[SKIPPED].seconds)


def unwatched(runs: Runs, steps: int) -> float:
    """Trains as the page does, with nobody looking."""
    config = TrainConfig(
        data=DataSpec(size=SIZE, eval_size=200),
        steps=steps,
        batch_size=32,
        seconds=600,
        warmup=min(100, steps // 10),
        eval_every=steps // 12,
    )
    run_id = runs.submit(config)
    while runs.state(run_id) not in ("finished", "failed"):
        runs.keep_alive(run_id)
        time.sleep(1)
    return steps_a_second(runs.folder(run_id))


def watched(page: Any, root: Path, steps: int) -> float:
    """Trains by a click and watches until the end."""
    before = {path.name for path in root.iterdir()}
    page.locator("#train-start").click()
    while True:
        new = [path for path in root.iterdir() if path.name not in before]
        if new and isinstance((read_events(new[0]) or [None])[-1], RunFinished):
            return steps_a_second(new[0])
        page.wait_for_timeout(1000)


def main() -> None:
    """Measures and prints; writes the figures where that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=600)
    parser.add_argument("--chromium", default=shutil.which("chromium") or "")
    parser.add_argument("--output")
    arguments = parser.parse_args()
    from playwright.sync_api import sync_playwright

    root = Path(tempfile.mkdtemp())
    environment = {**os.environ, "SHIFTDEMO_RUNS": str(root)}
    command = [sys.executable, "-m", "shiftdemo", "serve", "--port", str(PORT)]
    server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{PORT}"
    runs = Runs(api.finetune_in_worker, Path(tempfile.mkdtemp()))
    runs.warm()
    rates: dict[str, list[float]] = {"watched": [], "not watched": []}
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
            for _ in range(arguments.rounds):
                page = browser.new_page(viewport={"width": 1440, "height": 900})
                page.goto(f"{address}/?lang=en")
                page.get_by_role("tab", name="Train").click()
                page.get_by_label("Steps", exact=True).fill(str(arguments.steps))
                page.get_by_role("button", name="Data").first.click()
                page.get_by_label("Training sentences", exact=True).fill(str(SIZE))
                page.wait_for_timeout(8000)  # the server has loaded its libraries by then
                rates["watched"].append(watched(page, root, arguments.steps))
                page.close()
                rates["not watched"].append(unwatched(runs, arguments.steps))
            browser.close()
    finally:
        runs.close()
        server.terminate()
    found = {name: statistics.median(values) for name, values in rates.items()}
    cost = 1 - found["watched"] / found["not watched"]
    for name, values in rates.items():
        print(f"{name:12} {found[name]:7.2f} steps/s  {[round(value, 2) for value in values]}")
    print(f"the page costs {cost:.1%} of training speed")
    if arguments.output:
        machine = {"python": platform.python_version(), "cores": os.cpu_count()}
        text = json.dumps({**machine, "steps_a_second": rates, "cost": cost}, indent=1)
        Path(arguments.output).write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
