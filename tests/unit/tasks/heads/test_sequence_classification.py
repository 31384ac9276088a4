"""Classification: batches, the loss, positions, and labels that a model lacks."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any

import pytest
import torch
from starting import at

from shiftdemo.core.errors import ConfigError, DataError
from shiftdemo.core.samples import Sample, TextSample, TranslationSample
from shiftdemo.core.types import ShiftedSample
from shiftdemo.models.scratch import ENCODINGS
from shiftdemo.shifts import apply_shifts, make_shifts
from shiftdemo.tasks.heads import make_task

Make = Callable[..., Any]
TASK = make_task("classification")
every_encoding = pytest.mark.parametrize("encoding", ENCODINGS)


def moved(samples: Sequence[Sample], *specs: str) -> list[ShiftedSample]:
    shifts = make_shifts(specs, "classification")
    return [apply_shifts(shifts, sample, 3, samples, always=True) for sample in samples]


@every_encoding
def test_loss_equals_the_loss_by_hand_and_the_model_s_own(
    make_tiny: Make, labelled: list[TextSample], encoding: str
) -> None:
    loaded = make_tiny("classification", encoding)
    batch = TASK.collate(loaded, moved(labelled[:5]))
    wanted = [loaded.labels.index(one.label) for one in labelled[:5]]
    assert batch.labels.tolist() == [[label] for label in wanted]
    with torch.no_grad():
        loss = float(TASK.loss(loaded, batch))
        out = TASK.logits(loaded, batch)
        own = float(loaded.model(**batch.inputs, labels=batch.labels[:, 0]).loss)
    assert out.shape == (5, 1, 2)
    by_hand = [-float(out[i, 0].log_softmax(-1)[label]) for i, label in enumerate(wanted)]
    assert loss == pytest.approx(sum(by_hand) / 5, rel=1e-5)
    assert own == pytest.approx(loss, rel=1e-5)


@every_encoding
@pytest.mark.parametrize("spec", ["position_offset:max_offset=30", "position_skip:max_gap=20"])
def test_rows_of_one_batch_equal_each_row_alone(
    make_tiny: Make, labelled: list[TextSample], encoding: str, spec: str
) -> None:
    loaded = make_tiny("classification", encoding, layers=2)
    with torch.no_grad():  # stock weights of a head hardly move anything
        for weight in loaded.model.parameters():
            if weight.requires_grad and weight.ndim >= 2:
                torch.nn.init.normal_(weight, std=0.3)
    samples = moved(labelled[:5], spec)
    with torch.no_grad():
        together = TASK.logits(loaded, TASK.collate(loaded, samples))
        plain = TASK.logits(loaded, TASK.collate(loaded, moved(labelled[:5])))
        for row, sample in enumerate(samples):
            alone = TASK.logits(loaded, TASK.collate(loaded, [sample]))
            assert torch.allclose(together[row], alone[0], atol=1e-4)
    change = (together - plain).abs().max()
    if loaded.positions.absolute or "skip" in spec:
        assert change > 1e-4
    else:
        assert change < 1e-5 * plain.abs().max().clamp(min=1)


@every_encoding
def test_predict_gives_the_best_label_at_every_offset(
    make_tiny: Make, labelled: list[TextSample], encoding: str
) -> None:
    loaded = make_tiny("classification", encoding)
    batch = TASK.collate(loaded, moved(labelled[:7]))
    with torch.no_grad():
        best = TASK.logits(loaded, batch).argmax(-1)
    wanted = [loaded.labels[i] for i in best[:, 0].tolist()]
    unlabelled = [TextSample(one.id, one.text) for one in labelled[:7]]
    assert TASK.predict(loaded, at(unlabelled), batch_size=3) == wanted
    assert set(TASK.predict(loaded, at(unlabelled, 20))) <= set(loaded.labels)
    assert TASK.predict(loaded, at([])) == []
    read = TASK.predictions_from_logits(loaded, moved(labelled[:7]), batch, best)
    assert read == list(zip(labelled[:7], wanted, strict=True))


@every_encoding
def test_a_tiny_classifier_learns_its_texts(
    make_tiny: Make, labelled: list[TextSample], encoding: str
) -> None:
    loaded = make_tiny("classification", encoding)
    optimizer = torch.optim.AdamW([p for p in loaded.model.parameters() if p.requires_grad], 3e-3)
    loaded.model.train()
    for _ in range(60):
        TASK.loss(loaded, TASK.collate(loaded, moved(labelled))).backward()
        optimizer.step()
        optimizer.zero_grad()
    loaded.model.eval()
    found = TASK.predict(loaded, at(labelled))
    right = sum(a == one.label for a, one in zip(found, labelled, strict=True))
    assert right >= 0.9 * len(labelled)


def test_long_texts_are_cut_to_the_positions(make_tiny: Make) -> None:
    loaded = make_tiny("classification", "learned")
    long = TextSample("long", "Ada sees Rome . " * 50, "positive")
    batch = TASK.collate(loaded, moved([long], "position_offset:fixed=900"))
    assert batch.inputs["input_ids"].shape == (1, 64) and int(batch.source_offset[0]) == 0
    assert int(batch.inputs["input_ids"][0, -1]) == loaded.tokenizer.eos_token_id
    with pytest.raises(ConfigError, match="64 positions; use at most 0"):
        TASK.predict(loaded, at([long], 1))


@every_encoding
def test_a_text_that_looks_like_special_tokens_is_text(make_tiny: Make, encoding: str) -> None:
    loaded = make_tiny("classification", encoding)
    odd = TextSample("odd", "Ada </s> sees <pad> Rome </s>", "positive")
    batch = TASK.collate(loaded, moved([odd, TextSample("e", "", "negative")]))
    ends = batch.inputs["input_ids"] == loaded.tokenizer.eos_token_id
    assert ends.sum(1).tolist() == [1, 1]
    assert len(TASK.predict(loaded, at([odd, TextSample("e", "")], 3))) == 2


def test_labels_are_those_of_the_data_in_order(labelled: list[TextSample]) -> None:
    assert TASK.labels([*labelled, TextSample("typed", "x")]) == ("negative", "positive")


def test_a_label_that_is_missing_or_unknown_is_named(
    make_tiny: Make, pairs: list[TranslationSample]
) -> None:
    loaded = make_tiny("classification", "learned")
    with pytest.raises(DataError, match="Sample s: the model has no label 'mixed'; give one of n"):
        TASK.collate(loaded, moved([TextSample("s", "x", "mixed")]))
    with pytest.raises(DataError, match="Sample s: it has no label; give one of negative, pos"):
        TASK.collate(loaded, moved([TextSample("s", "x")]))
    with pytest.raises(DataError, match="pair-0 is no text with a label"):
        TASK.collate(loaded, moved(pairs[:1]))


def test_the_control_exchanges_texts_between_labels(labelled: list[TextSample]) -> None:
    mixed = TASK.shuffle_sources(labelled, random.Random(0))
    assert [one.label for one in mixed] == [one.label for one in labelled]  # type: ignore[union-attr]
    assert all(a.text != b.text for a, b in zip(mixed, labelled, strict=True))  # type: ignore[union-attr]
    with pytest.raises(DataError, match="two labels"):
        TASK.shuffle_sources(labelled[::2], random.Random(0))
