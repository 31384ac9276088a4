"""Labels, logits and spans of extractive question answering, on folders in the hub's format."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
import transformers as tf
from starting import at
from typed import attend_typed as attend

from shiftdemo.core.errors import ConfigError, DataError, ModelError
from shiftdemo.core.samples import QuestionSample, Sample, TaggedSample
from shiftdemo.data.reading.questions import typed_question
from shiftdemo.evaluation.controls import source_use
from shiftdemo.evaluation.effects import offset_effect
from shiftdemo.models.delay import attach_delay
from shiftdemo.models.load import LoadedModel, load_model, save_model
from shiftdemo.models.scratch import ENCODINGS
from shiftdemo.shifts import SHIFTS, apply_shifts, make_shift
from shiftdemo.tasks.heads import make_task, token_loss
from shiftdemo.tasks.heads.question_answering import MAX_ANSWER, NO_ANSWER
from shiftdemo.tasks.heads.windows import windows

Make = Callable[..., Any]
TASK = make_task("question_answering")
NAMES = ("Bert", "DistilBert", "Roberta", "Bart", "T5")
_stock: Any = tf


def _folder(name: str, tokenizer: Any, place: Path, head: str = "ForQuestionAnswering") -> Path:
    """Saves a tiny encoder (or encoder-decoder) with its tokenizer."""
    shared = {"vocab_size": len(tokenizer), "pad_token_id": tokenizer.pad_token_id}
    if name == "DistilBert":
        shared |= {"dim": 32, "n_layers": 1, "n_heads": 2, "hidden_dim": 64}
    elif name == "Bart":
        shared |= {"d_model": 32, "encoder_layers": 1, "decoder_layers": 1}
        shared |= {f"{side}_ffn_dim": 64 for side in ("encoder", "decoder")}
        shared |= {f"{side}_attention_heads": 2 for side in ("encoder", "decoder")}
        shared |= {"eos_token_id": tokenizer.eos_token_id, "decoder_start_token_id": 3}
    elif name == "T5":
        shared |= {"d_model": 32, "d_kv": 16, "d_ff": 64, "num_layers": 1, "num_heads": 2}
        shared |= {"decoder_start_token_id": tokenizer.pad_token_id}
    else:
        shared |= {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2}
        shared |= {"intermediate_size": 64}
    if name != "T5":
        shared |= {"max_position_embeddings": 64}
    torch.manual_seed(1)
    config = getattr(_stock, f"{name}Config")(**shared)
    getattr(tf, f"{name}{head}")(config).save_pretrained(place)
    tokenizer.save_pretrained(place)
    return place


@pytest.fixture(scope="module", params=NAMES)
def loaded(
    request: pytest.FixtureRequest,
    tokenizers: dict[str, Any],
    tmp_path_factory: pytest.TempPathFactory,
) -> LoadedModel:
    place = tmp_path_factory.mktemp(request.param)
    return load_model(
        str(_folder(request.param, tokenizers[TASK.spec.name], place)), TASK.spec.name
    )


def _moved(samples: Sequence[Sample], *specs: str) -> Any:
    shifts = [make_shift(spec) for spec in specs]
    return [apply_shifts(shifts, sample, 0, always=True) for sample in samples]


def _alone(loaded: LoadedModel, sample: QuestionSample, **more: Any) -> tuple[Any, list[Any]]:
    """Runs the stock model on one sample as the tokenizer gives it; also the context's places."""
    given = loaded.tokenizer(sample.question, sample.context, return_tensors="pt")
    inside = [place for place, side in enumerate(given.sequence_ids(0)) if side == 1]
    with torch.no_grad():
        return loaded.model(**given, **more), inside


def test_labels_are_the_answer_s_tokens(
    loaded: LoadedModel, questions: list[QuestionSample]
) -> None:
    batch = TASK.collate(loaded, _moved(questions))
    assert batch.labels.shape == (len(questions), 2)
    for sample, ids, (start, end) in zip(
        questions, batch.inputs["input_ids"], batch.labels.tolist(), strict=True
    ):
        assert loaded.tokenizer.decode(ids[start : end + 1]).strip() == sample.answers[0]


def test_loss_is_the_model_s_own_less_what_stands_outside_the_context(
    loaded: LoadedModel, questions: list[QuestionSample]
) -> None:
    """The model spreads its belief over the question too: own = ours − log(mass in the context)."""
    for sample in questions[:4]:
        batch = TASK.collate(loaded, _moved([sample]))
        begin, last = batch.labels[0].tolist()
        places = {"start_positions": torch.tensor([begin]), "end_positions": torch.tensor([last])}
        out, inside = _alone(loaded, sample, **places)
        mass = sum(
            float(logits[0].softmax(-1)[inside].sum().log())
            for logits in (out.start_logits, out.end_logits)
        )
        with torch.no_grad():
            ours = float(TASK.loss(loaded, batch))
            held_out = float(token_loss(TASK.logits(loaded, batch), batch.labels))
        assert ours == pytest.approx(float(out.loss) + mass / 2, rel=1e-4)
        assert ours == pytest.approx(held_out, rel=1e-5)


def test_padding_changes_nothing_and_only_the_context_can_answer(
    loaded: LoadedModel, questions: list[QuestionSample]
) -> None:
    short = dataclasses.replace(questions[0], context="Ada went.", starts=(0,))
    together = [questions[0], short, questions[3]]
    with torch.no_grad():
        out = TASK.logits(loaded, TASK.collate(loaded, _moved(together)))
    for row, sample in zip(out, together, strict=True):
        alone, inside = _alone(loaded, sample)
        wanted = torch.stack([alone.start_logits[0], alone.end_logits[0]])
        assert row.isfinite().nonzero()[:, 1].unique().tolist() == inside
        assert torch.allclose(row[:, inside], wanted[:, inside], atol=1e-5)


@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_smoothing_spreads_over_the_context_alone(
    make_tiny: Make, questions: list[QuestionSample], smoothing: float
) -> None:
    loaded = make_tiny(TASK.spec.name, "learned")
    batch = TASK.collate(loaded, _moved(questions[:3]))
    loss, plain = TASK.losses(loaded, batch, smoothing)
    by_hand = []
    for row, labels in zip(TASK.logits(loaded, batch), batch.labels, strict=True):
        for logits, label in zip(row, labels, strict=True):
            log_p = logits.log_softmax(-1)
            inside = log_p[logits.isfinite()]
            by_hand.append(-(1 - smoothing) * log_p[label] - smoothing * inside.mean())
    wanted = float(torch.stack(by_hand).mean().detach())
    assert float(loss.detach()) == pytest.approx(wanted, rel=1e-5)
    unsmoothed = token_loss(TASK.logits(loaded, batch), batch.labels)
    assert float(plain) == pytest.approx(float(unsmoothed.detach()), rel=1e-5)
    loss.backward()
    gradients = [p.grad for p in loaded.model.parameters() if p.grad is not None]
    assert gradients and all(g.isfinite().all() for g in gradients)


def test_predict_is_the_best_span_by_hand(
    loaded: LoadedModel, questions: list[QuestionSample]
) -> None:
    found = TASK.predict(loaded, at(questions[:6]), batch_size=4)
    for sample, text in zip(questions[:6], found, strict=True):
        out, inside = _alone(loaded, sample)
        spans = loaded.tokenizer(sample.question, sample.context, return_offsets_mapping=True)
        sums = {
            (i, j): float(out.start_logits[0, i] + out.end_logits[0, j])
            for i, j in itertools.product(inside, inside)
            if 0 <= j - i < MAX_ANSWER
        }
        i, j = max(sums, key=lambda pair: sums[pair])
        begin, end = spans.offset_mapping[i][0], spans.offset_mapping[j][1]
        assert text == sample.context[begin:end].strip()


def test_an_offset_moves_absolute_positions_only(
    loaded: LoadedModel, questions: list[QuestionSample]
) -> None:
    plain, moved = (
        TASK.collate(loaded, _moved(questions[:4], *specs))
        for specs in ([], ["position_offset:fixed=9,p=1"])
    )
    with torch.no_grad():
        before, after = TASK.logits(loaded, plain), TASK.logits(loaded, moved)
    inside = before.isfinite()
    assert torch.equal(inside, after.isfinite())
    change = float((after - before)[inside].abs().max())
    assert change > 1e-4 if loaded.positions.absolute else change < 1e-5
    typed = [dataclasses.replace(sample, answers=(), starts=()) for sample in questions]
    assert offset_effect(loaded, at(typed, 9)).ok


@pytest.mark.parametrize("encoding", ["learned", "sinusoidal"])
def test_an_offset_equals_padding_on_the_left(
    make_tiny: Make, questions: list[QuestionSample], encoding: str
) -> None:
    loaded = make_tiny(TASK.spec.name, encoding)
    batch = TASK.collate(loaded, _moved(questions[:1], "position_offset:fixed=6,p=1"))
    ids, k = batch.inputs["input_ids"], 6
    front = torch.zeros((1, k), dtype=torch.long)
    with torch.no_grad():
        out = loaded.model(
            input_ids=torch.cat([front + loaded.tokenizer.pad_token_id, ids], 1),
            attention_mask=torch.cat([front, torch.ones_like(ids)], 1),
        )
        found = TASK.logits(loaded, batch)[0]
    wanted = torch.stack([out.start_logits[0, k:], out.end_logits[0, k:]])
    inside = found.isfinite()
    assert torch.allclose(found[inside], wanted[inside], atol=1e-5)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_scratch_model_learns_uses_its_question_and_is_loaded_as_it_was(
    make_tiny: Make, questions: list[QuestionSample], tmp_path: Path, encoding: str
) -> None:
    loaded = make_tiny(TASK.spec.name, encoding)
    optimizer = torch.optim.AdamW(loaded.model.parameters(), 3e-3)
    batch = TASK.collate(loaded, _moved(questions))
    loaded.model.train()
    for _ in range(80):
        TASK.loss(loaded, batch).backward()
        optimizer.step()
        optimizer.zero_grad()
    loaded.model.eval()
    found = TASK.predict(loaded, at(questions))
    assert sum(text == q.answers[0] for text, q in zip(found, questions, strict=True)) > 28
    assert source_use(loaded, TASK, questions).ok
    save_model(loaded, tmp_path)
    assert TASK.predict(load_model(str(tmp_path), TASK.spec.name), at(questions)) == found
    best = TASK.logits(loaded, batch).argmax(-1)
    read = TASK.predictions_from_logits(loaded, _moved(questions), batch, best)
    assert sum(text == one.answers[0] for one, text in read) > 28


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_delay_layer_starts_as_nothing_and_then_acts(
    make_tiny: Make, questions: list[QuestionSample], encoding: str
) -> None:
    loaded = make_tiny(TASK.spec.name, encoding)
    batch = TASK.collate(loaded, _moved(questions[:4]))
    with torch.no_grad():
        before = TASK.logits(loaded, batch)
        layer = attach_delay(loaded.model, {"kind": "gelu", "delay": 2, "width": 4})
        inside = before.isfinite()
        assert torch.equal(TASK.logits(loaded, batch)[inside], before[inside])
        layer.bias.add_(0.5)
        assert not torch.allclose(TASK.logits(loaded, batch)[inside], before[inside], atol=1e-4)


def test_a_plain_encoder_gets_a_head_of_two_where_it_is_to_be_trained(
    tokenizers: dict[str, Any], tmp_path: Path
) -> None:
    place = str(_folder("Bert", tokenizers[TASK.spec.name], tmp_path, "Model"))
    loaded = load_model(place, TASK.spec.name, labels=())
    assert loaded.fresh_head and loaded.model.qa_outputs.out_features == 2
    again = load_model(place, TASK.spec.name, labels=())
    assert torch.equal(loaded.model.qa_outputs.weight, again.model.qa_outputs.weight)
    with pytest.raises(ModelError, match="is not made for question_answering"):
        load_model(place, TASK.spec.name)


def test_questions_without_an_answer_carry_no_loss_and_are_counted(
    make_tiny: Make, questions: list[QuestionSample]
) -> None:
    loaded = make_tiny(TASK.spec.name, "learned")
    bare = dataclasses.replace(questions[0], answers=(), starts=())
    wide = dataclasses.replace(questions[1], answers=(questions[1].context,), starts=(0,))
    batch = TASK.collate(loaded, _moved([bare, questions[2]]))
    assert batch.labels[0].tolist() == [-100, -100] and (batch.labels[1] > 0).all()
    with torch.no_grad():
        one = TASK.loss(loaded, TASK.collate(loaded, _moved([questions[2]])))
        assert float(TASK.loss(loaded, batch)) == pytest.approx(float(one), rel=1e-5)
        assert float(TASK.loss(loaded, TASK.collate(loaded, _moved([bare])))) == 0.0
    assert TASK.notes(loaded, questions) == ()
    long = dataclasses.replace(wide, context=wide.context * 9, answers=(wide.context * 9,))
    assert tuple(map(str, TASK.notes(loaded, [bare, questions[2], long]))) == (
        "1 of 3 questions have no answer: no loss there.",
        "1 of 3 answers fit in no window of the context that the model can read: no loss there.",
    )
    assert tuple(map(str, TASK.notes(loaded, [bare] * 1001))) == (
        "1000 of the first 1000 questions have no answer: no loss there.",
    )


def _declining(loaded: LoadedModel) -> LoadedModel:
    """Makes the first token of a model's rows say that there is no answer."""
    setattr(loaded.model.config, NO_ANSWER, True)
    return loaded


def test_a_model_learns_to_decline_where_some_questions_have_no_answer(
    questions: list[QuestionSample],
) -> None:
    bare = dataclasses.replace(questions[0], answers=(), starts=())
    assert TASK.model_settings([questions[0], bare]) == {NO_ANSWER: True}
    assert TASK.model_settings(questions) == TASK.model_settings([bare]) == {}


def test_the_label_of_no_answer_is_the_first_token(
    make_tiny: Make, questions: list[QuestionSample]
) -> None:
    loaded = _declining(make_tiny(TASK.spec.name, "learned"))
    bare = dataclasses.replace(questions[0], answers=(), starts=())
    batch = TASK.collate(loaded, _moved([bare, questions[2]]))
    assert batch.labels[0].tolist() == [0, 0] and (batch.labels[1] > 0).all()
    out = TASK.logits(loaded, batch)
    inside = _alone(loaded, bare)[1]
    assert out[0].isfinite().nonzero()[:, 1].unique().tolist() == [0, *inside]
    by_hand = -out[0].log_softmax(-1)[:, 0].mean()
    with torch.no_grad():
        alone = TASK.loss(loaded, TASK.collate(loaded, _moved([bare])))
    assert float(alone) == pytest.approx(float(by_hand.detach()), rel=1e-5)
    assert TASK.has_reference(loaded, bare)
    assert str(TASK.notes(loaded, [bare, questions[2]])[0]).endswith("learns to say nothing.")


def test_nothing_is_said_where_no_answer_beats_the_best_span_of_every_window(
    make_tiny: Make, questions: list[QuestionSample], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of two windows the least score of "no answer" counts: 5 and 3, against a best span of 4."""
    loaded = _declining(make_tiny(TASK.spec.name, "learned"))
    long = dataclasses.replace(questions[0], context=questions[0].context * 8)
    (own,) = windows(loaded, [long])
    assert len(own) > 1

    def logits(_: LoadedModel, batch: Any) -> torch.Tensor:
        least = scores[-1]
        out = torch.full((len(batch.labels), 2, batch.inputs["input_ids"].shape[1]), -9.0)
        out[:, :, 0] = torch.tensor([2.5] + [least / 2] * (len(out) - 1)).unsqueeze(1)
        out[:, :, own[0].first] = 2.0
        return out

    monkeypatch.setattr(TASK, "logits", logits)
    scores: list[float] = []
    for score, said in ((3.0, False), (4.5, True)):
        scores.append(score)
        assert (TASK.predict(loaded, at([long])) == [""]) is said
    delattr(loaded.model.config, NO_ANSWER)  # as one that SQuAD 1 was learned on
    assert TASK.predict(loaded, at([long])) != [""]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_what_a_model_learned_of_no_answer_is_saved(
    make_tiny: Make, questions: list[QuestionSample], tmp_path: Path, encoding: str
) -> None:
    loaded = _declining(make_tiny(TASK.spec.name, encoding))
    bare = [
        dataclasses.replace(sample, question="Why?", answers=(), starts=())
        for sample in questions[::2]
    ]
    both = [*questions, *bare]
    optimizer = torch.optim.AdamW(loaded.model.parameters(), 3e-3)
    batch = TASK.collate(loaded, _moved(both))
    for _ in range(80):
        TASK.loss(loaded, batch).backward()
        optimizer.step()
        optimizer.zero_grad()
    found = TASK.predict(loaded, at(both))
    right = [text == (one.answers or ("",))[0] for one, text in zip(both, found, strict=True)]
    assert sum(right[: len(questions)]) > 28 and all(right[len(questions) :])
    save_model(loaded, tmp_path)
    assert TASK.predict(load_model(str(tmp_path), TASK.spec.name), at(both)) == found


def test_predict_refuses_an_offset_beyond_the_table(
    make_tiny: Make, questions: list[QuestionSample]
) -> None:
    with pytest.raises(ConfigError, match=r"Offset 60 .*64 positions; use at most"):
        TASK.predict(make_tiny(TASK.spec.name, "learned"), at(questions[:2], 60))


def test_empty_input_is_answered_with_nothing(make_tiny: Make) -> None:
    loaded = make_tiny(TASK.spec.name, "learned")
    assert TASK.predict(loaded, at([])) == []
    assert TASK.predict(loaded, at([QuestionSample("e", "", "")])) == [""]


def test_other_samples_and_one_question_for_all_are_refused(
    make_tiny: Make, tagged: list[TaggedSample], questions: list[QuestionSample]
) -> None:
    loaded = make_tiny(TASK.spec.name, "learned")
    with pytest.raises(DataError, match="tagged-0 is no question"):
        TASK.collate(loaded, _moved(tagged[:1]))
    with pytest.raises(DataError, match="different questions"):
        source_use(loaded, TASK, questions[::2])
    with pytest.raises(DataError, match="a line break"):
        typed_question("Who went?")


def test_operators_that_break_an_answer_are_not_offered() -> None:
    assert {shift.name for shift in SHIFTS if TASK.spec.name in shift.tasks()} == {
        "position_offset",
        "position_sample",
        "position_skip",
        "delay_layer",
        "prefix_filler",
        "prefix_context",
    }


def test_attention_reads_question_and_context(make_tiny: Make) -> None:
    loaded = make_tiny(TASK.spec.name, "learned")
    (found,) = attend(loaded, TASK, "Who went?\nAda went.")
    assert found.kind == "encoder" and found.query_tokens == found.key_tokens
    assert len(found.query_tokens) == len(loaded.tokenizer("Who went?", "Ada went.").input_ids)
