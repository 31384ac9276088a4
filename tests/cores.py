"""A core of its own for each worker of the tests, which its processes share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

_EVERY = getattr(os, "sched_getaffinity", lambda _: set())(0)


def stay_on_one_core() -> None:
    """Keeps this worker of pytest-xdist, and all that it starts, on one core.

    Two workers have two cores between them anyway. A run whose test does not ask for processes then
    trains its arms in turn, so it starts none, each of which would load the libraries again.
    """
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    if worker and hasattr(os, "sched_setaffinity"):
        cores = sorted(_EVERY)
        os.sched_setaffinity(0, {cores[int(worker.removeprefix("gw")) % len(cores)]})


@contextmanager
def on_every_core() -> Iterator[None]:
    """Lets this worker, and what it starts meanwhile, have all cores again."""
    if not _EVERY:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, _EVERY)
    yield
    os.sched_setaffinity(0, before)
