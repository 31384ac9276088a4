"""``attend``: attention of one sentence, to a file."""

from __future__ import annotations

import argparse
from pathlib import Path

from shiftdemo import api
from shiftdemo.cli.flags import model_of, task_flag
from shiftdemo.cli.output import say
from shiftdemo.core.errors import ConfigError

HELP = "attention of one sentence"


def add_flags(parser: argparse.ArgumentParser) -> None:
    """Adds the flags of ``attend``."""
    task_flag(parser)
    parser.add_argument("--model", required=True, metavar="M|DIR")
    parser.add_argument("--versus", default="", metavar="M|DIR")
    parser.add_argument("--text", required=True)
    parser.add_argument("--target", default="")
    parser.add_argument("--output", required=True, metavar="FILE.json|.html|.png")


def run(arguments: argparse.Namespace) -> int:
    """``attend``"""
    output = Path(arguments.output)
    if output.suffix not in (".json", ".html", ".png"):
        raise ConfigError("attend.output_give_name_json", output=output.name)
    result = api.attend(
        arguments.task,
        model_of(arguments.model, "base"),
        arguments.text,
        arguments.target,
        model_of(arguments.versus, "shift") if arguments.versus else "",
    )
    from shiftdemo.viz.export import write_attention

    write_attention(result.maps, result.versus, output)
    say(f"Attention written to {output}.")
    return 0
