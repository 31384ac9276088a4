"""A short run on small data, for the tests of training."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from shiftdemo.core.config import TrainConfig
from shiftdemo.core.samples import Sample
from shiftdemo.tasks.heads import make_task
from shiftdemo.training.plan import Plan

Make = Callable[..., Any]
SHIFT = "position_offset:max_offset=32,p=0.5"


@pytest.fixture
def plan(
    make_tiny: Make, by_task: dict[str, Sequence[Sample]], tmp_path: Path
) -> Callable[..., Plan]:
    """Gives the plan of a short run: ``plan(task, encoding, output name, **settings)``."""

    def make(
        task: str = "ner", encoding: str = "learned", name: str = "run", **settings: Any
    ) -> Plan:
        samples = by_task[task]
        settings = {
            "shifts": (SHIFT,),
            "steps": 5,
            "batch_size": 8,
            "eval_every": 0,
            "warmup": 2,
            "learning_rate": 3e-3,
            "precision": "float32",
            "processes": 1,
            **settings,
        }
        config = TrainConfig(task=task, model=f"scratch:{encoding}", **settings)
        return Plan(
            config,
            make_task(task),
            samples[8:],
            samples[:8],
            lambda seed: make_tiny(task, encoding, seed=seed, dropout=config.dropout),
            tmp_path / name if name else None,
        )

    return make
