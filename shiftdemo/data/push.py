"""A built set to the hub: Parquet and a card, in one commit."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from shiftdemo.data.export import write_shifted
from shiftdemo.errors import ConfigError, DataError
from shiftdemo.types import ShiftedSample

DATA_PATH = "data/train-00000-of-00001.parquet"
_ID = re.compile(r"[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}")
_KINDS = {"translation": "translation", "ner": "token-classification"}
_MEANING = {
    "id": "id of the original sample",
    "source": "shifted source sentence",
    "target": "shifted target sentence",
    "words": "shifted words",
    "tags": "their BIO tags",
    "text": "shifted text",
    "label": "its label",
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


def check_push(repo_id: str, token: str | None = None) -> str:
    """Returns the token that a push would use.

    Raises:
        ConfigError: the name is none of a data set, or nobody is logged in.
    """
    from huggingface_hub import get_token

    if not _ID.fullmatch(repo_id) or "--" in repo_id or ".." in repo_id:
        raise ConfigError(f"{repo_id[:120]!r} is no name of a data set; write OWNER/NAME.")
    found = token or get_token()
    if not found:
        raise ConfigError(
            "There is no token for the hub; set HF_TOKEN or run hf auth login, then push again."
        )
    return found


def push_samples(
    rows: Iterable[ShiftedSample],
    repo_id: str,
    task: str,
    private: bool,
    made: Mapping[str, Any],
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
        card = make_card(repo_id, task, count, columns, made)
        return push_files(repo_id, path, card, private, token, endpoint), count


def push_files(
    repo_id: str,
    parquet: Path,
    card: str,
    private: bool = False,
    token: str | None = None,
    endpoint: str | None = None,
) -> str:
    """Makes a data set on the hub with a Parquet file and a card; returns its address.

    Both files go in one commit. A data set that exists is never written over.

    Args:
        token: of the hub; empty: the one of ``HF_TOKEN`` or of the login.
        endpoint: of the hub; empty: its own.

    Raises:
        DataError: the hub refuses or cannot be reached; says what is there and what to do.
    """
    from huggingface_hub import CommitOperationAdd, HfApi
    from huggingface_hub.utils import disable_progress_bars

    api = HfApi(endpoint=endpoint or None, token=check_push(repo_id, token))
    disable_progress_bars()
    made = False
    try:
        address = api.create_repo(repo_id, repo_type="dataset", private=private)
        made = True
        api.create_commit(
            repo_id,
            [
                CommitOperationAdd("README.md", card.encode()),
                CommitOperationAdd(DATA_PATH, str(parquet)),
            ],
            commit_message="Shifted samples, made by shiftdemo",
            repo_type="dataset",
        )
    except Exception as error:  # the client's own, the transport's and the uploader's
        raise _fault(repo_id, error, made) from None
    return str(address)


def _fault(repo_id: str, error: Exception, made: bool) -> DataError:
    """Returns one sentence for what the hub's client raised."""
    status = getattr(getattr(error, "response", None), "status_code", None)
    reason = {
        401: "the hub does not know the token; run hf auth login with one that may write",
        403: f"the token may not write to {repo_id.split('/')[0]}; give one with that right",
        404: "the hub has no such owner, or the token does not see it",
        409: "it exists already or was changed meanwhile; choose another name",
    }.get(status or 0, "")
    if not reason and status:
        reason = f"the hub answered {status}; try again later"
    if (not reason and isinstance(error, ConnectionError | OSError)) or "Connect" in _kind(error):
        reason = "the hub cannot be reached; check the network (and HF_HUB_OFFLINE)"
    if not reason and "Timeout" in _kind(error):
        reason = "the hub did not answer in time; try again later"
    reason = reason or f"{_kind(error)}: {' '.join(str(error).split())[:120]}"
    there = "; an empty data set of this name is on the hub now" if made else ""
    return DataError(f"{repo_id} was not pushed: {reason}{there}.")


def _kind(error: Exception) -> str:
    return type(error).__name__


def make_card(
    repo_id: str,
    task: str,
    count: int,
    columns: Mapping[str, str],
    made: Mapping[str, Any],
) -> str:
    """Returns the card (README.md) of a built set.

    Args:
        count: number of rows.
        columns: column -> type.
        made: what makes the set again: command, shifts, seed, versions.
    """
    kind = _KINDS.get(task)
    head = ["---"]
    head += [f"task_categories:\n- {kind}"] if kind else []
    head += [
        f"size_categories:\n- {_size(count)}",
        "tags:\n- shiftdemo\n- shift-training",
        f"configs:\n- config_name: default\n  data_files:\n  - split: train\n    path: {DATA_PATH}",
        "---",
    ]
    facts = "\n".join(f"    {key}: {_one_line(value)}" for key, value in made.items())
    table = "\n".join(
        f"| `{name}` | {kind} | {_MEANING.get(name, '')} |" for name, kind in columns.items()
    )
    return "\n".join(head) + (
        f"\n\n# {repo_id.split('/')[-1]}\n\n"
        f"{count:,} shifted samples for {task}, made by shiftdemo (shift training of "
        "Transformers). Every row holds the sample before and after the shift.\n\n"
        f"## How it was made\n\n{facts}\n\n"
        f"## Columns\n\n| column | type | meaning |\n| --- | --- | --- |\n{table}\n\n"
        "The rights in the sentences are those of the data that they were made from.\n"
    )


def _one_line(value: Any) -> str:
    return value if isinstance(value, str) and value.isprintable() else json.dumps(value)


def _size(count: int) -> str:
    for most, name in ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K")):
        if count < most:
            return name
    return "100K<n<1M" if count < 1_000_000 else "1M<n<10M"
