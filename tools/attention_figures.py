"""The README's two figures of attention: how training on shifted positions moved it.

``python tools/attention_figures.py`` trains the presets ``learned`` (a tagger from scratch) and
``translator`` with three seeds each, reads 200 held-out sentences of the built-in corpus with every
arm at growing positions, and writes ``benchmarks/results/attention_seeds.json``; ``--draw`` makes
the figures of that file alone. A figure needs kaleido and Chromium.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import tempfile
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from shiftdemo import api
from shiftdemo.experiments.presets import preset
from shiftdemo.models.load import versions
from shiftdemo.training.record import write_json
from shiftdemo.viz.style import arm_style, faded, themed

ROOT = Path(__file__).parents[1]
RESULT = ROOT / "benchmarks" / "results" / "attention_seeds.json"
PICTURES = ROOT / "assets" / "screenshots"
SEEDS, N = (0, 1, 2), 200
PRESETS = {"learned": (0, 32), "translator": (0, 4, 8, 16, 24, 32)}
WAY = 2  # of the rows of an alignment: the best mean of a layer, its strongest source word


def main() -> None:
    """Trains, measures and draws."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draw", action="store_true", help="draw what was measured before")
    if not parser.parse_args().draw:
        found = {name: measured(name, strengths) for name, strengths in PRESETS.items()}
        write_json(RESULT, {"versions": versions(), "n": N, "runs": found})
    runs = json.loads(RESULT.read_text())["runs"]
    profile(runs["learned"])
    alignment(runs["translator"])


def measured(name: str, strengths: tuple[int, ...]) -> dict[str, Any]:
    """Returns what a preset's arms attend to, by seed and position of the first word."""
    config = dataclasses.replace(preset(name).config, seeds=SEEDS, seconds=0.0)
    found: dict[str, Any] = {"config": dataclasses.asdict(config), "seeds": []}
    with tempfile.TemporaryDirectory() as folder:
        for _ in api.finetune(config, Path(folder)):
            pass
        for base, shifted in api.pairs_of(Path(folder)):
            at = {}
            for k in strengths:
                one = api.attend_corpus(config.task, base, shifted, strength=k, n=N)
                at[str(k)] = kept(one.to_dict())
                print(name, len(found["seeds"]), k, flush=True)
            found["seeds"].append(at)
    return found


def kept(values: dict[str, Any]) -> dict[str, Any]:
    """Returns what the figures need of it: alignment errors, or else means of all heads."""
    if values["alignment"] is not None:
        return {"n": values["n"], "alignment": values["alignment"]}
    profiles = {
        arm: {kind: {name: of[name] for name in ("average", "moved")} for kind, of in kinds.items()}
        for arm, kinds in values["profiles"].items()
    }
    return {"n": values["n"], "profiles": profiles}


def profile(run: dict[str, Any]) -> None:
    """Draws the mean weight of all heads by relative position, every seed a line."""
    strengths = list(run["seeds"][0])
    titles = [f"sentence at position {k}" for k in strengths]
    figure = make_subplots(1, len(strengths), shared_yaxes=True, subplot_titles=titles)
    for column, k in enumerate(strengths, 1):
        for seed, at in enumerate(run["seeds"]):
            for arm, kinds in at[k]["profiles"].items():
                own = kinds["encoder"]["average"]
                mean, low, high = (own[name][0][0] for name in ("mean", "low", "high"))
                x = [d - len(mean) // 2 for d in range(len(mean))]
                lines(figure, arm, x, mean, low, high, first=column == 1 and not seed, at=column)
    figure.update_xaxes(title_text="key minus query (tokens)", dtick=4)
    figure.update_yaxes(title_text="mean weight, all heads", rangemode="tozero", col=1)
    save(figure, "attention_profile")


def alignment(run: dict[str, Any]) -> None:
    """Draws alignment error rates over the position, every seed a line."""
    figure = make_subplots(1, 1)
    for seed, at in enumerate(run["seeds"]):
        for arm in ("base", "shift"):
            x = [int(k) for k in at]
            errors = [one["alignment"]["arms"][arm][WAY]["error"] for one in at.values()]
            ends = ([e[name] for e in errors] for name in ("value", "low", "high"))
            lines(figure, arm, x, *ends, first=not seed, at=1)
    figure.update_xaxes(title_text="position of the first token, source and target")
    figure.update_yaxes(title_text="alignment error rate, %", rangemode="tozero")
    save(figure, "alignment_error")


def lines(
    figure: go.Figure, arm: str, x: list[int], mean: Any, low: Any, high: Any, first: bool, at: int
) -> None:
    """Adds a line with its band."""
    style = arm_style(arm)
    band = go.Scatter(
        x=[*x, *x[::-1]],
        y=[*high, *low[::-1]],
        fill="toself",
        mode="lines",
        fillcolor=faded(style.color, 0.12),
        line={"width": 0},
        showlegend=False,
        hoverinfo="skip",
    )
    line = go.Scatter(
        x=x,
        y=mean,
        name=f"{style.label}, three seeds",
        legendgroup=arm,
        showlegend=first,
        mode="lines+markers",
        line={"color": style.color, "width": 1.5},
        marker={"symbol": style.symbol, "size": 6},
    )
    figure.add_trace(band, 1, at)
    figure.add_trace(line, 1, at)


def save(figure: go.Figure, name: str) -> None:
    """Writes a figure as a PNG."""
    themed(figure, "light", 360)
    figure.update_layout(
        width=900,
        paper_bgcolor="#FFFFFF",
        margin={"t": 40, "r": 10, "b": 50, "l": 70},
        legend={"orientation": "h", "y": 1.18, "x": 0},
    )
    figure.update_xaxes(showgrid=False, zeroline=False)
    figure.update_yaxes(gridcolor="#E3E6EC", zeroline=False)
    figure.write_image(PICTURES / f"{name}.png", scale=2)


if __name__ == "__main__":
    main()
