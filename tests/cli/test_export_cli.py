"""``export`` and the flags of a push, as a user runs them."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import commandline
import huggingface_hub
import pytest
from exported import train
from hubserver import NAME, TOKEN, serving

from shiftdemo.cli.main import main

ROOT = Path(__file__).resolve().parents[2]


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    if not environment:
        return commandline.run(*arguments, cwd=ROOT)
    return subprocess.run(
        [sys.executable, "-m", "shiftdemo", *arguments],
        capture_output=True,
        text=True,
        timeout=240,
        cwd=ROOT,
        env={**os.environ, "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1", **environment},
        check=False,
    )


def test_a_run_is_logged_pushed_and_exported(tmp_path: Path) -> None:
    folder, packed = tmp_path / "run", tmp_path / "arm.zip"
    short = (
        "--size",
        "64",
        "--eval-size",
        "8",
        "--steps",
        "2",
        "--warmup",
        "1",
        "--processes",
        "1",
    )
    with serving() as hub:
        online = {"HF_ENDPOINT": hub.url, "HF_TOKEN": TOKEN, "HF_HUB_OFFLINE": "0"}
        done = run(
            *("finetune", "--task", "ner", "--corpus", "grammar", *short, "--json"),
            *("--tracker", "tensorboard", "--push-to-hub", NAME, "--private"),
            *("--output", str(folder)),
            **online,
            HF_HUB_DISABLE_XET="1",
        )
        assert done.returncode == 0, done.stderr
        assert f"Pushed to {hub.url}/{NAME}." in done.stderr
        assert "Pushed" not in done.stdout
        card = hub.committed("model")["README.md"].decode()
    assert "arm shift of a paired run" in card
    assert sorted(path.name for path in (folder / "tensorboard").iterdir()) == [
        *("base-seed0", "shift-seed0"),
    ]
    done = run("export", str(folder), "--arm", "base", "--output", str(packed))
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert done.stderr == f"Written to {packed}.\n"
    with zipfile.ZipFile(packed) as found:
        assert "arm base of a paired run" in found.read("README.md").decode()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return train(tmp_path_factory.mktemp("cli") / "run", "ner", steps=1)


@pytest.fixture
def no_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(huggingface_hub, "get_token", lambda: None)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "Give --output FILE.zip, --push-to-hub OWNER/NAME, or both"),
        (["--output", "a.tar"], "give a name that ends in .zip"),
        (["--output", "a.zip", "--arm", "b"], "has no arm 'b'"),
        (["--output", "a.zip", "--seed-index", "1"], "give 0 to 0"),
        (["--output", "a.zip", "--push-to-hub", "ada"], "no name of a model"),
        (["--push-to-hub", NAME], "There is no token for the hub"),
    ],
)
@pytest.mark.usefixtures("no_token")
def test_bad_flags_are_one_line_and_exit_2(
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    words: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["export", str(folder), *arguments]) == 2
    shown = capsys.readouterr()
    assert shown.out == "" and words in shown.err
    assert len(shown.err.strip().splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("no_token")
def test_a_push_without_a_token_is_refused_before_the_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "run"
    flags = ["--task", "ner", "--push-to-hub", NAME, "--output", str(output)]
    assert main(["finetune", *flags]) == 2
    assert "no token for the hub" in capsys.readouterr().err
    assert not output.exists()
