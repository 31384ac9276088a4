"""Scores by the place of the answer: does shift training help where training put it elsewhere?

``python tools/answer_places.py`` trains, for every task whose samples are documents, a base and a
shift-trained arm of ``scratch:learned`` on documents with the answer anywhere, then two with it
always in the first sentence, and scores them on answers in sentence 1 to 5. It writes
``benchmarks/results/answer_places.json``; ``--task``, ``--seeds`` and ``--n`` ask for less.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import tempfile
import time
from pathlib import Path
from typing import Any

from shiftdemo import api
from shiftdemo.api.compare import over_pairs
from shiftdemo.core import suggested
from shiftdemo.core.config import CompareConfig, DataSpec, TrainConfig
from shiftdemo.core.events import RunFinished
from shiftdemo.core.plain import as_plain
from shiftdemo.core.samples import Sample
from shiftdemo.core.task_spec import task_specs
from shiftdemo.evaluation.results import Comparison
from shiftdemo.models.load import versions
from shiftdemo.training.record import write_json

RESULT = Path(__file__).parents[1] / "benchmarks" / "results" / "answer_places.json"
MODEL, SHIFT = "scratch:learned", "position_offset:max_offset=32,p=0.5"
TRAINED, TESTED = ("any", "first"), ("1", "2", "3", "4", "5")
STEPS, BATCH = 600, 32  # of tasks that ask for nothing else


def main() -> None:
    """Trains and scores what is asked for; results of other tasks stay in the file."""
    tasks = [spec.name for spec in task_specs() if spec.documents]
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--task", choices=tasks, action="append")
    parser.add_argument("--trained", choices=TRAINED, action="append")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--n", type=int, default=200, help="test documents of a place")
    parser.add_argument("--output", type=Path, default=RESULT)
    asked = parser.parse_args()
    found = json.loads(asked.output.read_text())["runs"] if asked.output.is_file() else {}
    for trained in asked.trained or TRAINED:
        for task in asked.task or tasks:
            name = f"{task}, trained on {trained}"
            found[name] = one_training(task, trained, asked.seeds, asked.n)
            write_json(asked.output, {"versions": versions(), "runs": found})


def one_training(task: str, trained: str, seeds: int, n: int) -> dict[str, Any]:
    """Returns the settings of a run, its seconds, and its arms' scores at every place."""
    own = {"steps": STEPS, "batch_size": BATCH, **suggested.own_settings(task, MODEL)}
    usual = suggested.settings(MODEL, own["steps"], own["batch_size"])
    config = TrainConfig(
        task=task,
        model=MODEL,
        shifts=(SHIFT,),
        seeds=tuple(range(seeds)),
        data=DataSpec(size=20_000, eval_size=100, answer_at=trained),
        **{**usual, **own, "eval_every": 0},
    )
    with tempfile.TemporaryDirectory() as scratch:
        folder, began = Path(scratch) / "run", time.perf_counter()
        *_, last = api.finetune(config, folder)
        if not isinstance(last, RunFinished):
            raise SystemExit(f"{task}: {last}")
        seconds = time.perf_counter() - began
        print(f"{task}, answer at {trained}: trained in {seconds:.0f} s", flush=True)
        places = {place: at_place(config, folder, place, n) for place in TESTED}
    return {"config": as_plain(config), "seconds": round(seconds), "n": n, "places": places}


def at_place(config: TrainConfig, folder: Path, place: str, n: int) -> dict[str, Any]:
    """Returns what the arms score on answers in one sentence, and by how much they differ.

    Questions without an answer have no place and are left out.
    """
    data = dataclasses.replace(config.data, eval_answer_at=place, eval_size=2 * n)
    documents = api.load_samples(config.task, data, "test")
    samples: list[Sample] = [one for one in documents if one.reference][:n]
    asked = CompareConfig(config.task, "", "", data=data, offsets="0", n=n)

    def compare(one: CompareConfig, *callbacks: Any) -> Comparison:
        return api.compare(one, *callbacks, samples=samples)

    pairs = api.pairs_of(folder)
    result = over_pairs(compare, asked, pairs, lambda *_: None, lambda: False)
    clean = result.differences["shift"].tests["clean"]
    scores = {arm: _numbers(result.scores[arm][result.score_name]) for arm in result.scores}
    line = ", ".join(f"{arm} {numbers['value']:.1f}" for arm, numbers in scores.items())
    print(f"  sentence {place}: {line}; difference {clean.value:+.1f}", flush=True)
    difference = {**_numbers(clean), "p": round(clean.p_value, 4)}
    return {"score": result.score_name, "scores": scores, "difference": difference}


def _numbers(value: Any) -> dict[str, float]:
    return {name: round(getattr(value, name), 2) for name in ("value", "low", "high")}


if __name__ == "__main__":
    main()
