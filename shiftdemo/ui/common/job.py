"""Work that takes seconds, in a thread, with a bar and a way to stop it."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

from shiftdemo.core.progress import Cancel, Progress
from shiftdemo.ui.common.context import Context

EVERY = 0.25
# A page that has gone does not ask any more; its work is then stopped.
SILENCE = 10.0

Work = Callable[[Progress, Cancel], Any]


class Job:
    """One piece of work; ``result`` or ``error`` is set once ``done`` is."""

    def __init__(self, context: Context, work: Work, turns: bool = True) -> None:
        """Starts the work; with ``turns`` it waits, because one model computes at a time."""
        self.fraction, self.text = 0.0, ""
        self.result: Any = None
        self.error: Exception | None = None
        self.done = threading.Event()
        self._stopped = threading.Event()
        self._heard = time.monotonic()
        self._context, self._work, self._turns = context, work, turns
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
            with self._context.turns() if self._turns else contextlib.nullcontext():
                if not self.stopped:
                    self.result = self._work(self._report, lambda: self.stopped)
        except Exception as error:
            self.error = error
        finally:
            self.done.set()


async def follow(
    context: Context, session: str, work: Work, turns: bool = True
) -> AsyncIterator[Job]:
    """Yields the job several times a second until it is done.

    Args:
        session: whose job; :meth:`Context.stop_job` ends it.
        turns: whether models compute, which one job does at a time.
    """
    job = Job(context, work, turns)
    context.jobs[session] = job
    try:
        while not job.done.is_set():
            job.heard()
            yield job
            await asyncio.sleep(EVERY)
        yield job
    finally:
        job.stop()
        context.jobs.pop(session, None)
