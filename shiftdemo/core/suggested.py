"""Settings that suit a run: the page begins with them, ``finetune --suggested`` takes them."""

from __future__ import annotations

import math
from typing import Any

from shiftdemo.core.task_spec import TASKS

FROM_SCRATCH, FINE_TUNING = 1e-3, 2e-4  # AdamW; of weights that are drawn, and of trained ones
_MOST_WARMUP = 100
_EVALUATIONS = 12  # points of the held-out curves
_PART = (12, 100)  # held-out sentences of a point before the last: at least, at most
# A twentieth of a run's time: twelve points on n sentences, clean and shifted, take about as long
# as 13 n sentences of training (recorded runs of four tasks on a CPU).
_PART_SHARE = 20 * 13
_APART = 10  # steps between two of them, at least
OFFSETS = "0,1,2,4,8,16,32,64"  # at which arms are compared
COMPARED = 200  # sentences that they are compared on


def learning_rate(model: str) -> float:
    """Returns the learning rate that suits a model, by its reference."""
    return FROM_SCRATCH if model.startswith("scratch:") else FINE_TUNING


def warmup(steps: int) -> int:
    """Returns the steps over which the learning rate grows: a tenth of them, 100 at most."""
    return min(_MOST_WARMUP, steps // 10)


def eval_every(steps: int) -> int:
    """Returns after how many steps the held-out figures are taken: twelve times at most.

    Never after fewer than ten: they take as long as some ten steps of a small model.
    """
    return max(_APART, math.ceil(steps / _EVALUATIONS))


def eval_part(steps: int, batch_size: int) -> int:
    """Returns on how many held-out sentences the figures along the way are taken.

    So few that they should take about a twentieth of the run's time, and from 12 to 100.
    """
    least, most = _PART
    return min(most, max(least, steps * batch_size // _PART_SHARE))


def own_settings(task: str, model: str) -> dict[str, Any]:
    """Returns what a task asks of a run with a model, where that is not the usual."""
    return dict(TASKS.get(task).from_scratch) if model.startswith("scratch:") else {}


def settings(model: str, steps: int, batch_size: int) -> dict[str, Any]:
    """Returns all of these, by the names of :class:`~shiftdemo.core.config.TrainConfig`."""
    return {
        "learning_rate": learning_rate(model),
        "warmup": warmup(steps),
        "eval_every": eval_every(steps),
        "eval_part": eval_part(steps, batch_size),
    }
