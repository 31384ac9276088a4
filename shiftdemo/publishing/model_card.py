"""The card (README.md) of a trained arm."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shiftdemo.core.assets import ASSETS
from shiftdemo.core.events import EvalLogged
from shiftdemo.core.task_spec import TASKS
from shiftdemo.models.delay import FILE, NAME
from shiftdemo.models.load import OUTPUT_DELAY
from shiftdemo.publishing.command import command
from shiftdemo.publishing.hub import is_repo_id
from shiftdemo.publishing.markdown import code, fenced, front_matter, printable, table
from shiftdemo.publishing.saved import SavedArm
from shiftdemo.publishing.usage import own_usage, plain_usage
from shiftdemo.tasks.heads.seq2seq_lm import prompt_in


def make_card(
    saved: SavedArm, model: Mapping[str, Any], n_params: int, files: Mapping[str, str], repo_id: str
) -> str:
    """Returns the card of an arm.

    Args:
        model: the ``config.json`` of the model.
        n_params: its weights, a delay layer's not counted.
        files: what else lies beside the card: name -> what it is.
        repo_id: its name on the hub; empty: it goes into a zip.
    """
    title = TASKS.get(saved.config.task).title
    lines = [
        *front_matter(_head(saved)),
        "",
        f"# {title}: arm {saved.arm} of a paired run",
        "",
        _intro(saved, model, n_params),
        "",
        "## Held-out figures",
        "",
        *_figures(saved),
        "",
        "## How to load it",
        "",
        *_loading(saved, model, repo_id),
        "",
        "## How it was trained",
        "",
        *_training(saved),
        "",
        "## Files",
        "",
        *table(("file", "holds"), [(code(name), text) for name, text in files.items()]),
        "",
        "## Data and licence",
        "",
        _rights(saved),
        "",
        "## Limits",
        "",
        *_limits(saved),
        "",
    ]
    return "\n".join(lines)


def _intro(saved: SavedArm, model: Mapping[str, Any], n_params: int) -> str:
    shifts = " + ".join(map(code, _shifts(saved)))
    kind = (model.get("architectures") or ["Transformer"])[0]
    return (
        f"{code(str(kind))}, {n_params:,} weights, made by shiftdemo (shift training of "
        f"Transformers). Arms {', '.join(saved.config.arms)} trained side by side on the same "
        "sentences in the same order, from the same start; they differ in the shift alone. "
        f"This one: {f'trained on {shifts}' if shifts else 'no shift'}."
    )


def _shifts(saved: SavedArm) -> tuple[str, ...]:
    return saved.config.shifts_of(saved.arm)


def _head(saved: SavedArm) -> dict[str, Any]:
    config = saved.config
    head: dict[str, Any] = {
        "license": _licence(saved) or "other",
        "library_name": "transformers",
        "pipeline_tag": TASKS.get(config.task).pipeline,
        "tags": ["shift-training", "shiftdemo"],
    }
    if config.data.corpus:
        head["language"] = list(TASKS.get(config.task).languages)
    model = config.model.removeprefix("hub:").partition("@")[0]
    if config.model.startswith("hub:") and is_repo_id(model):
        head["base_model"] = model
    sets = [ref.removeprefix("hub:") for ref in (config.data.train, config.data.eval)]
    named = sorted({ref for ref in sets if is_repo_id(ref)})
    if named and not config.data.corpus:
        head["datasets"] = named
    return head


def _licence(saved: SavedArm) -> str:
    """Returns the licence, where start and data both came with shiftdemo; else nothing."""
    kind, _, name = saved.config.model.partition(":")
    card = Path(ASSETS / "models" / name.partition("/")[0] / "README.md")
    if kind != "bundled" or not saved.config.data.corpus or not card.is_file():
        return ""
    head = card.read_text(encoding="utf-8").split("---\n")[1]
    lines = [line for line in head.splitlines() if line.startswith("license:")]
    return lines[0].partition(":")[2].strip().strip('"') if lines else ""


def _figures(saved: SavedArm) -> list[str]:
    if not saved.held_out:
        return ["None were measured before the model was saved."]
    scored = [e for e in saved.held_out if e.score_name]
    told = all((e.clean_score, e.shifted_score) == _accuracies(e) for e in scored)
    score = "" if told else scored[0].score_name  # a second column of the same is no use
    accuracy = TASKS.get(saved.config.task).accuracy_name
    head = ["arm", "seed", "step"]
    for name in ("loss, nats per label", f"{accuracy}, %", *([f"{score}, %"] if score else ())):
        head += [f"clean {name}", f"shifted {name}"]
    rows = [_figure_row(event, bool(score)) for event in saved.held_out]
    return [
        *table(head, rows),
        "",
        f"On {saved.config.data.eval_size:,} held-out sentences at most, none of which is in the "
        "training data: as they are (clean), and with every one, whatever p, shifted by "
        f"{' + '.join(map(code, saved.config.shifts)) or 'nothing'} (shifted). "
        "A lower loss and a higher score are better. The figures are in `scores.json` too.",
    ]


def _accuracies(event: EvalLogged) -> tuple[float, float]:
    return event.clean_accuracy, event.shifted_accuracy


def _figure_row(event: EvalLogged, with_score: bool) -> list[str]:
    row = [event.arm, str(event.seed), str(event.step)]
    row += [f"{event.clean_loss:.3f}", f"{event.shifted_loss:.3f}"]
    row += [f"{value:.1f}" for value in _accuracies(event)]
    return [*row, f"{event.clean_score:.1f}", f"{event.shifted_score:.1f}"] if with_score else row


def _loading(saved: SavedArm, model: Mapping[str, Any], repo_id: str) -> list[str]:
    task, ref = saved.config.task, repo_id or "."
    late = int(model.get(OUTPUT_DELAY) or 0)
    prompt = prompt_in(model.get("task_specific_params"), task)
    where = "" if repo_id else " Unpack the zip; `place` is the folder that it was unpacked into."
    first = (
        "Plain transformers loads the model WITHOUT its delay layer, and its outputs are then not "
        "those of the figures above."
        if model.get(NAME)
        else "Plain transformers loads it; shiftdemo is not needed."
    )
    lines = [
        f"{first}{where}",
        "",
        *fenced(plain_usage(task, ref, late, prompt), "python"),
    ]
    if late:
        lines += [
            "",
            f"It answers {late} places late: the tag of a word stands {late} places after the "
            f"word's first piece, and {late} padding tokens at the end make room for the last.",
        ]
    if model.get(NAME):
        own_ref = f"hub:{repo_id}" if repo_id else ref
        lines += [
            "",
            f"The delay layer that it was trained with lies in `{FILE}`; shiftdemo loads the "
            "model with it:",
            "",
            *fenced(own_usage(task, own_ref, late, prompt), "python"),
        ]
    return lines


def _training(saved: SavedArm) -> list[str]:
    config, data = saved.config, saved.config.data
    if data.corpus:
        source = f"the built-in corpus {code(data.corpus)}, {data.size:,} sentences"
    else:
        source = f"{code(data.train)}, held out {code(data.eval)}"
    step = f"{saved.step:,}" if saved.step else "an unknown number"
    ending = f"it ended: {printable(saved.ending)}" if saved.ending else "and goes on"
    words, unflagged = command(config)
    versions = saved.settings.get("versions")
    packages = versions.items() if isinstance(versions, Mapping) else ()
    lines = [
        f"- Data: {source}.",
        f"- Start: {code(config.model)}, seed {saved.seed}.",
        f"- Saved after {step} of {config.steps:,} steps; the run took {saved.seconds:.0f} s, "
        f"{ending}.",
        f"- Made with {', '.join(printable(f'{name} {version}') for name, version in packages)}.",
        "",
        "The command that makes the run again (all settings are in `run.json`):",
        "",
        *fenced(printable(shlex.join(words)), "sh"),
    ]
    if unflagged:
        lines += ["", f"Settings that have no flag: {', '.join(map(code, unflagged))}."]
    return lines


def _rights(saved: SavedArm) -> str:
    if _licence(saved):
        return (
            f"It goes on from {code(saved.config.model)}, whose licence it keeps, on sentences of "
            "shiftdemo's own grammar."
        )
    return (
        "The rights in the training sentences, and in the model that it started from, stay with "
        "their owners. `license: other` stands for what whoever passes this model on has to state."
    )


def _limits(saved: SavedArm) -> list[str]:
    seeds = len(saved.config.seeds)
    return [
        "- The figures are those of sentences like the training sentences; other texts may do "
        "worse.",
        "- What a shift trains for holds inside the trained range; beyond it nothing is promised.",
        f"- {seeds} training seed{'s' if seeds > 1 else ''}: a difference between the arms can be "
        "chance. `python -m shiftdemo compare` measures it with intervals.",
    ]
