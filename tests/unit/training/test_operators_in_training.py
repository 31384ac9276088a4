"""Operators that reach beyond the sample: into the model, the schedule and the notes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from moving import Make
from starting import at

from shiftdemo.core.events import ArmSaved, EvalLogged, RunFinished, StepLogged
from shiftdemo.core.samples import TaggedSample, TranslationSample
from shiftdemo.models.load import load_model
from shiftdemo.shifts import SHIFTS, make_shift
from shiftdemo.tasks.heads import make_task
from shiftdemo.training.loop import fit
from shiftdemo.training.plan import Plan
from shiftdemo.training.planning import notes_before

CASES = [(shift.name, task) for shift in SHIFTS for task in shift.tasks()]


@pytest.mark.parametrize(("name", "task"), CASES)
@pytest.mark.parametrize("encoding", ["learned", "relative"])
def test_every_operator_trains(
    plan: Callable[..., Plan], name: str, task: str, encoding: str
) -> None:
    spec = f"{name}:max_offset=20" if name == "position_offset" else name
    spec = f"{name}:span=40" if name == "position_sample" else spec
    spec = f"{name}:max_gap=20" if name == "position_skip" else spec
    settings: dict[str, Any] = {"shifts": (spec,), "steps": 3, "eval_every": 2}
    events = list(fit(plan(task, encoding, "", **settings)))
    assert isinstance(events[-1], RunFinished), events[-1]
    losses = [event.loss for event in events if isinstance(event, StepLogged)]
    assert len(losses) == 6 and all(loss == loss for loss in losses)


def test_an_output_delay_stays_with_the_model_and_with_its_arm(
    plan: Callable[..., Plan], tmp_path: Path, tagged: list[TaggedSample]
) -> None:
    run = plan(shifts=("output_delay:delay=2",), steps=60, eval_every=60, arms=("shift", "base"))
    events = list(fit(run))
    assert any(isinstance(event, ArmSaved) for event in events)
    kept = json.loads((tmp_path / "run" / "shift" / "config.json").read_text(encoding="utf-8"))
    plain = json.loads((tmp_path / "run" / "base" / "config.json").read_text(encoding="utf-8"))
    assert kept["shiftdemo_output_delay"] == 2 and "shiftdemo_output_delay" not in plain
    right = {}
    for arm in ("base", "shift"):
        loaded = load_model(str(tmp_path / "run" / arm), "ner")
        found = make_task("ner").predict(loaded, at(tagged))
        pairs = [
            pair
            for tags, s in zip(found, tagged, strict=True)
            for pair in zip(tags, s.tags, strict=True)
        ]
        right[arm] = sum(a == b for a, b in pairs) / len(pairs)
    assert min(right.values()) > 0.9  # read at the wrong place it would be near chance


def test_the_curriculum_moves_on_with_the_held_out_score(plan: Callable[..., Plan]) -> None:
    spec = "length_curriculum:first_min=2,first_max=2,last_min=6,last_max=6,stages=2,threshold=0"
    events = list(fit(plan("translation", "learned", "", shifts=(spec,), steps=4, eval_every=2)))
    notes = [e.note for e in events if isinstance(e, EvalLogged) and e.arm == "shift"]
    assert "now 4 to 4 tokens" in notes[0] and "now 6 to 6 tokens" in notes[1]
    assert not any(e.note for e in events if isinstance(e, EvalLogged) and e.arm == "base")
    tokens = {
        a: [e.tokens for e in events if isinstance(e, StepLogged) and e.arm == a]
        for a in ("base", "shift")
    }
    saved = [base - shift for base, shift in zip(tokens["base"], tokens["shift"], strict=True)]
    assert sum(saved[:2]) > 1.5 * sum(saved[2:])  # longer targets now: less is saved
    again = list(
        fit(plan("translation", "learned", "", shifts=(spec,), steps=4, eval_every=2, seeds=(0, 1)))
    )
    firsts = [e.note for e in again if isinstance(e, EvalLogged) and e.arm == "shift"]
    assert "level 0.5" in firsts[0] and "level 0.5" in firsts[2]  # each seed begins anew


TAGGED = [TaggedSample("a", ("Ada", "sleeps"), ("B-PER", "O"))]
PAIRS = [TranslationSample("a", "She reads.", "Elle lit.")]


@pytest.mark.parametrize(
    ("spec", "encoding", "samples", "said"),
    [
        (
            "position_offset",
            "rotary",
            TAGGED,
            "on scratch:rotary: rotary positions",
        ),
        (
            "position_offset",
            "relative",
            TAGGED,
            "on scratch:relative: relative positions",
        ),
        ("position_offset", "learned", TAGGED, ""),
        ("position_skip", "rotary", TAGGED, ""),
        ("right_shift:n=1", "learned", PAIRS, "n = 1 is what every run does anyway"),
        ("right_shift:n=2", "learned", PAIRS, ""),
        (
            "append_copy:word=zebra",
            "learned",
            PAIRS,
            "changes none of the first 1 training samples",
        ),
        ("drop:rate=0", "learned", PAIRS, "raise its strength"),
        ("tag_roll", "learned", [TaggedSample("o", ("a",), ("O",))], "has no mention"),
        ("length_crop:min=90,max=99", "learned", PAIRS, ""),
        ("delay_layer", "rotary", PAIRS, ""),
    ],
)
def test_a_shift_without_effect_is_named_before_training(
    make_tiny: Make, spec: str, encoding: str, samples: list[Any], said: str
) -> None:
    task = "translation" if samples is PAIRS else "ner"
    notes = notes_before(make_tiny(task, encoding), [make_shift(spec)], samples)
    assert (said in notes[0]) if said else not notes
