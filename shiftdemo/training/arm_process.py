"""What a process does that trains some of the arms of a run."""

from __future__ import annotations

import contextlib
import signal
from typing import Any

import torch

from shiftdemo.core.errors import ShiftDemoError
from shiftdemo.training.arms_in_turn import ArmsInTurn
from shiftdemo.training.memory import NO_MEMORY, ran_out


class LostProcess(ShiftDemoError):
    """A process of a run has ended before its time."""


def serve(connection: Any) -> None:
    """Makes the arms that it is given and does what it is told, until the connection ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the calling process decides what ends
    group: ArmsInTurn | None = None
    with contextlib.suppress(EOFError, OSError):  # the calling process has gone, or needs no more
        while True:
            method, args = connection.recv()
            try:
                if method == "begin":
                    plan, names, seed = args
                    torch.set_num_threads(plan.config.threads)
                    group, answer = ArmsInTurn(plan, names, seed), None
                else:
                    answer = getattr(group, method)(*args)
                connection.send((answer, None))
            except ShiftDemoError as error:
                connection.send((None, error))
            except Exception as error:
                if not ran_out(error):
                    connection.send((None, RuntimeError(f"{type(error).__name__}: {error}")))
                    raise
                connection.send((None, LostProcess(NO_MEMORY)))
