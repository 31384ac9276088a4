"""Training in a process of its own: one run at a time, the others queue.

The worker writes the run's event log and the page reads it, so a crash there never takes the
page down, and a page that was reloaded finds the run again.
"""

from __future__ import annotations

import multiprocessing
import secrets
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from shiftdemo.config import TrainConfig
from shiftdemo.errors import LimitError, ShiftDemoError
from shiftdemo.events import RunCancelled, RunEvent, RunFailed, RunFinished
from shiftdemo.training.record import append, read_events

Target = Callable[[TrainConfig, Path, Callable[[], bool]], Iterator[RunEvent]]

SILENCE_SECONDS = 15.0
GRACE_SECONDS = 10.0
_ENDS = (RunFinished, RunCancelled, RunFailed)


def _work(target: Target, config: TrainConfig, folder: Path, cancel: Any) -> None:
    """Runs in the worker: all events go to the log; a user's mistake ends as ``RunFailed``."""
    began = time.perf_counter()
    try:
        for _ in target(config, folder, cancel.is_set):
            pass
    except ShiftDemoError as error:
        append(RunFailed(folder.name, str(error), time.perf_counter() - began), folder)
    except MemoryError:
        message = "The run needs more memory than there is; lower the batch size."
        append(RunFailed(folder.name, message, time.perf_counter() - began), folder)


def _nothing() -> None:
    """Returns at once."""


def _context() -> Any:
    """Returns a fork server that has the libraries loaded, so that a run starts at once."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["shiftdemo.training.loop"])
    return context


@dataclass
class _Job:
    run_id: str
    config: TrainConfig
    folder: Path
    cancel: Any
    heard: float = field(default_factory=time.monotonic)
    process: BaseProcess | None = None
    state: str = "queued"
    made: float = field(default_factory=time.monotonic)


class Runs:
    """The runs of a server, in the order of their submission."""

    def __init__(self, target: Target, root: Path, max_waiting: int = 32, keep: int = 64) -> None:
        """Starts the thread that looks after the queue.

        Args:
            target: an importable function ``(config, folder, cancel) -> events``.
            root: the folder that holds one folder a run.
            max_waiting: runs that may wait.
            keep: ended runs that are remembered; older ones are forgotten with their files.
        """
        self._target, self._root = target, root
        self._max_waiting, self._keep = max_waiting, keep
        self._context = _context()
        self._jobs: dict[str, _Job] = {}
        self._lock = threading.RLock()
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._look_after, daemon=True)
        self._thread.start()

    def submit(self, config: TrainConfig) -> str:
        """Queues a run and returns its id.

        Raises:
            LimitError: too many runs wait already.
        """
        with self._lock:
            waiting = sum(job.state == "queued" for job in self._jobs.values())
            if waiting >= self._max_waiting:
                raise LimitError(f"{waiting} runs wait already; try again in a few minutes.")
            run_id = secrets.token_hex(8)
            job = _Job(run_id, config, self._root / run_id, self._context.Event())
            job.folder.mkdir(parents=True, exist_ok=True)
            self._jobs[run_id] = job
            self._forget_old()
        return run_id

    def warm(self) -> None:
        """Starts the fork server and waits until it has its libraries; takes seconds, once."""
        process = self._context.Process(target=_nothing, daemon=True)
        process.start()
        process.join()

    def place(self, run_id: str) -> int:
        """Returns how many runs are before this one; 0 when it runs or has ended."""
        with self._lock:
            if self._job(run_id).state != "queued":
                return 0
            order = [j.run_id for j in self._jobs.values() if j.state in ("running", "queued")]
            return order.index(run_id)

    def state(self, run_id: str) -> str:
        """Returns ``"queued"``, ``"running"``, ``"finished"``, ``"cancelled"`` or ``"failed"``."""
        with self._lock:
            return self._job(run_id).state

    def knows(self, run_id: str) -> bool:
        """Whether there is such a run."""
        return run_id in self._jobs

    def folder(self, run_id: str) -> Path:
        """Returns the run's folder, with ``base/`` and ``shift/`` once weights were saved."""
        return self._job(run_id).folder

    def config(self, run_id: str) -> TrainConfig:
        """Returns what the run was asked to do."""
        return self._job(run_id).config

    def events(self, run_id: str, after: int = 0) -> list[RunEvent]:
        """Returns the run's events from number ``after`` on."""
        return read_events(self.folder(run_id), after)

    def cancel(self, run_id: str) -> None:
        """Asks a run to end; a running one saves what it has first."""
        with self._lock:
            job = self._job(run_id)
            job.cancel.set()
            if job.state == "queued":
                job.state = "cancelled"
                append(RunCancelled(run_id, 0, 0.0), job.folder)

    def keep_alive(self, run_id: str) -> None:
        """Says that somebody still looks at the run; see :data:`SILENCE_SECONDS`."""
        self._job(run_id).heard = time.monotonic()

    def close(self) -> None:
        """Ends every run and the thread."""
        self._closed.set()
        with self._lock:
            for job in self._jobs.values():
                if job.process is not None and job.process.is_alive():
                    job.process.terminate()

    def _job(self, run_id: str) -> _Job:
        try:
            return self._jobs[run_id]
        except KeyError:
            raise LimitError("This run is no longer kept; start it again.") from None

    def _look_after(self) -> None:
        while not self._closed.wait(0.2):
            self._tick()

    def _tick(self) -> None:
        with self._lock:
            now = time.monotonic()
            for job in self._jobs.values():
                silent = now - job.heard
                if job.state in ("queued", "running") and silent > SILENCE_SECONDS:
                    if not job.cancel.is_set():
                        self.cancel(job.run_id)
                    overdue = silent > SILENCE_SECONDS + GRACE_SECONDS
                    if overdue and job.process is not None and job.process.is_alive():
                        job.process.kill()
                if job.state == "running" and job.process is not None:
                    self._settle(job)
            ready = self._next()
        if ready is not None:  # outside the lock: the first start takes seconds
            self._start(ready)

    def _start(self, job: _Job) -> None:
        """Starts a job's process; one that cannot start fails, and the queue goes on."""
        process = self._context.Process(
            target=_work, args=(self._target, job.config, job.folder, job.cancel), daemon=True
        )
        try:
            process.start()
        except (OSError, EOFError) as error:
            message = f"The training process could not be started ({error}); try again."
            append(RunFailed(job.run_id, message, time.monotonic() - job.made), job.folder)
            job.state = "failed"
            return
        job.process = process

    def _settle(self, job: _Job) -> None:
        """Gives a run whose process has ended its final state."""
        if job.process is None or job.process.is_alive():
            return
        events = read_events(job.folder)
        if not events or not isinstance(events[-1], _ENDS):
            code = job.process.exitcode
            message = (
                f"The training process ended unexpectedly (exit code {code}); what it had saved "
                "is kept. Start again, with a smaller batch if memory ran out."
            )
            end: RunEvent = RunFailed(job.run_id, message, time.monotonic() - job.made)
            append(end, job.folder)
        else:
            end = events[-1]
        names = {RunFinished: "finished", RunCancelled: "cancelled", RunFailed: "failed"}
        job.state = names[type(end)]
        job.process = None

    def _next(self) -> _Job | None:
        """Returns the job whose turn it is, marked as running."""
        if any(job.state == "running" for job in self._jobs.values()):
            return None
        job = next((job for job in self._jobs.values() if job.state == "queued"), None)
        if job is not None:
            job.state = "running"
        return job

    def _forget_old(self) -> None:
        ended = [j for j in self._jobs.values() if j.state not in ("queued", "running")]
        for job in ended[: max(0, len(ended) - self._keep)]:
            del self._jobs[job.run_id]
            shutil.rmtree(job.folder, ignore_errors=True)
