"""Which models the pickers offer: scratch, bundled, and the arms of a visitor's runs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import gradio as gr

from shiftdemo.core.model_refs import PACKAGES, PAIR, bundled_refs, package_refs
from shiftdemo.experiments.presets import preset
from shiftdemo.experiments.recorded import RECORDED
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
    known = {**BUNDLED_ENCODINGS, **PACKAGES}
    return name if kind == "scratch" else known.get(name.partition("/")[0], "")


def named(task: str, own: Sequence[Sequence[str]] | None) -> list[str]:
    """Returns the references of the models for a task that the visitor has named."""
    return [ref for of, ref, _ in own or () if of == task]


def trainable(task: str, own: Sequence[Sequence[str]] | None = None) -> list[str]:
    """Returns the models that a run can start from; see :func:`named` for ``own``."""
    scratch = (f"scratch:{encoding}" for encoding in ENCODINGS)
    return [*named(task, own), *scratch, *bundled_refs(task)[:1], *package_refs(task)]


def usable(
    visit: Visit,
    context: Context,
    task: str,
    run_ids: list[str] | None,
    own: Sequence[Sequence[str]] | None,
) -> list[tuple[str, str]]:
    """Returns label and reference of the models that can be compared or looked at.

    Args:
        run_ids: the visitor's runs, the newest first.
        own: see :func:`named`.
    """
    choices = []
    for run_id in run_ids or ():
        for ref in context.models.arms_of(run_id):
            config = context.runs.config(run_id)
            if config.task == task:
                arm, run = visit.arm(ref.rpartition("/")[2]), visit("run {name}", name=run_id[:4])
                choices.append((f"{arm} · {config.model} · {run}", ref))
    pair = zip(PAIR, bundled_refs(task), strict=False)
    choices += [(f"{visit.arm(arm)} · {ref.partition('/')[0]}", ref) for arm, ref in pair]
    return choices + [(ref, ref) for ref in named(task, own)]


def recorded_pickers(
    visit: Visit, name: str, choices: list[tuple[str, str]]
) -> dict[str, dict[str, Any]]:
    """Returns updates of two pickers so that they name the arms of a recorded run.

    Args:
        choices: the models that can be chosen besides.
    """
    run = visit("recorded: {name}", name=visit(preset(name).label))
    arms = [(f"{visit.arm(arm)} · {run}", f"{RECORDED}{name}/{arm}") for arm in PAIR]
    base, shifted = (gr.update(choices=[*arms, *choices], value=ref) for _, ref in arms)
    return {"base": base, "shifted": shifted}


def other_arms(refs: Sequence[str] | None) -> tuple[str, ...]:
    """Returns ``NAME=REFERENCE`` for models beside a pair: each has a name that no other has."""
    names: dict[str, str] = dict.fromkeys(PAIR, "")
    for number, ref in enumerate(refs or (), 1):
        last = ref.rpartition("/")[2].rpartition(":")[2].lower()
        name = re.sub(r"[^a-z0-9_-]", "", last)[:16]
        if not name[:1].isalpha() or name in names:
            name = f"other{number}-{name}"
        names[name] = ref
    return tuple(f"{name}={ref}" for name, ref in names.items() if ref)


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
