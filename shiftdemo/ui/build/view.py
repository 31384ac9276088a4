"""One shifted sample as what ``build.js`` draws, in the visitor's language."""

from __future__ import annotations

import itertools
from typing import Any

from shiftdemo.core.samples import QuestionSample, TaggedSample, TextSample, TranslationSample
from shiftdemo.core.task_spec import TASKS
from shiftdemo.core.types import PLAIN_POSITIONS, PositionPlan, ShiftedSample
from shiftdemo.ui.common import texts
from shiftdemo.ui.common.i18n import Visit
from shiftdemo.viz.sample_view import MOST_DRAWN, build_view

MOST_CHARS = 5000  # of a plain text on the page
STATES = ("kept", "repositioned", "moved", "copied", "new", "gone")


def view_of(visit: Visit, shifted: ShiftedSample, task: str) -> dict[str, Any]:
    """Returns what ``build.js`` draws."""
    view = build_view(shifted, causal=TASKS.get(task).kind == "causal")
    before, after = shifted.original, shifted.shifted
    lines = [["x", before.text], ["x′", after.text]]
    if isinstance(before, TranslationSample) and isinstance(after, TranslationSample):
        lines += [["y", before.target], ["y′", after.target]]
    elif isinstance(before, TaggedSample) and isinstance(after, TaggedSample):
        lines += [["y", " ".join(before.tags)], ["y′", " ".join(after.tags)]]
    elif isinstance(after, TextSample) and after.label:
        lines += [["y = y′", after.label]]
    elif isinstance(before, QuestionSample) and isinstance(after, QuestionSample):
        lines += [["q", after.question], ["y = y′", _answer(visit, after)]]
        view["lead"] = visit(
            "Question: {question} Answer: {answer}",
            question=after.question,
            answer=_answer(visit, after),
        )
        for word in itertools.chain.from_iterable(s["before"] + s["after"] for s in view["sides"]):
            if word.pop("answers", False):
                word["tag"] = visit("answer")
    lines = [
        [name, text if len(text) <= MOST_CHARS else text[:MOST_CHARS] + "…"] for name, text in lines
    ]
    words = itertools.chain.from_iterable(side["before"] + side["after"] for side in view["sides"])
    present = {word["state"] for word in words}
    states = [state for state in STATES if state in present]
    note = _note(visit, shifted, view["steps"])
    if view["hidden"]:
        note = f"{note} {visit('Only the first {n} words are drawn.', n=MOST_DRAWN)}".strip()
    return {**view, "texts": lines, "states": states, "labels": _labels(visit, view), "note": note}


def _answer(visit: Visit, sample: QuestionSample) -> str:
    return sample.reference or visit("none in the context")


def _note(visit: Visit, shifted: ShiftedSample, steps: dict[str, Any] | None) -> str:
    parts = [visit("Nothing was shifted:")] if not shifted.applied else []
    parts += [visit.translate(shifted.note)] if shifted.note else []
    parts += [
        _positions(visit, name, plan)
        for name, plan in (("source", shifted.feed.source), ("target", shifted.feed.target))
        if plan != PLAIN_POSITIONS
    ]
    feed = shifted.feed
    if feed.length is not None and steps is not None:
        parts.append(
            visit(
                "Length drawn: {n}; the target is shorter, so nothing is hidden."
                if feed.length >= steps["total"]
                else "Length drawn: {n} labels carry loss.",
                n=feed.length,
            )
        )
    return " ".join(parts)


def _positions(visit: Visit, side: str, plan: PositionPlan) -> str:
    """Returns what happened to the position ids of one side."""
    name = visit("Source positions" if side == "source" else "Target positions")
    changes = []
    if plan.offset:
        changes.append(visit("every id moves by {k}", k=plan.offset))
    if plan.span:
        changes.append(visit("a random increasing choice below {span}", span=plan.span))
    if plan.skips:
        gaps = ", ".join(str(gap) for _, gap in plan.skips)
        changes.append(visit("gaps of {gaps} between chunks", gaps=gaps))
    return f"{name}: {'; '.join(changes)}."


def _steps_note(visit: Visit, decoded: bool, steps: dict[str, Any] | None) -> str:
    if steps is None:
        return ""
    if decoded:
        return visit(texts.DECODER_NOTE, n=steps["lag"])
    return visit(texts.DELAY_NOTE if steps["lag"] else texts.LABEL_NOTE, n=steps["lag"])


def _labels(visit: Visit, view: dict[str, Any]) -> dict[str, str]:
    decoded = view["kind"] != "tags"
    return {
        "source": visit("Text") if view["kind"] in ("text", "question") else visit("Source"),
        "target": visit("Target"),
        "words": visit("Words and tags"),
        "original": visit("original"),
        "shifted": visit("shifted"),
        "kept": visit("kept in place"),
        "moved": visit("moved"),
        "repositioned": visit("same place, other position id"),
        "copied": visit("copied"),
        "new": visit("new"),
        "gone": visit("gone"),
        "position": visit("position"),
        "rows": visit("original above, shifted below"),
        "asText": visit("As plain text"),
        "steps": visit("What the decoder sees" if decoded else "What the tagger is asked"),
        "stepsNote": _steps_note(visit, decoded, view["steps"]),
        "input": visit("decoder input" if decoded else "input"),
        "label": visit("label"),
        "lossRow": visit("loss"),
        "seen": visit("also sees the state of"),
        "step_loss": visit("yes"),
        "step_masked": visit("masked"),
        "step_cut": visit("cut off"),
        "positionNote": visit(texts.POSITION_NOTE),
    }
