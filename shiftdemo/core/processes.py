"""Processes that have torch and transformers loaded already."""

from __future__ import annotations

import multiprocessing
import os
import sys
import threading
import types
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from typing import Any

_starting = threading.Lock()
_preload = ["shiftdemo.training.arm_process"]


def cores() -> int:
    """Returns how many cores this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on every system
        return os.cpu_count() or 1


def context() -> Any:
    """Returns a fork server that has the libraries loaded; where there is none, ``spawn``."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    forkserver = multiprocessing.get_context("forkserver")
    forkserver.set_forkserver_preload(_preload)
    return forkserver


def warm() -> None:
    """Starts the fork server, where there is one, and waits until it can start runs at once.

    It then holds the libraries and the default corpus; takes seconds.
    """
    _preload[:] = ["shiftdemo.training.preload"]
    start(_nothing, ()).join()


def start(target: Callable[..., None], args: tuple[Any, ...]) -> BaseProcess:
    """Starts ``target(*args)`` in a new process; it does not import the caller's script.

    So a script that has no ``if __name__ == "__main__"`` may train as well.

    Raises:
        OSError: the system starts no more processes.
        EOFError: the fork server is gone.
    """
    process: BaseProcess = context().Process(target=target, args=args)
    with _starting:
        script = sys.modules["__main__"]
        sys.modules["__main__"] = types.ModuleType("__main__")
        try:
            process.start()
        finally:
            sys.modules["__main__"] = script
    return process


def parent_is_gone() -> bool:
    """Whether the process that started this one has ended, however that happened."""
    parent = multiprocessing.parent_process()
    return parent is not None and not parent.is_alive()


def _nothing() -> None:
    pass
