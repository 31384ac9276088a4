"""Whether comparisons can be believed, and how fast they are.

``python benchmarks/compare.py coverage``: how often the 95 % interval holds the true value, in
1,000 simulations at 30, 200 and 800 sentences, and how p-values fall where nothing differs.
``… noise``: 25 base taggers of the smallest kind that differ in their seed alone (trained here);
how many further seeds fall into the noise band of five.
``… stock``: sentences a second, beside the usual ways: ``Trainer.predict`` or a ``pipeline``, then
seqeval (which has to be installed for this), on the same models, sentences and cores.

The figures go to ``benchmarks/results/compare.json``.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from shiftdemo import api
from shiftdemo.core.config import CompareConfig, DataSpec, TrainConfig
from shiftdemo.core.model_refs import bundled_refs
from shiftdemo.evaluation.scorers.entities import strict_f1
from shiftdemo.evaluation.scorers.means import mean_score
from shiftdemo.evaluation.seed_means import noise_of
from shiftdemo.evaluation.significance import interval, paired, resampled_sums

RESULTS = Path(__file__).parent / "results" / "compare.json"
SIZES, SIMULATIONS = (30, 200, 800), 1000
SEEDS, OF_BAND, STEPS = 25, 5, 150


def mentions(n: int, rng: np.random.Generator) -> np.ndarray:
    """Returns right, predicted and gold mentions of sentences, ``(n, 3)``, hard ones together."""
    gold = rng.poisson(1.6, n)
    right = rng.binomial(gold, rng.beta(3.2, 0.8, n))
    wrong = rng.binomial(gold - right, 0.6)
    return np.stack([right, right + wrong + rng.poisson(0.25, n), gold], axis=1)


def shares(n: int, rng: np.random.Generator) -> np.ndarray:
    """Returns whether each of ``n`` is right, and a 1, ``(n, 2)``."""
    return np.stack([rng.random(n) < 0.85, np.ones(n)], axis=1).astype(np.float64)


def coverage() -> dict[str, Any]:
    """Returns the shares of intervals that hold the true value, and of p-values below levels."""
    found: dict[str, Any] = {}
    for name, make, formula in (("F1", mentions, strict_f1), ("accuracy", shares, mean_score)):
        true = float(formula(make(1_000_000, np.random.default_rng(7)).sum(0).astype(float)))
        for n in SIZES:
            rng, held, none, p_values = np.random.default_rng(n), 0, 0, []
            for seed in range(SIMULATIONS):
                stats = make(n, rng)
                low, high = interval(formula(resampled_sums(stats, seed)), n)
                held += low <= true <= high
                difference = paired(stats, make(n, rng), formula, seed)
                none += difference.low <= 0 <= difference.high
                p_values.append(difference.p_value)
            below = {
                level: float(np.mean(np.array(p_values) < level)) for level in (0.05, 0.2, 0.5)
            }
            shares_held = {"score": held / SIMULATIONS, "difference": none / SIMULATIONS}
            found[f"{name}, n={n}"] = {"held": shares_held, "p_below": below}
            print(f"{name}, n = {n}: held {shares_held}; p below {below}", flush=True)
    return found


def noise() -> dict[str, Any]:
    """Returns how many further seeds fall into the band of five, of 25 that were trained."""
    data = DataSpec(size=1000, eval_size=100)
    curves = []
    with tempfile.TemporaryDirectory() as scratch:
        for part in range(SEEDS // OF_BAND):
            folder = Path(scratch) / f"{part}"
            seeds = tuple(range(OF_BAND * part, OF_BAND * (part + 1)))
            config = TrainConfig(
                data=data, arms=("base", "start"), seeds=seeds, steps=STEPS, eval_every=0
            )
            for _ in api.finetune(config, folder):
                pass
            for base, start in api.pairs_of(folder, shifted="start"):
                asked = CompareConfig("ner", base, start, data, "0,4,16,32", 200)
                curves.append(api.compare(asked).curves["base"])
            print(f"{len(curves)} seeds")
    inside, total = 0, 0
    rng = np.random.default_rng(0)
    for _ in range(200):
        order = rng.permutation(SEEDS).tolist()
        band = noise_of([curves[i] for i in order[:OF_BAND]])
        for index in order[OF_BAND:]:
            for score, ends in zip(curves[index], band, strict=True):
                inside += ends.low <= score.value <= ends.high
                total += 1
    at_zero = [curve[0].value for curve in curves]
    spread = {"mean": statistics.fmean(at_zero), "sd": statistics.stdev(at_zero)}
    print(f"{100 * inside / total:.1f} % of further seeds inside; F1 at 0: {spread}")
    return {"inside": inside / total, "of": total, "f1_at_zero": spread}


def stock(n: int, rounds: int, run: Path | None = None) -> dict[str, Any]:
    """Returns sentences a second of both ways, medians, and their ratio.

    Args:
        run: a folder for scratch models that are trained for it; ``None``: the bundled taggers.
    """
    samples = list(api.load_samples("ner", DataSpec(eval_size=n), "test", n))
    if run is None:
        refs = bundled_refs("ner")
    else:
        for _ in api.finetune(TrainConfig(steps=STEPS, eval_every=0), run):
            pass
        refs = api.pairs_of(run)[0]
    config = CompareConfig("ner", *refs, data=DataSpec(eval_size=n), offsets="0:7:1", n=n)
    models = {arm: api.load(ref, "ner") for arm, ref in config.models.items()}
    ours, theirs, piped = [], [], []
    for _ in range(rounds):
        began = time.perf_counter()
        result = api.Backend().compare(config, samples=samples)
        ours.append(len(result.strengths) * len(models) * n / (time.perf_counter() - began))
        began = time.perf_counter()
        for loaded in models.values():
            usual_way(loaded, samples)
        theirs.append(len(models) * n / (time.perf_counter() - began))
        began = time.perf_counter()
        by_pipeline(models["base"], samples[: n // 4])
        piped.append(n // 4 / (time.perf_counter() - began))
        told = f"Trainer {theirs[-1]:.0f}, pipeline {piped[-1]:.0f}"
        print(f"ours {ours[-1]:.0f}, {told} sentences a second", flush=True)
    found = [statistics.median(of) for of in (ours, theirs, piped)]
    ratios = [found[0] / found[1], found[0] / found[2]]
    print(f"medians {found}, ratios {ratios}")
    names = ("ours", "trainer", "pipeline", "ratio_to_trainer", "ratio_to_pipeline", "n")
    return dict(zip(names, (*found, *ratios, n), strict=True))


def usual_way(loaded: Any, samples: Any) -> float:
    """Returns entity F1 as transformers' example for token classification computes it."""
    import torch
    from seqeval.metrics import f1_score
    from transformers import DataCollatorForTokenClassification, Trainer, TrainingArguments

    torch.set_num_threads(os.cpu_count() or 1)
    known = {label: i for i, label in enumerate(loaded.labels)}
    rows = []
    for sample in samples:
        encoded = loaded.tokenizer(list(sample.words), is_split_into_words=True, truncation=True)
        seen: set[int] = set()
        labels = []
        for word in encoded.word_ids():
            first = word is not None and word not in seen
            labels.append(known[sample.tags[word]] if first else -100)
            seen |= {word} if first else set()
        rows.append({**encoded, "labels": labels})
    with tempfile.TemporaryDirectory() as scratch:
        how = TrainingArguments(output_dir=scratch, report_to=[], disable_tqdm=True, use_cpu=True)
        collate = DataCollatorForTokenClassification(loaded.tokenizer)
        out = Trainer(loaded.model, how, data_collator=collate).predict(rows)
    best = out.predictions.argmax(-1)
    gold, given = [], []
    for labels, predicted in zip(out.label_ids, best, strict=True):
        kept = labels != -100
        gold.append([loaded.labels[i] for i in labels[kept]])
        given.append([loaded.labels[i] for i in predicted[kept]])
    return float(f1_score(gold, given))


def by_pipeline(loaded: Any, samples: Any) -> float:
    """Returns entity F1 as transformers' pipeline gives the tags, a sentence at a time."""
    import torch
    from seqeval.metrics import f1_score
    from transformers import pipeline

    torch.set_num_threads(os.cpu_count() or 1)
    tagger = pipeline("token-classification", loaded.model, tokenizer=loaded.tokenizer, device=-1)
    gold, given = [], []
    for sample in samples:
        starts, at = {}, 0
        for number, word in enumerate(sample.words):
            starts[at] = number
            at += len(word) + 1
        tags = ["O"] * len(sample.words)
        for found in tagger(" ".join(sample.words)):
            if found["start"] in starts:
                tags[starts[found["start"]]] = found["entity"]
        gold.append(list(sample.tags))
        given.append(tags)
    return float(f1_score(gold, given))


def main() -> None:
    """Runs what is asked for and writes the figures down."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", nargs="+", choices=("coverage", "noise", "stock"))
    parser.add_argument("--n", type=int, default=1000, help="sentences of 'stock'")
    parser.add_argument("--rounds", type=int, default=3, help="of 'stock'")
    arguments = parser.parse_args()
    for what in dict.fromkeys(itertools.chain(arguments.what)):
        if what == "stock":
            found = {"bundled": stock(arguments.n, arguments.rounds)}
            with tempfile.TemporaryDirectory() as scratch:
                run = Path(scratch) / "run"
                found["scratch"] = stock(4 * arguments.n, arguments.rounds, run)
        else:
            found = coverage() if what == "coverage" else noise()
        known = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
        RESULTS.write_text(json.dumps({**known, what: found}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
