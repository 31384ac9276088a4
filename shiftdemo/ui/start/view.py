"""What the Start tab draws: recorded and live answers, curves, and the gain and its price."""

from __future__ import annotations

import functools
from typing import Any

from shiftdemo.core.task_spec import TASKS
from shiftdemo.evaluation.results import Comparison
from shiftdemo.experiments.first_look import (
    EXAMPLES,
    LAST,
    SHOWN,
    Answers,
    curve_names,
    recorded_answers,
    recorded_curves,
)
from shiftdemo.ui.common import texts
from shiftdemo.ui.common.i18n import Visit
from shiftdemo.viz.answer_view import answer_view, curve_view
from shiftdemo.viz.style import ARMS

BEGIN = 32  # where the sentence stands when the page opens: well inside the trained range


def first_view(visit: Visit) -> dict[str, Any]:
    """Returns everything that ``start.js`` draws, in the visitor's language."""
    curves = recorded_curves()
    return {
        "lang": visit.lang,
        "begin": BEGIN,
        "last": LAST,
        "examples": _examples(),
        "curves": [
            curve_view(of.strengths, of.curves, of.condition.trained)
            | {"title": _title(visit, task, of), "note": _where(visit, task, of)}
            for task, of in curves.items()
        ],
        "verdict": _verdict(visit, curves),
        "labels": _labels(visit),
        "rows": [[task, visit(TASKS.get(task).first_look), _hint(visit, task)] for task in SHOWN],
        "arms": [[arm, ARMS[arm].mark, visit.arm(arm)] for arm in ("base", "shift")],
    }


@functools.lru_cache(maxsize=1)
def _examples() -> list[dict[str, Any]]:
    names = {text: name for name, text in EXAMPLES.items()}
    return [
        {"name": names[one.text], "text": one.text, "answers": answers_view(one)}
        for one in recorded_answers()
    ]


def answers_view(answers: Answers) -> dict[str, Any]:
    """Returns answers by task and arm: ``views``, each once, and which of them stands ``at``.

    Args:
        answers: the first of position 0.
    """
    shown: dict[str, Any] = {}
    for task, arms in answers.outputs.items():
        shown[task] = {}
        for arm, outputs in arms.items():
            distinct = list(dict.fromkeys(outputs))
            views = [answer_view(answers.text, output, outputs[0]) for output in distinct]
            shown[task][arm] = {"views": views, "at": [distinct.index(one) for one in outputs]}
    return shown


def _labels(visit: Visit) -> dict[str, str]:
    return {
        "sentence": visit("Sentence"),
        "examples": visit("Examples"),
        "position": visit("Where the sentence stands: its first word at position"),
        "same": visit("same as position 0"),
        "changed": visit("{n} of {of} words differ from position 0"),
        "recorded": visit("recorded answers"),
        "live": visit("computed now"),
        "computing": visit("Computing…"),
        "trained": visit("shift-trained saw these"),
        "axis": visit("position of the first word"),
        "at": visit("measured at {n}:"),
        "near": visit("nearest measured, {n}:"),
        "unreachable": visit("The server cannot be reached; change something to try again."),
        "placeholder": visit("Type an English sentence"),
        "empty": visit("Type a sentence, or choose an example."),
    }


def _title(visit: Visit, task: str, of: Comparison) -> str:
    return f"{visit(TASKS.get(task).first_look)}: {visit(of.score_name)}"


def _where(visit: Visit, task: str, of: Comparison) -> str:
    name, n = curve_names()[task], f"{of.n:,}"
    return visit("0 to 100, higher is better; {name}, {n} sentences", name=name, n=n)


def _hint(visit: Visit, task: str) -> str:
    return visit(texts.ENTITY_TYPES) if TASKS.get(task).head == "TokenClassification" else ""


def _verdict(visit: Visit, curves: Any) -> dict[str, str]:
    """Returns the gain and the price in one sentence, and their intervals in another."""
    gains, prices, spans = [], [], []
    last = (next(iter(curves.values())).condition.trained or (0, 0))[1]
    chance = all(
        of.differences["shift"].clean.low <= 0 <= of.differences["shift"].clean.high
        for of in curves.values()
    )
    for of in curves.values():
        name, difference = visit(of.score_name), of.differences["shift"]
        inside, clean = difference.inside, difference.clean
        gains.append(f"{inside.value:+.1f} {name}")
        prices.append(f"{clean.value:+.1f} {name}")
        spans.append(
            visit(
                "{score} {low:+.1f} to {high:+.1f} at 1 to {last}, "
                "{low0:+.1f} to {high0:+.1f} at 0",
                score=name,
                last=last,
                low=inside.low,
                high=inside.high,
                low0=clean.low,
                high0=clean.high,
            )
        )
    text = visit(
        "Shift training: {gains} on average of the positions measured from 1 to {last}; "
        "at position 0: {prices}{chance}.",
        gains=visit(" and ").join(gains),
        prices=visit(" and ").join(prices),
        chance=visit(" (no measurable loss)") if chance else "",
        last=last,
    )
    note = visit(
        "95 % intervals over the sentences: {spans}. One training run; both took the same steps.",
        spans="; ".join(spans),
    )
    return {"text": text, "note": note}
