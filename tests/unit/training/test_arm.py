"""One arm: its steps, its private randomness, its average, its folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from shiftdemo.core.config import TrainConfig
from shiftdemo.core.errors import DataError
from shiftdemo.core.samples import TaggedSample
from shiftdemo.models.load import load_model
from shiftdemo.shifts import apply_shifts, make_shift
from shiftdemo.training.arm import Arm
from shiftdemo.training.heldout import measure_held_out
from shiftdemo.training.optim import rate
from shiftdemo.training.plan import Plan


def weights(folder: Path, task: str = "ner") -> dict[str, torch.Tensor]:
    state: dict[str, torch.Tensor] = load_model(str(folder), task).model.state_dict()
    return state


def test_subword_dropout_is_off_again_after_a_step(plan: Callable[..., Plan]) -> None:
    some = plan("translation", "learned", subword_dropout=0.4, arms=("base",))
    loaded = some.make_model(0)
    arm = Arm("base", 0, some.task, loaded, [], some.config)
    backend = loaded.tokenizer.backend_tokenizer
    text = some.train[0].source  # type: ignore[union-attr]
    before = loaded.tokenizer(text).input_ids
    lengths = set()
    for number in range(1, 6):
        lengths.add(arm.step(number, 0, some.train[:8], some.train)[1])
        assert backend.model.dropout is None
        assert loaded.tokenizer(text).input_ids == before
    assert len(lengths) > 1  # it was on within the step
    with pytest.raises(DataError):
        arm.step(6, 0, [TaggedSample("t", ("a",), ("O",))], some.train)
    assert backend.model.dropout is None


def test_every_step_draws_its_own_dropout(plan: Callable[..., Plan]) -> None:
    some = plan(dropout=0.5, learning_rate=1e-7)
    arm = Arm("base", 0, some.task, some.make_model(0), [], some.config)
    found = [arm.step(number, 0, some.train, some.train)[0] for number in (1, 2, 3)]
    assert min(abs(found[0] - found[1]), abs(found[1] - found[2])) > 1e-4


@pytest.mark.parametrize(
    ("task", "encoding"),
    [("ner", "learned"), ("translation", "learned"), ("language_modeling", "rotary")],
)
def test_the_loss_of_a_step_is_that_of_held_out_samples_whatever_the_smoothing(
    plan: Callable[..., Plan], task: str, encoding: str
) -> None:
    found = {}
    for smoothing in (0.0, 0.1):
        some = plan(task, encoding, dropout=0.0, label_smoothing=smoothing)
        arm = Arm("base", 0, some.task, some.make_model(0), [], some.config)
        held_out = measure_held_out(some.task, arm.loaded, some.train[:8], [], 0)
        found[smoothing] = arm.step(1, 0, some.train[:8], some.train)
        assert found[smoothing].loss == pytest.approx(held_out.loss, rel=1e-5)
    assert found[0.0].loss == found[0.1].loss == found[0.0].objective
    assert abs(found[0.1].objective - found[0.1].loss) > 1e-4


def test_word_dropout_spares_special_tokens(plan: Callable[..., Plan]) -> None:
    some = plan(word_dropout=0.5)
    loaded = some.make_model(0)
    arm = Arm("base", 0, some.task, loaded, [], some.config)
    batch = some.task.collate(loaded, [apply_shifts([], s, 0) for s in some.train])
    before = batch.inputs["input_ids"].clone()
    arm._drop_words(batch)
    ids = batch.inputs["input_ids"]
    changed = ids != before
    special = torch.isin(before, torch.tensor(loaded.tokenizer.all_special_ids))
    assert not changed[special].any() and (ids[changed] == loaded.tokenizer.unk_token_id).all()
    assert 0.35 < float(changed[~special].float().mean()) < 0.65


def test_evaluation_changes_nothing_and_measures_both(plan: Callable[..., Plan]) -> None:
    some = plan(average=0.9)
    loaded = some.make_model(0)
    shifts = [make_shift("position_offset:fixed=30,p=0")]
    arm = Arm("shift", 0, some.task, loaded, shifts, some.config)
    arm.step(1, 0, some.train, some.train)
    before = {name: w.clone() for name, w in loaded.model.state_dict().items()}
    first = arm.evaluate(1, some.held_out, shifts)
    assert arm.evaluate(1, some.held_out, shifts) == first
    assert all(torch.equal(before[name], w) for name, w in loaded.model.state_dict().items())
    assert first.clean_loss != first.shifted_loss
    assert 0 <= first.clean_accuracy <= 100 and 0 <= first.shifted_accuracy <= 100
    unshifted = arm.evaluate(1, some.held_out, [])
    assert (unshifted.shifted_loss, unshifted.shifted_accuracy) == (
        first.clean_loss,
        first.clean_accuracy,
    )


def test_the_average_is_what_is_saved(plan: Callable[..., Plan], tmp_path: Path) -> None:
    some = plan(average=0.9)
    loaded = some.make_model(0)
    arm = Arm("base", 0, some.task, loaded, [], some.config)
    start = {name: p.detach().clone() for name, p in loaded.model.named_parameters()}
    arm.step(1, 0, some.train, some.train)
    decay = min(0.9, 2 / 11)
    wanted = {
        name: start[name] * decay + p.detach() * (1 - decay)
        for name, p in loaded.model.named_parameters()
    }
    arm.save(tmp_path / "base")
    found = weights(tmp_path / "base")
    assert all(torch.allclose(found[name], w, atol=1e-6) for name, w in wanted.items())
    name = next(n for n in wanted if not torch.allclose(wanted[n], start[n], atol=1e-6))
    assert not torch.allclose(found[name], dict(loaded.model.named_parameters())[name])


def test_saving_again_replaces_the_folder_even_after_a_crash(
    plan: Callable[..., Plan], tmp_path: Path
) -> None:
    some = plan()
    arm = Arm("base", 0, some.task, some.make_model(0), [], some.config)
    for leftover in (".base.old", ".base.part"):
        (tmp_path / leftover / "deep").mkdir(parents=True)
        (tmp_path / leftover / "deep" / "file").write_text("x")
    arm.save(tmp_path / "base")
    (tmp_path / "base" / "stale").write_text("x")
    arm.save(tmp_path / "base")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["base"]
    assert not (tmp_path / "base" / "stale").exists() and not (tmp_path / "base" / "deep").exists()
    load_model(str(tmp_path / "base"), "ner")


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [("linear", [0.5, 1.0, 1.0, 0.75, 0.5, 0.25]), ("constant", [0.5, 1.0, 1.0, 1.0, 1.0, 1.0])],
)
def test_rate_warms_up_and_falls(schedule: str, expected: list[float]) -> None:
    config = TrainConfig(steps=6, warmup=2, learning_rate=1.0, schedule=schedule)
    assert [rate(config, step) for step in range(1, 7)] == pytest.approx(expected)
    short = TrainConfig(steps=2, warmup=10, learning_rate=1.0)
    assert [rate(short, step) for step in (1, 2)] == pytest.approx([0.1, 0.2])
    assert rate(TrainConfig(steps=1, warmup=0, learning_rate=1.0), 1) == 1.0
