"""What the Train tab shows of a run's events: where it is, two tables for the plots, a summary."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from shiftdemo.events import EvalLogged, RunEvent, RunStarted
from shiftdemo.ui.i18n import Visit
from shiftdemo.viz.loss import CLEAN, SHIFTED, TRAIN, Eta, eta, loss_table
from shiftdemo.viz.style import ARMS, arm_label

STATES = {
    "starting": "Preparing data and models…",
    "running": "Training",
    "finished": "Done",
    "cancelled": "Stopped; what was trained is kept",
    "failed": "Failed",
}


def plots(events: Sequence[RunEvent]) -> tuple[pd.DataFrame | None, pd.DataFrame | None]:
    """Returns the tables of the training plot and of the held-out plot; ``None`` for no points."""
    table = loss_table(events, max_rows=900)
    train = table[table["kind"] == TRAIN]
    held_out = table[table["kind"].isin((CLEAN, SHIFTED))].copy()
    held_out["line"] = held_out["arm"] + ", " + held_out["kind"].str.removeprefix("held-out ")
    arms = next((len(event.arms) for event in events if isinstance(event, RunStarted)), 0)
    # The plot keeps the scales and lines of its first table: all arms have to be in it.
    whole = [part["arm"].nunique() == arms > 0 for part in (train, held_out)]
    return (
        train[["step", "loss", "arm"]] if whole[0] else None,
        held_out[["step", "loss", "line"]] if whole[1] else None,
    )


def held_out_colors() -> dict[str, str]:
    """Returns line to colour: an arm's colour for clean, a lighter one of it for shifted."""
    lighter = {"base": "#7CB9DE", "shift": "#F2A468"}
    return {
        f"{ARMS[arm].label}, {kind}": color
        for arm in ("base", "shift")
        for kind, color in (("clean", ARMS[arm].color), ("shifted", lighter[arm]))
    }


def where(visit: Visit, events: Sequence[RunEvent], state: str, place: int) -> dict[str, Any]:
    """Returns what ``run.js`` draws.

    Args:
        state: of the run in the queue.
        place: how many runs are before it.
    """
    if state == "queued" and place == 0:
        text = visit(STATES["starting"])
        return {"state": text, "fraction": 0, "figures": [], "notes": []}
    if state == "queued":
        text = visit("Waiting: {n} run(s) before this one. One run trains at a time.", n=place)
        return {"state": text, "fraction": 0, "figures": [], "notes": []}
    now = eta(events)
    begun = next((event for event in events if isinstance(event, RunStarted)), None)
    said = visit(STATES[now.state])
    if now.message:
        said = f"{said}: {now.message}"
    figures = _figures(visit, now, begun) if begun else []
    reached = now.step / now.steps if now.state == "cancelled" and now.steps else now.fraction
    notes = list(begun.notes) if begun else []
    return {"state": said, "fraction": reached, "figures": figures, "notes": notes}


def _figures(visit: Visit, now: Eta, begun: RunStarted) -> list[list[str]]:
    seeds = list(begun.config.get("seeds", (0,)))
    rate = now.steps_per_second
    if now.state != "running" and now.seconds:
        rate = len(begun.arms) * now.step / now.seconds
    figures = [
        [f"{now.step} / {now.steps}", visit("optimiser steps of each arm")],
        [f"{rate:.1f}", visit("steps a second, both arms together")],
        [f"{now.tokens_per_second:,.0f}", visit("tokens a second, padding not counted")],
    ]
    if now.state == "running" and now.seconds_left is not None:
        figures.append([f"{now.seconds_left:.0f} s", visit("left, about")])
    else:
        figures.append([f"{now.seconds:.0f} s", visit("since the start")])
    figures.append([f"{begun.n_params:,}", visit("trainable weights of one model")])
    if len(seeds) > 1 and now.seed in seeds:
        figures.append([f"{seeds.index(now.seed) + 1} / {len(seeds)}", visit("seed in training")])
    return figures


def summary(visit: Visit, events: Sequence[RunEvent]) -> dict[str, Any] | None:
    """Returns the table of each arm's newest held-out figures, or ``None`` before any."""
    newest: dict[tuple[int, str], EvalLogged] = {}
    for event in events:
        if isinstance(event, EvalLogged):
            newest[event.seed, event.arm] = event
    if not newest:
        return None
    many = len({seed for seed, _ in newest}) > 1
    rows = [
        [
            f"{ARMS[arm].mark} {arm_label(arm)}" + (f", {visit('seed')} {seed}" if many else ""),
            str(event.step),
            f"{event.clean_loss:.3f}",
            f"{event.shifted_loss:.3f}",
            f"{event.clean_accuracy:.1f} %",
            f"{event.shifted_accuracy:.1f} %",
        ]
        for (seed, arm), event in sorted(newest.items())
    ]
    columns = [
        visit("arm"),
        visit("step"),
        visit("loss, clean (nats/token)"),
        visit("loss, shifted"),
        visit("token accuracy, clean"),
        visit("token accuracy, shifted"),
    ]
    caption = visit(
        "On held-out sentences, as they are (clean) and with the shift applied to every one "
        "(shifted). Loss: lower is better. Compare gives scores with intervals."
    )
    return {"columns": columns, "rows": rows, "caption": caption, "size": 10}
