"""From a configuration to a plan: heads, arms, notes, devices."""

from __future__ import annotations

from multiprocessing.reduction import ForkingPickler
from pathlib import Path

import pytest
import torch
import transformers as tf

from shiftdemo import api
from shiftdemo.core.config import DataSpec, TrainConfig
from shiftdemo.core.errors import ConfigError, ModelError
from shiftdemo.core.events import RunFinished, RunStarted
from shiftdemo.core.limits import Limits
from shiftdemo.models.load import load_model
from shiftdemo.training.plan import resolved
from shiftdemo.training.planning import make_plan

SMALL = DataSpec(size=60, eval_size=16, max_words=8)


@pytest.fixture(scope="module")
def headless(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a small BERT that has weights and no head."""
    folder: Path = tmp_path_factory.mktemp("bert")
    plan = make_plan(TrainConfig(data=SMALL), None, Limits())
    tagger = plan.make_model(0)
    tf.BertModel(tagger.model.config, add_pooling_layer=False).save_pretrained(folder)
    tagger.tokenizer.save_pretrained(folder)
    return folder


def test_a_model_without_a_head_is_given_one_and_trains(headless: Path, tmp_path: Path) -> None:
    config = TrainConfig(
        model=str(headless), data=SMALL, steps=3, batch_size=8, seeds=(0, 1), processes=1
    )
    plan = make_plan(config, None, Limits())
    assert any("had no head for ner" in note for note in plan.notes)
    first, again, other = (plan.make_model(seed).model for seed in (0, 0, 1))
    assert torch.equal(first.classifier.weight, again.classifier.weight)
    assert not torch.equal(first.classifier.weight, other.classifier.weight)
    assert all(
        torch.equal(a, b)
        for (name, a), b in zip(first.named_parameters(), other.parameters(), strict=True)
        if "classifier" not in name
    )
    events = list(api.finetune(config, tmp_path / "run"))
    assert isinstance(events[0], RunStarted) and isinstance(events[-1], RunFinished)
    with pytest.raises(ModelError, match="not made for ner"):
        load_model(str(headless), "ner")  # as it is, there is nothing to evaluate


@pytest.mark.parametrize("model", ["scratch:learned", "bundled:tagger"])
def test_a_plan_can_go_to_another_process(model: str) -> None:
    data = DataSpec(size=30, eval_size=8, max_words=8)
    plan = make_plan(TrainConfig(model=model, data=data), None, Limits())
    sent = bytes(ForkingPickler.dumps(plan))
    assert len(sent) < 1_000_000  # the way to the weights, not the weights
    copied = ForkingPickler.loads(sent)
    ours, theirs = (some.make_model(0).model.state_dict() for some in (plan, copied))
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)


def test_other_arms_are_checked_with_the_rest() -> None:
    bad = TrainConfig(
        task="translation", data=SMALL, arms=("base", "odd"), other_arms=("odd=rotate",)
    )
    with pytest.raises(ConfigError, match="rotate is not defined for translation"):
        make_plan(bad, None, Limits())


def test_a_device_that_is_not_here_is_said() -> None:
    if torch.cuda.is_available():
        pytest.skip("there is a GPU")
    with pytest.raises(ConfigError, match="no CUDA device"):
        resolved(TrainConfig(device="cuda"))
    assert resolved(TrainConfig()).precision in ("float32", "bfloat16")
