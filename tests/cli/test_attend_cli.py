"""``attend``: another strength, masks, windows, many sentences; and what cannot be asked for."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from shiftdemo.cli.main import main

PAIR = ("--model", "bundled:tagger", "--versus", "bundled:tagger/shift")
TEXT = "Ada lives in Paris and reads a long book ."


def _attend(output: Path, *more: str, task: str = "ner", pair: tuple[str, ...] = PAIR) -> int:
    flags = ("attend", "--task", task, *pair, "--text", TEXT, "--output", str(output))
    return main([*flags, *more])


def test_a_shift_and_a_mask_go_into_every_form(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plain = tmp_path / "plain.npz"
    assert _attend(plain) == 0
    assert "at position 0: the two models look mostly" in capsys.readouterr().err
    moved = tmp_path / "moved.npz"
    assert _attend(moved, "--strength", "32") == 0
    assert "moved from position 0 to 32: base turns to" in capsys.readouterr().err
    with np.load(plain) as one, np.load(moved) as other:
        np.testing.assert_array_equal(one["base/now/encoder"], other["base/before/encoder"])
        assert np.abs(other["base/now/encoder"] - one["base/now/encoder"]).max() > 0.01
    file = tmp_path / "context.json"
    assert _attend(file, "--shift", "prefix_context", "--strength", "1", "--mask", "3") == 0
    values = json.loads(file.read_text())
    assert values["shift"] == "prefix_context" and values["masked"] == [3]
    assert values["read"].endswith(TEXT) and len(values["read"]) > len(TEXT)
    assert capsys.readouterr().out == ""


def test_a_window_and_a_corpus(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "corpus.json"
    assert _attend(file, "--corpus", "8", "--strength", "16", "--window", "4:0") == 0
    corpus = json.loads(file.read_text())["corpus"]
    assert corpus["n"] == 8 and corpus["strength"] == 16
    assert set(corpus["profiles"]) == {"base", "shift"}


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--window", "a:b"), "not SOURCE:TARGET"),
        (("--corpus", "8"), "goes into a .json file"),
        (("--strength", "100000"), "beyond the model's"),
        (("--shift", "length_crop", "--strength", "1"), "length_crop"),
        (("--strength", "1", "--shift", "nothing"), "nothing"),
    ],
)
def test_what_cannot_be_asked_for_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], more: tuple[str, ...], said: str
) -> None:
    assert _attend(tmp_path / "x.html", *more) == 2
    told = capsys.readouterr().err.strip()
    assert said in told and "\n" not in told and not list(tmp_path.iterdir())
