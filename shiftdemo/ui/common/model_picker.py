"""Which models the pickers offer: scratch, bundled, and the arms of a visitor's runs."""

from __future__ import annotations

from typing import Any

from shiftdemo.core.model_refs import PAIR, bundled_refs
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


def encoding_of(ref: str | None) -> str:
    """Returns the position encoding of a model that can be trained, ``""`` where unknown."""
    kind, _, name = (ref or "").partition(":")
    return name if kind == "scratch" else BUNDLED_ENCODINGS.get(name.partition("/")[0], "")


def trainable(task: str) -> list[str]:
    """Returns the models that a run can start from."""
    return [*(f"scratch:{encoding}" for encoding in ENCODINGS), *bundled_refs(task)[:1]]


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
    pair = zip(PAIR, bundled_refs(task), strict=False)
    return choices + [(f"{visit.arm(arm)} · {ref.partition('/')[0]}", ref) for arm, ref in pair]


def default_pair(choices: list[tuple[str, str]]) -> tuple[Any, Any]:
    """Returns the base and the shift-trained model to begin with: the first two of one run."""
    runs: dict[str, list[str]] = {}
    for _, ref in choices:
        runs.setdefault(ref.partition("/")[0], []).append(ref)
    if not runs:
        return None, None
    refs = next((refs for refs in runs.values() if len(refs) > 1), next(iter(runs.values())))
    trained = [ref for ref in refs if "/" in ref and not ref.endswith("/base")]
    shifted = next((ref for ref in trained if ref.endswith("/shift")), (trained or refs)[0])
    return next((ref for ref in refs if ref not in trained), refs[0]), shifted
