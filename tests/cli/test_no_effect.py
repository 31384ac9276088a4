"""A shift that does not reach the model: refused before anything is trained or scored."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import commandline
import pytest

ROOT = Path(__file__).resolve().parents[2]
BROKEN = ROOT / "tests" / "broken"
SMALL = (
    "--task",
    "ner",
    "--corpus",
    "grammar",
    "--size",
    "64",
    "--eval-size",
    "16",
    "--steps",
    "2",
    "--processes",
    "1",
)
COMPARE = "compare --task ner --corpus grammar --n 8 --offsets 0,4".split()


def run(*arguments: str, broken: bool = True) -> subprocess.CompletedProcess[str]:
    """Runs the command line, where no lookup of positions is recognised."""
    return commandline.run(
        *arguments, cwd=ROOT, prepare=commandline.no_lookup_is_known if broken else None
    )


def run_afresh(*arguments: str) -> subprocess.CompletedProcess[str]:
    """As :func:`run`, in a fresh interpreter, the processes of its arms among them."""
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
    environment["PYTHONPATH"] = f"{BROKEN}{os.pathsep}{ROOT}"
    return subprocess.run(
        [sys.executable, "-m", "shiftdemo", *arguments],
        capture_output=True,
        text=True,
        timeout=240,
        cwd=ROOT,
        env=environment,
        check=False,
    )


def test_a_scratch_model_that_cannot_be_moved_is_a_fault_of_ours(tmp_path: Path) -> None:
    done = run_afresh(
        "finetune", *SMALL, "--model", "scratch:learned", "--output", str(tmp_path / "run")
    )
    assert done.returncode == 1 and not done.stdout
    assert "position_offset does not reach scratch:learned" in done.stderr
    assert "a fault of shiftdemo" in done.stderr and "Traceback" not in done.stderr
    assert not (tmp_path / "run" / "events.jsonl").exists()


def test_a_bundled_model_that_cannot_be_moved_is_a_fault_of_ours() -> None:
    bundled = ("--base", "bundled:tagger", "--shifted", "bundled:tagger", "--json")
    for more in ((), ("--allow-no-effect",)):  # nobody wants a model of ours as such a control
        done = run(*COMPARE, *bundled, *more)
        assert done.returncode == 1 and not done.stdout
        assert "Offset 4 does not reach the model" in done.stderr
        assert "bundled:tagger is known to feel it" in done.stderr
        assert "Traceback" not in done.stderr


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The arms of a run that shifts no positions: models of the user's own."""
    found = tmp_path_factory.mktemp("own") / "run"
    done = run("finetune", *SMALL, "--shift", "drop", "--output", str(found))
    assert done.returncode == 0, done.stderr
    return found


def test_a_model_of_ones_own_is_refused_until_it_is_allowed(folder: Path, tmp_path: Path) -> None:
    own = str(folder / "base")
    asked = (*COMPARE, "--base", own, "--shifted", str(folder / "shift"), "--json")
    refused = run(*asked)
    assert refused.returncode == 2 and not refused.stdout
    assert "Offset 4 does not reach the model" in refused.stderr
    assert "--allow-no-effect" in refused.stderr and "Traceback" not in refused.stderr

    allowed = run(*asked, "--allow-no-effect")
    assert allowed.returncode == 0, allowed.stderr
    found = json.loads(allowed.stdout)
    values = [score["value"] for score in found["curves"]["base"]]
    assert values[0] == values[1]
    assert "Warning (base): Offset 4 does not reach the model" in found["verdict"]

    train = ("finetune", *SMALL, "--model", own, "--output")
    refused = run(*train, str(tmp_path / "refused"))
    assert refused.returncode == 2 and "position_offset does not reach" in refused.stderr
    assert "--allow-no-effect" in refused.stderr
    allowed = run(*train, str(tmp_path / "allowed"), "--allow-no-effect")
    assert allowed.returncode == 0, allowed.stderr
    assert "This run is a control." in allowed.stderr
    kept = json.loads((tmp_path / "allowed" / "config.json").read_text(encoding="utf-8"))
    assert kept["allow_no_effect"] is True


def test_the_same_models_are_moved_where_nothing_is_broken(folder: Path) -> None:
    asked = (*COMPARE, "--base", str(folder / "base"), "--shifted", str(folder / "shift"))
    done = run(*asked, broken=False)
    assert done.returncode == 0, done.stderr
