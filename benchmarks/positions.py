"""What it costs that a training step stands at other positions, and that they are found.

One step (forward and backward, float32, one thread) of each bundled model, plainly and at offsets
drawn from 0 to 32, in turn; medians, and the median of the ratios step by step. Beside it the time
to find a model's positions, once a model that is loaded.

    python benchmarks/positions.py [--steps 60] [--output benchmarks/results/positions.json]
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from pathlib import Path
from typing import Any

import torch
from rounds import machine

from shiftdemo.core.model_refs import bundled_models
from shiftdemo.models.load import LoadedModel, load_model
from shiftdemo.models.moving import moved_positions
from shiftdemo.models.probing import find_positions

ROWS, LENGTH, MOST, WARM_UP = 32, 16, 32, 5


def step(
    loaded: LoadedModel, inputs: dict[str, torch.Tensor], offset: torch.Tensor | None
) -> float:
    """Returns the milliseconds of one step."""
    pair = loaded.task == "translation"
    began = time.perf_counter()
    with moved_positions(loaded.positions, offset, offset if pair else None):
        loss = loaded.model(**inputs).loss
    loss.backward()
    loaded.model.zero_grad()
    return 1000 * (time.perf_counter() - began)


def measured(ref: str, task: str, steps: int) -> dict[str, Any]:
    """Returns the figures of one model."""
    loaded = load_model(ref, task)
    loaded.model.train()
    draws = torch.Generator().manual_seed(0)
    ids = torch.randint(10, 900, (ROWS, LENGTH), generator=draws)
    labels = ids % max(1, len(loaded.labels)) if loaded.labels else ids
    inputs = {"input_ids": ids, "attention_mask": torch.ones_like(ids), "labels": labels}
    offset = torch.randint(0, MOST + 1, (ROWS,), generator=draws)
    both = [
        (step(loaded, inputs, None), step(loaded, inputs, offset)) for _ in range(steps + WARM_UP)
    ][WARM_UP:]
    found = []
    for _ in range(10):
        began = time.perf_counter()
        find_positions(loaded.model)
        found.append(1000 * (time.perf_counter() - began))
    plain, moved = zip(*both, strict=True)
    return {
        "plain_ms": round(statistics.median(plain), 2),
        "moved_ms": round(statistics.median(moved), 2),
        "ratio": round(statistics.median(b / a for a, b in both), 4),
        "find_ms": round(statistics.median(found), 1),
    }


def main() -> None:
    """Prints the figures, and writes them where that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument("--output", type=Path)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    rows = {
        f"bundled:{name}": measured(f"bundled:{name}", task, arguments.steps)
        for name, task in bundled_models().items()
    }
    text = json.dumps({"machine": machine(), "steps": arguments.steps, "models": rows}, indent=2)
    print(text)
    if arguments.output:
        arguments.output.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
