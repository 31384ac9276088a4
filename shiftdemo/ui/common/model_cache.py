"""The models that a server has in memory, and the arms of its runs by reference."""

from __future__ import annotations

import threading
from collections import OrderedDict
from pathlib import Path
from typing import Any

from shiftdemo import api
from shiftdemo.core.config import DataSpec
from shiftdemo.core.errors import ModelError
from shiftdemo.core.limits import Limits
from shiftdemo.training.run_folder import RunFolder
from shiftdemo.training.server.queue import Runs

_MODELS_KEPT = 8


class ModelCache:
    """The models used last; ``run:ID/ARM`` refers to an arm of one of this server's runs."""

    def __init__(self, limits: Limits, runs: Runs) -> None:
        """Starts with none in memory.

        Args:
            limits: what models other than the runs' own may be.
            runs: the runs whose arms can be referred to.
        """
        self._limits, self._runs = limits, runs
        self._models: OrderedDict[tuple[str, str, float], Any] = OrderedDict()
        self._lock = threading.Lock()

    def load(self, ref: str, task: str) -> Any:
        """Returns a model, from memory where it is there still.

        Args:
            ref: a reference, or ``run:ID/ARM``.

        Raises:
            ModelError: there is no such model, or it is not one for the task.
        """
        location, limits = ref, self._limits
        changed = 0.0
        if ref.startswith("run:"):
            arm = self._arm(ref)
            location, limits = str(arm), Limits()
            changed = (arm / "config.json").stat().st_mtime
        key = (ref, task, changed)
        with self._lock:
            if key in self._models:
                self._models.move_to_end(key)
                return self._models[key]
        loaded = api.Backend(limits).load(location, task)
        with self._lock:
            self._models[key] = loaded
            while len(self._models) > _MODELS_KEPT:
                self._models.popitem(last=False)
        return loaded

    def _arm(self, ref: str) -> Path:
        run_id, _, arm = ref.removeprefix("run:").partition("/")
        run = RunFolder(self._runs.folder(run_id))
        if arm not in run.arms():  # so that no name of a request becomes a path
            raise ModelError("context.run_has_saved_no")
        return run.arm(arm)

    def arms_of(self, run_id: str) -> list[str]:
        """Returns the references of the arms that a run has saved."""
        if not run_id or not self._runs.knows(run_id):
            return []
        return [f"run:{run_id}/{arm}" for arm in RunFolder(self._runs.folder(run_id)).arms()]

    def data_of(self, ref: str | None) -> DataSpec | None:
        """Returns the data of the run that a reference belongs to, if it belongs to one."""
        if not ref or not ref.startswith("run:"):
            return None
        return self._runs.config(ref.removeprefix("run:").partition("/")[0]).data

    def pairs(self, base: str | None, shifted: str | None) -> list[tuple[str, str]]:
        """Returns the pairs of all seeds where both are the arms of one run, else nothing."""
        (run, _, arm), (other, _, versus) = ((ref or "").partition("/") for ref in (base, shifted))
        if not run.startswith("run:") or run != other or arm == versus:
            return []
        return api.pairs_of(self._runs.folder(run.removeprefix("run:")), arm, versus)
