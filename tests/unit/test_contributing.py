"""The examples of CONTRIBUTING.md are true: they are run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w*)\n(.*?)```", TEXT, re.S)
PYTHON = [code for kind, code in BLOCKS if kind == "python"]
FILE = re.compile(r"# file: (\S+)\n")


@pytest.mark.parametrize("code", [one for one in PYTHON if not FILE.match(one)])
def test_an_example_runs(code: str) -> None:
    exec(compile(code, "CONTRIBUTING.md", "exec"), {})


@pytest.mark.parametrize("shown", [one for one in PYTHON if FILE.match(one)])
def test_a_package_is_the_one_that_the_tests_install(shown: str) -> None:
    path = FILE.match(shown)
    assert path is not None
    assert shown[path.end() :] == (ROOT / path[1]).read_text(encoding="utf-8")
    assert shown.count("\n") < 60
    (facts,) = (ROOT / path[1]).parents[1].glob("*.dist-info/entry_points.txt")
    group = re.search(r"\[(shiftdemo\.\w+)\]", facts.read_text(encoding="utf-8"))
    assert group is not None and f"`{group[1]}`" in TEXT


def test_the_entry_point_is_the_one_that_the_tests_install() -> None:
    (toml,) = (code for kind, code in BLOCKS if kind == "toml")
    named = re.fullmatch(r'\[project\.entry-points\."(.+)"\]\n(\w+) = "(\w+)"\n', toml)
    assert named is not None
    (facts,) = (ROOT / "tests/outside_operator").glob("*.dist-info/entry_points.txt")
    wanted = f"[{named[1]}]\n{named[2]} = {named[3]}\n"
    assert facts.read_text(encoding="utf-8") == wanted


def test_every_file_that_is_named_is_there() -> None:
    for name in re.findall(r"`((?:tests|assets|shiftdemo)/[\w/.]+)`", TEXT):
        assert (ROOT / name.replace("LANG", "zh")).exists(), name
