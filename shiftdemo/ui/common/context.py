"""What the tabs share: the server's limits, its runs, and the models in memory."""

from __future__ import annotations

import dataclasses
import functools
import shutil
import tempfile
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from shiftdemo import api
from shiftdemo.core.config import DataSpec
from shiftdemo.core.errors import ModelError
from shiftdemo.core.limits import Limits
from shiftdemo.training.run_folder import RunFolder
from shiftdemo.training.server.queue import Runs
from shiftdemo.ui import zerogpu

_MODELS_KEPT = 8
_SESSIONS_KEPT = 64  # whose built files and ways of looking are kept


@dataclass
class Context:
    """One server.

    Attributes:
        limits: what a request may ask for.
        runs: the training runs.
        jobs: the comparison that a session waits for, by session.
        views: how a session wants to see its curves.
        maps: the attention that a session has last looked at, and what it was asked for by.
        ready: set once torch and transformers are loaded.
    """

    limits: Limits
    runs: Runs
    jobs: dict[str, Any] = field(default_factory=dict)
    views: OrderedDict[str, Any] = field(default_factory=OrderedDict)
    maps: OrderedDict[str, tuple[Any, Any]] = field(default_factory=OrderedDict)
    ready: threading.Event = field(default_factory=threading.Event)
    _folders: OrderedDict[str, Path] = field(default_factory=OrderedDict)
    _models: OrderedDict[tuple[str, str, float], Any] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _computing: threading.Lock = field(default_factory=threading.Lock)
    _warming: threading.Thread | None = None

    @classmethod
    def make(cls, limits: Limits) -> Context:
        """Returns the context of a new server."""
        target = functools.partial(api.finetune_in_worker, limits=limits)
        return cls(limits, Runs(target, api.runs_root(), run_in_thread=zerogpu.trainer(limits)))

    @property
    def run_limits(self) -> Limits:
        """The limits where the models are those of this server's own runs, in its own folders."""
        return dataclasses.replace(self.limits, local_models=True)

    def warm(self) -> None:
        """Loads torch and transformers in the background, once."""
        with self._lock:
            if self._warming is None:
                self._warming = threading.Thread(target=self._load_libraries, daemon=True)
                self._warming.start()

    def _load_libraries(self) -> None:
        import shiftdemo.evaluation.comparing
        import shiftdemo.tasks
        import shiftdemo.training.loop
        import shiftdemo.viz.attention
        import shiftdemo.viz.robustness  # noqa: F401 - loaded for later

        self.ready.set()
        self.runs.warm()

    def model(self, ref: str, task: str) -> Any:
        """Returns a model, kept in memory among the last used ones.

        Args:
            ref: a reference, or ``run:ID/ARM`` for an arm of one of this server's runs.
        """
        place, limits = ref, self.limits
        changed = 0.0
        if ref.startswith("run:"):
            folder = self.arm_folder(ref)
            place, limits = str(folder), Limits()
            changed = (folder / "config.json").stat().st_mtime
        key = (ref, task, changed)
        with self._lock:
            if key in self._models:
                self._models.move_to_end(key)
                return self._models[key]
        loaded = api.load(place, task, limits)
        with self._lock:
            self._models[key] = loaded
            while len(self._models) > _MODELS_KEPT:
                self._models.popitem(last=False)
        return loaded

    def arm_folder(self, ref: str) -> Path:
        """Returns the folder of ``run:ID/ARM``."""
        run_id, _, arm = ref.removeprefix("run:").partition("/")
        run = RunFolder(self.runs.folder(run_id))
        if arm not in run.arms():  # so that no name of a request becomes a path
            raise ModelError("This run has saved no model yet; let it train a little longer.")
        return run.arm(arm)

    def arms_of(self, run_id: str) -> list[str]:
        """Returns the references of the arms that a run has saved."""
        if not run_id or not self.runs.knows(run_id):
            return []
        return [f"run:{run_id}/{arm}" for arm in RunFolder(self.runs.folder(run_id)).arms()]

    def data_of(self, ref: str | None) -> DataSpec | None:
        """Returns the data of the run that a reference belongs to, if it belongs to one."""
        if not ref or not ref.startswith("run:"):
            return None
        return self.runs.config(ref.removeprefix("run:").partition("/")[0]).data

    def pairs(self, base: str | None, shifted: str | None) -> list[tuple[str, str]]:
        """Returns the pairs of all seeds where both are the arms of one run, else nothing."""
        (run, _, arm), (other, _, versus) = ((ref or "").partition("/") for ref in (base, shifted))
        if not run.startswith("run:") or run != other or arm == versus:
            return []
        return api.pairs_of(self.runs.folder(run.removeprefix("run:")), arm, versus)

    def files_of(self, session: str) -> Path:
        """Returns an empty folder for the files of a session; its last one is removed."""
        folder = Path(tempfile.mkdtemp(prefix="shiftdemo-"))
        with self._lock:
            old = [self._folders.pop(session, None)]
            self._folders[session] = folder
            while len(self._folders) > _SESSIONS_KEPT:
                old.append(self._folders.popitem(last=False)[1])
        for path in filter(None, old):
            shutil.rmtree(path, ignore_errors=True)
        return folder

    def keep_view(self, session: str, view: Any) -> None:
        """Remembers how a session wants to see its curves, among the last ones."""
        self._keep(self.views, session, view)

    def keep_maps(self, session: str, asked: Any, found: Any) -> None:
        """Remembers the attention that a session looks at, so that picking a head only draws."""
        self._keep(self.maps, session, (asked, found))

    def _keep(self, store: OrderedDict[str, Any], session: str, value: Any) -> None:
        with self._lock:
            store[session] = value
            store.move_to_end(session)
            while len(store) > _SESSIONS_KEPT:
                store.popitem(last=False)

    def stop_job(self, session: str) -> None:
        """Asks the comparison, or another job, of a session to end."""
        job = self.jobs.get(session)
        if job is not None:
            job.stop()

    def turns(self) -> threading.Lock:
        """The lock of whatever computes with a model in this process: one at a time."""
        return self._computing
