"""Labels and predictions of the tagging task."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
import torch
from starting import at

from shiftdemo.core.errors import ConfigError, DataError
from shiftdemo.core.samples import Sample, TaggedSample, TranslationSample
from shiftdemo.core.types import ShiftedSample
from shiftdemo.shifts import apply_shifts, make_shift
from shiftdemo.tasks.heads import logits, make_task, token_loss

Make = Callable[..., Any]
ENCODINGS = ("learned", "sinusoidal", "rotary", "relative")
every_encoding = pytest.mark.parametrize("encoding", ENCODINGS)
TASK = make_task("ner")


def moved(samples: Sequence[Sample], *specs: str) -> list[ShiftedSample]:
    shifts = [make_shift(spec) for spec in specs]
    return [apply_shifts(shifts, sample, 0, always=True) for sample in samples]


@every_encoding
def test_the_first_piece_of_a_word_carries_its_tag(
    make_tiny: Make, tagged: list[TaggedSample], encoding: str
) -> None:
    loaded = make_tiny("ner", encoding)
    odd = TaggedSample("odd", ("Yesterdays", "Parisian", "☃☃"), ("O", "B-LOC", "B-PER"))
    samples = [*tagged[:4], odd]
    batch = TASK.collate(loaded, moved(samples))
    n_pieces = 0
    for row, sample in enumerate(samples):
        encoded = loaded.tokenizer(list(sample.words), is_split_into_words=True)
        places: list[int | None] = encoded.word_ids()
        for place, word in enumerate(places):
            first = word is not None and (place == 0 or places[place - 1] != word)
            wanted = loaded.labels.index(sample.tags[word]) if first and word is not None else -100
            assert int(batch.labels[row, place]) == wanted
            n_pieces += word is not None and not first
        assert (batch.labels[row, len(places) :] == -100).all()
        assert int(batch.inputs["attention_mask"][row].sum()) == len(places)
        assert int((batch.labels[row] != -100).sum()) == len(sample.words)
    assert n_pieces > 3  # there were words of several pieces


@every_encoding
def test_loss_equals_the_loss_by_hand_and_the_model_s_own(
    make_tiny: Make, tagged: list[TaggedSample], encoding: str
) -> None:
    loaded = make_tiny("ner", encoding)
    batch = TASK.collate(loaded, moved(tagged[:5]))
    with torch.no_grad():
        loss = float(TASK.loss(loaded, batch))
        out = loaded.model(**batch.inputs).logits
        by_hand = [
            -float(out[row, place].log_softmax(-1)[label])
            for row in range(len(out))
            for place, label in enumerate(batch.labels[row].tolist())
            if label != -100
        ]
        own = float(loaded.model(**batch.inputs, labels=batch.labels).loss)
    assert loss == pytest.approx(sum(by_hand) / len(by_hand), rel=1e-5)
    assert own == pytest.approx(loss, rel=1e-5)


@every_encoding
def test_an_offset_moves_absolute_encodings_only(
    make_tiny: Make, tagged: list[TaggedSample], encoding: str
) -> None:
    loaded = make_tiny("ner", encoding)
    with torch.no_grad():
        plain = logits(loaded, TASK.collate(loaded, moved(tagged[:5])))
        batch = TASK.collate(loaded, moved(tagged[:5], "position_offset:max_offset=20"))
        found = logits(loaded, batch)
        loss = float(TASK.loss(loaded, batch))
    assert batch.source_offset.any() and not batch.target_offset.any()
    assert found.shape == plain.shape
    assert loss == pytest.approx(float(token_loss(found, batch.labels)), rel=1e-5)
    change = (found - plain).abs()[batch.labels != -100].max()
    if loaded.positions.absolute:
        assert change > 1e-4
    else:
        assert change < 1e-5 * plain.abs().max().clamp(min=1)


@every_encoding
def test_rows_of_one_batch_equal_each_row_alone(
    make_tiny: Make, tagged: list[TaggedSample], encoding: str
) -> None:
    loaded = make_tiny("ner", encoding)
    samples = moved(tagged[:5], "position_offset:max_offset=30")
    batch = TASK.collate(loaded, samples)
    with torch.no_grad():
        together = logits(loaded, batch)
        for row, sample in enumerate(samples):
            one = TASK.collate(loaded, [sample])
            n = one.labels.shape[1]
            assert torch.allclose(together[row, :n], logits(loaded, one)[0], atol=1e-4)


def test_offsets_are_cut_so_that_every_row_stays_in_the_table(
    make_tiny: Make, tagged: list[TaggedSample]
) -> None:
    loaded = make_tiny("ner", "learned")
    batch = TASK.collate(loaded, moved(tagged[:5], "position_offset:fixed=4096"))
    lengths = batch.inputs["attention_mask"].sum(1)
    assert (batch.source_offset + lengths == 64).all()
    assert torch.isfinite(logits(loaded, batch)).all()


@every_encoding
def test_predict_gives_a_tag_for_every_word(
    make_tiny: Make, tagged: list[TaggedSample], encoding: str
) -> None:
    loaded = make_tiny("ner", encoding)
    empty = TaggedSample("e", (), ())
    odd = TaggedSample("o", ("\u200b", "", "Ada"), ("O", "O", "O"))
    samples = [tagged[1], empty, odd, tagged[0], tagged[1]]
    for offset in (0, 9):
        found = TASK.predict(loaded, at(samples, offset), batch_size=2)
        assert [len(tags) for tags in found] == [len(s.words) for s in samples]
        assert {tag for tags in found for tag in tags} <= set(loaded.labels)
        assert found[0] == found[4]
    batch = TASK.collate(loaded, moved([tagged[0]]))
    with torch.no_grad():
        best = logits(loaded, batch).argmax(-1)[batch.labels != -100]
    assert TASK.predict(loaded, at([tagged[0]]))[0] == tuple(loaded.labels[i] for i in best)
    assert TASK.predict(loaded, at([])) == []


def test_a_row_of_training_ends_with_the_positions_and_predictions_do_not(make_tiny: Make) -> None:
    loaded = make_tiny("ner", "learned")
    long = TaggedSample("long", ("Ada",) * 200, ("B-PER",) * 200)
    batch = TASK.collate(loaded, moved([long]))
    assert batch.labels.shape == (1, 64)
    assert batch.inputs["input_ids"][0, -1] == loaded.tokenizer.eos_token_id
    assert batch.labels[0, -1] == -100
    (tags,) = TASK.predict(loaded, at([long]))
    assert len(tags) == 200 and set(tags[100:]) != {"O"}  # read in windows


def test_predict_refuses_an_offset_beyond_the_table(
    make_tiny: Make, tagged: list[TaggedSample]
) -> None:
    loaded = make_tiny("ner", "sinusoidal")
    with pytest.raises(ConfigError, match=r"Offset 63 .*64 positions; use at most"):
        TASK.predict(loaded, at(tagged[:2], 63))


def test_a_tag_that_the_model_lacks_is_named(make_tiny: Make) -> None:
    sample = TaggedSample("s", ("x",), ("B-DRUG",))
    with pytest.raises(DataError, match="Sample s: the model has no tag B-DRUG; it has O, B-LOC"):
        TASK.collate(make_tiny("ner", "learned"), moved([sample]))


def test_a_pair_is_refused(make_tiny: Make, pairs: list[TranslationSample]) -> None:
    with pytest.raises(DataError, match="pair-0 has no tags"):
        TASK.collate(make_tiny("ner", "learned"), moved(pairs[:1]))


def test_labels_begin_with_o_and_follow_the_types(tagged: list[TaggedSample]) -> None:
    assert TASK.labels(tagged) == ("O", "B-LOC", "I-LOC", "B-PER", "I-PER")
    assert TASK.labels([]) == ("O",)


def test_a_delayed_tagger_is_asked_and_read_d_places_late(
    make_tiny: Make, tagged: list[TaggedSample]
) -> None:
    loaded = make_tiny("ner", "learned")
    plain = TASK.collate(loaded, moved(tagged[:4]))
    loaded.model.config.shiftdemo_output_delay = 2
    late = TASK.collate(loaded, moved(tagged[:4]))
    width = plain.labels.shape[1]
    assert late.labels.shape[1] == width + 2
    assert (late.labels[:, :2] == -100).all() and torch.equal(late.labels[:, 2:], plain.labels)
    for row in range(4):
        n = int(plain.inputs["attention_mask"][row].sum())
        ids, mask = late.inputs["input_ids"][row], late.inputs["attention_mask"][row]
        assert torch.equal(ids[:n], plain.inputs["input_ids"][row, :n])
        assert (ids[n : n + 2] == loaded.tokenizer.pad_token_id).all() and int(mask.sum()) == n + 2
    with torch.no_grad():
        best = logits(loaded, late).argmax(-1)
    found = TASK.predict(loaded, at(tagged[:4]))
    for row in range(4):
        places = (late.labels[row] != -100).nonzero().flatten()
        assert list(found[row]) == [loaded.labels[i] for i in best[row, places].tolist()]
