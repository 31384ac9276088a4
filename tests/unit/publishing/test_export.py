"""An arm as a zip: plain transformers loads it, and it tells nothing of the machine."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from exported import ODD, train, unzip
from starting import at

from shiftdemo import api
from shiftdemo.core.errors import ConfigError, ModelError
from shiftdemo.core.events import EvalLogged
from shiftdemo.core.samples import TaggedSample
from shiftdemo.models.delay import FILE, find_delay
from shiftdemo.models.load import load_model
from shiftdemo.publishing import model as export
from shiftdemo.tasks.heads import make_task
from shiftdemo.training.record import append, read_events

APART = """\
import contextlib, io, json, os, sys

class Refused:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "shiftdemo":
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Refused())
try:
    import shiftdemo
except ModuleNotFoundError:
    pass
else:
    raise SystemExit("shiftdemo was there")
for folder in sys.argv[1:]:
    os.chdir(folder)
    names, shown = {}, io.StringIO()
    with contextlib.redirect_stdout(shown):
        card = open("README.md", encoding="utf-8").read()
        exec(card.split("```python")[1].split("```")[0], names)
    torch, model = names["torch"], names["model"]
    torch.set_num_threads(1)
    model.set_attn_implementation("eager")
    ids = torch.tensor([[5, 6, 7, 8]])
    more = {"decoder_input_ids": ids} if model.config.is_encoder_decoder else {}
    with torch.inference_mode():
        logits = model(input_ids=ids, **more).logits[0].tolist()
    print(json.dumps([shown.getvalue(), logits]))
"""


def snippets(folder: Path) -> list[str]:
    """The Python that the card shows."""
    card = (folder / "README.md").read_text(encoding="utf-8")
    return re.findall(r"```python\n(.*?)\n```", card, re.S)


def run_here(code: str, folder: Path) -> dict[str, Any]:
    """The names that a card's Python leaves, run in this process."""
    names: dict[str, Any] = {}
    exec(code.replace("place = '.'", f"place = {str(folder)!r}"), names)
    return names


def logits(model: Any) -> torch.Tensor:
    ids = torch.tensor([[5, 6, 7, 8]])
    more = {"decoder_input_ids": ids} if model.config.is_encoder_decoder else {}
    with torch.inference_mode():
        out: torch.Tensor = model(input_ids=ids, **more).logits[0]
    return out


def test_a_zip_works_in_a_process_that_has_no_shiftdemo(
    runs: dict[str, Path], tmp_path: Path
) -> None:
    folders = [unzip(runs[task], tmp_path / task) for task in ("ner", "translation")]
    done = subprocess.run(
        [sys.executable, "-I", "-c", APART, *map(str, folders)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env={**os.environ, "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (tagged, tag_logits), (translated, word_logits) = map(json.loads, done.stdout.splitlines())

    tagger = load_model(str(runs["ner"] / "shift"), "ner")
    same_logits(tag_logits, tagger.model)
    words = ("Ada", "lives", "in", "Paris", ".")
    (tags,) = make_task("ner").predict(tagger, at([TaggedSample("t", words, ("O",) * 5)]))
    assert tagged.splitlines() == [f"{word} {tag}" for word, tag in zip(words, tags, strict=True)]

    translator = load_model(str(runs["translation"] / "base"), "translation")
    same_logits(word_logits, translator.model)
    ids = translator.tokenizer(["Ada reads a book ."], return_tensors="pt").input_ids
    out = translator.model.generate(ids, max_new_tokens=60, do_sample=False, num_beams=1)
    assert translated == translator.tokenizer.decode(out[0], skip_special_tokens=True) + "\n"


def same_logits(found: list[list[float]], model: Any) -> None:
    torch.testing.assert_close(torch.tensor(found), logits(model), atol=1e-6, rtol=0)


def test_a_zip_holds_the_arm_byte_by_byte(runs: dict[str, Path], tmp_path: Path) -> None:
    folder = unzip(runs["ner"], tmp_path, "base", seed_index=1)
    arm = runs["ner"] / "seeds" / "1" / "base"
    names = {path.name for path in arm.iterdir()}
    assert {path.name for path in folder.iterdir()} == {
        *names,
        *("README.md", "run.json", "scores.json"),
    }
    for name in names:
        assert (folder / name).read_bytes() == (arm / name).read_bytes(), name
    told = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    assert (told["arm"], told["seed"], told["seeds"]) == ("base", 4, [3, 4])
    assert {"torch", "transformers", "python", "shiftdemo"} <= set(told["versions"])


def test_two_exports_are_the_same_bytes(runs: dict[str, Path], tmp_path: Path) -> None:
    made = [api.export_run(runs["ner"], "", tmp_path / f"{n}.zip") for n in "ab"]
    assert made[0].read_bytes() == made[1].read_bytes()
    with zipfile.ZipFile(made[0]) as packed:
        assert packed.namelist() == sorted(packed.namelist())
        assert {entry.date_time for entry in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.zip", "b.zip"]


def test_nothing_in_a_zip_tells_where_it_was_made(runs: dict[str, Path], tmp_path: Path) -> None:
    folder = unzip(runs["ner"], tmp_path)
    for path in folder.iterdir():
        assert b"my machine" not in path.read_bytes(), path.name
    data = json.loads((folder / "run.json").read_text(encoding="utf-8"))["data"]
    assert (data["train"], data["eval"]) == (ODD.replace("\n", "?"), "held.jsonl")


def test_scores_are_the_last_figures_and_the_comparison(
    runs: dict[str, Path], tmp_path: Path
) -> None:
    run = shutil.copytree(runs["ner"], tmp_path / "run")
    figures = [event for event in read_events(run) if isinstance(event, EvalLogged)]
    append(EvalLogged("base", 3, 9, float("nan"), 0.25, 50.0, 40.0), run)
    found = {"arms": {"base": str(run / "base")}, "outputs": [{"source": "mine"}], "n": 5}
    (run / "comparison.json").write_text(json.dumps(found), encoding="utf-8")
    scores = json.loads((unzip(run, tmp_path) / "scores.json").read_text(encoding="utf-8"))
    assert [(e["arm"], e["seed"], e["step"]) for e in scores["held_out"]] == [
        *(("base", 3, 9), ("shift", 3, 3), ("base", 4, 3), ("shift", 4, 3))
    ]
    assert scores["held_out"][0]["clean_loss"] is None
    last = next(e for e in figures if (e.arm, e.seed) == ("shift", 4))
    assert scores["held_out"][3]["shifted_loss"] == last.shifted_loss
    assert scores["comparison"] == {"arms": {"base": "base"}, "n": 5}
    assert set(scores["units"]) < set(scores["held_out"][0])


DELAYS = [("ner", "delay_layer:kind=gelu,delay=1"), ("translation", "delay_layer:kind=mix,delay=2")]


@pytest.mark.parametrize(("task", "shift"), DELAYS)
def test_a_delay_layer_goes_along_and_the_card_says_who_loads_it(
    delayed: Callable[[str, str], Path], task: str, shift: str, tmp_path: Path
) -> None:
    run = delayed(task, shift)
    folder = unzip(run, tmp_path)
    assert (folder / FILE).is_file()
    assert "WITHOUT its delay layer" in (folder / "README.md").read_text(encoding="utf-8")
    plain, own = snippets(folder)
    without, found = (run_here(code, folder)["model"] for code in (plain, own))
    trained = load_model(str(run / "shift"), task).model
    assert find_delay(without) is None and find_delay(found) is not None
    assert torch.equal(logits(found), logits(trained))
    assert not torch.equal(logits(without), logits(trained))


def test_a_late_tagger_is_read_late_by_the_card(
    delayed: Callable[[str, str], Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = delayed("ner", "output_delay:delay=2,p=1")
    folder = unzip(run, tmp_path)
    words = ("Ada", "lives", "in", "Paris", ".")
    loaded = load_model(str(run / "shift"), "ner")
    assert loaded.output_delay == 2
    (tags,) = make_task("ner").predict(loaded, at([TaggedSample("t", words, ("O",) * 5)]))
    (code,) = snippets(folder)
    run_here(code, folder)
    shown = [f"{word} {tag}" for word, tag in zip(words, tags, strict=True)]
    assert capsys.readouterr().out.splitlines() == shown


@pytest.mark.parametrize("task", ["classification", "language_modeling"])
def test_the_lines_of_the_card_run_for_other_tasks(
    task: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = train(tmp_path / "run", task, steps=1, arms=("base",))
    (code,) = snippets(unzip(run, tmp_path))
    model = run_here(code, tmp_path / "unpacked")["model"]
    shown = capsys.readouterr().out
    if task == "classification":
        assert shown.strip() in model.config.id2label.values()
    else:
        assert shown.startswith("Ada reads")


def test_an_arm_that_is_saved_anew_meanwhile_comes_from_one_save(
    runs: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = shutil.copytree(runs["ner"], tmp_path / "run")
    fresh = shutil.copytree(run / "base", tmp_path / "fresh")
    copied: list[Path] = []

    def copy(source: Path, target: Path) -> None:
        shutil.copyfile(source, target)
        copied.append(source)
        if source.name == "model.safetensors" and fresh.exists():
            (run / "shift").rename(run / ".shift.old")  # a save puts a folder in its place
            fresh.rename(run / "shift")

    monkeypatch.setattr(export, "copyfile", copy)
    folder = unzip(run, tmp_path, "shift")
    for path in (run / "base").iterdir():
        assert (folder / path.name).read_bytes() == path.read_bytes(), path.name


def test_a_zip_holds_the_run_as_it_is_now(runs: dict[str, Path], tmp_path: Path) -> None:
    run = shutil.copytree(runs["translation"], tmp_path / "run")
    before = api.export_run(run, "base", tmp_path / "before.zip")
    append(EvalLogged("base", 0, 9, 1.0, 2.0, 50.0, 40.0), run)
    after = api.export_run(run, "base", tmp_path / "after.zip")
    assert after.read_bytes() != before.read_bytes()
    assert not list(tmp_path.glob(".*.part"))
    with pytest.raises(ConfigError, match=r"has no arm '\.\./\.\./x'"):
        api.export_run(run, "../../x", tmp_path / "x.zip")


def test_a_run_that_still_trains_gives_what_it_has(runs: dict[str, Path], tmp_path: Path) -> None:
    run = shutil.copytree(runs["ner"], tmp_path / "run")
    shutil.rmtree(run / "base")
    log = (run / "events.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in log if '"RunFinished"' not in line and '"EvalLogged"' not in line]
    (run / "events.jsonl").write_text("".join(kept) + '{"event": "Ste', encoding="utf-8")
    card = (unzip(run, tmp_path) / "README.md").read_text(encoding="utf-8")
    assert "and goes on." in card and "None were measured" in card
    with pytest.raises(
        ModelError, match=r"The arm base of this run is not saved \(saved.*: shift\)"
    ):
        api.export_run(run, "base", tmp_path / "b.zip")
