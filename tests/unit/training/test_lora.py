"""Low-rank adapters: the identity at first, few weights, and a plain model in the end."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from shiftdemo.models.load import load_model
from shiftdemo.shifts import apply_shifts
from shiftdemo.training.arm import Arm
from shiftdemo.training.loop import fit
from shiftdemo.training.plan import Plan

CASES = [
    ("ner", "learned"),
    ("ner", "rotary"),
    ("translation", "learned"),
    ("translation", "relative"),
]


@pytest.mark.parametrize(("task", "encoding"), CASES)
def test_lora_starts_as_the_model_trains_few_weights_and_saves_a_plain_model(
    plan: Callable[..., Plan], tmp_path: Path, task: str, encoding: str
) -> None:
    some = plan(task, encoding, lora_rank=4, dropout=0.0)
    loaded, whole = some.make_model(0), some.make_model(0)
    arm = Arm("base", 0, some.task, loaded, [], some.config)
    batch = some.task.collate(loaded, [apply_shifts([], s, 0) for s in some.held_out])
    with torch.inference_mode():
        loaded.model.eval()
        before = some.task.logits(loaded, batch)
        assert torch.allclose(before, some.task.logits(whole, batch), atol=1e-6)
    assert 0 < loaded.n_params < 0.6 * whole.n_params
    frozen = {n: p.clone() for n, p in loaded.model.named_parameters() if not p.requires_grad}
    for number in range(1, 6):
        arm.step(number, 0, some.train, some.train)
    after = dict(loaded.model.named_parameters())
    assert all(torch.equal(frozen[name], after[name]) for name in frozen)
    arm.save(tmp_path / "arm")
    with torch.inference_mode():
        loaded.model.eval()
        trained = some.task.logits(loaded, batch)
        plain = load_model(str(tmp_path / "arm"), task)
        assert not any("lora" in name for name, _ in plain.model.named_parameters())
        assert torch.allclose(some.task.logits(plain, batch), trained, atol=1e-5)
    assert not torch.allclose(before, trained, atol=1e-3)


def test_a_lora_run_takes_shifts_and_a_delay_layer(
    plan: Callable[..., Plan], tmp_path: Path
) -> None:
    some = plan(lora_rank=2, shifts=("position_offset:p=1", "delay_layer:kind=gelu"))
    list(fit(some))
    loaded = load_model(str(tmp_path / "run" / "shift"), "ner")
    delay = [p for n, p in loaded.model.named_parameters() if "shiftdemo_delay" in n]
    assert delay and any(bool(p.any()) for p in delay)  # trained, though the rest is frozen
