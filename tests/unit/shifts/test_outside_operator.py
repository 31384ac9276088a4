"""An operator of another package, found through its entry point, is one like the others.

The contract tests go over the whole registry, so they test it too.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import gradio as gr
import pytest
from generated import CASES

from shiftdemo import api
from shiftdemo.cli.main import main
from shiftdemo.core.samples import TaggedSample
from shiftdemo.shifts import SHIFTS
from shiftdemo.ui.common.i18n import Visit
from shiftdemo.ui.common.shift_form import ShiftForm, about

FOLDER = Path(__file__).parents[2] / "outside_operator"
SENTENCE = TaggedSample("s", ("Ada", "Lovelace", "sees", "Rome"), ("B-PER", "I-PER", "O", "B-LOC"))


def test_it_stands_in_the_registry_behind_ours_and_in_the_contract_tests() -> None:
    assert SHIFTS.names()[-1] == "mirror"
    assert [t for s, t in CASES if s.name == "mirror"] == ["translation", "ner", "classification"]


def test_it_shifts_samples_as_ours_do() -> None:
    (shifted,) = api.build_shifted("ner", [SENTENCE], ["mirror"])
    assert isinstance(shifted.shifted, TaggedSample)
    assert shifted.shifted.words == ("Rome", "sees", "Ada", "Lovelace")
    assert shifted.shifted.tags == ("B-LOC", "O", "B-PER", "I-PER")
    assert shifted.alignment == (2, 3, 1, 0) and shifted.shift == "mirror:p=1.0"


def test_it_stands_in_info_of_a_fresh_process() -> None:
    paths = os.pathsep.join([str(FOLDER), *sys.path])
    done = subprocess.run(
        [sys.executable, "-m", "shiftdemo", "info", "--json"],
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=True,
    )
    shifts = json.loads(done.stdout)["shifts"]
    assert "mirror" in [one["name"] for one in shifts]


def test_it_stands_in_the_pickers_of_the_page() -> None:
    with gr.Blocks():
        form = ShiftForm("test", "ner", "mirror")
    assert ("mirror", "mirror") in form.choices("ner")
    assert ("mirror", "mirror") not in form.choices("language_modeling")
    for lang in ("en", "zh"):  # without Chinese it is shown in English
        told = about(Visit(lang), "mirror")
        assert told is not None and told["summary"].startswith("The words stand in reverse order")


def test_it_stands_in_the_table_of_operators(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["info", "--markdown"]) == 0
    rows = capsys.readouterr().out.splitlines()
    first = "The words stand in reverse order; a mention counts as one word and moves as one"
    named = ", ".join(SHIFTS.get("mirror").tasks())
    assert f"| `mirror` | sample | {named} | {first} |" in rows
    readme = (FOLDER.parents[1] / "README.md").read_text(encoding="utf-8").splitlines()
    assert [row for row in rows if "`mirror`" not in row and row not in readme] == []
