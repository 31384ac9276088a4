"""How often a verdict finds a difference between arms that do not differ.

Two parts, both through the functions that compare models:

1. ``python benchmarks/null_verdicts.py simulated``: pairs of synthetic arms with the same chance of
   every answer, tagged at nine offsets; what a verdict of one pair, and of three seeds, finds.
2. ``python benchmarks/null_verdicts.py real --steps 1500``: ten base taggers that differ in their
   seed alone (trained here), compared as 45 pairs, and as pairs of groups of three seeds.

The figures go to ``benchmarks/results/null_verdicts.json``.
"""

from __future__ import annotations

import argparse
import dataclasses
import itertools
import json
import random
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from shiftdemo import api
from shiftdemo.core.config import DataSpec, TrainConfig
from shiftdemo.core.events import RunFailed, RunFinished
from shiftdemo.core.samples import Sample, TaggedSample
from shiftdemo.evaluation.assembling import Setting, assemble
from shiftdemo.evaluation.comparing import compare_models, over_seeds
from shiftdemo.evaluation.conditions import Condition
from shiftdemo.evaluation.measure import Measured
from shiftdemo.evaluation.results import Comparison, judged
from shiftdemo.evaluation.scores import statistics
from shiftdemo.models.load import torch_threads
from shiftdemo.tasks.heads import make_task

OFFSETS = (0, 1, 2, 4, 8, 16, 32, 64, 128)
CONDITION = Condition("row", (0, 32))
RESULTS = Path(__file__).parent / "results" / "null_verdicts.json"
MOST_SEEDS = 5  # of one run
NOTHING = {"these_models", "over_seeds", "few_sentences"}


@dataclasses.dataclass(frozen=True)
class Named:
    """What stands for a model where its outputs are there already."""

    ref: str


def found(comparison: Comparison) -> list[str]:
    """Returns the differences that a verdict claims."""
    return [f for f in comparison.findings if f not in NOTHING and not f.startswith("no_")]


def arm(samples: Sequence[Sample], rng: random.Random, quality: float) -> list[list[Any]]:
    """Returns tags at every offset: each mention is missed or mistaken now and then.

    How hard a mention is, every arm shares; an arm errs alike at neighbouring offsets.
    """
    rows: list[list[Any]] = [[] for _ in OFFSETS]
    for sample in samples:
        hard = random.Random(sample.id).gauss(0, 1)
        own = rng.gauss(0, 0.7)
        for place, offset in enumerate(OFFSETS):
            tags = list(sample.tags)
            at = 0.9 + quality + hard + own - 0.25 * np.log2(offset + 1)
            for word, tag in enumerate(tags):
                chance = 1 / (1 + np.exp(-(at + rng.gauss(0, 0.5))))
                if tag != "O" and rng.random() > chance:
                    tags[word] = "O"
                elif tag == "O" and rng.random() > 1 - (1 - chance) / 12:
                    tags[word] = "B-PER"
            fixed, before = [], "O"
            for tag in tags:  # a mention that lost its beginning begins where it is left
                if tag.startswith("I-") and before[2:] != tag[2:]:
                    tag = "B-" + tag[2:]
                fixed.append(tag)
                before = tag
            rows[place].append(tuple(fixed))
    return rows


def synthetic(samples: Sequence[Sample], seed: str, seed_noise: float) -> Comparison:
    """Returns the comparison of two arms of the same quality, each with its luck of training."""
    task = make_task("ner")
    setting = Setting(task, samples, list(range(len(samples))), CONDITION, OFFSETS, 0, None, False)
    runs: dict[str, list[Measured]] = {}
    for name in ("base", "shift"):
        rng = random.Random(f"{seed}/{name}")
        outputs = arm(samples, rng, rng.gauss(0, seed_noise))
        runs[name] = [
            Measured(offset, [], some, statistics(task, samples, some))
            for offset, some in zip(OFFSETS, outputs, strict=True)
        ]
    models: Any = {name: Named(name) for name in runs}
    return judged([assemble(models, setting, runs, {}, ())])


def drawn(n: int, seed: int) -> list[Sample]:
    """Returns sentences of the built-in corpus, others for each seed."""
    data = DataSpec(eval_size=max(8, n), seed=seed)
    samples = api.load_samples("ner", data, "test", n)
    return [s for s in samples if isinstance(s, TaggedSample)]


def simulated(n_verdicts: int, sizes: Sequence[int]) -> Iterator[dict[str, Any]]:
    """Yields how often equal arms are called different.

    Args:
        sizes: sentences of the comparisons of one pair.
    """
    for n in sizes:
        claims: Counter[str] = Counter()
        for number in range(n_verdicts):
            claims.update(set(found(synthetic(drawn(n, number), f"{n}/{number}", 0.0))) or {"-"})
        yield shares(f"one pair, no luck of training, {n} sentences", claims, n_verdicts)
    for noise in (0.0, 0.15):
        claims = Counter()
        for number in range(n_verdicts):
            samples = drawn(100, number)
            seeds = [synthetic(samples, f"s/{number}/{i}", noise) for i in range(3)]
            claims.update(set(found(over_seeds(seeds))) or {"-"})
        yield shares(f"three seeds, luck of training {noise:g}, 100 sentences", claims, n_verdicts)


def shares(what: str, claims: Counter[str], n: int) -> dict[str, Any]:
    """Returns the share of verdicts with any finding, and of each one, in percent."""
    by_code = {code: round(100 * k / n, 2) for code, k in sorted(claims.items()) if code != "-"}
    return {"what": what, "n": n, "any": round(100 - 100 * claims["-"] / n, 2), "of": by_code}


def train(steps: int, n_seeds: int, folder: Path) -> list[str]:
    """Returns the folders of base taggers that differ in their seed alone."""
    found = []
    for first in range(0, n_seeds, MOST_SEEDS):
        seeds = tuple(range(first, min(first + MOST_SEEDS, n_seeds)))
        config = TrainConfig(arms=("base",), seeds=seeds, steps=steps, eval_every=0)
        run = folder / str(first)
        for event in api.finetune(config, run):
            if isinstance(event, (RunFailed, RunFinished)):
                print(event, flush=True)
        found += [run / "base", *(run / f"seeds/{i}/base" for i in range(1, len(seeds)))]
    return [str(path) for path in found]


def real(steps: int, n: int, n_groups: int) -> Iterator[dict[str, Any]]:
    """Yields what verdicts say of base taggers that differ in their seed alone."""
    task = make_task("ner")
    samples = api.load_samples("ner", DataSpec(eval_size=n), "test", n)
    with tempfile.TemporaryDirectory() as name:
        models = [api.load(ref, "ner") for ref in train(steps, 10, Path(name) / "run")]
    pairs: dict[tuple[int, int], Comparison] = {}
    with torch_threads(1):
        measured = [
            compare_models({"base": one}, task, samples, OFFSETS[:-1], conditions=[CONDITION])
            for one in models
        ]
        for i, j in itertools.combinations(range(len(models)), 2):
            pairs[i, j] = paired(measured[i], measured[j], samples)
    claims: Counter[str] = Counter()
    of_training = 0
    for pair in pairs.values():
        claims.update(set(found(pair)) or {"-"})
        of_training += not pair.verdict.startswith("About these two models (one training seed)")
    yield {
        **shares("pairs of one seed each", claims, len(pairs)),
        "said of the training": of_training,
    }
    claims = Counter()
    rng = random.Random(0)
    for _ in range(n_groups):
        six = rng.sample(range(len(models)), 6)
        seeds = [
            pairs[i, j] if i < j else paired(measured[i], measured[j], samples)
            for i, j in zip(six[:3], six[3:], strict=True)
        ]
        claims.update(set(found(over_seeds(seeds))) or {"-"})
    yield shares("groups of three seeds against three others", claims, n_groups)


def paired(base: Comparison, other: Comparison, samples: Sequence[Sample]) -> Comparison:
    """Returns two models' measurements as a comparison of arms."""
    task = make_task("ner")
    setting = Setting(
        task, samples, list(range(len(samples))), CONDITION, base.strengths, 0, None, False
    )
    empty = [()] * len(samples)
    runs = {
        name: [
            Measured(k, [], [s.tags for s in samples] if k == 0 else empty, stats)
            for k, stats in zip(base.strengths, one.stats["base"], strict=True)
        ]
        for name, one in (("base", base), ("shift", other))
    }
    models: Any = {name: Named(name) for name in runs}
    return judged([assemble(models, setting, runs, {}, ())])


def main() -> None:
    """Runs one part and writes its figures beside the other's."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", choices=("simulated", "real"))
    parser.add_argument("--n", type=int, default=400, help="simulated verdicts, or sentences")
    parser.add_argument("--steps", type=int, default=1500)
    parser.add_argument("--groups", type=int, default=300)
    parser.add_argument("--sizes", type=int, nargs="*", default=[30, 100, 400])
    arguments = parser.parse_args()
    kept = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    parts = (
        simulated(arguments.n, arguments.sizes)
        if arguments.part == "simulated"
        else real(arguments.steps, arguments.n, arguments.groups)
    )
    for row in parts:
        print(json.dumps(row), flush=True)
        kept[row["what"]] = row
        RESULTS.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
