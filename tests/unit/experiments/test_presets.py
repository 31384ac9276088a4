"""Presets: each has been recorded as it is, and runs from the command line too."""

from __future__ import annotations

import dataclasses
import json

import pytest

from shiftdemo.core.config import TrainConfig, from_dict
from shiftdemo.core.errors import ConfigError
from shiftdemo.core.events import EvalLogged, RunFinished
from shiftdemo.core.model_refs import bundled_refs
from shiftdemo.core.task_spec import task_names
from shiftdemo.experiments.presets import PRESETS, Preset, preset
from shiftdemo.experiments.recorded import (
    RUNS,
    recorded_comparison,
    recorded_events,
    recorded_name,
    recorded_names,
    recorded_pair,
)

# What the machine decides, or what a run on files that do not come along has instead.
OF_THE_MACHINE = ("processes", "device", "precision", "seconds")
OF_THE_FILES = ("data", "seeds", "allow_overlap", "eval_part")


@pytest.mark.parametrize("one", PRESETS, ids=lambda one: one.name)
def test_a_preset_was_recorded_as_it_is(one: Preset) -> None:
    values = json.loads((RUNS / one.name / "config.json").read_text(encoding="utf-8"))
    del values["versions"]
    recorded = from_dict(TrainConfig, values, one.name)
    left = (*OF_THE_MACHINE, *(OF_THE_FILES if one.recorded_on else ()))
    for field in dataclasses.fields(one.config):
        if field.name not in left:
            assert getattr(recorded, field.name) == getattr(one.config, field.name), field.name
    events = recorded_events(one.name)
    assert isinstance(events[-1], RunFinished)
    points = [e for e in events if isinstance(e, EvalLogged) and e.arm == "base" and e.seed == 0]
    assert len(points) >= 12 and points[-1].n >= 200
    comparison = recorded_comparison(one.name)
    assert comparison.arms == {arm: f"recorded:{one.name}/{arm}" for arm in ("base", "shift")}
    assert comparison.n >= 200 and comparison.verdict
    assert one.recorded_on or comparison.outputs


def test_recorded_runs_say_with_what_they_were_made_and_nothing_of_the_machine() -> None:
    for name in recorded_names():
        text = (RUNS / name / "config.json").read_text(encoding="utf-8")
        assert set(json.loads(text)["versions"]) == {"shiftdemo", "torch", "transformers", "python"}
        for path in (RUNS / name).iterdir():
            assert "/tmp" not in path.read_text(encoding="utf-8"), path


def test_bundled_pairs_have_a_recorded_comparison() -> None:
    for task in task_names():
        refs = bundled_refs(task)
        pair = recorded_pair(task)
        assert (pair is None) == (not refs)
        if pair is not None:
            assert list(pair.arms.values()) == refs and pair.outputs and pair.n == 200
            assert "words" in {part.kind for part in pair.slices}  # their training is known


def test_only_recorded_runs_have_a_name() -> None:
    assert recorded_name("recorded:learned/base") == "learned"
    for ref in ("recorded:../../etc", "recorded:heart", "learned", "", None):
        assert recorded_name(ref) == ""
    with pytest.raises(ConfigError, match="There is no preset 'x'; there are learned, sinusoidal"):
        preset("x")
