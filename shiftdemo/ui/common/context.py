"""What the tabs share: the server's limits, its runs, models, sessions and jobs."""

from __future__ import annotations

import dataclasses
import threading

from shiftdemo import api
from shiftdemo.core.limits import Limits
from shiftdemo.training.server.queue import Runs
from shiftdemo.ui import zerogpu
from shiftdemo.ui.common.jobs import Jobs
from shiftdemo.ui.common.model_cache import ModelCache
from shiftdemo.ui.common.sessions import Sessions


class Context:
    """One server.

    Attributes:
        limits: what a request may ask for.
        runs: the training runs.
        models: the models in memory, those of its runs among them.
        backend: the verbs with these models.
        sessions: what is remembered of each session.
        jobs: the comparison or other work that a session waits for.
        ready: set once torch and transformers are loaded.
    """

    def __init__(self, limits: Limits) -> None:
        """Starts a server's; its runs have to be closed."""
        self.limits = limits
        target = api.Backend(limits).finetune_in_worker
        self.runs = Runs(target, api.runs_root(), run_in_thread=zerogpu.trainer(limits))
        self.models = ModelCache(limits, self.runs)
        self.backend = api.Backend(limits, self.models.load)
        self.sessions = Sessions()
        self.jobs = Jobs()
        self.ready = threading.Event()
        self._lock = threading.Lock()
        self._warming: threading.Thread | None = None

    @property
    def run_backend(self) -> api.Backend:
        """The verbs where the models are those of this server's own runs, in its own folders."""
        return api.Backend(dataclasses.replace(self.limits, local_models=True))

    def warm(self) -> None:
        """Loads torch and transformers in the background, once."""
        with self._lock:
            if self._warming is None:
                self._warming = threading.Thread(target=self._load_libraries, daemon=True)
                self._warming.start()

    def _load_libraries(self) -> None:
        import shiftdemo.attention.looking
        import shiftdemo.evaluation.comparing
        import shiftdemo.training.loop
        import shiftdemo.viz.robustness  # noqa: F401 - loaded for later

        self.ready.set()
        self.runs.warm()
