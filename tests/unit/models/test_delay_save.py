"""The delay layer in a model's folder: saved, loaded, left out, damaged."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
import transformers as tf
from delayed import ALL, KINDS, Make, called, settings, stirred
from moving import forward
from safetensors.torch import load_file, save_file

from shiftdemo.core.errors import ModelError
from shiftdemo.models.delay import FILE, NAME, find_delay
from shiftdemo.models.load import load_model, save_model

every_model = pytest.mark.parametrize(("task", "encoding"), ALL)


@every_model
@pytest.mark.parametrize("values", KINDS, ids=called)
def test_a_saved_layer_is_loaded_as_it_was(
    make_tiny: Make, tmp_path: Path, task: str, encoding: str, values: dict[str, Any]
) -> None:
    loaded = make_tiny(task, encoding)
    wanted = forward(stirred(loaded, values), {})
    save_model(loaded, tmp_path / "model")
    again = load_model(str(tmp_path / "model"), task)
    assert torch.equal(forward(again.model, {}), wanted)
    assert again.n_params == loaded.n_params and not again.model.training
    found = find_delay(again.model)
    assert found is not None and found.settings == values
    save_model(again, tmp_path / "twice")
    assert (tmp_path / "twice" / FILE).read_bytes() == (tmp_path / "model" / FILE).read_bytes()
    assert torch.equal(forward(load_model(str(tmp_path / "twice"), task).model, {}), wanted)


@every_model
def test_half_precision_halves_the_layer_too(
    make_tiny: Make, tmp_path: Path, task: str, encoding: str
) -> None:
    loaded = make_tiny(task, encoding)
    stirred(loaded, settings("gelu"))
    save_model(loaded, tmp_path, half=True)
    kept, layer = load_file(tmp_path / FILE), find_delay(loaded.model)
    again = find_delay(load_model(str(tmp_path), task).model)
    assert layer is not None and again is not None
    assert set(kept) == {"weight", "bias"}
    for name, weight in layer.state_dict().items():
        assert weight.dtype == torch.float32 and kept[name].dtype == torch.float16
        assert torch.equal(again.state_dict()[name], weight.half().float())


@every_model
@pytest.mark.parametrize("half", [False, True], ids=["float32", "float16"])
def test_plain_transformers_loads_the_model_without_the_layer(
    make_tiny: Make, tmp_path: Path, task: str, encoding: str, half: bool
) -> None:
    loaded = make_tiny(task, encoding)
    wanted = forward(loaded.model, {})
    stirred(loaded, settings("conv"))
    save_model(loaded, tmp_path, half)
    auto = tf.AutoModelForTokenClassification if task == "ner" else tf.AutoModelForSeq2SeqLM
    model, report = auto.from_pretrained(
        tmp_path, output_loading_info=True, attn_implementation="eager", dtype=torch.float32
    )
    assert not report["missing_keys"] and not report["unexpected_keys"]
    assert torch.allclose(forward(model, {}), wanted, atol=2e-2 if half else 0)
    assert json.loads((tmp_path / "config.json").read_text())[NAME] == settings("conv")


def test_a_model_without_the_layer_leaves_nothing_of_it(make_tiny: Make, tmp_path: Path) -> None:
    loaded = make_tiny("ner", "learned")
    stirred(loaded, settings("mix"))
    save_model(loaded, tmp_path)
    save_model(make_tiny("ner", "learned"), tmp_path)
    assert not (tmp_path / FILE).exists()
    assert find_delay(load_model(str(tmp_path), "ner").model) is None


@pytest.fixture(scope="module")
def saved(make_tiny: Make, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("delayed") / "translator"
    loaded = make_tiny("translation", "sinusoidal")
    stirred(loaded, settings("gelu", 2))
    save_model(loaded, folder)
    return folder


def _drop(folder: Path) -> None:
    (folder / FILE).unlink()


def _garble(folder: Path) -> None:
    (folder / FILE).write_bytes(b"\xff" * 4096)


def _cut(folder: Path) -> None:
    (folder / FILE).write_bytes((folder / FILE).read_bytes()[:200])


def _another_size(folder: Path) -> None:
    save_file({"weight": torch.zeros(16, 16), "bias": torch.zeros(16)}, folder / FILE)


def _another_name(folder: Path) -> None:
    save_file({"kernel": torch.zeros(32, 32), "bias": torch.zeros(32)}, folder / FILE)


def _settings(value: Any) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        config = json.loads((folder / "config.json").read_text())
        (folder / "config.json").write_text(json.dumps({**config, NAME: value}))

    return damage


@pytest.mark.parametrize(
    "damage",
    [
        _drop,
        _garble,
        _cut,
        _another_size,
        _another_name,
        _settings(settings("mix")),
        _settings(settings("fourier")),
        _settings(settings("gelu", 10**9)),
        _settings({"kind": ["gelu"], "delay": 1, "width": 4}),
        _settings({}),
        _settings("gelu"),
        _settings([1, 2]),
    ],
)
def test_a_damaged_layer_gets_one_sentence(
    saved: Path, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    folder = Path(shutil.copytree(saved, tmp_path / "broken"))
    damage(folder)
    with pytest.raises(ModelError, match=r"delay layer of .*broken cannot be loaded from") as error:
        load_model(str(folder), "translation")
    assert "\n" not in str(error.value)
