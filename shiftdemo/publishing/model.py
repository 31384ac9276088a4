"""Puts an arm together, and writes it as a zip or pushes it to the hub."""

from __future__ import annotations

import json
import math
import os
import tempfile
import time
import zipfile
from collections.abc import Mapping
from pathlib import Path
from shutil import copyfile, copyfileobj
from typing import Any

from safetensors import SafetensorError, safe_open

from shiftdemo.core.errors import ConfigError, DataError, ModelError
from shiftdemo.core.messages import arm_name
from shiftdemo.core.plain import as_plain
from shiftdemo.models.delay import FILE
from shiftdemo.publishing.hub import check_push, push_files
from shiftdemo.publishing.model_card import make_card
from shiftdemo.publishing.saved import SavedArm, public_ref, read_arm, without_paths
from shiftdemo.training.run_folder import RunFolder

Files = dict[str, "bytes | Path"]
UNITS = {
    "clean_loss": "nats per label, held-out sentences as they are",
    "shifted_loss": "nats per label, the same sentences shifted",
    "clean_accuracy": "% of single tokens",
    "shifted_accuracy": "% of single tokens",
    "clean_score": "what score_name says, 0 to 100",
    "shifted_score": "what score_name says, 0 to 100",
}
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip can hold
_TRIES = 5


def export_run(run: Path, arm: str, output: Path, seed_index: int = 0) -> Path:
    """Writes one arm of a run as a zip, which appears whole or not at all.

    It holds what plain transformers loads (weights, tokenizer, ``config.json``), a delay layer
    where there is one, ``run.json``, ``scores.json`` and a model card. The same run gives the same
    bytes. A run that still trains gives what it has saved.

    Args:
        run: the folder of a finetune.
        arm: its name; empty: ``shift``, or the only one that there is.
        output: ends in ``.zip``.
        seed_index: which of the run's seeds, from 0.

    Returns:
        ``output``.

    Raises:
        ConfigError: there is no such run, arm or seed, or ``output`` is there already.
        ModelError: the arm was not saved yet.
        DataError: the zip cannot be written.
    """
    if output.suffix.lower() != ".zip":
        raise ConfigError("model.output_give_name_ends", output=output.name)
    if output.exists():
        raise ConfigError("model.there_already_name_another", output=output)
    saved = read_arm(run, arm, seed_index)
    with tempfile.TemporaryDirectory(prefix="shiftdemo-") as kept:
        try:
            _write_zip(_files(run, saved, Path(kept), ""), output)
        except OSError as error:
            raise DataError(
                "model.cannot_made", output=output, strerror=error.strerror or error
            ) from None
    return output


def push_run(
    run: Path,
    arm: str,
    repo_id: str,
    seed_index: int = 0,
    private: bool = False,
    token: str | None = None,
    endpoint: str | None = None,
) -> str:
    """Makes a model on the hub of one arm of a run; returns its address.

    All files go in one commit; a model that exists is never written over.

    Args:
        run, arm, seed_index: as in :func:`export_run`.
        repo_id: ``OWNER/NAME``.
        token, endpoint: of the hub; empty: those of the login and of the hub itself.

    Raises:
        ConfigError: there is no such run, arm or seed, the name is wrong or there is no token.
        ModelError: the arm was not saved yet.
        DataError: the hub refuses or cannot be reached.
    """
    check_push(repo_id, token, "model")
    saved = read_arm(run, arm, seed_index)
    with tempfile.TemporaryDirectory(prefix="shiftdemo-") as kept:
        files = _files(run, saved, Path(kept), repo_id)
        message = "A model trained by shiftdemo"
        return push_files(repo_id, files, message, "model", private, token, endpoint)


def _files(run: Path, saved: SavedArm, kept: Path, repo_id: str) -> Files:
    """Returns everything that is passed on, in the order of the names."""
    _snapshot(saved.folder, kept)
    paths = {path.name: path for path in sorted(kept.iterdir())}
    model = _json(paths["config.json"])
    files: Files = {name: _content(path) for name, path in paths.items()}
    about = {name: _ABOUT.get(name, "what transformers saved beside it") for name in files}
    about |= {"run.json": "settings and versions of the run", "scores.json": "held-out figures"}
    n_params = sum(_n_weights(path) for name, path in paths.items() if _is_weights(name))
    files["run.json"] = _dump({**saved.settings, "arm": saved.arm, "seed": saved.seed})
    files["scores.json"] = _dump(_scores(run, saved))
    about = dict(sorted(about.items()))
    files["README.md"] = make_card(saved, model, n_params, about, repo_id).encode()
    return dict(sorted(files.items()))


_ABOUT = {
    "config.json": "architecture",
    "model.safetensors": "weights",
    "tokenizer.json": "tokenizer",
    "tokenizer_config.json": "settings of the tokenizer",
    "generation_config.json": "defaults of generate",
    FILE: "the delay layer, which shiftdemo loads",
}


def _snapshot(folder: Path, into: Path) -> None:
    """Copies the files of an arm, all of one save: a run may be saving it anew meanwhile."""
    for _ in range(_TRIES):
        for path in into.iterdir():
            path.unlink()
        try:
            before = folder.stat()
            for path in folder.iterdir():
                if path.is_file() and not path.name.startswith("."):
                    copyfile(path, into / path.name)
            if os.path.samestat(before, folder.stat()) and (into / "config.json").is_file():
                return
        except FileNotFoundError:  # it was put in another's place just now
            pass
        time.sleep(0.2)
    raise ModelError("model.arm_being_saved_all", folder=arm_name(folder.name))


def _is_weights(name: str) -> bool:
    return name.endswith(".safetensors") and name != FILE


def _n_weights(path: Path) -> int:
    """Returns how many numbers a file of weights holds, from its head alone."""
    try:
        with safe_open(path, framework="numpy") as weights:
            shapes = [weights.get_slice(name).get_shape() for name in weights.keys()]  # noqa: SIM118
    except SafetensorError as error:
        raise ModelError("model.run_holds_no_weights", path=path.name, error=error) from None
    return sum(map(math.prod, shapes))


def _content(path: Path) -> bytes | Path:
    """Returns a file as it is, or without the paths that a library wrote into it."""
    if not path.name.endswith("config.json"):
        return path
    values = _json(path)
    public = without_paths(values)
    return path if public == values else _dump(public)


def _json(path: Path) -> dict[str, Any]:
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError):
        values = None
    if not isinstance(values, dict):
        raise ModelError("model.run_no_json_object", path=path.name)
    return values


def _scores(run: Path, saved: SavedArm) -> dict[str, Any]:
    """Returns the last held-out figures, and the scores of a comparison that lies in the run."""
    scores: dict[str, Any] = {"units": UNITS, "held_out": as_plain(saved.held_out)}
    path = RunFolder(run).comparison
    if path.is_file():
        comparison = _json(path)
        comparison.pop("outputs", None)  # the sentences are the data's
        if isinstance(comparison.get("arms"), Mapping):
            comparison["arms"] = {
                arm: public_ref(str(ref)) for arm, ref in comparison["arms"].items()
            }
        scores["comparison"] = comparison
    return scores


def _dump(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()


def _write_zip(files: Files, output: Path) -> None:
    """Writes the files so that the same content gives the same bytes."""
    output.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{output.name}.", suffix=".part", dir=output.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as raw, zipfile.ZipFile(raw, "w") as packed:
            for member, content in files.items():
                entry = zipfile.ZipInfo(member, _EPOCH)
                entry.external_attr = 0o644 << 16
                entry.create_system = 3  # the same on every system
                if not member.endswith(".safetensors"):  # weights hardly get smaller
                    entry.compress_type = zipfile.ZIP_DEFLATED
                if isinstance(content, bytes):
                    packed.writestr(entry, content)
                    continue
                entry.file_size = content.stat().st_size
                with open(content, "rb") as source, packed.open(entry, "w") as out:
                    copyfileobj(source, out)
        temporary.chmod(0o644)
        os.replace(temporary, output)
    finally:
        temporary.unlink(missing_ok=True)
