"""Loading, saving and refusing models."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
import transformers as tf

from shiftdemo.core.errors import LimitError, ModelError
from shiftdemo.core.samples import Sample
from shiftdemo.core.task_spec import task_names
from shiftdemo.models.load import load_model, references, save_model, set_dropout, torch_threads
from shiftdemo.models.pretrained import auto_class
from shiftdemo.models.scratch import ENCODINGS
from shiftdemo.shifts.applying import unshifted
from shiftdemo.tasks.heads import make_task

Make = Callable[..., Any]
ALL = [(task, encoding) for task in task_names() for encoding in ENCODINGS]


@pytest.mark.parametrize("half", [False, True], ids=["float32", "float16"])
@pytest.mark.parametrize(("task", "encoding"), ALL)
def test_a_saved_model_is_loaded_as_it_was(
    make_tiny: Make, tmp_path: Path, task: str, encoding: str, half: bool
) -> None:
    loaded = make_tiny(task, encoding)
    save_model(loaded, tmp_path / "model", half)
    again = load_model(str(tmp_path / "model"), task)
    assert again.labels == loaded.labels and again.n_params == loaded.n_params
    assert again.positions.encoding == encoding
    assert again.positions.table_size == loaded.positions.table_size
    assert not again.model.training and again.model.dtype == torch.float32
    assert (
        again.tokenizer("Ada sees Rome .").input_ids
        == loaded.tokenizer("Ada sees Rome .").input_ids
    )
    state = again.model.state_dict()
    for name, weight in loaded.model.state_dict().items():
        fixed = encoding == "sinusoidal" and "embed_positions" in name  # made again on loading
        wanted = weight.half().float() if half and not fixed else weight
        assert torch.equal(state[name], wanted), name


@pytest.mark.parametrize(("task", "encoding"), ALL)
def test_a_saved_model_is_loaded_by_plain_transformers(
    make_tiny: Make, tmp_path: Path, task: str, encoding: str
) -> None:
    save_model(make_tiny(task, encoding), tmp_path, half=True)
    _, report = auto_class(task).from_pretrained(tmp_path, output_loading_info=True)
    assert not report["missing_keys"] and not report["unexpected_keys"]
    assert sorted(path.suffix for path in tmp_path.iterdir()).count(".safetensors") == 1
    assert not [path for path in tmp_path.iterdir() if path.suffix in (".bin", ".pt", ".pkl")]


def test_half_precision_writes_tied_weights_once(make_tiny: Make, tmp_path: Path) -> None:
    loaded = make_tiny("translation", "sinusoidal", width=64)
    save_model(loaded, tmp_path / "half", half=True)
    weights = sum(p.numel() for p in loaded.model.parameters())
    assert (tmp_path / "half" / "model.safetensors").stat().st_size < 2 * weights + 8192
    assert loaded.model.dtype == torch.float32


def test_sinusoidal_tables_stay_fixed_after_loading(make_tiny: Make, tmp_path: Path) -> None:
    save_model(make_tiny("translation", "sinusoidal"), tmp_path)
    loaded = load_model(str(tmp_path), "translation")
    tables = [place.table for place in loaded.positions.places]
    assert len(tables) == 2 and not any(table.requires_grad for table in tables)


@pytest.fixture(scope="module")
def saved(make_tiny: Make, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("saved") / "tagger"
    save_model(make_tiny("ner", "learned"), folder)
    return folder


@pytest.fixture
def broken(saved: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(saved, tmp_path / "broken"))


def _cut_weights(folder: Path) -> None:
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:1000])


def _garble_weights(folder: Path) -> None:
    (folder / "model.safetensors").write_bytes(b"\xff" * 4096)


def _drop_weights(folder: Path) -> None:
    (folder / "model.safetensors").unlink()


def _only_pickled_weights(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")


def _garble_config(folder: Path) -> None:
    (folder / "config.json").write_text("{")


def _unknown_architecture(folder: Path) -> None:
    (folder / "config.json").write_text('{"model_type": "abacus"}')


def _own_code(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    config |= {"model_type": "abacus", "auto_map": {"AutoConfig": "evil.Config"}}
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "evil.py").write_text("raise SystemExit('code of a model was run')")


def _garble_tokenizer(folder: Path) -> None:
    (folder / "tokenizer.json").write_text('{"model": 3}')


def _drop_tokenizer(folder: Path) -> None:
    (folder / "tokenizer.json").unlink()
    (folder / "tokenizer_config.json").unlink()


def _other_sizes(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"hidden_size": 64}))


def _no_padding(folder: Path) -> None:
    config = json.loads((folder / "tokenizer_config.json").read_text())
    config.pop("pad_token")
    (folder / "tokenizer_config.json").write_text(json.dumps(config))


def _no_head(folder: Path) -> None:
    tf.BertModel.from_pretrained(folder).save_pretrained(folder)


@pytest.mark.parametrize(
    "damage",
    [
        _cut_weights,
        _garble_weights,
        _drop_weights,
        _only_pickled_weights,
        _garble_config,
        _unknown_architecture,
        _own_code,
        _garble_tokenizer,
        _drop_tokenizer,
        _other_sizes,
        _no_padding,
        _no_head,
    ],
)
def test_a_damaged_folder_gets_one_sentence(broken: Path, damage: Callable[[Path], None]) -> None:
    damage(broken)
    with pytest.raises(ModelError, match=r"broken|[Tt]here is no model") as error:
        load_model(str(broken), "ner")
    assert "\n" not in str(error.value)


def test_a_tagger_is_no_translator(saved: Path) -> None:
    with pytest.raises(ModelError, match="cannot be loaded for translation"):
        load_model(str(saved), "translation")


def test_a_translator_is_no_tagger(make_tiny: Make, tmp_path: Path) -> None:
    for encoding in ("sinusoidal", "relative"):
        save_model(make_tiny("translation", encoding), tmp_path / encoding)
        with pytest.raises(ModelError, match=r"for ner"):
            load_model(str(tmp_path / encoding), "ner")


@pytest.mark.parametrize(
    ("ref", "task", "match"),
    [
        ("scratch:learned", "ner", "no weights before training"),
        ("scratch", "ner", "scratch names no position encoding; name one, such as scratch:learned"),
        ("scratch:", "ner", "scratch: names no position encoding"),
        ("bundled:nobody", "ner", "no bundled model 'nobody'.*bundled:tagger"),
        ("bundled:tagger", "translation", "no bundled model 'tagger' for translation"),
        ("no/such/folder", "ner", "no model in 'no/such/folder'"),
        ("", "ner", "no model in ''"),
        ("x", "juggling", "task 'juggling'"),
    ],
)
def test_a_wrong_reference_is_named(ref: str, task: str, match: str) -> None:
    with pytest.raises(ModelError, match=match):
        load_model(ref, task)


def test_a_server_may_refuse_hub_and_local_models(saved: Path) -> None:
    with pytest.raises(LimitError, match="does not load 'a/b' from the hub"):
        load_model("hub:a/b", "ner", allow_hub=())
    with pytest.raises(LimitError, match="loads no local folders"):
        load_model(str(saved), "ner", allow_local=False)


def test_references_name_every_scratch_model() -> None:
    refs = {(row["task"], row["ref"]) for row in references()}
    assert {(task, f"scratch:{encoding}") for task, encoding in ALL} <= refs


@pytest.mark.parametrize(("task", "encoding"), ALL)
def test_set_dropout_decides_whether_training_mode_is_random(
    make_tiny: Make, task: str, encoding: str, by_task: dict[str, Sequence[Sample]]
) -> None:
    loaded, of = make_tiny(task, encoding, dropout=0.3), make_task(task)
    batch = of.collate(loaded, [unshifted(by_task[task][0])])
    loaded.model.train()
    with torch.no_grad():
        assert not torch.equal(of.logits(loaded, batch), of.logits(loaded, batch))
        set_dropout(loaded.model, 0.0)
        assert torch.equal(of.logits(loaded, batch), of.logits(loaded, batch))
        set_dropout(loaded.model, 0.5)
        # Llama drops attention alone, which stays off where it was off.
        still = isinstance(loaded.model, tf.LlamaForCausalLM)
        assert torch.equal(of.logits(loaded, batch), of.logits(loaded, batch)) == still


def test_torch_threads_are_set_back() -> None:
    before = torch.get_num_threads()
    with pytest.raises(KeyError), torch_threads(2):
        assert torch.get_num_threads() == 2
        raise KeyError
    assert torch.get_num_threads() == before
