"""Which models the pickers offer: scratch, bundled, and the arms of a visitor's runs."""

from __future__ import annotations

from typing import Any

from shiftdemo.core.assets import ASSETS
from shiftdemo.core.task_spec import TASKS
from shiftdemo.ui.common.context import Context
from shiftdemo.ui.common.i18n import Visit

# As in shiftdemo.models.load and .scratch, which cannot be imported before the first paint: they
# need torch. A test compares the two.
ENCODINGS = ("learned", "sinusoidal", "rotary", "relative")
BUNDLED_ENCODINGS = {
    "translator": "sinusoidal",
    "tagger": "learned",
    "language_model": "learned",
}


def bundled(task: str) -> list[str]:
    """Returns the reference of the bundled model for a task, where there is one."""
    name = TASKS.get(task).bundled
    there = name and (ASSETS / "models" / name / "config.json").is_file()
    return [f"bundled:{name}"] if there else []


def encoding_of(ref: str | None) -> str:
    """Returns the position encoding of a model that can be trained, ``""`` where unknown."""
    kind, _, name = (ref or "").partition(":")
    return name if kind == "scratch" else BUNDLED_ENCODINGS.get(name, "")


def trainable(task: str) -> list[str]:
    """Returns the models that a run can start from."""
    return [*(f"scratch:{encoding}" for encoding in ENCODINGS), *bundled(task)]


def usable(visit: Visit, context: Context, task: str, run_ids: list[str]) -> list[tuple[str, str]]:
    """Returns label and reference of the models that can be compared or looked at.

    Args:
        run_ids: the visitor's runs, the newest first.
    """
    choices = []
    for run_id in run_ids:
        for ref in context.models.arms_of(run_id):
            config = context.runs.config(run_id)
            if config.task == task:
                arm, run = visit.arm(ref.rpartition("/")[2]), visit("run {name}", name=run_id[:4])
                choices.append((f"{arm} · {config.model} · {run}", ref))
    return choices + [(ref, ref) for ref in bundled(task)]


def default_pair(choices: list[tuple[str, str]]) -> tuple[Any, Any]:
    """Returns the base and the shift-trained model to begin with."""
    refs = [ref for _, ref in choices]
    if not refs:
        return None, None
    trained = (ref for ref in refs if ref.startswith("run:") and not ref.endswith("/base"))
    shifted = next((ref for ref in refs if ref.endswith("/shift")), next(trained, refs[0]))
    run = shifted.rpartition("/")[0]
    base = next((ref for ref in refs if ref == f"{run}/base"), refs[0])
    return base, shifted
