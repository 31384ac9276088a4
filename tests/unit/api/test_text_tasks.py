"""Language modelling and classification end to end: train, compare, attend, build."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from shiftdemo import api
from shiftdemo.attention.weights import START
from shiftdemo.core.config import CompareConfig, DataSpec, TrainConfig
from shiftdemo.core.errors import ConfigError
from shiftdemo.core.events import EvalLogged, RunFinished
from shiftdemo.core.samples import TextSample
from shiftdemo.data.writing.regenerate import regenerate
from shiftdemo.models.scratch import ENCODINGS

DATA = DataSpec(size=96, eval_size=24, max_words=10)
TASKS = ("language_modeling", "classification")


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("task", TASKS)
def test_train_compare_and_attend(tmp_path: Path, task: str, encoding: str) -> None:
    config = TrainConfig(
        task=task,
        model=f"scratch:{encoding}",
        data=DATA,
        shifts=("position_offset:max_offset=8", "delay_layer:delay=1"),
        steps=4,
        batch_size=16,
        warmup=1,
        eval_every=2,
    )
    events = list(api.finetune(config, tmp_path / "run"))
    assert isinstance(events[-1], RunFinished)
    figures = [event for event in events if isinstance(event, EvalLogged)]
    assert figures and all(np.isfinite(event.clean_loss) for event in figures)
    base, shifted = (str(tmp_path / "run" / arm) for arm in ("base", "shift"))
    asked = CompareConfig(task, base, shifted, data=DATA, offsets="0,4", n=24)
    found = api.compare(asked)
    assert found.n == 24 and found.score_name in ("token accuracy", "accuracy")
    flat = encoding in ("rotary", "relative")
    effects = [control.offset for control in found.controls.values()]
    assert all(
        e is not None and e.ok and e.expected == ("flat", "moves")[not flat] for e in effects
    )
    plain = found.to_dict()
    outputs = plain["outputs"][0]["outputs"]["base"]
    assert len(outputs) == 2 and all(isinstance(one, str) for one in outputs)
    assert bool(plain["types"]["base"]) == (task == "classification")
    result = api.attend(task, base, "Ada lives in Paris.", versus=shifted)
    (seen,) = result.maps
    assert seen.kind == ("decoder" if task == "language_modeling" else "encoder")
    if seen.kind == "decoder":
        assert seen.query_tokens[0] == START
        n = len(seen.query_tokens)
        assert np.abs(seen.weights[..., np.triu(np.ones((n, n), bool), 1)]).max() < 1e-6
    else:
        assert (seen.key_tokens[0], seen.key_tokens[-1]) == ("<s>", "</s>")
    assert result.versus[0].weights.shape == seen.weights.shape and result.target == ""


def test_typed_samples_of_texts() -> None:
    assert api.typed_sample("language_modeling", " It rains. ") == TextSample("typed", "It rains.")
    assert api.typed_sample("language_modeling", "It rains.", "x").label == ""  # type: ignore[union-attr]
    typed = api.typed_sample("classification", "It rains.", " bad ")
    assert typed == TextSample("typed", "It rains.", "bad")
    assert api.typed_sample("classification", "It rains.").label == ""  # type: ignore[union-attr]
    with pytest.raises(ConfigError, match="no task 'juggling'; choose one of translation, ner"):
        api.typed_sample("juggling", "It rains.")


@pytest.mark.parametrize("task", TASKS)
def test_a_built_text_is_written_and_made_again(tmp_path: Path, task: str) -> None:
    sample = TextSample("x", "She reads a book.", "good" if task == "classification" else "")
    for shift in ("drop:rate=0.5", "append_copy:index=1", "position_offset:fixed=3"):
        (row,) = api.build_shifted(task, [sample], [shift], seed=4, always=True)
        assert api.write_shifted([row], tmp_path / "a.jsonl", "jsonl") == 1
        (read,) = api.load_samples(task, DataSpec(train=str(tmp_path / "a.jsonl")))
        assert read == TextSample("x", row.shifted.text, sample.label)  # type: ignore[union-attr]
        from shiftdemo.data.writing.export import as_row

        assert regenerate(as_row(row)) == row


def test_flags_of_other_tasks_are_refused() -> None:
    from shiftdemo.cli.main import main

    command = ["build", "--shift", "drop", "--text", "Go", "--target", "x", "--task"]
    assert main([*command, "language_modeling"]) == 2
    assert main([*command, "classification"]) == 0
