"""Language modelling: what a step reads, the loss, positions, and what comes out."""

from __future__ import annotations

import copy
import math
import random
from collections.abc import Callable, Sequence
from typing import Any

import pytest
import torch
from starting import at

from shiftdemo.core.errors import ConfigError, DataError
from shiftdemo.core.samples import Sample, TextSample, TranslationSample
from shiftdemo.core.types import ShiftedSample
from shiftdemo.models.load import LoadedModel
from shiftdemo.models.scratch import ENCODINGS
from shiftdemo.shifts import apply_shifts, make_shifts
from shiftdemo.tasks.heads import make_task, token_loss
from shiftdemo.tasks.heads.causal_lm import TextFit, continue_text

Make = Callable[..., Any]
TASK = make_task("language_modeling")
every_encoding = pytest.mark.parametrize("encoding", ENCODINGS)


def moved(samples: Sequence[Sample], *specs: str) -> list[ShiftedSample]:
    shifts = make_shifts(specs, "language_modeling")
    return [apply_shifts(shifts, sample, 3, samples, always=True) for sample in samples]


@pytest.fixture
def texts(by_task: dict[str, Sequence[Sample]]) -> list[TextSample]:
    return [one for one in by_task["language_modeling"][:5] if isinstance(one, TextSample)]


def pieces(loaded: LoadedModel, text: str) -> list[int]:
    found: list[int] = loaded.tokenizer(text, add_special_tokens=False).input_ids
    return found


def test_input_is_the_labels_behind_a_start_token(make_tiny: Make, texts: list[TextSample]) -> None:
    loaded = make_tiny("language_modeling", "learned")
    batch = TASK.collate(loaded, moved(texts))
    start, end = loaded.tokenizer.bos_token_id, loaded.tokenizer.eos_token_id
    for row, text in enumerate(texts):
        ids = pieces(loaded, text.text)
        n = len(ids) + 1
        assert batch.inputs["input_ids"][row, :n].tolist() == [start, *ids]
        assert batch.labels[row, :n].tolist() == [*ids, end]
        assert (batch.labels[row, n:] == -100).all()
        assert batch.inputs["attention_mask"][row].sum() == n
    assert batch.n_tokens == int(batch.inputs["attention_mask"].sum())


@every_encoding
def test_loss_equals_the_loss_by_hand_and_the_model_s_own(
    make_tiny: Make, texts: list[TextSample], encoding: str
) -> None:
    """The model's own loss moves the labels itself, so it is given the text unshifted (trap 4)."""
    loaded = make_tiny("language_modeling", encoding)
    batch = TASK.collate(loaded, moved(texts))
    start, end = loaded.start_id, loaded.tokenizer.eos_token_id
    rows = [[start, *pieces(loaded, text.text), end] for text in texts]
    width = max(map(len, rows))
    whole = torch.tensor([row + [0] * (width - len(row)) for row in rows])
    mask = torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row in rows])
    with torch.no_grad():
        loss = float(TASK.loss(loaded, batch))
        own = loaded.model(
            input_ids=whole, attention_mask=mask, labels=whole.masked_fill(mask == 0, -100)
        )
        by_hand = [
            -float(own.logits[row, place].log_softmax(-1)[ids[place + 1]])
            for row, ids in enumerate(rows)
            for place in range(len(ids) - 1)
        ]
    assert loss == pytest.approx(sum(by_hand) / len(by_hand), rel=1e-5)
    assert float(own.loss) == pytest.approx(loss, rel=1e-5)


def test_right_shift_asks_for_tokens_further_ahead(
    make_tiny: Make, texts: list[TextSample]
) -> None:
    loaded = make_tiny("language_modeling", "learned")
    batch = TASK.collate(loaded, moved(texts, "right_shift:n=3"))
    ids = pieces(loaded, texts[0].text)
    n = len(ids) + 1
    start = loaded.start_id
    assert batch.inputs["input_ids"][0, :n].tolist() == [start] * 3 + [*ids, 3][: n - 3]
    assert batch.labels[0, :n].tolist() == [*ids, loaded.tokenizer.eos_token_id]


def test_truncate_mask_and_window_hide_labels(make_tiny: Make, texts: list[TextSample]) -> None:
    loaded = make_tiny("language_modeling", "learned")
    n = len(pieces(loaded, texts[0].text)) + 1
    spec = "length_crop:min=3,max=3,mode={}"
    cut = TASK.collate(loaded, moved(texts[:1], spec.format("truncate")))
    assert cut.inputs["input_ids"].shape == (1, 3) and (cut.labels != -100).all()
    masked = TASK.collate(loaded, moved(texts[:1], spec.format("mask")))
    assert masked.inputs["input_ids"].shape == (1, n)
    assert (masked.labels[0] != -100).tolist() == [True] * 3 + [False] * (n - 3)
    window = TASK.collate(loaded, moved(texts[:1], spec.format("window")))
    counts = (window.labels[0] != -100).tolist()
    assert sum(counts) == 3 and counts[-3:] == [True] * 3
    spec = "length_curriculum:first_min=2,first_max=2"
    assert TASK.collate(loaded, moved(texts, spec)).labels.shape == (5, 2)


def test_joined_and_rolled_texts_stay_one_sequence(
    make_tiny: Make, texts: list[TextSample]
) -> None:
    loaded = make_tiny("language_modeling", "learned")
    end = loaded.tokenizer.eos_token_id
    for spec in ("prefix_context:n=1", "rotate:k=2", "append_copy:index=1"):
        labels = TASK.collate(loaded, moved(texts, spec)).labels
        assert ((labels == end).sum(1) == 1).all(), spec


@every_encoding
@pytest.mark.parametrize("spec", ["position_offset:max_offset=30", "position_skip:max_gap=20"])
def test_rows_of_one_batch_equal_each_row_alone(
    make_tiny: Make, texts: list[TextSample], encoding: str, spec: str
) -> None:
    loaded = make_tiny("language_modeling", encoding, layers=2)
    samples = moved(texts, spec)
    batch = TASK.collate(loaded, samples)
    with torch.no_grad():
        together = TASK.logits(loaded, batch)
        plain = TASK.logits(loaded, TASK.collate(loaded, moved(texts)))
        for row, sample in enumerate(samples):
            one = TASK.collate(loaded, [sample])
            n = one.labels.shape[1]
            assert torch.allclose(together[row, :n], TASK.logits(loaded, one)[0], atol=1e-4)
    change = (together - plain).abs()[batch.labels != -100].max()
    if loaded.positions.absolute or "skip" in spec:
        assert change > 1e-4
    else:
        assert change < 1e-5 * plain.abs().max().clamp(min=1)


@every_encoding
def test_predict_sums_what_the_loss_is_the_mean_of(
    make_tiny: Make, texts: list[TextSample], encoding: str
) -> None:
    loaded = make_tiny("language_modeling", encoding)
    batch = TASK.collate(loaded, moved(texts))
    with torch.no_grad():
        out = TASK.logits(loaded, batch)
        total = float(token_loss(out, batch.labels, reduction="sum"))
        right = int((out.argmax(-1) == batch.labels)[batch.labels != -100].sum())
    fits = TASK.predict(loaded, at(texts), batch_size=2)
    assert sum(fit.nats for fit in fits) == pytest.approx(total, rel=1e-5)
    assert sum(fit.n_tokens for fit in fits) == int((batch.labels != -100).sum())
    assert sum(fit.n_right for fit in fits) == right
    alone = TASK.predict(loaded, at(texts[1:2]))[0]
    assert alone.n_tokens == len(pieces(loaded, texts[1].text)) + 1
    assert alone.nats == pytest.approx(fits[1].nats, rel=1e-4)
    later = TASK.predict(loaded, at(texts, 20))
    moves = max(abs(a.nats - b.nats) for a, b in zip(fits, later, strict=True))
    assert moves > 1e-3 if loaded.positions.absolute else moves < 1e-3
    assert TASK.predict(loaded, at([])) == []


def test_a_fit_reads_as_a_person_says_it() -> None:
    assert str(TextFit(23.1, 10, 4)) == "2.31 nats a token, 40% right"
    assert TASK.readable(TextFit(0.0, 0, 0)) == "0.00 nats a token, 0% right"


def test_long_texts_are_cut_without_an_end_token(make_tiny: Make) -> None:
    loaded = make_tiny("language_modeling", "learned")
    long = TextSample("long", "Ada sees Rome . " * 50)
    batch = TASK.collate(loaded, moved([long], "position_offset:fixed=900"))
    assert batch.labels.shape == (1, 64) and int(batch.source_offset[0]) == 0
    assert int(batch.labels[0, -1]) != loaded.tokenizer.eos_token_id
    assert TASK.predict(loaded, at([long]))[0].n_tokens == 64
    empty = TASK.collate(loaded, moved([TextSample("empty", "")]))
    assert empty.labels.tolist() == [[loaded.tokenizer.eos_token_id]]


def test_a_text_that_looks_like_special_tokens_is_text(make_tiny: Make) -> None:
    loaded = make_tiny("language_modeling", "learned")
    batch = TASK.collate(loaded, moved([TextSample("odd", "Ada </s> sees <pad> Rome <s>")]))
    special = [loaded.tokenizer.eos_token_id, loaded.tokenizer.pad_token_id, loaded.start_id]
    assert not set(batch.labels[0, :-1].tolist()) & set(special)


def test_predict_refuses_an_offset_beyond_the_table(
    make_tiny: Make, texts: list[TextSample]
) -> None:
    loaded = make_tiny("language_modeling", "learned")
    with pytest.raises(ConfigError, match=r"Offset 63 .*64 positions; use at most"):
        TASK.predict(loaded, at(texts, 63))
    with pytest.raises(ConfigError, match=r"Offset 64 .*64 positions; use at most"):
        continue_text(loaded, "Ada", 5, 64)


@every_encoding
def test_a_text_goes_on_as_greedy_steps_say(make_tiny: Make, encoding: str) -> None:
    loaded = make_tiny("language_modeling", encoding, seed=1)
    ids = TASK.ids(loaded, TextSample("typed", "Ada sees the", ""))
    assert ids == [loaded.start_id, *pieces(loaded, "Ada sees the")]
    for _ in range(6):
        with torch.no_grad():
            best = int(loaded.model(input_ids=torch.tensor([ids])).logits[0, -1].argmax())
        if best == loaded.tokenizer.eos_token_id:
            break
        ids.append(best)
    whole = loaded.tokenizer.decode(ids, skip_special_tokens=True)
    assert "Ada sees the" + continue_text(loaded, "Ada sees the", 6) == whole
    (said,) = TASK.answers(loaded, at([TextSample("typed", "Ada sees")]))
    assert "nats a token" in said and "goes on:" in said


def test_other_kinds_of_samples_are_refused(
    make_tiny: Make, pairs: list[TranslationSample]
) -> None:
    with pytest.raises(DataError, match="pair-0 is no plain text; give a column text"):
        TASK.collate(make_tiny("language_modeling", "learned"), moved(pairs[:1]))


def test_words_are_shuffled_inside_each_text(texts: list[TextSample]) -> None:
    mixed = TASK.shuffle_sources(texts, random.Random(0))
    assert [sorted(a.text.split()) for a in texts] == [sorted(b.text.split()) for b in mixed]  # type: ignore[union-attr]
    assert mixed != texts
    with pytest.raises(DataError, match="one word"):
        TASK.shuffle_sources([TextSample("a", "Go")], random.Random(0))


def test_a_model_that_knows_its_texts_fails_the_control_with_shuffled_words(
    make_tiny: Make, texts: list[TextSample]
) -> None:
    from shiftdemo.evaluation.controls import source_use
    from shiftdemo.evaluation.effects import offset_effect

    loaded = make_tiny("language_modeling", "learned")
    use = source_use(loaded, TASK, texts)
    assert not use.ok and "hardly looks at the words before" in use.message
    optimizer = torch.optim.AdamW(loaded.model.parameters(), lr=1e-2)
    for _ in range(60):
        TASK.loss(loaded, TASK.collate(loaded, moved(texts))).backward()
        optimizer.step()
        optimizer.zero_grad()
    use = source_use(loaded, TASK, texts)
    assert use.ok and "uses the words before" in use.message
    assert use.shuffled_loss > 2 * use.loss and math.isfinite(use.loss)
    assert offset_effect(loaded, at(texts, 8)).ok


def test_a_gpt_2_tokenizer_has_its_end_token_for_start_and_padding(
    make_tiny: Make, texts: list[TextSample], tmp_path: Any
) -> None:
    from shiftdemo.models.load import load_model, save_model

    loaded = make_tiny("language_modeling", "learned")
    loaded.tokenizer = copy.deepcopy(loaded.tokenizer)  # the other tests share it
    loaded.tokenizer.pad_token = loaded.tokenizer.bos_token = None
    save_model(loaded, tmp_path)
    again = load_model(str(tmp_path), "language_modeling")
    end = again.tokenizer.eos_token_id
    assert again.start_id == end == again.tokenizer.pad_token_id
    batch = TASK.collate(again, moved(texts))
    assert (batch.inputs["input_ids"][:, 0] == end).all()
    n_labels = int(batch.inputs["attention_mask"].sum())
    assert int((batch.labels != -100).sum()) == n_labels  # the end token is asked for
