"""Held-out sentences that are in training too are said, and stop a run that does not want them."""

from __future__ import annotations

import dataclasses
import gzip
import json
from pathlib import Path

import pytest

from shiftdemo import api
from shiftdemo.cli.main import build_parser, main
from shiftdemo.core.config import CompareConfig, DataSpec, TrainConfig
from shiftdemo.core.errors import DataError, OverlapError
from shiftdemo.core.events import RunStarted
from shiftdemo.core.limits import Limits
from shiftdemo.core.samples import QuestionSample, TaggedSample, TextSample, TranslationSample
from shiftdemo.data.overlap import shared_samples
from shiftdemo.publishing.command import command


def tagged(path: Path, numbers: range) -> str:
    rows = ({"words": ["Ada", "saw", f"Town{i}", "."], "tags": "B-PER O B-LOC O"} for i in numbers)
    lines = (json.dumps({**row, "tags": row["tags"].split()}) + "\n" for row in rows)
    path.write_text("".join(lines), encoding="utf-8")
    return str(path)


@pytest.fixture
def config(tmp_path: Path) -> TrainConfig:
    train = tagged(tmp_path / "train.jsonl", range(30))
    held_out = tagged(tmp_path / "held-out.jsonl", range(27, 47))
    data = DataSpec(corpus="", train=train, eval=held_out)
    return TrainConfig(data=data, steps=2, batch_size=8, warmup=1, eval_every=0)


def test_the_command_of_a_run_has_flags_without_values() -> None:
    words, rest = command(TrainConfig(allow_overlap=True, allow_no_effect=True))
    assert not rest and "True" not in words
    parsed = build_parser().parse_args(words[3:])
    assert parsed.allow_overlap and parsed.allow_no_effect


def test_what_is_read_counts_and_white_space_does_not() -> None:
    same = TranslationSample("a", "He  sleeps.", "Il dort.")
    train = [TranslationSample("b", " He sleeps. ", "Elle dort."), TextSample("t", "Ada reads")]
    found = shared_samples(train, [same, TranslationSample("c", "She sleeps.", "Il dort.")])
    assert (found.count, found.total, found.example) == (1, 2, "He sleeps.")
    words = TaggedSample("w", ("Ada", "reads"), ("B-PER", "O"))
    assert shared_samples(train, [words]).count == 1
    asked = QuestionSample("q", "Who?", "Ada reads.")
    other = dataclasses.replace(asked, question="What?")
    assert shared_samples([asked], [other, asked]).count == 1
    assert shared_samples([], [same]).count == 0


def test_a_run_is_refused_with_the_count_and_goes_on_where_that_is_wanted(
    config: TrainConfig, tmp_path: Path
) -> None:
    with pytest.raises(OverlapError, match="3 of 20 held-out sentences are in training too") as e:
        list(api.finetune(config, tmp_path / "refused"))
    assert "'Ada saw Town27 .'" in str(e.value) and "--allow-overlap" in str(e.value)
    assert "20 个留出句子中有 3 个也在训练数据里" in e.value.message.text("zh")
    assert not (tmp_path / "refused" / "events.jsonl").exists()
    allowed = dataclasses.replace(config, allow_overlap=True)
    started = next(iter(api.finetune(allowed, tmp_path / "run")))
    assert isinstance(started, RunStarted)
    note = "3 of 20 held-out sentences are in training too: held-out figures flatter the model."
    assert started.notes[0] == note
    assert started.config["allow_overlap"] is True


def test_the_command_line_says_it_and_has_the_flag(config, tmp_path, capsys) -> None:
    files = ["--train", config.data.train, "--eval", config.data.train]
    asked = ["finetune", "--task", "ner", *files, "--steps", "1", "--warmup", "0"]
    assert main([*asked, "--output", str(tmp_path / "a")]) == 2
    assert "30 of 30 held-out sentences are in training too" in capsys.readouterr().err
    assert main([*asked, "--output", str(tmp_path / "b"), "--allow-overlap"]) == 0
    assert "Note: 30 of 30 held-out sentences" in capsys.readouterr().err


def test_the_built_in_corpus_shares_nothing(tmp_path: Path) -> None:
    data = DataSpec(size=400, eval_size=100)
    parts = [api.load_samples("ner", data, split) for split in ("train", "eval", "test")]
    assert shared_samples(parts[0], parts[1]).count == 0
    assert shared_samples(parts[0], parts[2]).count == 0


@pytest.mark.parametrize("suffix", [".jsonl.gz", ".parquet"])
def test_a_comparison_unpacks_no_more_than_the_server_allows(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"large{suffix}"
    words = [f"Town{i}" for i in range(2000)]
    row = {"words": words, "tags": ["O"] * len(words)}
    if suffix == ".parquet":
        import pandas as pd

        pd.DataFrame([row] * 10).to_parquet(path)
    else:
        path.write_bytes(gzip.compress((json.dumps(row) + "\n").encode() * 10))
    limits = dataclasses.replace(Limits(), unpacked_bytes=1000)
    asked = CompareConfig(
        "ner", "bundled:tagger", "bundled:tagger", DataSpec(corpus="", eval=str(path)), n=4
    )
    models = {arm: api.load("bundled:tagger", "ner") for arm in ("base", "shift")}
    calls = (
        lambda: api.Backend(limits).compare(asked),
        lambda: api.compare_loaded(asked, models, limits=limits),
        lambda: api.Backend(limits).compare_seeds(asked, [("bundled:tagger",) * 2]),
        lambda: api.preview_file(path, "ner", max_bytes=1000),
    )
    for call in calls:
        with pytest.raises(DataError, match=r"unpacks to (more than 1,000|[\d,]+) bytes"):
            call()
