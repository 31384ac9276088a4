"""What each subcommand does: read the flags, call the verb, print."""

from __future__ import annotations

import argparse
import json
import os
import sys
import textwrap
import time
from pathlib import Path
from typing import Any

from shiftdemo import api
from shiftdemo.config import CompareConfig, DataSpec, TrainConfig
from shiftdemo.errors import ConfigError, ShiftDemoError
from shiftdemo.events import (
    EvalLogged,
    RunCancelled,
    RunFailed,
    RunFinished,
    RunStarted,
    StepLogged,
)
from shiftdemo.limits import Limits
from shiftdemo.shifts import make_shift

_FILE_ROWS = 200_000


def print_json(value: Any) -> None:
    """Prints one JSON object on a line of standard output."""
    print(json.dumps(value, ensure_ascii=False), flush=True)


def _say(text: str, end: str = "\n") -> None:
    print(text, end=end, file=sys.stderr, flush=True)


def _given(arguments: argparse.Namespace, names: list[str]) -> dict[str, Any]:
    """Returns the flags that were given, so that defaults stay in the dataclasses."""
    return {n: v for n in names if (v := getattr(arguments, n, None)) is not None}


def data_spec(arguments: argparse.Namespace, train: str = "", held_out: str = "") -> DataSpec:
    """Returns the data that the flags name: files or data sets of the hub, or the corpus."""
    names = ["size", "eval_size", "min_words", "max_words", "names", "eval_names"]
    given = _given(arguments, names)
    if train or held_out:
        if arguments.corpus:
            raise ConfigError("Give --corpus or files, not both.")
        names = ["columns", "encoding", "revision", "subset", "train_split", "eval_split"]
        given = {"size": _FILE_ROWS, "eval_size": 1000, **given, **_given(arguments, names)}
        return DataSpec(corpus="", train=train, eval=held_out, **given)
    return DataSpec(**given)


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


def _integers(text: str, flag: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError:
        raise ConfigError(f"{flag} is {text!r}; give integers such as 0 or 0,1,2.") from None


def _train_config(arguments: argparse.Namespace) -> TrainConfig:
    names = "steps seconds batch_size batch_tokens learning_rate warmup weight_decay"
    names += " label_smoothing dropout eval_every threads precision"
    given = _given(arguments, names.split())
    shifts = list(arguments.shift or [])
    if arguments.length:
        low, colon, high = arguments.length.partition(":")
        if not colon:
            raise ConfigError(f"--length is {arguments.length!r}; give MIN:MAX, for example 5:20.")
        shifts.append(f"length_crop:min={low},max={high}")
    if shifts:
        given["shifts"] = tuple(shifts)
    if bool(arguments.train) != bool(arguments.eval):
        raise ConfigError("Give both --train and --eval, or --corpus grammar.")
    return TrainConfig(
        task=arguments.task,
        model=arguments.model,
        data=data_spec(arguments, arguments.train, arguments.eval),
        arms=tuple(arguments.arms.split(",")),
        seeds=_integers(arguments.seed, "--seed"),
        **given,
    )


class _Printer:
    """Prints events for people, or as JSON."""

    def __init__(self, as_json: bool) -> None:
        self.as_json = as_json
        self.total = 0
        self.done: set[tuple[int, int]] = set()
        self.shown = 0.0
        self.code = 0

    def show(self, event: Any) -> None:
        """Prints one event."""
        from shiftdemo.training.record import to_json

        if self.as_json:
            print_json(to_json(event))
        if isinstance(event, RunStarted):
            self.total = event.steps
            _say(f"{event.n_params:,} weights, arms {', '.join(event.arms)}")
            for note in event.notes:
                _say(f"Note: {note}")
        elif isinstance(event, StepLogged):
            self._step(event)
        elif isinstance(event, EvalLogged):
            _say(
                f"\r  seed {event.seed} step {event.step} {event.arm}: held-out loss "
                f"{event.clean_loss:.3f} clean, {event.shifted_loss:.3f} shifted (nats a token)"
            )
            if event.note:  # an operator that learns says how far it came
                _say(f"  {event.note}")
        elif isinstance(event, RunFailed):
            _say(f"\nshiftdemo: {event.message}")
            self.code = 2
        elif isinstance(event, (RunFinished, RunCancelled)):
            reason = getattr(event, "reason", "stopped")
            _say(f"\nDone in {event.seconds:.0f} s: {reason}.")

    def _step(self, event: StepLogged) -> None:
        self.done.add((event.seed, event.step))
        if not sys.stderr.isatty() or time.monotonic() - self.shown < 0.2:
            return
        self.shown = time.monotonic()
        left = event.seconds / len(self.done) * (self.total - len(self.done))
        _say(
            f"\r  step {len(self.done)}/{self.total}  loss {event.loss:.3f}  {left:.0f} s left  ",
            "",
        )


def run_finetune(arguments: argparse.Namespace) -> int:
    """``finetune``"""
    printer = _Printer(arguments.json)
    for event in api.finetune(_train_config(arguments), Path(arguments.output)):
        printer.show(event)
    return printer.code


def _model_of(text: str, arm: str) -> str:
    """Returns a model reference; the folder of a finetune stands for its arm."""
    folder = Path(text)
    if ":" not in text and not (folder / "config.json").is_file() and (folder / arm).is_dir():
        return str(folder / arm)
    if (folder / arm / "config.json").is_file():
        return str(folder / arm)
    return text


def _trained_offset(arguments: argparse.Namespace) -> int:
    if not arguments.shift:
        return -1
    shift = make_shift(arguments.shift)
    return int(shift.values.get("max_offset", -1))


def run_compare(arguments: argparse.Namespace) -> int:
    """``compare``"""
    config = CompareConfig(
        task=arguments.task,
        base=_model_of(arguments.base, "base"),
        shifted=_model_of(arguments.shifted, "shift"),
        data=data_spec(arguments, "", arguments.input or ""),
        offsets=arguments.offsets,
        trained_offset=_trained_offset(arguments),
        **_given(arguments, ["n", "seed"]),
    )

    def progress(fraction: float, text: str) -> None:
        if sys.stderr.isatty():
            _say(f"\r  {fraction:4.0%}  {text:<60}", "")

    pairs = [(config.base, config.shifted)]
    if arguments.base == arguments.shifted and Path(arguments.base).is_dir():
        pairs = api.pairs_of(Path(arguments.base)) or pairs
    comparisons, mean = api.compare_seeds(config, pairs, progress)
    found = api.comparison_dict(comparisons, mean)
    if arguments.output:
        from shiftdemo.training.record import write_json

        write_json(Path(arguments.output) / "comparison.json", found)
    if arguments.json:
        print_json(found)
        return 0
    _say("")
    _print_curves(mean or comparisons[0])
    print(comparisons[0].verdict if mean is None else "\n".join(mean.verdicts))
    return 0


def _print_curves(found: Any) -> None:
    for arm, curve in found.curves.items():
        print(arm)
        for offset, score in zip(found.offsets, curve, strict=True):
            interval = f"[{score.low:.1f}, {score.high:.1f}]"
            print(f"  offset {offset:>4}: {score.name} {score.value:5.1f}  {interval}")


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
    _say(f"Attention written to {output}.")
    return 0


def run_pretrain(arguments: argparse.Namespace) -> int:
    """``pretrain``"""
    printer = _Printer(arguments.json)
    events = api.pretrain(
        Path(arguments.config),
        Path(arguments.data),
        Path(arguments.output),
        arguments.task,
        arguments.first_stage,
        lambda fraction, text: _say(f"  {fraction:4.0%}  {text}"),
    )
    for event in events:
        printer.show(event)
    return printer.code


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
