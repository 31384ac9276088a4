"""Records the presets' runs and the bundled pairs' comparisons, which the page shows at once.

``python tools/record_runs.py`` runs every preset and writes ``assets/runs/NAME``; with names, only
these. ``pairs`` stands for the comparisons of the bundled pairs. What was recorded on public files
needs ``--data DIR``, the folder in which they lie; their text is not kept.
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import shutil
import tempfile
import time
from pathlib import Path

from shiftdemo import api
from shiftdemo.core import suggested
from shiftdemo.core.config import CompareConfig, DataSpec, TrainConfig
from shiftdemo.core.events import RunFinished
from shiftdemo.core.model_refs import bundled_refs
from shiftdemo.core.task_spec import task_names
from shiftdemo.evaluation.results import Comparison
from shiftdemo.evaluation.telling import telling_rows, telling_strength
from shiftdemo.experiments.presets import PRESETS, preset
from shiftdemo.experiments.recorded import PAIRS, RECORDED, RUNS
from shiftdemo.training.record import write_json
from shiftdemo.training.run_folder import RunFolder

# Runs on public files: training, held out while training, compared on; all of them three seeds.
FILES = {
    "pretrained": tuple(f"wikiann_en/{part}.tsv.gz" for part in ("train", "dev", "test")),
    "pretrained-wnut17": tuple(f"wnut17/{part}.conll" for part in ("train", "dev", "dev")),
}
SEEDS, COMPARED = (0, 1, 2), {"pretrained": 1000, "pretrained-wnut17": 500}
SHOWN = {one.name for one in PRESETS}  # of the others only the comparison is kept


def main() -> None:
    """Records what is asked for, and says how long each took and what its verdict is."""
    parser = argparse.ArgumentParser(description=__doc__)
    known = [*dict.fromkeys([*(one.name for one in PRESETS), *FILES]), PAIRS]
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(known))
    parser.add_argument("--data", type=Path, help="where the public files lie")
    arguments = parser.parse_args()
    if arguments.data:
        os.chdir(arguments.data)  # so that no name of a folder of this machine is recorded
    for name in arguments.names or known:
        if name == PAIRS:
            pairs()
        elif name not in FILES:
            config = preset(name).config
            record(name, config, config.data, suggested.COMPARED)
        elif arguments.data:
            train, held_out, test = FILES[name]
            data = DataSpec(train=train, eval=held_out, size=200_000, eval_size=200)
            config = preset(next(iter(FILES))).config
            config = dataclasses.replace(config, data=data, seeds=SEEDS, allow_overlap=True)
            record(name, config, dataclasses.replace(data, eval=test), COMPARED[name])
        else:
            print(f"{name}: left out, it needs --data")


def record(name: str, config: TrainConfig, data: DataSpec, n: int) -> None:
    """Runs a configuration and compares its arms, as a visitor would who presses both buttons."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "run"
        began = time.perf_counter()
        *_, last = api.finetune(config, folder)
        if not isinstance(last, RunFinished):
            raise SystemExit(f"{name}: {last}")
        trained = time.perf_counter()
        asked = _asked(config.task, data, n, allow_no_effect=config.allow_no_effect)
        comparison = api.compare_seeds(asked, api.pairs_of(folder))
        said = f"trained in {trained - began:.0f} s, compared in"
        print(f"{name}: {said} {time.perf_counter() - trained:.0f} s. {comparison.verdict}")
        run, kept = RunFolder(folder), RunFolder(RUNS / name)
        kept.path.mkdir(parents=True, exist_ok=True)
        shutil.copy(run.config, kept.config)
        if name in SHOWN:
            shutil.copy(run.events, kept.events)
        shown = told(comparison, f"{RECORDED}{name}/", texts=not data.train)
        write_json(kept.comparison, shown.to_dict())


def _asked(
    task: str, data: DataSpec, n: int, *refs: str, allow_no_effect: bool = False
) -> CompareConfig:
    """Returns what the Compare tab asks for when its button is pressed."""
    return CompareConfig(
        task,
        *(refs or ("", "")),
        data=dataclasses.replace(data, eval_size=n),
        offsets=suggested.OFFSETS,
        n=n,
        allow_no_effect=allow_no_effect,
    )


def pairs() -> None:
    """Compares the arms of every bundled pair on the built-in corpus."""
    for task in task_names():
        if refs := bundled_refs(task):
            comparison = api.compare(_asked(task, DataSpec(), suggested.COMPARED, *refs))
            print(f"{' '.join(refs)}: {comparison.verdict}")
            write_json(RUNS / PAIRS / f"{task}.json", told(comparison).to_dict())


def told(comparison: Comparison, refs: str = "", texts: bool = True) -> Comparison:
    """Returns a comparison without the sentences that the page would not show.

    Args:
        refs: begins what its arms are called; empty: they keep their references.
        texts: whether any sentence is kept.
    """
    arms = {arm: f"{refs}{arm}" for arm in comparison.arms} if refs else comparison.arms
    rows = telling_rows(comparison, telling_strength(comparison)) if texts else []
    return dataclasses.replace(
        comparison,
        arms=arms,
        outputs=tuple(rows),
        of_seeds=tuple(told(one, refs, texts) for one in comparison.of_seeds),
        also=tuple(told(one, refs, texts) for one in comparison.also),
    )


if __name__ == "__main__":
    main()
