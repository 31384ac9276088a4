"""``compare`` measures an arm on what it was trained on, and says which figures it prints."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from commandline import run

from shiftdemo import api
from shiftdemo.api.trained import Training, conditions_of, more_tokens, training_of
from shiftdemo.cli.main import main
from shiftdemo.core.config import DataSpec, TrainConfig
from shiftdemo.evaluation.conditions import Condition

DATA = DataSpec(size=64, eval_size=16, max_words=10)
SMALL = ["--corpus", "grammar", "--n", "16", "--max-words", "10"]


def trained(folder: Path, *shifts: str, **more: Any) -> str:
    values = {"task": "ner", "data": DATA, "steps": 3, "batch_size": 16, "warmup": 1, **more}
    list(api.finetune(TrainConfig(shifts=shifts, eval_every=0, **values), folder))
    return str(folder)


@pytest.fixture(scope="module")
def source_run(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("runs") / "source"
    spec = "position_offset:max_offset=8,side=source"
    return trained(folder, spec, task="translation", seeds=(0, 1))


@pytest.fixture(scope="module")
def fixed_run(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("runs") / "fixed"
    return trained(folder, "position_offset:fixed=3", "prefix_context", "local_shuffle:k=1")


@pytest.fixture
def compare(capsys: pytest.CaptureFixture[str]) -> Callable[..., Any]:
    def call(task: str, base: str, shifted: str, *more: str) -> dict[str, Any]:
        pair = ["--base", base, "--shifted", shifted, *SMALL]
        assert main(["compare", "--task", task, *pair, *more, "--json"]) == 0
        found: dict[str, Any] = json.loads(capsys.readouterr().out)
        return found

    return call


def moved(found: dict[str, Any]) -> tuple[str, list[float]]:
    condition = found["condition"]
    assert condition["operator"] == "position_offset"
    return condition["side"], condition["trained"]


def test_two_more_models_stand_beside_the_pair(compare, source_run) -> None:
    beside = ["--other", f"again={source_run}/base", "--other", f"start={source_run}/shift"]
    found = compare("translation", source_run, source_run, "--offsets", "0,4", *beside)
    assert list(found["curves"]) == ["base", "shift", "again", "start"]
    assert found["curves"]["again"] == found["curves"]["base"]
    assert found["curves"]["start"] == found["curves"]["shift"]
    assert set(found["differences"]) == {"shift", "again", "start"}
    assert found["n_seeds"] == 1
    assert "only the first of 2 training seeds is compared" in found["notes"][0]


@pytest.mark.parametrize("other", ["base=x", "x", "X=y", "a b=c"])
def test_what_is_no_further_model_is_said(
    capsys: pytest.CaptureFixture[str], source_run: str, other: str
) -> None:
    asked = ["--task", "translation", "--base", source_run, "--shifted", source_run, *SMALL]
    assert main(["compare", *asked, "--other", other]) == 2
    assert "is not NAME=MODEL" in capsys.readouterr().err


def test_the_side_comes_from_the_run_and_several_seeds_get_one_verdict(compare, source_run) -> None:
    found = compare("translation", source_run, source_run, "--offsets", "0,4")
    assert moved(found) == ("source", [0, 8])
    assert found["axis"] == "offset: position of the source's first token (the target's: 0)"
    assert found["offsets"] == [0, 4]
    assert found["n_seeds"] == 2 and len(found["of_seeds"]) == 2
    assert found["verdict"].startswith("About the training, over 2 seeds and the sentences")
    assert found["brackets"] == "least to greatest of 2 seeds"


def test_what_is_asked_for_goes_before_the_run(compare, source_run) -> None:
    one = [f"{source_run}/base", f"{source_run}/shift"]
    found = compare("translation", *one, "--offsets", "0,4", "--shift", "position_offset:fixed=4")
    assert moved(found) == ("both", [4, 4])
    assert found["verdict"].startswith("About these two models (one training seed), not about")


def test_the_printed_table_names_its_figures(source_run, capsys) -> None:
    pair = ["--base", source_run, "--shifted", source_run, *SMALL, "--offsets", "0,4"]
    assert main(["compare", "--task", "translation", *pair]) == 0
    first = capsys.readouterr().out.splitlines()[0]
    assert first == (
        "BLEU, mean of 2 seeds [least to greatest of 2 seeds]; offset: position of the source's "
        "first token (the target's: 0); trained: 0 to 8"
    )


def test_fixed_is_the_trained_range_and_what_is_not_measured_is_said(compare, fixed_run) -> None:
    found = compare("ner", fixed_run, fixed_run, "--offsets", "0,1,8")
    assert moved(found) == ("row", [3, 3])
    assert found["ranges"] == {"base": [0, 0], "shift": [3, 3]}
    assert found["offsets"] == [0, 1, 3, 8]
    assert found["notes"][0] == (
        "Training also used prefix_context, local_shuffle; what is measured here are position "
        "offsets alone."
    )
    assert "few_sentences" in found["findings"] and "more_tokens" in found["findings"]
    assert found["more_tokens"] > 0.2


def test_a_third_arm_is_compared_over_all_seeds(compare, tmp_path) -> None:
    more = {"arms": ("base", "shift", "mixed"), "other_arms": ("mixed=local_shuffle:k=2",)}
    run = trained(tmp_path / "three", "position_offset:max_offset=4", seeds=(0, 1), **more)
    found = compare("ner", run, f"{run}/mixed")
    assert found["n_seeds"] == 2 and found["arms"]["shift"].endswith("/mixed")
    assert found["condition"]["operator"] == "local_shuffle"
    assert found["condition"]["trained"] == [0, 2]
    assert found["ranges"] == {"base": [0, 0], "shift": [0, 2]}
    one = compare("ner", f"{run}/base", f"{run}/mixed")
    assert one["n_seeds"] == 1


def test_arms_of_two_runs_are_each_measured_on_each(compare, source_run, tmp_path) -> None:
    spec = "position_offset:max_offset=4,side=target"
    other = trained(tmp_path / "target", spec, task="translation")
    pair = [f"{source_run}/shift", f"{other}/shift"]
    found = compare("translation", *pair, "--offsets", "0,4")
    assert moved(found) == ("target", [0, 4])
    assert [moved(one) for one in found["also"]] == [("source", [0, 8])]
    assert set(found["also"][0]["curves"]) == {"base", "shift"}


@pytest.mark.parametrize(
    ("spec", "strengths", "dial"),
    [
        ("local_shuffle", "0,1,2,4", "k"),
        ("prefix_filler", "0,1,2,4", "k"),
        ("position_skip", "0:8:4", "max_gap"),
        ("drop", "0,0.1,0.5", "rate"),
    ],
)
def test_any_shift_with_a_strength_gives_a_curve_and_a_verdict(
    fixed_run, compare, capsys, spec, strengths, dial
) -> None:
    asked = ["--shift", spec, "--strengths", strengths]
    found = compare("ner", fixed_run, fixed_run, *asked)
    assert found["condition"]["operator"] == spec
    assert found["strengths"][0] == 0 and len(found["strengths"]) >= 3 and "offsets" not in found
    for curve in found["curves"].values():
        assert all(score["low"] <= score["value"] <= score["high"] for score in curve)
    assert found["verdict"].startswith("About these two models")
    pair = ["--base", fixed_run, "--shifted", fixed_run, *SMALL, *asked]
    assert main(["compare", "--task", "ner", *pair]) == 0
    assert f"  {dial} " in capsys.readouterr().out


def test_an_arm_is_measured_on_the_operator_it_was_trained_with(compare, tmp_path) -> None:
    run = trained(tmp_path / "shuffled", "local_shuffle:k=2,p=0.5", "position_skip")
    found = compare("ner", run, run)
    assert found["condition"]["operator"] == "local_shuffle"
    assert found["condition"]["trained"] == [0, 2] and found["strengths"] == [0, 1, 2, 4, 8]
    assert "position_skip; what is measured here are local_shuffle alone" in found["notes"][0]
    offsets = compare("ner", run, run, "--offsets", "0,4")
    assert moved(offsets) == ("row", None)
    named = compare("ner", run, run, "--shift", "local_shuffle", "--strengths", "1")
    assert named["condition"]["trained"] == [0, 2]  # from the run


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--shift", "tag_roll"], "tag_roll acts on training, so a comparison has nothing to move"),
        (["--shift", "append_copy"], "append_copy has no strength that grows"),
        (["--shift", "drop", "--strengths", "0,2"], "rate=2 is out of bounds"),
        (["--shift", "drop", "--strengths", "x"], "Strengths 'x' cannot be read"),
        (["--shift", "drop", "--offsets", "0,4"], "Offsets are those of position_offset; of drop"),
        (["--offsets", "0,4", "--strengths", "0,1"], "Give offsets or strengths, not both"),
        (["--offsets", "0,1.5"], "Offsets '0,1.5' cannot be read"),
    ],
)
def test_what_cannot_be_measured_is_one_sentence(fixed_run, capsys, flags, said) -> None:
    pair = ["--base", fixed_run, "--shifted", fixed_run, *SMALL]
    assert main(["compare", "--task", "ner", *pair, *flags]) == 2
    assert said in capsys.readouterr().err.strip().splitlines()[-1]


def test_training_of_knows_arms_and_nothing_else(fixed_run: str, tmp_path: Path) -> None:
    found = training_of(f"{fixed_run}/shift")
    assert found is not None and found.shifts[0] == "position_offset:fixed=3"
    assert training_of(f"{fixed_run}/base").shifts == ()
    assert more_tokens(training_of(f"{fixed_run}/base"), found) > 0.2
    pair = [training_of(ref) for ref in ("bundled:tagger", "bundled:tagger/shift")]
    assert [one and one.shifts for one in pair] == [(), ("position_offset:max_offset=48,p=0.65",)]
    for ref in ("bundled:x", "scratch:learned", str(tmp_path / "x"), fixed_run):
        assert training_of(ref) is None
    assert more_tokens(None, found) is None
    nothing = conditions_of([None, Training((), 1.0)], decoder=True)
    assert nothing == ((), ())
    twice = conditions_of([found, found], decoder=False)
    assert twice[0] == (Condition("row", (3, 3)),)


def test_typed_sentences_go_through_every_model(tmp_path: Path) -> None:
    done = run(
        *("compare", "--task", "ner", "--base", "bundled:tagger"),
        *("--shifted", "bundled:tagger/shift", "--text", "Ada Lovelace lived in Paris ."),
        *("--shift", "prefix_filler", "--strengths", "0,4", "--json"),
        cwd=tmp_path,
    )
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["strength"] for row in rows] == [0, 4]
    assert rows[0]["read"] == rows[0]["original"] != rows[1]["read"]
    for row in rows:
        for arm in ("base", "shift"):
            assert len(row["outputs"][arm]) == len(row["probabilities"][arm])
            assert all(0 < p <= 1 for p in row["probabilities"][arm])


def test_the_report_is_one_file_and_begins_with_its_command(tmp_path: Path) -> None:
    done = run(
        *("compare", "--task", "ner", "--base", "bundled:tagger"),
        *("--shifted", "bundled:tagger/shift", "--corpus", "grammar", "--n", 12),
        *("--shift", "position_offset:max_offset=32", "local_shuffle:k=2"),
        *("--strengths", "0,2", "--output", "out"),
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    first = page.partition("\n")[0]
    assert first.startswith("<!-- python -m shiftdemo compare --task ner --base bundled:tagger")
    assert "--shift local_shuffle:k=2" in first and "--strengths 0,2" in first
    assert "Trained on × tested on" in page and "Where the difference comes from" not in page[:900]
    own = page.replace(page[page.index("<script>") : page.rindex("</script>")], "")
    assert "http" not in own.replace("http-equiv", "")
    again = json.loads((tmp_path / "out" / "comparison.json").read_text(encoding="utf-8"))
    assert again["config"]["shifts"] == ["position_offset:max_offset=32", "local_shuffle:k=2"]
    assert again["versions"]["torch"] and again["also"]
    table = (tmp_path / "out" / "scores.csv").read_text(encoding="utf-8").splitlines()
    assert table[0] == "where,name,value,low,high,n,p_value,signature" and len(table) > 100
