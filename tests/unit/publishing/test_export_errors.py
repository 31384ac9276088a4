"""What cannot be exported is told in one sentence; and what a path on this machine becomes."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shiftdemo import api
from shiftdemo.core.errors import ConfigError, DataError, ModelError, ShiftDemoError
from shiftdemo.publishing.saved import public_ref, without_paths


def _spoil(run: Path, name: str, text: str) -> None:
    (run / name).write_text(text, encoding="utf-8")


BAD: list[tuple[Callable[[Path], Any], type[ShiftDemoError], str]] = [
    (lambda run: shutil.rmtree(run), ConfigError, "There is no run in"),
    (lambda run: _spoil(run, "config.json", "{"), ConfigError, "There is no run in"),
    (lambda run: _spoil(run, "config.json", '{"model_type": "bert"}'), ConfigError, "no run in"),
    (
        lambda run: _spoil(run, "config.json", '{"task": "ner", "arms": 1, "seeds": 2}'),
        ConfigError,
        "list",
    ),
    (lambda run: shutil.rmtree(run / "base"), ModelError, "not saved"),
    (lambda run: _spoil(run, "base/config.json", "[]"), ModelError, "no JSON object"),
    (lambda run: _spoil(run, "comparison.json", "x"), ModelError, "comparison.json"),
    (lambda run: _spoil(run, "base/model.safetensors", "x"), ModelError, "holds no weights"),
]


@pytest.mark.parametrize(("spoil", "kind", "words"), BAD)
def test_a_broken_run_is_one_sentence_and_leaves_no_file(
    runs: dict[str, Path],
    tmp_path: Path,
    spoil: Callable[[Path], Any],
    kind: type[ShiftDemoError],
    words: str,
) -> None:
    run = shutil.copytree(runs["translation"], tmp_path / "run")
    spoil(run)
    with pytest.raises(kind, match=words) as error:
        api.export_run(run, "base", tmp_path / "out" / "a.zip")
    assert "\n" not in str(error.value) and str(error.value).endswith(".")
    assert not (tmp_path / "out").exists()


def test_an_output_that_cannot_be_is_one_sentence(runs: dict[str, Path], tmp_path: Path) -> None:
    run = runs["translation"]
    there = tmp_path / "there.zip"
    there.write_bytes(b"mine")
    with pytest.raises(ConfigError, match=r"there\.zip is there already; name another"):
        api.export_run(run, "", there)
    assert there.read_bytes() == b"mine"
    with pytest.raises(ConfigError, match=r"ends in \.zip"):
        api.export_run(run, "", tmp_path / "a.tar")
    with pytest.raises(DataError, match="cannot be made"):
        api.export_run(run, "", there / "a.zip")
    with pytest.raises(ConfigError, match="has no seed number 2; give 0 to 0"):
        api.export_run(run, "", tmp_path / "a.zip", 2)
    with pytest.raises(ConfigError, match="has no seed number -1"):
        api.export_run(run, "", tmp_path / "a.zip", -1)


@pytest.mark.parametrize(
    ("ref", "wanted"),
    [
        ("scratch:learned", "scratch:learned"),
        ("bundled:tagger", "bundled:tagger"),
        ("hub:ada/model@main", "hub:ada/model@main"),
        ("hub:/home/ada/set", "hub:set"),
        ("hub:./set", "hub:set"),
        ("/home/ada/model/", "model"),
        ("data/a.csv", "a.csv"),
        ("C:\\Users\\ada\\a.csv", "a.csv"),
        ("a\nb", "a?b"),
        ("/", "file"),
    ],
)
def test_a_path_becomes_its_last_name(ref: str, wanted: str) -> None:
    assert public_ref(ref) == wanted


def test_paths_that_libraries_write_are_cut_and_tags_are_not() -> None:
    values = {
        "_name_or_path": "/home/ada/bert",
        "special_tokens_map_file": "C:\\ada\\map.json",
        "tokenizer_file": None,
        "name_or_path": "ada/bert",
        "id2label": {"0": "/home"},
        "pad_token": "/pad",
    }
    assert without_paths(values) == {
        **values,
        "_name_or_path": "bert",
        "special_tokens_map_file": "map.json",
    }
