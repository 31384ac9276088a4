"""Summarization on folders in the hub's format: BART, T5, Pegasus and Marian."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
import transformers as tf
from starting import at

from shiftdemo.core.errors import DataError
from shiftdemo.core.samples import TaggedSample, TranslationSample
from shiftdemo.models.load import LoadedModel, load_model
from shiftdemo.shifts import SHIFTS, apply_shifts, make_shift
from shiftdemo.tasks.heads import logits, make_task, token_loss

TASK = make_task("summarization")
SPECS = ["position_offset:fixed=7,p=1", "length_crop:min=3,max=3", "prefix_filler:k=2"]
_stock: Any = tf


def _folder(name: str, tokenizer: Any, place: Path, **more: Any) -> Path:
    """Saves a tiny model of an architecture with its tokenizer."""
    shared = {
        "vocab_size": len(tokenizer),
        "d_model": 32,
        "pad_token_id": tokenizer.pad_token_id,
        "eos_token_id": tokenizer.eos_token_id,
        "decoder_start_token_id": tokenizer.pad_token_id,
        **more,
    }
    if name == "T5":
        shared |= {"d_kv": 16, "d_ff": 64, "num_layers": 1, "num_decoder_layers": 1, "num_heads": 2}
    else:
        shared |= {"encoder_layers": 1, "decoder_layers": 1, "max_position_embeddings": 64}
        shared |= {f"{side}_ffn_dim": 64 for side in ("encoder", "decoder")}
        shared |= {f"{side}_attention_heads": 2 for side in ("encoder", "decoder")}
        shared |= {"bos_token_id": None, "forced_eos_token_id": None}
    names = {"Marian": "MarianMTModel"}
    cls = getattr(tf, names.get(name, f"{name}ForConditionalGeneration"))
    torch.manual_seed(3)
    cls(getattr(_stock, f"{name}Config")(**shared)).save_pretrained(place)
    tokenizer.save_pretrained(place)
    return place


@pytest.fixture(scope="module", params=["BART", "T5", "Pegasus", "Marian"])
def loaded(
    request: pytest.FixtureRequest,
    tokenizers: dict[str, Any],
    tmp_path_factory: pytest.TempPathFactory,
) -> LoadedModel:
    name = {"BART": "Bart"}.get(request.param, request.param)
    place = _folder(name, tokenizers["summarization"], tmp_path_factory.mktemp(name))
    return load_model(str(place), "summarization")


def _moved(samples: list[TranslationSample], *specs: str) -> Any:
    shifts = [make_shift(spec) for spec in specs]
    return [apply_shifts(shifts, sample, 0, always=True) for sample in samples]


def test_loss_is_the_model_s_own_with_labels(
    loaded: LoadedModel, pairs: list[TranslationSample]
) -> None:
    batch = TASK.collate(loaded, _moved(pairs[:6]))
    with torch.no_grad():
        own = loaded.model(
            input_ids=batch.inputs["input_ids"],
            attention_mask=batch.inputs["attention_mask"],
            labels=batch.labels,
        ).loss
        by_hand = token_loss(logits(loaded, batch), batch.labels)
        assert float(TASK.loss(loaded, batch)) == pytest.approx(float(own), rel=1e-5)
        assert float(by_hand) == pytest.approx(float(own), rel=1e-5)


@pytest.mark.parametrize("spec", SPECS)
def test_an_operator_reaches_the_batch(
    loaded: LoadedModel, pairs: list[TranslationSample], spec: str
) -> None:
    plain, batch = (TASK.collate(loaded, _moved(pairs[:4], *some)) for some in ([], [spec]))
    if "offset" in spec:
        assert (batch.source_offset == 7).all() and (batch.target_offset == 7).all()
    elif "crop" in spec:
        assert batch.labels.shape[1] == 3 < plain.labels.shape[1]
    else:
        assert batch.inputs["input_ids"].shape[1] > plain.inputs["input_ids"].shape[1]
        assert torch.equal(batch.labels, plain.labels)
    with torch.no_grad():
        change = abs(float(TASK.loss(loaded, batch)) - float(TASK.loss(loaded, plain)))
    flat = "offset" in spec and not loaded.positions.absolute
    assert change < 1e-5 if flat else change > 1e-5


def test_predict_is_greedy_decoding_by_hand(
    loaded: LoadedModel, pairs: list[TranslationSample]
) -> None:
    for offset in (0, 5):
        (text,) = TASK.predict(loaded, at(pairs[:1], offset))
        batch = TASK.collate(loaded, _moved(pairs[:1], f"position_offset:fixed={offset},p=1"))
        ids = [loaded.model.config.decoder_start_token_id]
        limit = 2 * batch.inputs["input_ids"].shape[1] + 10
        eos = loaded.tokenizer.eos_token_id
        del batch.inputs["decoder_attention_mask"]
        with torch.no_grad():
            while len(ids) <= limit and ids[-1] != eos:
                batch.inputs["decoder_input_ids"] = torch.tensor([ids])
                ids.append(int(logits(loaded, batch)[0, -1].argmax()))
        assert text == loaded.tokenizer.decode(ids, skip_special_tokens=True).strip()


def test_a_long_document_is_cut_to_what_the_model_takes(loaded: LoadedModel) -> None:
    long = TranslationSample("long", "Ada sees Paris . " * 600, "Ada sees Paris .")
    batch = TASK.collate(loaded, _moved([long]))
    most = loaded.positions.table_size or loaded.tokenizer.model_max_length
    assert most == (512 if loaded.positions.encoding == "relative" else 64)
    assert batch.inputs["input_ids"].shape == (1, most)
    assert batch.inputs["input_ids"][0, -1] == loaded.tokenizer.eos_token_id
    assert TASK.size(loaded, long) <= 2 + 1024 + 256


@pytest.mark.parametrize(
    ("settings", "wanted"),
    [
        ({"summarization": {"prefix": "again : "}}, "again : "),
        ({"summarization": {"length_penalty": 2.0}}, ""),
        ({"translation_en_to_fr": {"prefix": "again : "}}, ""),
        ({"summarization": "no settings"}, ""),
        (None, ""),
    ],
)
def test_what_t5_wants_in_front_is_put_there(
    tokenizers: dict[str, Any], tmp_path: Path, settings: Any, wanted: str
) -> None:
    more = {"task_specific_params": settings}
    loaded = load_model(
        str(_folder("T5", tokenizers["summarization"], tmp_path, **more)), TASK.spec.name
    )
    sample = TranslationSample("one", "Ada sees Paris .", "Ada sees Paris .")
    given = TASK.collate(loaded, _moved([sample])).inputs["input_ids"][0].tolist()
    assert given == loaded.tokenizer(wanted + sample.source).input_ids
    assert TASK.ids(loaded, sample) == given


def test_at_most_1024_tokens_are_read(tokenizers: dict[str, Any], tmp_path: Path) -> None:
    loaded = load_model(str(_folder("T5", tokenizers["summarization"], tmp_path)), TASK.spec.name)
    loaded.tokenizer.model_max_length = int(1e30)  # what transformers has where none is given
    ids = TASK.collate(loaded, _moved([TranslationSample("l", "Ada . " * 900, "Ada .")]))
    assert ids.inputs["input_ids"].shape == (1, 1024)


def test_a_sample_of_another_kind_is_refused(
    make_tiny: Callable[..., Any], tagged: list[TaggedSample]
) -> None:
    loaded = make_tiny("summarization", "learned")
    with pytest.raises(DataError, match="tagged-0 is no pair of texts; give source"):
        TASK.collate(loaded, [apply_shifts([], tagged[0], 0)])


def test_operators_that_need_an_alignment_or_tags_are_not_offered() -> None:
    offered = {shift.name for shift in SHIFTS if "summarization" in shift.tasks()}
    assert {"position_offset", "right_shift", "length_crop", "drop", "delay_layer"} <= offered
    assert not {"append_copy", "rotate", "tag_roll", "output_delay"} & offered
