"""What the tests of an export share: a short real run, and a file with an odd name."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from shiftdemo import api
from shiftdemo.core.config import DataSpec, TrainConfig

ODD = "ev`il`` | <b>x<i>\n---\nlicense: mit\n.jsonl"  # a file's name that would break a card
SHIFT = "position_offset:max_offset=8,p=0.5"


def train(folder: Path, task: str, **settings: Any) -> Path:
    """Runs three steps on the built-in corpus, or on what is given."""
    values: dict[str, Any] = {
        "data": DataSpec(size=64, eval_size=8),
        "shifts": (SHIFT,),
        "steps": 3,
        "warmup": 1,
        "batch_size": 8,
        "eval_every": 0,
        "precision": "float32",
        "processes": 1,
        **settings,
    }
    assert list(api.finetune(TrainConfig(task=task, **values), folder))
    return folder


def write_rows(path: Path, rows: Sequence[dict[str, Any]]) -> str:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return str(path)


def unzip(run: Path, into: Path, arm: str = "", seed_index: int = 0) -> Path:
    """Exports an arm and returns the folder that its zip was unpacked into."""
    path = api.export_run(run, arm, into / "made" / "arm.zip", seed_index)
    with zipfile.ZipFile(path) as packed:
        assert packed.testzip() is None
        packed.extractall(into / "unpacked")
    return into / "unpacked"
