"""The house stays easy to enter: small files, short functions, no names where none belong."""

from __future__ import annotations

import ast
import re
import statistics
import subprocess
import sys
from pathlib import Path

import shiftdemo
from shiftdemo.core.task_spec import task_names
from shiftdemo.shifts import SHIFTS

PACKAGE = Path(shiftdemo.__file__).parent
FILES = sorted(PACKAGE.rglob("*.py"))


def _lines(path: Path) -> int:
    return path.read_text(encoding="utf-8").count("\n")


def test_files_are_small() -> None:
    assert [path.name for path in FILES if _lines(path) > 300] == []
    assert statistics.median(map(_lines, FILES)) <= 130


def test_functions_are_short() -> None:
    long = [
        f"{path.name}: {node.name}"
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        if (node.end_lineno or 0) - node.lineno >= 60
    ]
    assert long == []


def test_the_page_starts_without_torch() -> None:
    """The first paint does not wait for it; it is loaded behind the page."""
    program = (
        "import sys; import shiftdemo.ui.app; "
        "assert not {'torch', 'transformers'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_every_room_says_what_it_is_for() -> None:
    silent = [
        path.relative_to(PACKAGE).as_posix()
        for path in FILES
        if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert silent == []


def test_figures_know_no_operator_by_its_name() -> None:
    names = "|".join(s.name for s in SHIFTS if s.__module__.startswith("shiftdemo.shifts."))
    for path in (PACKAGE / "viz").glob("*.py"):
        assert not re.search(rf"[\"'`]({names})\b", path.read_text(encoding="utf-8")), path.name


def test_the_folder_of_operators_holds_operators_alone() -> None:
    files = {path.stem for path in (PACKAGE / "shifts" / "operators").glob("*.py")}
    ours = {s.name for s in SHIFTS if s.__module__.startswith("shiftdemo.shifts.")}
    assert files - {"__init__"} == ours


def test_a_task_is_named_in_its_own_file_alone() -> None:
    for task in task_names():
        found = [
            path.relative_to(PACKAGE).as_posix()
            for path in FILES
            if re.search(rf"[\"'`]{task}[\"'`]", path.read_text(encoding="utf-8"))
        ]
        assert found == [f"tasks/{task}.py"], task
