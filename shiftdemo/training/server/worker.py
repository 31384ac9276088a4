"""A run in a process of its own, or in a thread where the computing is elsewhere.

It writes the run's event log and the page reads it, so a crash there never takes the page down,
and a page that was reloaded finds the run again.
"""

from __future__ import annotations

import contextvars
import functools
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from shiftdemo.core import processes
from shiftdemo.core.config import TrainConfig
from shiftdemo.core.errors import ShiftDemoError
from shiftdemo.core.events import RunEvent, RunFailed
from shiftdemo.core.messages import Message
from shiftdemo.training.record import append
from shiftdemo.training.server.stop_flag import FileFlag

InThread = Callable[[TrainConfig, str], Iterator[Any]]
Target = Callable[[TrainConfig, Path, Callable[[], bool], Sequence[Any]], Iterator[RunEvent]]


def start_worker(target: Target, config: TrainConfig, folder: Path) -> BaseProcess:
    """Starts a run, with one further process an arm where ``config.processes`` says so.

    Raises:
        OSError: the system starts no more processes.
        EOFError: the fork server is gone.
    """
    spare: list[Any] = []
    try:
        for _ in range(config.processes if config.processes > 1 else 0):
            ours, theirs = processes.context().Pipe()
            spare.append(ours)
            processes.start(_train_arms, (theirs,))
            theirs.close()
        return processes.start(_work, (target, config, folder, spare))
    finally:
        for connection in spare:  # the worker has its own; theirs end with it
            connection.close()


def _train_arms(connection: Any) -> None:
    """Runs in a further process; torch is not imported where the server runs."""
    from shiftdemo.training.arm_process import serve

    serve(connection)


def _work(target: Target, config: TrainConfig, folder: Path, spare: Sequence[Any]) -> None:
    """Runs in the worker: all events go to the log."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the server decides what ends
    cancel = FileFlag(folder)

    def must_end() -> bool:
        return cancel.is_set() or processes.parent_is_gone()

    _finish(lambda: target(config, folder, must_end, spare), folder)


def _finish(begin: Callable[[], Iterable[Any]], folder: Path) -> None:
    """Begins a run and goes on to its end; a user's mistake ends as ``RunFailed``."""
    began = time.perf_counter()
    try:
        for _ in begin():
            pass
    except ShiftDemoError as error:
        seconds = time.perf_counter() - began
        append(RunFailed(folder.name, error.message, seconds, type(error).__name__), folder)
    except MemoryError:
        message = Message("worker.run_needs_more_memory")
        append(RunFailed(folder.name, message, time.perf_counter() - began), folder)


class ThreadRun:
    """A run that a thread of the server looks after, as if it were a process."""

    exitcode = "none: it ran where a GPU is lent by the call"

    def __init__(
        self, in_thread: InThread, config: TrainConfig, folder: Path, context: contextvars.Context
    ) -> None:
        """Starts it in the context of the visitor's request: the GPU is lent on their account."""
        work = functools.partial(context.run, self._run, in_thread, config, folder)
        self._thread = threading.Thread(target=work, daemon=True)
        self._thread.start()

    @staticmethod
    def _run(in_thread: InThread, config: TrainConfig, folder: Path) -> None:
        began = time.perf_counter()
        try:
            _finish(lambda: in_thread(config, str(folder)), folder)
        except Exception as error:  # of whoever lends the GPU: no quota, no GPU, too long
            message = Message("worker.gpu_could_not_used", error=" ".join(str(error).split())[:300])
            append(RunFailed(folder.name, message, time.perf_counter() - began), folder)

    def is_alive(self) -> bool:
        """Whether it has not ended yet."""
        return self._thread.is_alive()

    def kill(self) -> None:
        """Does nothing: the flag in the run's folder has been raised already."""

    terminate = kill
