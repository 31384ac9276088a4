"""The end of pretraining: figures on held-out and test data, the model folder and its card."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from shiftdemo.evaluation.scores import score, score_names
from shiftdemo.models.load import LoadedModel, load_model, save_model, torch_threads, versions
from shiftdemo.publishing.markdown import front_matter, table
from shiftdemo.shifts.applying import unshifted
from shiftdemo.tasks.heads import make_task
from shiftdemo.training.pretrain import Recipe, gather
from shiftdemo.training.record import write_json
from shiftdemo.training.run_folder import RunFolder


def finish_model(
    recipe: Recipe,
    recipe_path: Path,
    data: Path,
    output: Path,
    report: Callable[[float, str], None],
) -> dict[str, Any]:
    """Writes the final model (float16), ``figures.json`` and ``README.md`` into ``output``.

    Args:
        recipe: the recipe whose stages were trained in ``output``.
        data: the folder that its files are relative to.

    Returns:
        The figures: by test set, by score, value and interval.
    """
    last = RunFolder(output / f"stage-{len(recipe.stages)}").arm("base")
    loaded = load_model(str(last), recipe.task)
    figures: dict[str, Any] = {}
    with torch_threads(1):
        for done, (name, sources) in enumerate(recipe.test.items()):
            report(done / len(recipe.test), f"measuring on {name}")
            figures[name] = _measure(recipe, loaded, sources, data)
    save_model(loaded, output, half=True)
    shutil.copyfile(recipe_path, output / "recipe.json")
    write_json(output / "figures.json", figures)
    (output / "README.md").write_text(_card(recipe, loaded, figures), encoding="utf-8")
    report(1.0, "done")
    return figures


def _measure(recipe: Recipe, loaded: LoadedModel, sources: Any, data: Path) -> dict[str, Any]:
    task = make_task(recipe.task)
    samples = gather(sources, data, recipe.task)
    outputs = task.predict(loaded, [unshifted(sample) for sample in samples])
    figures = {}
    for name in score_names(task):
        result = score(task, name, samples, outputs, seed=0)
        figures[name] = {
            "value": round(result.value, 2),
            "low": round(result.low, 2),
            "high": round(result.high, 2),
            "n": result.n,
            "signature": result.signature,
        }
    return figures


def _rows(figures: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """Returns the rows of the card's table, a score each."""
    return [
        (
            *(
                where,
                name,
                f"{figure['value']:.1f}",
                f"{figure['low']:.1f} to {figure['high']:.1f}",
            ),
            *(str(figure["n"]), f"`{figure['signature']}`"),
        )
        for where, by_name in figures.items()
        for name, figure in by_name.items()
    ]


def _card(recipe: Recipe, loaded: LoadedModel, figures: Mapping[str, Any]) -> str:
    card, rows = recipe.card, _rows(figures)
    settings = json.dumps([dict(stage["training"]) for stage in recipe.stages], indent=1)
    made_with = ", ".join(f"{name} {version}" for name, version in versions().items())
    head = {
        "license": card["licence_id"],
        "language": card["languages"],
        "pipeline_tag": card["pipeline"],
    }
    lines = [
        *front_matter(head),
        "",
        f"# {card['title']}",
        "",
        card["about"],
        "",
        f"{type(loaded.model).__name__}, {loaded.n_params:,} weights, "
        f"{loaded.positions.encoding} positions ({loaded.positions.table_size}), "
        f"{len(loaded.tokenizer):,} sub-words, stored as float16.",
        "",
        "## Figures",
        "",
        *table(("test set", "score", "value", "95 % interval", "sentences", "signature"), rows),
        "",
        "Intervals: bootstrap over sentences, 1,000 resamples; one training seed.",
        "",
        "## Data and licence",
        "",
        *[f"- {line}" for line in card["data"]],
        "",
        card["licence"],
        "",
        "## How it was made",
        "",
        "```",
        f"python -m shiftdemo pretrain --task {recipe.task} --config configs/{recipe.name}.json "
        f"--data DATA --output assets/models/{recipe.name}",
        "```",
        "",
        f"The recipe is in `recipe.json`; seed {recipe.seed}; made with {made_with}. "
        "BPE-dropout draws from no seed of ours, so a new run gives about these figures, not these "
        "weights. Training settings of its stages:",
        "",
        "```json",
        settings,
        "```",
        "",
        "## Limits",
        "",
        card["limits"],
        "",
    ]
    return "\n".join(lines)
