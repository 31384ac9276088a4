"""``attend``: attention of one sentence, or of many, to a file."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from shiftdemo import api
from shiftdemo.cli.flags import model_of, task_flag
from shiftdemo.cli.output import say
from shiftdemo.core.errors import ConfigError

HELP = "attention of one sentence, or of many"


def add_flags(parser: argparse.ArgumentParser) -> None:
    """Adds the flags of ``attend``."""
    task_flag(parser)
    parser.add_argument("--model", required=True, metavar="M|DIR")
    parser.add_argument("--versus", default="", metavar="M|DIR", help="a second model")
    parser.add_argument("--text", required=True)
    parser.add_argument("--target", default="", help="of a pair; empty: the first model's own")
    parser.add_argument(
        "--shift",
        default="",
        metavar="SPEC",
        help="what moves the sentence; empty: the position offsets that the models trained on",
    )
    parser.add_argument(
        "--strength", type=float, default=0.0, metavar="K", help="by how much (default 0: as it is)"
    )
    parser.add_argument(
        "--mask",
        type=int,
        nargs="+",
        default=[],
        metavar="I",
        help="words, from 0, that are read as the mask token",
    )
    parser.add_argument(
        "--window",
        default="0:0",
        metavar="SOURCE:TARGET",
        help="first token of either side that is shown, of a long sentence",
    )
    parser.add_argument(
        "--corpus",
        type=int,
        default=0,
        metavar="N",
        help="also measure N sentences of the built-in corpus, at the same strength (.json)",
    )
    parser.add_argument("--output", required=True, metavar="FILE.json|.npz|.html|.png|.svg")


def run(arguments: argparse.Namespace) -> int:
    """``attend``"""
    from shiftdemo.publishing.attention.files import check_ending, write_attention
    from shiftdemo.publishing.attention.words import told
    from shiftdemo.viz.reader import Reader

    output = Path(arguments.output)
    check_ending(output)
    window = _window(arguments.window)
    if arguments.corpus and output.suffix.lower() != ".json":
        raise ConfigError("attend.corpus_needs_json", output=output.name)
    base = model_of(arguments.model, "base")
    versus = model_of(arguments.versus, "shift") if arguments.versus else ""
    moving = (arguments.shift, arguments.strength)
    result = api.attend(
        arguments.task,
        base,
        arguments.text,
        arguments.target,
        versus,
        *moving,
        masked=arguments.mask,
        window=window,
    )
    for note in result.notes:
        say(note)
    corpus = None
    if arguments.corpus:
        corpus = api.attend_corpus(
            arguments.task, base, versus, *moving, n=arguments.corpus, progress=_progress
        )
        say("")
    write_attention(result, arguments.task, output, corpus)
    say(told(Reader(), result))
    say(f"Attention written to {output}.")
    return 0


def _window(text: str) -> tuple[int, int]:
    first, _, second = text.partition(":")
    if not first.isdigit() or not (second or "0").isdigit():
        raise ConfigError("attend.window", text=text)
    return int(first), int(second or 0)


def _progress(fraction: float, text: str) -> None:
    if sys.stderr.isatty():
        say(f"\r  {fraction:4.0%}  {text:<60}", "")
