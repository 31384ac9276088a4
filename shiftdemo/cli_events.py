"""What the command line prints of a run as it goes on."""

from __future__ import annotations

import sys
import time
from typing import Any

from shiftdemo.cli_commands import print_json, say
from shiftdemo.events import (
    ArmCost,
    EvalLogged,
    RunCancelled,
    RunFailed,
    RunFinished,
    RunResumed,
    RunStarted,
    StepLogged,
)

STOPPED = 130  # what a shell expects of a program that was interrupted


class Printer:
    """Prints events for people, or as JSON."""

    def __init__(self, as_json: bool) -> None:
        self.as_json = as_json
        self.total = 0
        self.done: set[tuple[int, int]] = set()
        self.shown = 0.0
        self.code = 0
        self.first_cost: ArmCost | None = None

    def show(self, event: Any) -> None:
        """Prints one event."""
        from shiftdemo.training.record import to_json

        if self.as_json:
            print_json(to_json(event))
        if isinstance(event, RunStarted):
            self.total = event.steps
            say(f"{event.n_params:,} weights, arms {', '.join(event.arms)}")
            for note in event.notes:
                say(f"Note: {note}")
        elif isinstance(event, StepLogged):
            self._step(event)
        elif isinstance(event, EvalLogged):
            say(
                f"\r  seed {event.seed} step {event.step} {event.arm}: held-out loss "
                f"{event.clean_loss:.3f} clean, {event.shifted_loss:.3f} shifted (nats a token); "
                f"{event.score_name} {event.clean_score:.1f}, {event.shifted_score:.1f}"
            )
            if event.note:  # an operator that learns says how far it came
                say(f"  {event.note}")
        elif isinstance(event, RunResumed):
            say(f"Going on behind step {event.step} of seed {event.seed}")
        elif isinstance(event, ArmCost):
            self._cost(event)
        elif isinstance(event, RunFailed):
            say(f"\nshiftdemo: {event.message}")
            self.code = 2
        elif isinstance(event, RunFinished):
            say(f"\nDone in {event.seconds:.0f} s: {event.reason}.")
        elif isinstance(event, RunCancelled):
            say(f"\nStopped after {event.seconds:.0f} s at step {event.step}.")
            self.code = STOPPED

    def _cost(self, event: ArmCost) -> None:
        """Prints what an arm has cost, and what it saved against the first one."""
        whole = self.first_cost = self.first_cost or event
        saved = ""
        if whole is not event:
            shares = (
                1 - mine / most if most else 0.0
                for mine, most in (
                    (event.tokens, whole.tokens),
                    (event.seconds, whole.seconds),
                    (event.flops, whole.flops),
                )
            )
            tokens, seconds, flops = (f"{share:+.1%}" for share in shares)
            saved = f"; saved against {whole.arm}: tokens {tokens}, time {seconds}, FLOPs {flops}"
        say(
            f"\r  {event.arm}: {event.steps} steps, {event.tokens:,} tokens, "
            f"{event.seconds:.1f} s of its own, {event.flops / 1e12:.2f} TFLOP{saved}"
        )

    def _step(self, event: StepLogged) -> None:
        self.done.add((event.seed, event.step))
        if not sys.stderr.isatty() or time.monotonic() - self.shown < 0.2:
            return
        self.shown = time.monotonic()
        left = event.seconds / len(self.done) * (self.total - len(self.done))
        say(
            f"\r  step {len(self.done)}/{self.total}  loss {event.loss:.3f}  {left:.0f} s left  ",
            "",
        )
