"""The verbs, end to end on small data."""

from __future__ import annotations

from pathlib import Path

import pytest

from shiftdemo import api
from shiftdemo.core.config import CompareConfig, DataSpec, TrainConfig
from shiftdemo.core.errors import ConfigError, DataError, LimitError
from shiftdemo.core.events import RunFinished, RunStarted
from shiftdemo.core.limits import Limits

DATA = DataSpec(size=64, eval_size=16, max_words=10)
TINY = TrainConfig(data=DATA, steps=6, batch_size=16, warmup=2, eval_every=3)


def test_finetune_then_compare_then_attend_over_two_seeds(tmp_path: Path) -> None:
    config = TrainConfig(data=DATA, steps=4, batch_size=16, warmup=1, eval_every=4, seeds=(0, 1))
    events = list(api.finetune(config, tmp_path / "run"))
    assert isinstance(events[0], RunStarted) and isinstance(events[-1], RunFinished)
    assert events[0].config["precision"] in ("float32", "bfloat16")
    pairs = api.pairs_of(tmp_path / "run")
    assert len(pairs) == 2
    asked = CompareConfig("ner", *pairs[0], data=DATA, offsets="0,4", n=16)
    found = api.compare_seeds(asked, pairs)
    assert found.n_seeds == 2 and len(found.of_seeds) == 2
    assert found.condition.trained == (0, 32)  # as the run's own configuration says
    result = api.attend("ner", pairs[0][0], "Ada lives in Paris.", versus=pairs[0][1])
    assert [m.kind for m in result.maps] == ["encoder"]
    assert result.versus[0].weights.shape == result.maps[0].weights.shape


@pytest.mark.parametrize("encoding", ["rotary", "relative"])
def test_a_shift_without_effect_is_said_before_training(tmp_path: Path, encoding: str) -> None:
    config = TrainConfig(
        model=f"scratch:{encoding}", data=DATA, steps=1, batch_size=8, eval_every=0
    )
    started = next(iter(api.finetune(config, tmp_path / "run")))
    assert isinstance(started, RunStarted)
    assert "control" in started.notes[0]


def test_limits_are_checked_before_anything_is_made(tmp_path: Path) -> None:
    with pytest.raises(LimitError, match="at most 3000 for steps"):
        list(api.Backend(Limits.public()).finetune(TrainConfig(steps=5000), tmp_path / "run"))
    with pytest.raises(LimitError, match="no local folders"):
        api.Backend(Limits.public()).load(str(tmp_path), "ner")
    with pytest.raises(LimitError, match="from the hub"):
        api.Backend(Limits.public()).load("hub:someone/model", "ner")
    assert not (tmp_path / "run").exists()


def test_an_offset_beyond_the_table_is_refused_before_training(tmp_path: Path) -> None:
    config = TrainConfig(data=DATA, shifts=("position_offset:max_offset=4000",), steps=1)
    with pytest.raises(ConfigError, match="use at most"):
        list(api.finetune(config, tmp_path / "run"))


def test_typed_text_is_checked() -> None:
    with pytest.raises(DataError, match="empty"):
        api.typed_sample("ner", "  ")
    with pytest.raises(LimitError, match="at most 2000"):
        api.Backend(Limits.public()).typed_sample("ner", "a" * 3000)
    with pytest.raises(DataError, match="tags"):
        api.typed_sample("ner", "Ada reads", tags=("B-PER",))


def test_build_needs_a_shift() -> None:
    with pytest.raises(ConfigError, match="--shift"):
        api.build_shifted("ner", [], [])
