"""Events of a run as a table, and the time that is left."""

from __future__ import annotations

import pytest

from shiftdemo.core.events import (
    EvalLogged,
    RunCancelled,
    RunFailed,
    RunFinished,
    RunResumed,
    RunStarted,
    StepLogged,
)
from shiftdemo.viz.loss import CLEAN, COLUMNS, SHIFTED, TRAIN, TRAIN_RAW, RunHistory, thin


def loss_table(events, smoothing=0.9, **options):
    return RunHistory(events, smoothing).table(**options)


def eta(events):
    return RunHistory(events).eta()


def _started(steps=100, seeds=1, seconds=0.0):
    return RunStarted(
        "r", ("base", "shift"), steps * seeds, {"steps": steps, "seconds": seconds}, 9
    )


def _steps(first, last, seed=0, began=0.0):
    return [
        StepLogged(arm, seed, step, 4.0 / step, 50, began + 0.1 * step)
        for step in range(first, last + 1)
        for arm in ("base", "shift")
    ]


def test_loss_table_before_any_event_is_empty_with_its_columns():
    table = loss_table([])
    assert tuple(table.columns) == COLUMNS and len(table) == 0
    assert loss_table([_started()]).empty


def test_loss_table_rows_are_named_as_on_the_page():
    events = [_started(), *_steps(1, 3), EvalLogged("shift", 0, 3, 1.5, 2.5, 60, 50)]
    table = loss_table(events, raw=True)
    assert set(table["arm"]) == {"base", "shift-trained"}
    assert set(table["kind"]) == {TRAIN, TRAIN_RAW, CLEAN, SHIFTED}
    raw = table[(table["kind"] == TRAIN_RAW) & (table["arm"] == "base")]
    assert raw["value"].tolist() == [4.0, 2.0, 4.0 / 3]
    held = table[table["kind"] == SHIFTED]
    assert held["value"].tolist() == [50] and held["step"].tolist() == [3]  # the accuracy
    scored = EvalLogged("shift", 0, 3, 1.5, 2.5, 60, 50, "", "entity F1", 71.0, 64.0)
    held = loss_table([_started(), *_steps(1, 3), scored])
    assert held[held["kind"] == SHIFTED]["value"].tolist() == [64.0]
    assert held[held["kind"] == CLEAN]["value"].tolist() == [71.0]


def test_loss_table_smoothing_is_a_corrected_moving_average():
    table = loss_table([_started(), *_steps(1, 2)], smoothing=0.9)
    base = table[table["arm"] == "base"]["value"].tolist()
    assert base[0] == pytest.approx(4.0)
    assert base[1] == pytest.approx((0.9 * 4.0 + 2.0) / 1.9)
    assert TRAIN_RAW not in set(table["kind"])


def test_loss_table_shows_the_seed_in_training():
    events = [_started(5, seeds=2), *_steps(1, 5, seed=3), *_steps(1, 2, seed=8, began=1.0)]
    assert set(loss_table(events)["seed"]) == {8}
    assert loss_table(events, seed=3)["step"].max() == 5


def test_loss_table_is_bounded_and_keeps_the_ends():
    table = loss_table([_started(4000), *_steps(1, 4000)], raw=True)
    assert len(table) <= 1500
    for _, line in table.groupby(["arm", "kind"]):
        assert line["step"].iloc[0] == 1 and line["step"].iloc[-1] == 4000
        assert line["step"].diff().max() <= 2 * line["step"].diff().min()


def test_thin_keeps_short_lists_whole():
    assert thin([1, 2, 3], 5) == [1, 2, 3]
    assert thin(list(range(10)), 2) == [0, 9]


def test_eta_counts_seeds_and_speed():
    assert eta([]).state == "starting" and eta([_started()]).steps == 100
    now = eta([_started(100, seeds=2), *_steps(1, 100), *_steps(1, 20, seed=1, began=10.0)])
    assert (now.state, now.step, now.steps, now.seed) == ("running", 120, 200, 1)
    assert now.steps_per_second == pytest.approx(10.0, rel=0.1)
    assert now.tokens_per_second == pytest.approx(1000.0, rel=0.1)
    assert now.seconds_left == pytest.approx(8.0, rel=0.1)
    assert 0.55 < now.fraction < 0.65


def test_eta_time_limit_is_the_nearer_end():
    now = eta([_started(1000, seconds=6.0), *_steps(1, 30)])
    assert now.seconds_left == pytest.approx(3.0)
    assert now.fraction == pytest.approx(0.5, abs=0.01)


def test_history_grows_as_if_all_events_had_come_at_once():
    events = [_started(), *_steps(1, 30), EvalLogged("shift", 0, 30, 1.5, 2.5, 60, 50)]
    grown = RunHistory()
    for event in events:
        grown.add([event])
    assert grown.table(raw=True).equals(RunHistory(events).table(raw=True))
    assert grown.eta() == RunHistory(events).eta()


def test_history_of_a_resumed_run_runs_again_and_its_clock_stood_still():
    events = [_started(), *_steps(1, 10), RunCancelled("r", 10, 1.0)]
    resumed = [*events, RunResumed("r", 0, 10, 1.0, {}), *_steps(11, 12, began=50.0)]
    now = eta(resumed)
    assert (now.state, now.step) == ("running", 12)
    assert now.steps_per_second == pytest.approx(10, rel=0.6)


def test_eta_endings():
    events = [_started(), *_steps(1, 10)]
    done = eta([*events, RunFinished("r", "all steps done", 1.2)])
    assert (done.state, done.fraction, done.seconds_left) == ("finished", 1.0, 0.0)
    assert done.message == "all steps done" and done.seconds == 1.2
    assert done.steps_per_second == pytest.approx(10 / 1.2)
    tokens = sum(event.tokens for event in events[1:])
    assert done.tokens_per_second == pytest.approx(tokens / 1.2)
    just = eta([_started(), *_steps(1, 1), RunCancelled("r", 1, 0.5)])  # no rate of an instant
    assert just.tokens_per_second == pytest.approx(tokens / 10 / 0.5)
    assert eta([*events, RunCancelled("r", 10, 1.0)]).state == "cancelled"
    assert eta([_started(), RunFailed("r", "no data", 0.1)]).message == "no data"
