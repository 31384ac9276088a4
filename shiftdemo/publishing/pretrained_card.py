"""The card of a bundled pair: what it is, what both arms score, what the shift has cost."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from shiftdemo.core.events import ArmCost, RunEvent
from shiftdemo.core.types import Score
from shiftdemo.evaluation.comparing import Comparison
from shiftdemo.models.load import LoadedModel, versions
from shiftdemo.publishing.markdown import front_matter, table
from shiftdemo.training.pretrain import Recipe
from shiftdemo.viz.style import arm_label


def pair_card(
    recipe: Recipe,
    base: LoadedModel,
    measured: Mapping[str, Comparison],
    events: Sequence[RunEvent],
) -> str:
    """Returns the card in Markdown.

    Args:
        base: the base arm.
        measured: the comparisons of the two arms, by test set.
        events: of the run that trained them.
    """
    card = recipe.card
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
        f"Two arms of one run: `base/` was trained on plainly, `shift/` with "
        f"`{' + '.join(recipe.shifts)}`, from the same weights, on the same sentences in the same "
        "order, for the same number of steps.",
        "",
        f"Each is a {type(base.model).__name__}, {base.n_params:,} weights, "
        f"{base.positions.encoding} positions ({base.positions.table_size}), "
        f"{len(base.tokenizer):,} sub-words, stored as float16.",
        "",
        "## Robustness",
        "",
        *_curves(recipe, measured),
        "In brackets: 95 % interval over the sentences (bootstrap, 1,000 resamples); one training "
        "seed, so they say nothing of the chance of training.",
        "",
        "## Scores at position 0",
        "",
        *_scores(measured),
        "",
        "## Cost of the pair",
        "",
        *_costs(events),
        "",
        "Of the last stage, in which the arms part. Tokens without padding; operations are an "
        "estimate, with padding.",
        "",
        *_origin(recipe),
    ]
    return "\n".join(lines)


def _curves(recipe: Recipe, measured: Mapping[str, Comparison]) -> list[str]:
    lines: list[str] = []
    for name in recipe.curves:
        of = measured[name]
        head = ("first word at position", *map(arm_label, of.curves), "difference")
        rows = [
            (
                f"{strength:g}",
                *(_interval(scores[i]) for scores in of.curves.values()),
                _interval(of.differences["shift"].by_offset[i], "+.1f"),
            )
            for i, strength in enumerate(of.strengths)
        ]
        price = _interval(of.differences["shift"].clean, "+.1f")
        lines += [
            f"{name}, {of.score_name}, {of.n:,} sentences:",
            "",
            *table(head, rows),
            "",
            f"The price on clean data (position 0): {price}.",
            "",
        ]
    return lines


def _interval(estimate: Any, form: str = ".1f") -> str:
    return f"{estimate.value:{form}} ({estimate.low:{form}} to {estimate.high:{form}})"


def _scores(measured: Mapping[str, Comparison]) -> list[str]:
    head = ("test set", "score", "base", "shift-trained", "sentences", "signature")
    rows = []
    for where, comparison in measured.items():
        by_arm = comparison.scores
        for name in by_arm["base"]:
            pair: list[Score] = [by_arm[arm][name] for arm in ("base", "shift")]
            signature = f"`{pair[0].signature}`"
            rows.append((where, name, *map(_interval, pair), str(pair[0].n), signature))
    return table(head, rows)


def _costs(events: Sequence[RunEvent]) -> list[str]:
    rows = [
        (
            arm_label(cost.arm),
            f"{cost.steps:,}",
            f"{cost.tokens:,}",
            f"{cost.seconds:,.0f} s",
            f"{cost.flops / 1e12:,.0f}",
        )
        for cost in events
        if isinstance(cost, ArmCost)
    ]
    return table(("arm", "steps", "tokens", "time of its steps, one core", "TFLOP"), rows)


def _origin(recipe: Recipe) -> list[str]:
    card = recipe.card
    settings = json.dumps([dict(stage["training"]) for stage in recipe.stages], indent=1)
    made_with = ", ".join(f"{name} {version}" for name, version in versions().items())
    return [
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
        "weights.",
        *(["", card["history"]] if "history" in card else []),
        "",
        "Training settings of its stages:",
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
