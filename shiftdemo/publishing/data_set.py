"""A built set to the hub: Parquet and a card, in one commit."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from shiftdemo.core.task_spec import TASKS
from shiftdemo.core.types import ShiftedSample
from shiftdemo.data.writing.export import write_shifted
from shiftdemo.publishing.hub import check_push, push_files
from shiftdemo.publishing.markdown import front_matter, table

DATA_PATH = "data/train-00000-of-00001.parquet"
_MEANING = {
    "id": "id of the original sample",
    "source": "shifted source sentence",
    "target": "shifted target sentence",
    "words": "shifted words",
    "tags": "their BIO tags",
    "text": "shifted text",
    "label": "its label",
    "question": "question",
    "context": "shifted context",
    "answers": "its answers, and where each begins in the shifted context, as in SQuAD",
    "original_context": "context before the shift",
    "original_starts": "where each answer began in it",
    "original_source": "source sentence before the shift",
    "original_target": "target sentence before the shift",
    "original_links": "its word alignment, pairs of source and target index, as JSON",
    "original_words": "words before the shift",
    "original_tags": "tags before the shift",
    "shift": "the operators that were applied",
    "specs": "every operator that was asked for, in order",
    "params": "their parameters and what was drawn, as JSON",
    "seed": "seed; with specs, epoch, id and the original it makes the row again",
    "epoch": "epoch of the draw",
    "alignment": "new index of each old source word, or null",
    "target_alignment": "the same for the target words",
    "feed": "what a training step does besides (positions, lengths), as JSON",
    "applied": "whether an operator was applied",
    "changed": "whether that changed the words, the tags or the step",
    "note": "why something was not applied",
}


def push_samples(
    rows: Iterable[ShiftedSample],
    repo_id: str,
    task: str,
    private: bool,
    provenance: Mapping[str, Any],
    token: str | None = None,
    endpoint: str | None = None,
) -> tuple[str, int]:
    """Writes samples to Parquet and pushes them with their card; returns address and count."""
    import pyarrow.parquet as pq

    check_push(repo_id, token)
    with tempfile.TemporaryDirectory(prefix="shiftdemo-") as folder:
        path = Path(folder) / "train.parquet"
        count = write_shifted(rows, path, "parquet")
        columns = {item.name: str(item.type) for item in pq.read_schema(path)}
        card = make_card(repo_id, task, count, columns, provenance)
        files: dict[str, bytes | Path] = {"README.md": card.encode(), DATA_PATH: path}
        message = "Shifted samples, made by shiftdemo"
        address = push_files(repo_id, files, message, "dataset", private, token, endpoint)
        return address, count


def make_card(
    repo_id: str,
    task: str,
    count: int,
    columns: Mapping[str, str],
    provenance: Mapping[str, Any],
) -> str:
    """Returns the card (README.md) of a built set.

    Args:
        count: number of rows.
        columns: column -> type.
        provenance: what makes the set again: command, shifts, seed, versions.
    """
    files = [{"split": "train", "path": DATA_PATH}]
    head = {
        **({"task_categories": [TASKS.get(task).pipeline]} if task in TASKS else {}),
        "size_categories": [_size(count)],
        "tags": ["shiftdemo", "shift-training"],
        "configs": [{"config_name": "default", "data_files": files}],
    }
    facts = [f"    {key}: {_one_line(value)}" for key, value in provenance.items()]
    rows = [(f"`{name}`", kind, _MEANING.get(name, "")) for name, kind in columns.items()]
    lines = [
        *front_matter(head),
        "",
        f"# {repo_id.split('/')[-1]}",
        "",
        f"{count:,} shifted samples for {task}, made by shiftdemo (shift training of "
        "Transformers). Every row holds the sample before and after the shift.",
        "",
        "## How it was made",
        "",
        *facts,
        "",
        "## Columns",
        "",
        *table(("column", "type", "meaning"), rows),
        "",
        "The rights in the sentences are those of the data that they were made from.",
        "",
    ]
    return "\n".join(lines)


def _one_line(value: Any) -> str:
    return value if isinstance(value, str) and value.isprintable() else json.dumps(value)


def _size(count: int) -> str:
    for most, name in ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K")):
        if count < most:
            return name
    return "100K<n<1M" if count < 1_000_000 else "1M<n<10M"
