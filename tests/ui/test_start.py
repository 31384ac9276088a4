"""What the server writes into the terminal of who starts the page: one line that says where."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from pageserver import free_port

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 90
# What Hugging Face sets for a Space; the package `spaces` is not installed here.
SPACE = {
    "SYSTEM": "spaces",
    "SPACE_ID": "someone/shiftdemo",
    "SPACE_HOST": "someone-shiftdemo.hf.space",
    "SPACE_AUTHOR_NAME": "someone",
    "SPACE_REPO_NAME": "shiftdemo",
}


def _said(command: list[str], more: dict[str, str], folder: Path) -> str:
    """Starts a server, gives it Ctrl-C once it has said something of its place; returns all."""
    environment = {**os.environ, "SHIFTDEMO_RUNS": str(folder / "runs"), **more}
    log = folder / "log"
    with open(log, "wb") as out:
        process = subprocess.Popen(
            [sys.executable, *command],
            cwd=ROOT,
            env=environment,
            stdout=out,
            stderr=out,
            # Who started the tests in the background of a script has taken Ctrl-C away.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        )
        try:
            for _ in range(START_SECONDS * 5):
                if process.poll() is not None or "http://" in log.read_text(encoding="utf-8"):
                    break
                time.sleep(0.2)
            time.sleep(1)
            assert process.poll() is None, log.read_text(encoding="utf-8")
            process.send_signal(signal.SIGINT)
            process.wait(20)
        finally:
            process.kill()
    return log.read_text(encoding="utf-8")


@pytest.mark.parametrize("way", ["serve", "space"])
def test_the_server_says_one_line(way: str, tmp_path: Path) -> None:
    port = free_port()
    if way == "serve":
        command, more = ["-m", "shiftdemo", "serve", "--port", str(port)], {}
        place = f"http://127.0.0.1:{port}/"
    else:
        command, more = ["app.py"], {**SPACE, "GRADIO_SERVER_PORT": str(port)}
        place = f"http://localhost:{port}/"
    said = _said(command, more, tmp_path)
    assert said.splitlines() == [f"shiftdemo is at {place} (Ctrl-C ends it)"]
