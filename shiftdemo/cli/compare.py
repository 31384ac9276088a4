"""``compare``: two models on the same sentences, as the shift grows."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from shiftdemo import api
from shiftdemo.cli.flags import (
    INPUT,
    corpus_flags,
    data_spec,
    effect_flag,
    file_flags,
    given,
    json_flag,
    language_flags,
    model_of,
    number_flags,
    reply_flag,
    task_flag,
)
from shiftdemo.cli.output import print_json, say
from shiftdemo.core.config import CompareConfig

if TYPE_CHECKING:
    from shiftdemo.evaluation.results import Comparison

HELP = "compare two models as the shift grows"


def add_flags(parser: argparse.ArgumentParser) -> None:
    """Adds the flags of ``compare``."""
    task_flag(parser)
    parser.add_argument("--base", required=True, metavar="MODEL|DIR")
    parser.add_argument("--shifted", required=True, metavar="MODEL|DIR")
    parser.add_argument(
        "--other",
        action="append",
        default=[],
        metavar="NAME=MODEL|DIR",
        help="a further model beside the two, at most twice; start=DIR is a run's untrained start",
    )
    parser.add_argument("--input", help=INPUT)
    parser.add_argument(
        "--text",
        action="append",
        default=[],
        help="a sentence instead of a file or corpus: what every model makes of it at each of "
        "--strengths (or --offsets) under the first --shift, with the probability of each word",
    )
    file_flags(parser)
    reply_flag(parser)
    language_flags(parser)
    parser.add_argument("--split", dest="eval_split", help="of the hub's data; default validation")
    corpus_flags(parser)
    parser.add_argument(
        "--shift",
        nargs="+",
        action="extend",
        default=[],
        metavar="SPEC",
        help="what is moved, and the trained range, as position_offset:max_offset=32,side=source "
        "or local_shuffle:k=3; several are each measured, the verdict is on the first; otherwise "
        "what the arms were trained on, as their runs tell",
    )
    parser.add_argument(
        "--strengths",
        default="",
        metavar="START:STOP:STEP",
        help="of --shift, the values of its main parameter; or 0,1,2,4",
    )
    parser.add_argument("--offsets", default="", metavar="START:STOP:STEP", help="of positions")
    number_flags(parser, CompareConfig, ("n", "seed"))
    effect_flag(parser)
    parser.add_argument("--output", help="folder for report.html, comparison.json and scores.csv")
    json_flag(parser)


def run(arguments: argparse.Namespace) -> int:
    """``compare``"""
    config = CompareConfig(
        task=arguments.task,
        base=model_of(arguments.base, "base"),
        shifted=model_of(arguments.shifted, "shift"),
        data=data_spec(arguments, "", arguments.input or ""),
        offsets=arguments.offsets,
        shifts=tuple(arguments.shift),
        strengths=arguments.strengths,
        allow_no_effect=arguments.allow_no_effect,
        others=tuple(_other(text) for text in arguments.other),
        **given(arguments, ["n", "seed"]),
    )

    def progress(fraction: float, text: str) -> None:
        if sys.stderr.isatty():
            say(f"\r  {fraction:4.0%}  {text:<60}", "")

    if arguments.text:
        return _typed(config, arguments)
    pairs = _pairs(arguments) or [(config.base, config.shifted)]
    comparison = api.compare_seeds(config, pairs, progress)
    if arguments.output:
        for path in api.write_comparison(comparison, config, Path(arguments.output)):
            say(f"Wrote {path}")
    if arguments.json:
        print_json(comparison.to_dict())
        return 0
    say("")
    for shown in (comparison, *comparison.also):
        _print_comparison(shown)
    return 0


def _typed(config: CompareConfig, arguments: argparse.Namespace) -> int:
    """Prints what every model makes of typed sentences."""
    from shiftdemo.evaluation.strengths import strengths_from

    models = {arm: api.load(ref, config.task) for arm, ref in config.models.items()}
    spec = config.shifts[0] if config.shifts else ""
    condition = api.typed_condition(config.task, models, spec)
    asked = config.strengths or config.offsets or "0"
    samples = [api.typed_sample(config.task, text) for text in arguments.text]
    for strength in strengths_from(asked, "strengths.strengths", whole=False):
        found = api.compare_typed(
            config.task,
            models,
            samples,
            condition,
            strength,
            config.seed,
            config.allow_no_effect,
        )
        for one in found:
            if arguments.json:
                print_json({"strength": strength, "axis": condition.axis, **one.to_dict()})
                continue
            print(f"{condition.dial} {strength:g}: {one.moved.read}")
            for arm, output in one.outputs.items():
                shown = output if isinstance(output, str) else " ".join(output)
                sure = min(one.probabilities[arm], default=None)
                least = "" if sure is None else f"  [least sure word: p = {sure:.2f}]"
                print(f"  {arm}: {shown}{least}")
    return 0


def _other(text: str) -> str:
    """Returns ``NAME=MODEL``, where a run's folder stands for its arm NAME."""
    name, equals, ref = text.partition("=")
    return f"{name.strip()}={model_of(ref, name.strip())}" if equals else text


def _pairs(arguments: argparse.Namespace) -> list[tuple[str, str]]:
    """Returns a pair for each seed, where arms of one run were named: DIR and DIR or DIR/ARM."""
    run, other = Path(arguments.base), Path(arguments.shifted)
    arm = "shift" if other == run else other.name if other.parent == run else ""
    return api.pairs_of(run, shifted=arm) if arm and run.is_dir() else []


def _print_comparison(comparison: Comparison) -> None:
    condition = comparison.condition
    mean = f", mean of {comparison.n_seeds} seeds" if comparison.n_seeds > 1 else ""
    trained = f"; trained: {condition.range_text}" if condition.trained else ""
    print(f"{comparison.score_name}{mean} [{comparison.brackets}]; {condition.axis}{trained}")
    for arm, curve in comparison.curves.items():
        print(arm)
        for strength, score in zip(comparison.strengths, curve, strict=True):
            interval = f"[{score.low:.1f}, {score.high:.1f}]"
            at = f"{condition.dial} {strength:>4g}"
            print(f"  {at}: {score.name} {score.value:5.1f}  {interval}")
    for note in comparison.notes:
        print(f"Note: {note}")
    print(comparison.verdict)
