"""What the Train tab shows of a run beside its curves: where it is, its figures, its cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shiftdemo.core.events import ArmCost, RunEvent, RunStarted
from shiftdemo.core.task_spec import TASKS
from shiftdemo.evaluation.seed_interval import mean_interval
from shiftdemo.ui.common import texts
from shiftdemo.ui.common.i18n import Visit
from shiftdemo.viz.loss import Eta, RunHistory
from shiftdemo.viz.style import arm_styles

STATES = {
    "starting": "Preparing data and models…",
    "running": "Training",
    "finished": "Done",
    "cancelled": "Stopped; what was trained is kept",
    "failed": "Failed",
}


def where(visit: Visit, history: RunHistory, state: str, queue_position: int) -> dict[str, Any]:
    """Returns what ``run.js`` draws.

    Args:
        state: of the run in the queue.
        queue_position: how many runs are before it.
    """
    if state == "queued" and queue_position == 0:
        text = visit(STATES["starting"])
        return {"state": text, "fraction": 0, "figures": [], "notes": []}
    if state == "queued":
        text = visit(
            "Waiting: {n} run(s) before this one. One run trains at a time.", n=queue_position
        )
        return {"state": text, "fraction": 0, "figures": [], "notes": []}
    now, begun = history.eta(), history.begun
    said = visit(STATES[now.state])
    if now.message:
        said = visit("{state}: {why}", state=said, why=visit.translate(now.message))
    figures = _figures(visit, now, begun) if begun else []
    reached = now.step / now.steps if now.state == "cancelled" and now.steps else now.fraction
    status = {"state": said, "fraction": reached, "figures": figures}
    status |= {"fold": visit("Figures of the machine"), "brief": _brief(visit, now)}
    if now.state == "running" and now.seconds_left is not None:
        text = "step {step} of {steps}, {seconds:.0f} seconds left"
        status["said"] = visit(text, step=now.step, steps=now.steps, seconds=now.seconds_left)
    return status


def notes(visit: Visit, history: RunHistory) -> dict[str, Any] | None:
    """Returns what ``run.js`` draws of which run this is, and of what is to be known of it."""
    begun = history.begun
    if begun is None:
        return None
    told = [visit.translate(note) for note in begun.notes]
    return {"run": sentence(visit, begun.config), "notes": told}


def _brief(visit: Visit, now: Eta) -> str:
    """Returns how far the run is, in a few letters; nothing before it has begun."""
    if not now.steps:
        return ""
    if now.state == "running" and now.seconds_left is not None:
        left = visit("{n:.0f} s left", n=now.seconds_left)
        return f"{now.step} / {now.steps} · {left}"
    return f"{now.step} / {now.steps} · {now.seconds:.0f} s"


def described(visit: Visit, config: Mapping[str, Any]) -> str:
    """Returns which run this is: its task, model, shift and length."""
    steps = visit("{n} steps", n=config.get("steps", 0))
    shifts = " + ".join(config.get("shifts", ()))
    return " · ".join(filter(None, [config["task"], config["model"], shifts, steps]))


def sentence(visit: Visit, config: Mapping[str, Any]) -> str:
    """Returns the run as one sentence: who learns what, how long, and in what the arms differ."""
    others = {
        name.strip(): specs.strip()
        for name, _, specs in (str(text).partition("=") for text in config.get("other_arms", ()))
    }
    told = {"base": visit("one copy plainly"), "start": visit("one not at all")}
    told["matched"] = visit("one plainly on as many tokens as that")
    told["shift"] = visit("one with {shift}", shift=" + ".join(config.get("shifts", ())))
    arms = [told.get(arm) or visit("one with {shift}", shift=others[arm]) for arm in config["arms"]]
    spec = TASKS.get(config["task"])
    said = visit(
        "{model} learns {task} in {steps} steps: {arms}.",
        model=config["model"],
        task=visit(spec.label or spec.name),
        steps=config["steps"],
        arms=visit(", ").join(arms),
    )
    seeds = len(config.get("seeds", (0,)))
    return said + (" " + visit("With {n} seeds.", n=seeds) if seeds > 1 else "")


def _figures(visit: Visit, now: Eta, begun: RunStarted) -> list[list[str]]:
    config = begun.config
    seeds = list(config.get("seeds", (0,)))
    n_arms = len([arm for arm in begun.arms if arm != "start"])
    steps = visit("optimiser steps of each arm")
    if len(seeds) > 1:
        steps = visit("optimiser steps of each arm, {n} seeds together", n=len(seeds))
    figures = [
        [f"{now.step} / {now.steps}", steps],
        [f"{now.steps_per_second:.1f}", visit("steps a second, of each arm")],
        [f"{now.tokens_per_second:,.0f}", visit("tokens a second, padding not counted")],
    ]
    if now.state == "running" and now.seconds_left is not None:
        figures.append([f"{now.seconds_left:.0f} s", visit("left, about")])
    else:
        figures.append([f"{now.seconds:.0f} s", visit("since the start")])
    if now.learning_rate:
        figures.append([f"{now.learning_rate:.1e}", visit("learning rate")])
    if now.memory:
        figures.append([f"{now.memory:,.0f} MiB", visit("memory of the training")])
    figures.append([f"{begun.n_params:,}", visit("trainable weights of one model")])
    if "device" in config:
        processes = int(config.get("processes", 1))
        text = visit("device, precision; arms: {arms}, processes: {n}", n=processes, arms=n_arms)
        figures.append([f"{config['device']}, {config.get('precision', '')}", text])
    if len(seeds) > 1 and now.seed in seeds and now.state == "running":
        figures.append([f"{seeds.index(now.seed) + 1} / {len(seeds)}", visit("seed in training")])
    return figures


# Figures of EvalLogged in the table, and how each is written.
_COLUMNS = {
    "clean_loss": "{:.3f}",
    "shifted_loss": "{:.3f}",
    "clean_score": "{:.1f}",
    "shifted_score": "{:.1f}",
    "clean_accuracy": "{:.1f} %",
    "shifted_accuracy": "{:.1f} %",
}


def summary(visit: Visit, history: RunHistory) -> dict[str, Any] | None:
    """Returns the table of each arm's newest held-out figures, or ``None`` before any.

    With several seeds one row an arm: the mean, and half the width of its 95 % interval over the
    seeds (Student's t).
    """
    begun = history.begun
    newest = {(event.seed, event.arm): event for event in history.evals}
    if not newest or begun is None:
        return None
    styles = arm_styles(begun.arms)
    score_name = history.evals[-1].score_name
    no_more = not score_name or "accuracy" in score_name  # the score is the accuracy
    shown = [name for name in _COLUMNS if not (no_more and name.endswith("_score"))]
    accuracy = score_name if no_more and score_name else "token accuracy"
    rows = []
    for arm in begun.arms:
        events = [event for (_, of), event in newest.items() if of == arm]
        if not events:
            continue
        label = f"{styles[arm].mark} {visit.arm(arm)}"
        if len(events) > 1:
            label += f", {visit('mean of {n} seeds', n=len(events))}"
        values = [[getattr(event, name) for event in events] for name in shown]
        written = [
            _written(_COLUMNS[name], figures) for name, figures in zip(shown, values, strict=True)
        ]
        rows.append([label, str(max(event.step for event in events)), *written])
    titles = {
        "clean_loss": f"{visit('loss')}, {visit('clean')}",
        "shifted_loss": f"{visit('loss')}, {visit('shifted')}",
        "clean_score": f"{visit(score_name)}, {visit('clean')}",
        "shifted_score": f"{visit(score_name)}, {visit('shifted')}",
        "clean_accuracy": f"{visit(accuracy)}, {visit('clean')}",
        "shifted_accuracy": f"{visit(accuracy)}, {visit('shifted')}",
    }
    columns = [visit("arm"), visit("step"), *(titles[name] for name in shown)]
    measured = {event.n for event in newest.values() if event.n}
    caption = visit(texts.HELD_OUT)
    if measured:
        caption += " " + visit("Newest figures: on {n} sentences.", n=max(measured))
    return {"columns": columns, "rows": rows, "caption": caption, "size": 10}


def _written(form: str, values: Sequence[float]) -> str:
    """Returns one figure, or the mean of several with half its interval."""
    if len(values) == 1:
        return form.format(values[0])
    mean, half = mean_interval(values)
    return f"{form.format(mean)} ± {form.replace(' %', '').format(half)}"


def costs(visit: Visit, events: Sequence[RunEvent]) -> dict[str, Any] | None:
    """Returns the table of what each arm has cost, or ``None`` before the run has ended."""
    by_arm = {event.arm: event for event in events if isinstance(event, ArmCost)}
    begun = next((event for event in events if isinstance(event, RunStarted)), None)
    if not by_arm or begun is None:
        return None
    styles, first = arm_styles(begun.arms), next(iter(by_arm.values()))
    rows = []
    for arm, cost in by_arm.items():
        saves = cost.tokens != first.tokens  # else a difference of time is the machine's
        rows.append(
            [
                f"{styles[arm].mark} {visit.arm(arm)}",
                f"{cost.tokens:,}{_less(cost.tokens, first.tokens)}",
                f"{cost.seconds:.1f} s{_less(cost.seconds, first.seconds) if saves else ''}",
                f"{cost.flops / 1e12:.2f}{_less(cost.flops, first.flops)}",
            ]
        )
    columns = [visit("arm"), visit("tokens"), visit("time of its steps"), visit("TFLOP, estimate")]
    return {"columns": columns, "rows": rows, "caption": visit(texts.COST), "size": 10}


def _less(value: float, first: float) -> str:
    """Returns the difference to the first arm, where there is one."""
    return f" ({value / first - 1:+.0%})" if first and round(value / first - 1, 2) else ""
