"""Summarization and question answering from small files: train, compare, predict, build."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import torch

from shiftdemo import api
from shiftdemo.cli.main import main
from shiftdemo.core.config import CompareConfig, DataSpec, TrainConfig
from shiftdemo.core.samples import QuestionSample, Sample, TranslationSample
from shiftdemo.models.load import load_model, save_model
from shiftdemo.publishing.command import command

SHIFT = "position_offset:max_offset=16"
TASKS = ("summarization", "question_answering")


@pytest.fixture
def rows(tmp_path: Path) -> Callable[[str, Sequence[Sample]], str]:
    """Writes samples as a user's file: JSONL of documents and summaries, CSV of questions."""

    def write(name: str, samples: Sequence[Sample]) -> str:
        is_questions = isinstance(samples[0], QuestionSample)
        path = tmp_path / f"{name}.{'csv' if is_questions else 'jsonl'}"
        with open(path, "w", newline="", encoding="utf-8") as out:
            table = csv.writer(out)
            if is_questions:
                table.writerow(["question", "context", "answer"])
            for one in samples:
                if isinstance(one, QuestionSample):
                    table.writerow([one.question, one.context, one.answers[0]])
                elif isinstance(one, TranslationSample):
                    out.write(json.dumps({"document": one.source, "summary": one.target}) + "\n")
        return str(path)

    return write


@pytest.mark.parametrize("task", TASKS)
def test_a_scratch_model_is_trained_on_the_built_in_documents(
    task: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "run"
    corpus = ["--corpus", "grammar", "--answer-at", "first", "--eval-answer-at", "4"]
    sizes = ["--size", "64", "--eval-size", "8", "--steps", "3", "--batch-size", "8"]
    arguments = ["--task", task, "--model", "scratch:learned", *corpus, *sizes]
    assert main(["finetune", *arguments, "--output", str(run)]) == 0
    data = json.loads((run / "config.json").read_text())["data"]
    assert (data["answer_at"], data["eval_answer_at"]) == ("first", "4")
    declines = "the model learns to say nothing" in capsys.readouterr().err
    kept = json.loads((run / "base" / "config.json").read_text())
    assert declines == kept.get("shiftdemo_no_answer", False) == (task == "question_answering")
    assert " ".join(corpus) in " ".join(command(TrainConfig(task, data=DataSpec(**data)))[0])


@pytest.mark.parametrize("task", TASKS)
def test_a_local_model_is_trained_and_compared_from_small_files(
    task: str,
    make_tiny: Callable[..., Any],
    by_task: dict[str, Sequence[Sample]],
    rows: Callable[..., str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    model, run = str(tmp_path / "model"), str(tmp_path / "run")
    save_model(make_tiny(task, "learned"), Path(model))
    train, held_out = rows("train", by_task[task][:20]), rows("held-out", by_task[task][20:30])
    arguments = ["--task", task, "--model", model, "--train", train, "--eval", held_out]
    settings = ["--steps", "12", "--batch-size", "8", "--learning-rate", "3e-3", "--shift", SHIFT]
    assert main(["finetune", *arguments, *settings, "--output", run]) == 0
    trained = {arm: load_model(f"{run}/{arm}", task).model for arm in ("base", "shift")}
    plain = load_model(model, task).model.state_dict()
    for arm in trained.values():
        assert any(not torch.equal(w, plain[n]) for n, w in arm.state_dict().items())
    capsys.readouterr()

    pair = ["--base", run, "--shifted", run, "--input", held_out, "--offsets", "0,8"]
    assert main(["compare", "--task", task, *pair, "--shift", SHIFT, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["n"] == 10 and found["offsets"] == [0, 8]
    for arm in ("base", "shift"):
        names = set(found["scores"][arm])
        expected = {"ROUGE-L", "ROUGE-1", "ROUGE-2"}
        assert names == (expected if task == "summarization" else {"answer F1", "exact match"})
        for score in found["scores"][arm].values():
            assert 0 <= score["low"] <= score["value"] <= score["high"] <= 100
        assert found["controls"][arm]["offset"]["ok"]
    first = by_task[task][20]
    row = found["outputs"][0]
    if isinstance(first, QuestionSample):
        assert row["source"] == f"{first.question}\n{first.context}"
        assert row["reference"] == first.answers[0]
        assert all(text in first.context for text in row["outputs"]["base"])
    else:
        assert row["outputs"]["base"] and isinstance(row["outputs"]["base"][0], str)


def test_a_scratch_model_answers_after_a_short_run(
    by_task: dict[str, Sequence[Sample]], rows: Callable[..., str], tmp_path: Path
) -> None:
    samples = by_task["question_answering"]
    train, held_out = rows("train", samples), rows("held-out", samples[:16])
    arguments = ["--train", train, "--eval", held_out, "--steps", "60", "--arms", "base"]
    arguments += ["--allow-overlap"]  # it answers what it has read
    settings = ["--dropout", "0", "--learning-rate", "1e-3", "--batch-size", "16"]
    run = tmp_path / "run"
    code = main(
        ["finetune", "--task", "question_answering", *arguments, *settings, "--output", str(run)]
    )
    assert code == 0
    base = str(run / "base")
    data = DataSpec(corpus="", eval=held_out)
    config = CompareConfig("question_answering", base, base, data, "0", 16)
    found = api.compare(config)
    assert found.scores["base"]["exact match"].value > 80
    assert found.controls["base"].source is not None and found.controls["base"].source.ok


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--text", "x", "--tags", "O"], "--tags belongs to --task ner"),
    ],
)
@pytest.mark.parametrize("task", TASKS)
def test_what_does_not_fit_the_task_is_refused(
    task: str, arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["build", "--task", task, "--shift", "prefix_filler", *arguments]) == 2
    assert message.format(task=task) in capsys.readouterr().err


@pytest.mark.parametrize("task", TASKS)
def test_build_writes_every_sample_of_a_file_with_its_provenance(
    task: str,
    by_task: dict[str, Sequence[Sample]],
    rows: Callable[..., str],
    tmp_path: Path,
) -> None:
    samples = by_task[task][:5]
    out = tmp_path / "out.jsonl"
    arguments = ["--task", task, "--input", rows("in", samples), "--shift", "prefix_filler:k=2"]
    assert main(["build", *arguments, "--output", str(out)]) == 0
    made = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert len(made) == 5 and all(row["params"]["prefix_filler.drawn_k"] == 2 for row in made)
    for row, sample in zip(made, samples, strict=True):
        if isinstance(sample, QuestionSample):
            assert (
                row["context"]
                == f"well now {sample.context}"
                == f"well now {row['original_context']}"
            )
            (start,) = row["answers"]["answer_start"]
            assert row["context"][start:].startswith(sample.answers[0])
        elif isinstance(sample, TranslationSample):
            assert row["source"] == f"well now {row['original_source']}"
            assert row["target"] == sample.target
