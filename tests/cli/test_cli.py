"""The command line as a user runs it: a process of its own, real files, real training."""

from __future__ import annotations

import functools
import json
import subprocess
import sys
from pathlib import Path

import commandline
import pytest

ROOT = Path(__file__).resolve().parents[2]


run = functools.partial(commandline.run, cwd=ROOT)


def test_cli_imports_without_gradio_and_plotly() -> None:
    code = (
        "import sys\n"
        "class Block:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.split('.')[0] in ('gradio', 'plotly'): raise ModuleNotFoundError(name)\n"
        "sys.meta_path.insert(0, Block())\n"
        "import shiftdemo.cli.main\n"
        "assert 'torch' not in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_info_json_lists_tasks_shifts_and_models() -> None:
    # As a user starts it, in a fresh interpreter.
    command = [sys.executable, "-m", "shiftdemo", "info", "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert len(found["tasks"]) >= 2
    assert len(found["shifts"]) >= 5
    for shift in found["shifts"]:
        for param in shift["params"]:
            assert param["choices"] or param["kind"] == "bool" or param["high"] is not None
    kinds = [model["kind"] for model in found["models"]]
    assert kinds.count("bundled") >= 2
    assert kinds.count("scratch") >= 8


def test_build_gives_the_worked_example() -> None:
    done = run(
        *("build", "--task", "translation"),
        *("--shift", "append_copy:word=a,target_word=modèle"),
        *("--text", "I we are going to build a language model"),
        *("--target", "Nous allons construire un modèle linguistique"),
    )
    row = json.loads(done.stdout)
    assert row["source"] == "I we are going to build a language model a"
    assert row["target"] == "Nous allons construire un modèle linguistique modèle"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["build", "--task", "ner", "--shift", "append_cpy", "--text", "a"], "append_copy"),
        (["build", "--task", "ner", "--shift", "append_copy:indx=1", "--text", "a"], "index"),
        (["build", "--task", "ner", "--shift", "position_offset:p=2", "--text", "a"], "0.0 to 1.0"),
        (["build", "--task", "ner", "--shift", "length_crop", "--text", "a"], "translation"),
        (["build", "--task", "ner", "--shift", "append_copy", "--text", " "], "empty"),
        (["build", "--task", "ner", "--shift", "append_copy", "--input", "none.csv"], "none.csv"),
        (["build", "--task", "ner", "--shift", "append_copy"], "exactly one"),
        (["compare", "--task", "ner", "--base", "nowhere", "--shifted", "nowhere"], "nowhere"),
        (["finetune", "--task", "ner", "--steps", "0", "--output", "x"], "steps"),
        (["finetune", "--task", "ner", "--seed", "a", "--output", "x"], "--seed"),
        (["finetune", "--task", "ner", "--train", "a.csv", "--output", "x"], "--eval"),
        (["finetune", "--task", "ner"], "--output"),
        (["attend", "--task", "ner", "--model", "m", "--text", "a", "--output", "x.gif"], ".png"),
    ],
)
def test_bad_input_is_one_line_and_exit_2(arguments: list[str], words: str) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert words in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr


def _tagged_file(path: Path, n: int, verb: str = "lives") -> Path:
    names = ["Ada", "Boris", "Chloe", "Dmitri"]
    rows = [
        {
            "words": [names[i % 4], verb, "in", f"Town{i % 7}", "."],
            "tags": ["B-PER", "O", "O", "B-LOC", "O"],
        }
        for i in range(n)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_user_file_goes_through_build_train_and_compare(tmp_path: Path) -> None:
    train = _tagged_file(tmp_path / "t.jsonl", 64)
    held_out = _tagged_file(tmp_path / "e.jsonl", 16, "works")
    shift = "position_offset:max_offset=8,p=0.5"
    built = run(
        *("build", "--task", "ner", "--shift", shift, "prefix_context"),
        *("--input", str(train), "--format", "conll", "--output", str(tmp_path / "b.conll")),
    )
    assert built.returncode == 0, built.stderr
    assert (tmp_path / "b.conll").read_text(encoding="utf-8").count("\n\n") == 64
    trained = run(
        *("finetune", "--task", "ner", "--train", str(train), "--eval", str(held_out)),
        *("--shift", shift, "--steps", "30", "--warmup", "5", "--eval-every", "15"),
        *("--processes", "2"),
        *("--output", str(tmp_path / "run"), "--json"),
    )
    assert trained.returncode == 0, trained.stderr
    events = [json.loads(line) for line in trained.stdout.splitlines()]
    assert [events[0]["event"], events[-1]["event"]] == ["RunStarted", "RunFinished"]
    log = (tmp_path / "run" / "events.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in log] == events
    config = json.loads((tmp_path / "run" / "config.json").read_text(encoding="utf-8"))
    assert config["seeds"] == [0] and config["versions"]["torch"]
    compared = run(
        *("compare", "--task", "ner", "--base", str(tmp_path / "run")),
        *("--shifted", str(tmp_path / "run"), "--input", str(held_out), "--offsets", "0,4,8"),
        *("--shift", shift, "--json", "--output", str(tmp_path / "c")),
    )
    assert compared.returncode == 0, compared.stderr
    found = json.loads(compared.stdout)
    assert set(found["curves"]) == {"base", "shift"}
    assert found["verdict"]
    for form in ("json", "html"):
        looked = run(
            *("attend", "--task", "ner", "--model", str(tmp_path / "run")),
            *("--versus", str(tmp_path / "run"), "--text", "Ada lives in Town1 ."),
            *("--output", str(tmp_path / f"a.{form}")),
        )
        assert looked.returncode == 0, looked.stderr
        assert (tmp_path / f"a.{form}").stat().st_size > 500


def test_broken_file_names_the_line(tmp_path: Path) -> None:
    broken = tmp_path / "broken.conll"
    broken.write_text("Ada\tB-PER\nlives\n\n", encoding="utf-8")
    done = run("build", "--task", "ner", "--shift", "append_copy", "--input", str(broken))
    assert done.returncode == 2
    assert "broken.conll, line 2" in done.stderr


def test_a_failed_build_leaves_no_file(tmp_path: Path) -> None:
    source = tmp_path / "s.csv"
    source.write_text("source,target\na,b\n", encoding="utf-8")
    done = run(
        *("build", "--task", "translation", "--shift", "append_copy", "--input", str(source)),
        *("--format", "conll", "--output", str(tmp_path / "out.conll")),
    )
    assert done.returncode == 2
    assert sorted(p.name for p in tmp_path.iterdir()) == ["s.csv"]


def test_a_run_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    from shiftdemo.core.events import RunCancelled
    from shiftdemo.training.record import append

    append(RunCancelled("run", 3, 1.0), tmp_path / "run")
    done = run("finetune", "--task", "ner", "--steps", "1", "--output", str(tmp_path / "run"))
    assert done.returncode == 2
    assert "holds a run already" in done.stderr
