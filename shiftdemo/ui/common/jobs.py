"""Work that takes seconds, in a thread, with a bar and a way to stop it."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager
from typing import Any

from shiftdemo.core.progress import Cancel, Progress

EVERY = 0.25
# A page that has gone does not ask any more; its work is then stopped.
SILENCE = 10.0

Work = Callable[[Progress, Cancel], Any]


class Job:
    """One piece of work; ``result`` or ``error`` is set once ``done`` is."""

    def __init__(self, work: Work, turn: AbstractContextManager[Any]) -> None:
        """Starts the work once it has its turn."""
        self.fraction, self.text = 0.0, ""
        self.result: Any = None
        self.error: Exception | None = None
        self.done = threading.Event()
        self._stopped = threading.Event()
        self._heard = time.monotonic()
        self._work, self._turn = work, turn
        threading.Thread(target=self._run, daemon=True).start()

    def stop(self) -> None:
        """Asks the work to end soon."""
        self._stopped.set()

    @property
    def stopped(self) -> bool:
        """Whether it was asked to end, or nobody waits for it any more."""
        return self._stopped.is_set() or time.monotonic() - self._heard > SILENCE

    def heard(self) -> None:
        """Says that somebody still waits for the result."""
        self._heard = time.monotonic()

    def _report(self, fraction: float, text: str) -> None:
        self.fraction, self.text = fraction, text

    def _run(self) -> None:
        try:
            with self._turn:
                if not self.stopped:
                    self.result = self._work(self._report, lambda: self.stopped)
        except Exception as error:
            self.error = error
        finally:
            self.done.set()


class Jobs:
    """The work that the sessions of a server wait for, one piece a session."""

    def __init__(self) -> None:
        """Starts with none."""
        self._jobs: dict[str, Job] = {}
        self._computing = threading.Lock()

    async def follow(self, session: str, work: Work, turns: bool = True) -> AsyncIterator[Job]:
        """Starts the work and yields its job several times a second until it is done.

        Args:
            session: whose job; :meth:`stop` ends it.
            turns: whether models compute, which one job does at a time.
        """
        job = Job(work, self._computing if turns else contextlib.nullcontext())
        self._jobs[session] = job
        try:
            while not job.done.is_set():
                job.heard()
                yield job
                await asyncio.sleep(EVERY)
            yield job
        finally:
            job.stop()
            self._jobs.pop(session, None)

    def stop(self, session: str) -> None:
        """Asks the job of a session to end."""
        job = self._jobs.get(session)
        if job is not None:
            job.stop()
