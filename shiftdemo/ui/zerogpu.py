"""Training on a ZeroGPU Space: a GPU for as long as one run takes.

There a decorated function runs in a process of its own that has the GPU; it is asked for with the
seconds that it may take. The run writes its folder as everywhere else, so weights come out as
files and never as CUDA tensors.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from shiftdemo import api
from shiftdemo.core.config import TrainConfig
from shiftdemo.core.limits import Limits
from shiftdemo.training.server.stop_flag import FileFlag

_START_SECONDS = 30.0  # data, model and the first kernels
_STEP_SECONDS = 0.03  # one arm's step of 32 sentences with a small model, generously
_SAVE_SECONDS = 15.0


def on_zerogpu() -> bool:
    """Whether this is a Space whose GPU is lent by the call."""
    return os.environ.get("SPACES_ZERO_GPU", "").lower() in ("1", "true")


def duration(config: TrainConfig, folder: str, limits: Limits | None = None) -> int:
    """Returns for how many seconds a run asks for the GPU.

    Its steps at a generous guess, and never longer than its own time limit.
    """
    batch = max(1.0, config.batch_size / 32, config.batch_tokens / 1000)
    arms = len(config.seeds) * len(config.trained_arms)
    steps = config.steps * arms * _STEP_SECONDS * batch
    return round(_START_SECONDS + min(steps, config.seconds or steps) + _SAVE_SECONDS)


def train(config: TrainConfig, folder: str, limits: Limits | None = None) -> Iterator[str]:
    """Runs ``config`` in ``folder``, or resumes the run there; yields what happened."""
    backend, run = api.Backend(limits or Limits()), Path(folder)
    for event in backend.finetune_in_worker(config, run, FileFlag(run).is_set):
        yield type(event).__name__


def trainer(limits: Limits) -> Callable[[TrainConfig, str], Iterator[str]] | None:
    """Returns what trains here: :func:`train` with a GPU on ZeroGPU, else ``None``."""
    return functools.partial(_on_gpu, limits=limits) if _on_gpu else None


def _decorated() -> Any:
    if not on_zerogpu():
        return None
    import spaces

    return spaces.GPU(duration=duration)(train)


_on_gpu = _decorated()  # at module level: a Space looks for such functions when it starts
