"""A task of another package, found through its entry point, works as ours do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1] / "outside_task"
WORDS = ["He", "reckons", "the", "deficit", "will", "narrow", "."]
TAGS = ["B-NP", "B-VP", "B-NP", "I-NP", "B-VP", "I-VP", "O"]


def _run(*arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "shiftdemo", *arguments],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(FOLDER), *filter(None, sys.path)])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "chunks.jsonl"
    rows = ({"id": str(n), "tokens": WORDS[n % 3 :], "chunk_tags": TAGS[n % 3 :]} for n in range(6))
    rows = ({**row, "chunk_tags": ["B-NP", *row["chunk_tags"][1:]]} for row in rows)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return str(path)


def test_it_stands_in_info_with_the_operators_that_it_allows() -> None:
    info = json.loads(_run("info", "--json"))
    assert {"name": "chunking", "title": "Phrase chunking", "score": "entity F1"} in info["tasks"]
    shifts = {one["name"] for one in info["shifts"] if "chunking" in one["tasks"]}
    assert {"drop", "tag_roll", "prefix_context", "position_offset"} <= shifts
    assert not {"local_shuffle", "right_shift", "rotate"} & shifts
    assert {"ref": "scratch:learned", "task": "chunking", "kind": "scratch"} in info["models"]


def test_it_is_built_trained_and_compared_from_a_file(file: str, tmp_path: Path) -> None:
    rows = _run("build", "--task", "chunking", "--input", file, "--shift", "prefix_filler:k=2")
    first = json.loads(rows.splitlines()[0])
    assert first["words"][2:] == WORDS and first["tags"] == ["O", "O", "B-NP", *TAGS[1:]]
    run = str(tmp_path / "run")
    data = ["--train", file, "--eval", file, "--allow-overlap", "--steps", "4", "--batch-size", "4"]
    small = ["--model", "scratch:learned", "--shift", "position_offset:max_offset=8"]
    _run("finetune", "--task", "chunking", *data, *small, "--output", run)
    pair = ["--base", run, "--shifted", run, "--input", file, "--offsets", "0,4"]
    found = json.loads(_run("compare", "--task", "chunking", *pair, "--json"))
    assert (
        found["n"] == 6 and found["task"] == "chunking" and "entity F1" in found["scores"]["base"]
    )
