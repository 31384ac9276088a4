"""The runs of a server: one at a time, the others wait."""

from __future__ import annotations

import atexit
import contextvars
import dataclasses
import secrets
import shutil
import threading
import time
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from pathlib import Path

from shiftdemo.core import processes
from shiftdemo.core.config import TrainConfig
from shiftdemo.core.errors import LimitError
from shiftdemo.core.events import RunCancelled, RunEvent, RunFailed, RunFinished
from shiftdemo.core.messages import Message
from shiftdemo.training.checkpoints import find_checkpoint, rewind_log
from shiftdemo.training.record import LogReader, append, read_events
from shiftdemo.training.server.stop_flag import FileFlag
from shiftdemo.training.server.worker import InThread, Target, ThreadRun, start_worker

SILENCE_SECONDS = 15.0
GRACE_SECONDS = 10.0
_END_SECONDS = 10.0
_ENDS = (RunFinished, RunCancelled, RunFailed)
ENDED = ("finished", "cancelled", "failed")


@dataclass
class _Job:
    run_id: str
    config: TrainConfig
    folder: Path
    cancel: FileFlag
    heard: float = field(default_factory=time.monotonic)
    process: BaseProcess | ThreadRun | None = None
    context: contextvars.Context = field(default_factory=contextvars.copy_context)
    state: str = "queued"
    queued_at: float = field(default_factory=time.monotonic)
    seconds: float = 0.0  # its time limit at first


class Runs:
    """The runs of a server, in the order of their submission."""

    def __init__(
        self,
        target: Target,
        root: Path,
        max_waiting: int = 32,
        keep: int = 64,
        run_in_thread: InThread | None = None,
    ) -> None:
        """Starts the thread that looks after the queue.

        Args:
            target: an importable function ``(config, folder, cancel, spare) -> events``; where
                the folder holds a run it resumes that. ``spare`` are connections to
                processes that wait for arms.
            root: the folder that holds one folder a run.
            max_waiting: runs that may wait.
            keep: ended runs that are remembered; older ones are forgotten with their files.
            run_in_thread: ``(config, folder)``, called in a thread instead of ``target`` in a
                process, where it finds the processes it needs by itself.
        """
        self._target, self._root, self._run_in_thread = target, root, run_in_thread
        self._max_waiting, self._keep = max_waiting, keep
        self._jobs: dict[str, _Job] = {}
        self._lock = threading.RLock()
        self._closed, self._wake = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._look_after, daemon=True)
        self._thread.start()
        atexit.register(self.close)

    def submit(self, config: TrainConfig) -> str:
        """Queues a run and returns its id.

        Raises:
            LimitError: too many runs wait already.
        """
        with self._lock:
            waiting = sum(job.state == "queued" for job in self._jobs.values())
            if waiting >= self._max_waiting:
                raise LimitError("queue.runs_wait_already_try", waiting=waiting)
            run_id = secrets.token_hex(8)
            folder = self._root / run_id
            job = _Job(run_id, config, folder, FileFlag(folder), seconds=config.seconds)
            job.folder.mkdir(parents=True, exist_ok=True)
            self._jobs[run_id] = job
            self._forget_old()
        self._wake.set()
        return run_id

    def can_resume(self, run_id: str) -> bool:
        """Whether a run has ended early and left a checkpoint."""
        with self._lock:
            job = self._job(run_id)
            return job.state in ENDED and find_checkpoint(job.folder) is not None

    def resume(self, run_id: str) -> None:
        """Queues a run that has ended early once more; it resumes from its last checkpoint.

        Where it had a time limit, it gets as much time again.

        Raises:
            LimitError: it runs, is complete, or has no checkpoint.
        """
        with self._lock:
            job = self._job(run_id)
            checkpoint = find_checkpoint(job.folder) if job.state in ENDED else None
            if checkpoint is None:
                raise LimitError("queue.run_cannot_go_from")
            rewind_log(job.folder, checkpoint[1], job.config.seeds)
            if job.seconds:
                seconds = checkpoint[1].seconds + job.seconds
                job.config = dataclasses.replace(job.config, seconds=seconds)
            job.cancel.clear()
            job.state, job.context = "queued", contextvars.copy_context()
            job.heard = job.queued_at = time.monotonic()
        self._wake.set()

    def warm(self) -> None:
        """Makes runs start at once; takes seconds, once. Call it before the first run."""
        if self._run_in_thread is None:
            processes.warm()

    def queue_position(self, run_id: str) -> int:
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

    def events(self, run_id: str) -> list[RunEvent]:
        """Returns the run's events so far."""
        return read_events(self.folder(run_id))

    def log(self, run_id: str) -> LogReader:
        """Returns a reader of the run's events that gives each of them once."""
        return LogReader(self.folder(run_id))

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
        """Ends the thread and every run."""
        self._closed.set()
        self._wake.set()
        if self._thread is not threading.current_thread():
            self._thread.join(_END_SECONDS)  # it may be about to start a process
        with self._lock:
            for job in self._jobs.values():
                if job.process is not None and job.process.is_alive():
                    job.process.terminate()

    def _job(self, run_id: str) -> _Job:
        try:
            return self._jobs[run_id]
        except KeyError:
            raise LimitError("queue.run_no_longer_kept") from None

    def _look_after(self) -> None:
        while not self._closed.is_set():
            self._wake.wait(0.2)
            self._wake.clear()
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
        """Starts a job; one that cannot start fails, and the queue goes on."""
        try:
            if self._run_in_thread is not None:
                job.process = ThreadRun(self._run_in_thread, job.config, job.folder, job.context)
            else:
                config = dataclasses.replace(job.config, processes=self._processes(job))
                job.process = start_worker(self._target, config, job.folder)
        except (OSError, EOFError) as error:
            message = Message("queue.training_process_could_not", error=error)
            append(RunFailed(job.run_id, message, time.monotonic() - job.queued_at), job.folder)
            job.state = "failed"

    def _processes(self, job: _Job) -> int:
        """Returns how many processes train a job's arms; one core is left while others wait."""
        with self._lock:
            waiting = any(other.state == "queued" for other in self._jobs.values())
        free = max(1, (processes.cores() - waiting) // job.config.threads)
        return min(job.config.processes or free, free, len(job.config.trained_arms))

    def _settle(self, job: _Job) -> None:
        """Gives a run whose process has ended its final state."""
        if job.process is None or job.process.is_alive():
            return
        events = read_events(job.folder)
        if not events or not isinstance(events[-1], _ENDS):
            code = job.process.exitcode
            message = Message("queue.training_process_ended_unexpectedly", code=code)
            end: RunEvent = RunFailed(job.run_id, message, time.monotonic() - job.queued_at)
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
