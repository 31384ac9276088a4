"""Labels, decoder inputs and decoding of the translation task."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
import torch
from starting import at

from shiftdemo.core.errors import ConfigError, DataError
from shiftdemo.core.samples import Sample, TaggedSample, TranslationSample
from shiftdemo.core.types import ShiftedSample
from shiftdemo.models.load import LoadedModel
from shiftdemo.shifts import apply_shifts, make_shift
from shiftdemo.tasks.heads import Batch, logits, make_task, token_loss

Make = Callable[..., Any]
ENCODINGS = ("learned", "sinusoidal", "rotary", "relative")
every_encoding = pytest.mark.parametrize("encoding", ENCODINGS)
TASK = make_task("translation")


def moved(samples: Sequence[Sample], *specs: str) -> list[ShiftedSample]:
    shifts = [make_shift(spec) for spec in specs]
    return [apply_shifts(shifts, sample, 0, always=True) for sample in samples]


def by_hand(loaded: LoadedModel, batch: Batch) -> float:
    """The mean of −log p(y_i | x, start, y_1 … y_{i-1}), one sentence and one place at a time."""
    start = loaded.model.config.decoder_start_token_id
    losses = []
    for row in range(len(batch.labels)):
        wanted = [int(y) for y in batch.labels[row] if y != -100]
        n = int(batch.inputs["attention_mask"][row].sum())
        out = loaded.model(
            input_ids=batch.inputs["input_ids"][row : row + 1, :n],
            decoder_input_ids=torch.tensor([[start, *wanted[:-1]]]),
        ).logits[0]
        for i, y in enumerate(wanted):
            losses.append(-float(out[i].log_softmax(-1)[y]))
    return sum(losses) / len(losses)


@every_encoding
def test_loss_equals_the_loss_by_hand_and_the_model_s_own(
    make_tiny: Make, pairs: list[TranslationSample], encoding: str
) -> None:
    loaded = make_tiny("translation", encoding)
    batch = TASK.collate(loaded, moved(pairs[:6]))
    with torch.no_grad():
        loss = float(TASK.loss(loaded, batch))
        own = loaded.model(
            input_ids=batch.inputs["input_ids"],
            attention_mask=batch.inputs["attention_mask"],
            labels=batch.labels,
        ).loss
        assert loss == pytest.approx(by_hand(loaded, batch), rel=1e-5)
        assert float(own) == pytest.approx(loss, rel=1e-5)
        assert float(token_loss(logits(loaded, batch), batch.labels)) == pytest.approx(
            loss, rel=1e-5
        )


@every_encoding
def test_decoder_input_equals_what_the_model_makes_of_the_labels(
    make_tiny: Make, pairs: list[TranslationSample], encoding: str
) -> None:
    loaded = make_tiny("translation", encoding)
    batch = TASK.collate(loaded, moved(pairs[:6]))
    counted = batch.labels != -100
    wanted = loaded.model.prepare_decoder_input_ids_from_labels(batch.labels)
    assert torch.equal(batch.inputs["decoder_input_ids"][counted], wanted[counted])
    assert (~counted).any()
    assert (batch.inputs["decoder_input_ids"][~counted] == loaded.tokenizer.pad_token_id).all()


@every_encoding
def test_padding_does_not_change_a_row(
    make_tiny: Make, pairs: list[TranslationSample], encoding: str
) -> None:
    loaded = make_tiny("translation", encoding)
    together = TASK.collate(loaded, moved(pairs[:2]))
    with torch.no_grad():
        out = logits(loaded, together)
        for row, sample in enumerate(moved(pairs[:2])):
            one = TASK.collate(loaded, [sample])
            found = out[row, : one.labels.shape[1]]
            assert torch.allclose(found, logits(loaded, one)[0], atol=1e-5)


def test_collate_counts_and_ends_the_sentences(
    make_tiny: Make, pairs: list[TranslationSample]
) -> None:
    loaded = make_tiny("translation", "sinusoidal")
    batch = TASK.collate(loaded, moved(pairs[:3]))
    mask, labels = batch.inputs["attention_mask"], batch.labels
    assert batch.n_tokens == int(mask.sum()) + int((labels != -100).sum())
    eos = loaded.tokenizer.eos_token_id
    for row in range(3):
        assert batch.inputs["input_ids"][row][mask[row].bool()][-1] == eos
        assert labels[row][labels[row] != -100][-1] == eos


def test_truncation_cuts_the_target_and_leaves_no_end_token(
    make_tiny: Make, pairs: list[TranslationSample]
) -> None:
    loaded = make_tiny("translation", "learned")
    whole = TASK.collate(loaded, moved(pairs[:3]))
    batch = TASK.collate(loaded, moved(pairs[:3], "length_crop:min=3,max=3"))
    assert batch.labels.shape[1] == 3 < whole.labels.shape[1]
    assert torch.equal(batch.labels, whole.labels[:, :3])
    assert torch.equal(batch.inputs["decoder_input_ids"], whole.inputs["decoder_input_ids"][:, :3])
    assert loaded.tokenizer.eos_token_id not in batch.labels
    assert batch.n_tokens < whole.n_tokens


def test_masking_drops_loss_and_keeps_the_decoder_input(
    make_tiny: Make, pairs: list[TranslationSample]
) -> None:
    loaded = make_tiny("translation", "learned")
    whole = TASK.collate(loaded, moved(pairs[:3]))
    batch = TASK.collate(loaded, moved(pairs[:3], "length_crop:min=3,max=3,mode=mask"))
    assert torch.equal(batch.labels[:, :3], whole.labels[:, :3])
    assert (batch.labels[:, 3:] == -100).all()
    assert torch.equal(batch.inputs["decoder_input_ids"], whole.inputs["decoder_input_ids"])
    assert batch.n_tokens == whole.n_tokens


@pytest.mark.parametrize("mode", ["truncate", "mask"])
def test_a_crop_longer_than_the_target_changes_nothing(
    make_tiny: Make, pairs: list[TranslationSample], mode: str
) -> None:
    loaded = make_tiny("translation", "learned")
    whole = TASK.collate(loaded, moved(pairs[:3]))
    n = int((whole.labels[0] != -100).sum())
    batch = TASK.collate(loaded, moved(pairs[:1], f"length_crop:min={n},max={n},mode={mode}"))
    assert batch.labels[0].tolist() == whole.labels[0, :n].tolist()
    assert loaded.tokenizer.eos_token_id in batch.labels


@every_encoding
def test_an_offset_moves_absolute_encodings_only(
    make_tiny: Make, pairs: list[TranslationSample], encoding: str
) -> None:
    loaded = make_tiny("translation", encoding)
    with torch.no_grad():
        plain = logits(loaded, TASK.collate(loaded, moved(pairs[:4])))
        batch = TASK.collate(loaded, moved(pairs[:4], "position_offset:max_offset=20"))
        assert batch.source_offset.any() and batch.target_offset.any()
        change = (logits(loaded, batch) - plain).abs()[batch.labels != -100].max()
        loss = float(TASK.loss(loaded, batch))
        assert loss == pytest.approx(
            float(token_loss(logits(loaded, batch), batch.labels)), rel=1e-5
        )
    if loaded.positions.absolute:
        assert change > 1e-4
    else:
        assert change < 1e-5 * plain.abs().max().clamp(min=1)


def test_offsets_are_cut_so_that_every_row_stays_in_the_table(
    make_tiny: Make, pairs: list[TranslationSample]
) -> None:
    loaded = make_tiny("translation", "learned")
    batch = TASK.collate(loaded, moved(pairs[:4], "position_offset:fixed=4096"))
    lengths = batch.inputs["attention_mask"].sum(1)
    assert (batch.source_offset + lengths == 64).all()
    assert (batch.target_offset + (batch.labels != -100).sum(1) == 64).all()
    assert torch.isfinite(logits(loaded, batch)).all()


def test_long_sentences_are_cut_and_keep_their_end(make_tiny: Make) -> None:
    loaded = make_tiny("translation", "learned")
    long = TranslationSample("long", "Ada sees Paris " * 60, "Ada voit Paris " * 60)
    batch = TASK.collate(loaded, moved([long]))
    assert batch.inputs["input_ids"].shape == (1, 64) and batch.labels.shape == (1, 64)
    assert batch.inputs["input_ids"][0, -1] == batch.labels[0, -1] == loaded.tokenizer.eos_token_id
    assert isinstance(TASK.predict(loaded, at([long]))[0], str)


@every_encoding
def test_predict_equals_greedy_decoding_by_hand(
    make_tiny: Make, pairs: list[TranslationSample], encoding: str
) -> None:
    loaded = make_tiny("translation", encoding, seed=2)
    for offset in (0, 7):
        texts = TASK.predict(loaded, at(pairs[:3], offset))
        for pair, text in zip(pairs[:3], texts, strict=True):
            batch = TASK.collate(loaded, moved([pair], f"position_offset:fixed={offset}"))
            ids = [loaded.model.config.decoder_start_token_id]
            limit = 2 * batch.inputs["input_ids"].shape[1] + 10
            with torch.no_grad():
                while len(ids) <= limit and (len(ids) == 1 or ids[-1] != 1):
                    batch.inputs["decoder_input_ids"] = torch.tensor([ids])
                    ids.append(int(logits(loaded, batch)[0, -1].argmax()))
            wanted = loaded.tokenizer.decode(ids, skip_special_tokens=True).strip()
            # A batch may allow a few tokens more than a sentence alone.
            assert text.startswith(wanted) or wanted.startswith(text)
            assert len(text) > 0 or not wanted


def test_predict_keeps_the_order_and_takes_empty_input(
    make_tiny: Make, pairs: list[TranslationSample]
) -> None:
    loaded = make_tiny("translation", "sinusoidal")
    mixed = [pairs[3], TranslationSample("e", "", ""), pairs[0], pairs[3]]
    found = TASK.predict(loaded, at(mixed), batch_size=2)
    assert len(found) == 4 and found[0] == found[3]
    assert TASK.predict(loaded, at([])) == []


def test_predict_refuses_an_offset_beyond_the_table(
    make_tiny: Make, pairs: list[TranslationSample]
) -> None:
    loaded = make_tiny("translation", "learned")
    with pytest.raises(ConfigError, match=r"Offset 64 .*64 positions; use at most"):
        TASK.predict(loaded, at(pairs[:2], 64))


def test_a_tagged_sample_is_refused(make_tiny: Make, tagged: list[TaggedSample]) -> None:
    with pytest.raises(DataError, match="tagged-0 is no pair of texts"):
        TASK.collate(make_tiny("translation", "learned"), moved(tagged[:1]))


@every_encoding
def test_a_later_target_word_does_not_reach_an_earlier_step_in_training(
    make_tiny: Make, pairs: list[TranslationSample], encoding: str
) -> None:
    loaded = make_tiny("translation", encoding)
    loaded.model.train()
    batch = TASK.collate(loaded, moved(pairs[:2]))
    changed = batch.inputs["decoder_input_ids"].clone()
    last = int(batch.inputs["decoder_attention_mask"][0].sum()) - 1
    changed[0, last] = (changed[0, last] + 1) % len(loaded.tokenizer)
    other = TASK.collate(loaded, moved(pairs[:2]))
    other.inputs["decoder_input_ids"] = changed
    with torch.no_grad():
        before, after = logits(loaded, batch), logits(loaded, other)
    loaded.model.eval()
    assert torch.equal(before[0, :last], after[0, :last])
    assert not torch.equal(before[0, last], after[0, last])


def test_a_window_keeps_what_stands_before_it_as_input(
    make_tiny: Make, pairs: list[TranslationSample]
) -> None:
    loaded = make_tiny("translation", "learned")
    whole = TASK.collate(loaded, moved(pairs[:6]))
    samples = moved(pairs[:6], "length_crop:min=2,max=2,mode=window")
    batch = TASK.collate(loaded, samples)
    for row, sample in enumerate(samples):
        n = int((whole.labels[row] != -100).sum())
        first = int(sample.feed.window * (n - 1))
        counted = (batch.labels[row] != -100).nonzero().flatten().tolist()
        assert counted == [first, first + 1]
        assert torch.equal(batch.labels[row, counted], whole.labels[row, counted])
        given = batch.inputs["decoder_input_ids"][row, : first + 2]
        assert torch.equal(given, whole.inputs["decoder_input_ids"][row, : first + 2])
        assert int(batch.inputs["decoder_attention_mask"][row].sum()) == first + 2
    assert any(sample.feed.window > 0.5 for sample in samples)


def test_a_longer_right_shift_hides_the_last_label_too(
    make_tiny: Make, pairs: list[TranslationSample]
) -> None:
    loaded = make_tiny("translation", "learned")
    one = TASK.collate(loaded, moved(pairs[:3]))
    two = TASK.collate(loaded, moved(pairs[:3], "right_shift:n=2,p=1"))
    assert torch.equal(one.labels, two.labels)
    start = loaded.model.config.decoder_start_token_id
    assert (two.inputs["decoder_input_ids"][:, :2] == start).all()
    n = int((one.labels[0] != -100).sum())
    given = two.inputs["decoder_input_ids"][0, 2:n]
    assert torch.equal(given, one.labels[0, : n - 2])


@every_encoding
@pytest.mark.parametrize("spec", ["position_sample:span=40,p=1", "position_skip:max_gap=20,p=1"])
def test_positions_that_are_not_one_after_the_other_move_every_encoding(
    make_tiny: Make, pairs: list[TranslationSample], encoding: str, spec: str
) -> None:
    loaded = make_tiny("translation", encoding)
    with torch.no_grad():
        plain = logits(loaded, TASK.collate(loaded, moved(pairs[:4])))
        batch = TASK.collate(loaded, moved(pairs[:4], spec))
        assert batch.source_offset.shape == batch.inputs["input_ids"].shape
        assert batch.target_offset.shape == batch.labels.shape
        change = (logits(loaded, batch) - plain).abs()[batch.labels != -100].max()
    assert change > 1e-5 and torch.isfinite(TASK.loss(loaded, batch))
    if loaded.positions.table_size is not None:
        wide = moved(pairs[:4], "position_sample:span=4096,p=1")
        ids = TASK.collate(loaded, wide).source_offset + torch.arange(batch.source_offset.shape[1])
        assert int(ids.max()) < loaded.positions.table_size
