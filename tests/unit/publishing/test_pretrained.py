"""Pretraining from a recipe, in one call: stages, a pair of arms, their figures and their card."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from shiftdemo import api
from shiftdemo.core.errors import ConfigError
from shiftdemo.core.events import ArmSaved, RunFinished, StepLogged
from shiftdemo.evaluation.results import Comparison
from shiftdemo.models.load import load_model
from shiftdemo.training.pretrain import read_recipe
from shiftdemo.training.record import read_events
from shiftdemo.training.run_folder import RunFolder

CORPUS = {"corpus": "grammar", "size": 120, "max_words": 8, "seed": 1}
TRAINING = {"steps": 4, "batch_size": 16, "warmup": 1, "eval_every": 4}
RECIPE: dict[str, Any] = {
    "task": "ner",
    "name": "tiny",
    "size": {"encoding": "learned", "width": 32, "ffn": 64, "heads": 2, "layers": 1, "vocab": 300},
    "held_out": [{**CORPUS, "size": 16, "split": "val"}],
    "stages": [
        {"sources": [CORPUS], "training": TRAINING},
        {"sources": [CORPUS], "shifts": ["position_offset:max_offset=8,p=1"], "training": TRAINING},
    ],
    "test": {
        "curve": [{**CORPUS, "size": 30, "split": "test"}],
        "ends": [{**CORPUS, "size": 20, "split": "test"}],
    },
    "curves": ["curve"],
    "card": {
        "title": "tiny",
        "about": "A test.",
        "licence_id": "apache-2.0",
        "languages": ["en"],
        "pipeline": "token-classification",
        "data": ["The built-in corpus."],
        "licence": "Free.",
        "limits": "It knows nothing.",
    },
}


def written(folder: Path, **changes: Any) -> Path:
    path = folder / "tiny.json"
    path.write_text(json.dumps({**RECIPE, **changes}), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that one call leaves."""
    folder: Path = tmp_path_factory.mktemp("pair")
    events = list(api.pretrain(written(folder), folder, folder / "out"))
    assert sum(isinstance(event, RunFinished) for event in events) == 2
    return folder / "out"


def test_the_arms_start_from_one_model_and_part(pair: Path) -> None:
    assert RunFolder(pair).arms() == ["base", "shift"]
    weights = [load_model(str(pair / arm), "ner").model.state_dict() for arm in ("base", "shift")]
    assert any(bool((a != b).any()) for a, b in zip(*(w.values() for w in weights), strict=True))
    events = read_events(pair / "stages" / "2")
    first = {e.arm: e.loss for e in events if isinstance(e, StepLogged) and e.step == 1}
    assert set(first) == {"base", "shift"} and first["base"] != first["shift"]
    assert [e.arm for e in read_events(pair / "stages" / "1") if isinstance(e, ArmSaved)] == [
        "base"
    ]


def test_the_run_of_the_pair_tells_what_it_was_trained_on(pair: Path) -> None:
    kept = read_events(pair)
    assert kept and not [event for event in kept if isinstance(event, StepLogged)]
    config = json.loads((pair / "config.json").read_text(encoding="utf-8"))
    assert config["shifts"] == ["position_offset:max_offset=8,p=1"]
    assert config["data"]["train"] == "recipe.json" and (pair / "recipe.json").is_file()
    comparison = Comparison.from_dict(json.loads((pair / "comparison.json").read_text("utf-8")))
    assert comparison.condition.trained == (0, 8) and comparison.outputs == ()
    assert comparison.arms == {"base": "base", "shift": "shift"}  # no folder of this machine
    assert comparison.strengths == (0, 1, 2, 4, 8, 16, 32, 48, 64)


def test_the_card_has_the_figures_of_both_arms(pair: Path) -> None:
    card = (pair / "README.md").read_text(encoding="utf-8")
    figures = json.loads((pair / "figures.json").read_text(encoding="utf-8"))
    assert figures["ends"]["offsets"] == [0, 8, 32] and figures["curve"]["n"] == 30
    price = figures["curve"]["price"]
    assert f"{price['value']:+.1f} ({price['low']:+.1f} to {price['high']:+.1f})" in card
    for arm in ("base", "shift"):
        assert all(f"{score['value']:.1f}" in card for score in figures["curve"]["curves"][arm])
    assert "| shift-trained | 4 |" in card  # what it has cost
    assert "`position_offset:max_offset=8,p=1`" in card


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"curves": []}, "names no test set in curves"),
        ({"curves": ["nothing"]}, "names no test set in curves"),
        ({"stages": RECIPE["stages"][:1]}, "last stage of the recipe tiny has no shifts"),
    ],
)
def test_a_recipe_without_a_pair_is_refused(
    tmp_path: Path, changes: dict[str, Any], said: str
) -> None:
    with pytest.raises(ConfigError, match=said):
        read_recipe(written(tmp_path, **changes))
