"""What the command line prints of a run as it goes on."""

from __future__ import annotations

import sys
import time
from typing import Any

from shiftdemo.cli.output import print_json, say
from shiftdemo.core.events import (
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
        self.newest: dict[tuple[int, str], EvalLogged] = {}

    def show(self, event: Any) -> None:
        """Prints one event."""
        from shiftdemo.training.record import to_json

        if self.as_json:
            print_json(to_json(event))
        if isinstance(event, RunStarted):
            self.total = event.steps
            how = [str(event.config[key]) for key in ("device", "precision") if key in event.config]
            weights = f"{event.n_params:,} trainable weights"
            say(", ".join([weights, f"arms {', '.join(event.arms)}", *how]))
            for note in event.notes:
                say(f"Note: {note}")
        elif isinstance(event, StepLogged):
            self._step(event)
        elif isinstance(event, EvalLogged):
            self.newest[event.seed, event.arm] = event
            say(
                f"\r  seed {event.seed} step {event.step} {event.arm}: held-out loss "
                f"{event.clean_loss:.3f} clean, {event.shifted_loss:.3f} shifted (nats per label); "
                f"{event.score_name} {event.clean_score:.1f}, {event.shifted_score:.1f}"
            )
            if event.note:  # an operator that learns says how far it came
                say(f"  {event.note}")
        elif isinstance(event, RunResumed):
            say(f"Going on after step {event.step} of seed {event.seed}")
        elif isinstance(event, ArmCost):
            self._cost(event)
        elif isinstance(event, RunFailed):
            say(f"\nshiftdemo: {event.message}")
            self.code = 2
        elif isinstance(event, RunFinished):
            self._means()
            say(f"\nDone in {event.seconds:.0f} s: {event.reason}.")
        elif isinstance(event, RunCancelled):
            say(f"\nStopped after {event.seconds:.0f} s at step {event.step}.")
            self.code = STOPPED

    def _means(self) -> None:
        """Prints the last held-out figures as means over the seeds, where there are several."""
        from shiftdemo.evaluation.seed_interval import mean_interval

        for arm in dict.fromkeys(arm for _, arm in self.newest):
            events = [event for (_, of), event in self.newest.items() if of == arm]
            if len(events) < 2:
                return
            parts = []
            for kind in ("clean", "shifted"):
                loss, score = (
                    mean_interval([getattr(event, f"{kind}_{name}") for event in events])
                    for name in ("loss", "score")
                )
                parts.append(
                    f"{kind} loss {loss[0]:.3f} ± {loss[1]:.3f}, "
                    f"{events[0].score_name} {score[0]:.1f} ± {score[1]:.1f}"
                )
            say(f"\r  {arm}, mean of {len(events)} seeds (± 95 %): {'; '.join(parts)}")

    def _cost(self, event: ArmCost) -> None:
        """Prints what an arm has cost, and how much more or less than the first one."""
        whole = self.first_cost = self.first_cost or event
        against = ""
        if whole is not event:
            shares = (
                mine / most - 1 if most else 0.0
                for mine, most in (
                    (event.tokens, whole.tokens),
                    (event.seconds, whole.seconds),
                    (event.flops, whole.flops),
                )
            )
            tokens, seconds, flops = (f"{share:+.1%}" for share in shares)
            against = f"; against {whole.arm}: tokens {tokens}, time {seconds}, FLOPs {flops}"
        say(
            f"\r  {event.arm}: {event.steps} steps, {event.tokens:,} tokens, "
            f"{event.seconds:.1f} s of its own, {event.flops / 1e12:.2f} TFLOP{against}"
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
