"""How a run lies on the disk, with any number of arms."""

from __future__ import annotations

from pathlib import Path

import pytest

from shiftdemo.training.run_folder import RunFolder


def weights(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "config.json").write_text("{}", encoding="utf-8")


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    """Two seeds; the second has no third arm yet."""
    found = RunFolder(tmp_path)
    for name in ("base", "shuffled", "shift"):
        weights(found.arm(name))
    for name in ("base", "shift"):
        weights(found.arm(name, 1))
    (tmp_path / "tensorboard").mkdir()
    found.config.write_text("{}", encoding="utf-8")
    return found


def test_the_first_seed_lies_at_the_top() -> None:
    run = RunFolder(Path("o"))
    assert run.arm("shift") == Path("o/shift")
    assert run.arm("base", 2) == Path("o/seeds/2/base")


def test_arms_are_those_whose_weights_are_there(run: RunFolder) -> None:
    assert run.arms() == ["base", "shift", "shuffled"]
    assert run.arms(1) == ["base", "shift"] and run.arms(7) == []
    assert run.has_arm("shuffled") and not run.has_arm("shuffled", 1)
    assert not run.has_arm("") and not run.has_arm("tensorboard")


def test_pairs_are_of_the_seeds_that_have_both(run: RunFolder) -> None:
    assert run.seed_indices() == [0, 1]
    assert run.pairs() == [(run.arm("base", i), run.arm("shift", i)) for i in (0, 1)]
    assert run.pairs("base", "shuffled") == [(run.arm("base"), run.arm("shuffled"))]
    assert run.pairs("base", "none") == []


def test_an_arm_knows_the_runs_that_it_may_belong_to(run: RunFolder) -> None:
    assert list(RunFolder.around(run.arm("shift"))) == [(run, 0)]
    assert next(RunFolder.around(run.arm("shift", 1))) == (run, 1)


def test_checkpoints_are_in_the_order_of_their_steps(run: RunFolder) -> None:
    for index, step in ((1, 5), (0, 900), (0, 100)):
        run.checkpoint(index, step).mkdir()
    (run.path / "checkpoint-x-1").mkdir()
    assert [path.name for path in run.checkpoints()] == [
        "checkpoint-0-100",
        "checkpoint-0-900",
        "checkpoint-1-5",
    ]
