"""The end of pretraining: both arms measured, and the folder of the pair with its card."""

from __future__ import annotations

import dataclasses
import json
import shutil
from pathlib import Path
from typing import Any

from shiftdemo.core.events import StepLogged
from shiftdemo.core.messages import Message
from shiftdemo.core.progress import Progress
from shiftdemo.evaluation.comparing import Comparison, compare_models
from shiftdemo.evaluation.conditions import condition_of
from shiftdemo.evaluation.training_words import TrainingWords, read_words, training_words
from shiftdemo.models.load import load_model, torch_threads
from shiftdemo.publishing.pretrained_card import pair_card
from shiftdemo.tasks.heads import make_task
from shiftdemo.training.pretrain import RECIPE, Recipe, gather, stage_run
from shiftdemo.training.record import read_events, to_json, write_json
from shiftdemo.training.run_folder import RunFolder

CURVE = (0, 1, 2, 4, 8, 16, 32, 48, 64)  # offsets of a curve
ENDS = (0, 32)  # and of the test sets that get none


def finish_pair(
    recipe: Recipe, recipe_path: Path, data: Path, output: Path, report: Progress
) -> dict[str, Comparison]:
    """Writes the arms, their run, the comparison, ``figures.json`` and the card into ``output``.

    The comparison is that of the recipe's first curve, without its sentences, which may not be
    ours to give away; of the log the single steps are left out.

    Args:
        recipe: whose stages were trained in ``output``; the last one trained a pair.
        data: the folder that its files are relative to.

    Returns:
        The comparisons of the two arms, by test set.
    """
    stage = stage_run(output, len(recipe.stages))
    pair = RunFolder(output)
    for arm in stage.arms():
        shutil.copytree(stage.arm(arm), pair.arm(arm), dirs_exist_ok=True)
    write_json(pair.words, words_of_recipe(recipe, data).to_dict())
    measured = measure_pair(recipe, data, pair, report)
    shutil.copyfile(stage.config, pair.config)
    events = [event for event in read_events(stage.path) if not isinstance(event, StepLogged)]
    lines = [json.dumps(to_json(event), ensure_ascii=False) + "\n" for event in events]
    pair.events.write_text("".join(lines), encoding="utf-8")
    shutil.copyfile(recipe_path, output / RECIPE)
    first = measured[recipe.curves[0]]
    arms = {arm: arm for arm in first.arms}  # they lie beside it, wherever it is taken
    write_json(pair.comparison, dataclasses.replace(first, arms=arms, outputs=()).to_dict())
    write_json(output / "figures.json", {name: figures_of(of) for name, of in measured.items()})
    base = load_model(str(pair.arm("base")), recipe.task)
    (output / "README.md").write_text(pair_card(recipe, base, measured, events), encoding="utf-8")
    report(1.0, Message("comparing.done"))
    return measured


def words_of_recipe(recipe: Recipe, data: Path) -> TrainingWords:
    """Returns the words of everything that a recipe trains on, each source counted once."""
    sources: list[Any] = []
    for stage in recipe.stages:
        sources += [source for source in stage["sources"] if source not in sources]
    return training_words(gather(sources, data, recipe.task))


def measure_pair(
    recipe: Recipe, data: Path, pair: RunFolder, report: Progress
) -> dict[str, Comparison]:
    """Returns the comparison of the two arms on each of the recipe's test sets."""
    task = make_task(recipe.task)
    models = {arm: load_model(str(pair.arm(arm)), recipe.task) for arm in ("base", "shift")}
    condition = condition_of(recipe.shifts, task.spec.kind == "seq2seq")
    words = read_words(pair.words)
    measured: dict[str, Comparison] = {}
    with torch_threads(1):
        for number, (name, sources) in enumerate(recipe.test.items()):

            def tell(share: float, text: str, number: int = number) -> None:
                report((number + share) / len(recipe.test), text)

            measured[name] = compare_models(
                models,
                task,
                gather(sources, data, recipe.task),
                CURVE if name in recipe.curves else ENDS,
                conditions=(condition,) if condition else (),
                progress=tell,
                words=words,
            )
    return measured


def figures_of(comparison: Comparison) -> dict[str, Any]:
    """Returns the figures of one test set as plain values, rounded as the card writes them."""
    return {
        "n": comparison.n,
        "offsets": list(comparison.strengths),
        "score": comparison.score_name,
        "curves": {
            arm: [_rounded(score) for score in scores] for arm, scores in comparison.curves.items()
        },
        "price": _rounded(comparison.differences["shift"].clean),
        "scores": {
            arm: {
                name: {**_rounded(score), "signature": score.signature}
                for name, score in scores.items()
            }
            for arm, scores in comparison.scores.items()
        },
    }


def _rounded(estimate: Any) -> dict[str, float]:
    return {name: round(getattr(estimate, name), 1) for name in ("value", "low", "high")}
