"""Presets and models from the command line, as on the page."""

from __future__ import annotations

import json
from pathlib import Path

from commandline import run

from shiftdemo.experiments.presets import preset


def test_a_preset_is_run(tmp_path: Path) -> None:
    args = ["finetune", "--preset", "sentiment", "--steps", "2", "--seed", "3", "--json"]
    assert run(*args, "--output", "run", cwd=tmp_path).returncode == 0
    config = json.loads((tmp_path / "run" / "config.json").read_text(encoding="utf-8"))
    wanted = preset("sentiment").config
    assert (config["task"], config["steps"], config["seeds"]) == (wanted.task, 2, [3])
    assert config["shifts"] == list(wanted.shifts)


def test_what_a_preset_sets_is_not_given_beside_it(tmp_path: Path) -> None:
    for flag in ("--model", "--task"):
        value = "ner" if flag == "--task" else "scratch:learned"
        done = run("finetune", "--preset", "sentiment", flag, value, "--output", "x", cwd=tmp_path)
        assert done.returncode == 2
        assert f"--preset sentiment sets {flag} itself" in done.stderr
    done = run("finetune", "--preset", "x", "--output", "x", cwd=tmp_path)
    assert done.returncode == 2 and "There is no preset 'x'; there are learned" in done.stderr


def test_a_model_is_told_in_a_few_facts(tmp_path: Path) -> None:
    asked = ["info", "--model", "bundled:tagger"]
    told = json.loads(run(*asked, "--task", "ner", "--json", cwd=tmp_path).stdout)
    assert told["architecture"] == "BertForTokenClassification"
    assert told["most_positions"] == 320 and told["labels"][0] == "O"
    assert "most positions  320" in run(*asked, "--task", "ner", cwd=tmp_path).stdout
    done = run(*asked, cwd=tmp_path)
    assert done.returncode == 2 and "--model needs --task" in done.stderr
