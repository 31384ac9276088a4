"""What each subcommand does: read the flags, call the verb, print."""

from __future__ import annotations

import argparse
import json
import os
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shiftdemo import api
from shiftdemo.config import CompareConfig, DataSpec
from shiftdemo.errors import ConfigError, ShiftDemoError
from shiftdemo.limits import Limits

if TYPE_CHECKING:
    from shiftdemo.evaluation.report import Comparison

_FILE_ROWS = 200_000


def print_json(value: Any) -> None:
    """Prints one JSON object on a line of standard output."""
    print(json.dumps(value, ensure_ascii=False), flush=True)


def say(text: str, end: str = "\n") -> None:
    """Prints a message for people, on standard error."""
    print(text, end=end, file=sys.stderr, flush=True)


def given(arguments: argparse.Namespace, names: list[str]) -> dict[str, Any]:
    """Returns the flags that were given, so that defaults stay in the dataclasses."""
    return {n: v for n in names if (v := getattr(arguments, n, None)) is not None}


def data_spec(arguments: argparse.Namespace, train: str = "", held_out: str = "") -> DataSpec:
    """Returns the data that the flags name: files or data sets of the hub, or the corpus."""
    names = ["size", "eval_size", "min_words", "max_words", "names", "eval_names", "new_frames"]
    found = given(arguments, names)
    if train or held_out:
        if arguments.corpus:
            raise ConfigError("Give --corpus or files, not both.")
        if found.get("new_frames"):
            raise ConfigError("--new-frames is for the built-in corpus; leave it out with files.")
        names = ["columns", "encoding", "source_lang", "target_lang"]
        names += ["revision", "subset", "train_split", "eval_split"]
        found = {"size": _FILE_ROWS, "eval_size": 1000, **found, **given(arguments, names)}
        return DataSpec(corpus="", train=train, eval=held_out, **found)
    return DataSpec(**found)


def run_info(arguments: argparse.Namespace) -> int:
    """``info``"""
    found = api.describe()
    if arguments.json:
        print_json(found)
        return 0
    print("  ".join(f"{name} {version}" for name, version in found["versions"].items()))
    print("\nTasks:  " + ", ".join(task["name"] for task in found["tasks"]))
    print("\nShifts (name:key=value,key=value):")
    for shift in found["shifts"]:
        _print_shift(shift)
    print("\nModels:")
    for model in found["models"]:
        print(f"  {model['ref']:<22} {model['task']}")
    return 0


def _print_shift(shift: dict[str, Any]) -> None:
    print(f"\n  {shift['name']}  [{shift['stage']}; {', '.join(shift['tasks'])}]")
    facts = (
        ("", "summary"),
        ("formula: ", "formula"),
        ("effect: ", "effect"),
        ("source: ", "source"),
    )
    for name, key in facts:
        print(
            textwrap.fill(
                name + shift[key], 96, initial_indent="      ", subsequent_indent="      "
            )
        )
    for param in shift["params"]:
        print(f"      {param['name']}={param['default']!r} ({_bounds(param)}): {param['help']}")


def _bounds(param: dict[str, Any]) -> str:
    """Returns what a parameter may be, with its kind where numbers would mislead."""
    if param["choices"]:
        return ", ".join(param["choices"])
    if param["kind"] == "bool":
        return "true or false"
    bounds = f"{param['low']:g} to {param['high']:g}"
    return f"text of {bounds} characters" if param["kind"] == "str" else bounds


def _model_of(text: str, arm: str) -> str:
    """Returns a model reference; the folder of a finetune stands for its arm."""
    folder = Path(text)
    if ":" not in text and not (folder / "config.json").is_file() and (folder / arm).is_dir():
        return str(folder / arm)
    if (folder / arm / "config.json").is_file():
        return str(folder / arm)
    return text


def run_compare(arguments: argparse.Namespace) -> int:
    """``compare``"""
    config = CompareConfig(
        task=arguments.task,
        base=_model_of(arguments.base, "base"),
        shifted=_model_of(arguments.shifted, "shift"),
        data=data_spec(arguments, "", arguments.input or ""),
        offsets=arguments.offsets,
        shift=arguments.shift,
        allow_no_effect=arguments.allow_no_effect,
        **given(arguments, ["n", "seed"]),
    )

    def progress(fraction: float, text: str) -> None:
        if sys.stderr.isatty():
            say(f"\r  {fraction:4.0%}  {text:<60}", "")

    pairs = [(config.base, config.shifted)]
    if arguments.base == arguments.shifted and Path(arguments.base).is_dir():
        pairs = api.pairs_of(Path(arguments.base)) or pairs
    found = api.compare_seeds(config, pairs, progress)
    if arguments.output:
        from shiftdemo.training.record import write_json

        write_json(Path(arguments.output) / "comparison.json", found.to_dict())
    if arguments.json:
        print_json(found.to_dict())
        return 0
    say("")
    for one in (found, *found.also):
        _print_comparison(one)
    return 0


def _print_comparison(found: Comparison) -> None:
    mean = f", mean of {found.n_seeds} seeds" if found.n_seeds > 1 else ""
    trained = f"; trained: {found.condition.range_text}" if found.condition.trained else ""
    print(f"{found.score_name}{mean} [{found.brackets}]; {found.condition.axis}{trained}")
    for arm, curve in found.curves.items():
        print(arm)
        for offset, score in zip(found.offsets, curve, strict=True):
            interval = f"[{score.low:.1f}, {score.high:.1f}]"
            print(f"  offset {offset:>4}: {score.name} {score.value:5.1f}  {interval}")
    for note in found.notes:
        print(f"Note: {note}")
    print(found.verdict)


def run_attend(arguments: argparse.Namespace) -> int:
    """``attend``"""
    output = Path(arguments.output)
    if output.suffix not in (".json", ".html", ".png"):
        raise ConfigError(f"--output is {output.name!r}; give a name in .json, .html or .png.")
    result = api.attend(
        arguments.task,
        _model_of(arguments.model, "base"),
        arguments.text,
        arguments.target,
        _model_of(arguments.versus, "shift") if arguments.versus else "",
    )
    from shiftdemo.viz.export import write_attention

    write_attention(result.maps, result.versus, output)
    say(f"Attention written to {output}.")
    return 0


def run_serve(arguments: argparse.Namespace) -> int:
    """``serve``"""
    if arguments.offline:
        os.environ["HF_HUB_OFFLINE"] = "1"
    try:
        from shiftdemo.ui.app import serve
    except ModuleNotFoundError as error:
        raise ShiftDemoError(
            f"The page needs {error.name}; run: pip install -r requirements.txt"
        ) from None
    limits = Limits.public() if arguments.public else Limits()
    serve(arguments.host, arguments.port, limits, open_browser=arguments.open)
    return 0
