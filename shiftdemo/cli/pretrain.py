"""``pretrain``: makes a bundled model from a recipe."""

from __future__ import annotations

import argparse
from pathlib import Path

from shiftdemo import api
from shiftdemo.cli.flags import json_flag, task_flag
from shiftdemo.cli.output import say
from shiftdemo.cli.run_printer import Printer

HELP = "make a bundled model"


def add_flags(parser: argparse.ArgumentParser) -> None:
    """Adds the flags of ``pretrain``."""
    task_flag(parser)
    parser.add_argument("--config", required=True, help="a recipe, as in configs/")
    parser.add_argument("--data", default="data", help="folder of the recipe's files")
    parser.add_argument("--first-stage", type=int, default=1, help="go on from the stage before")
    parser.add_argument("--output", required=True)
    json_flag(parser)


def run(arguments: argparse.Namespace) -> int:
    """``pretrain``"""
    printer = Printer(arguments.json)
    events = api.pretrain(
        Path(arguments.config),
        Path(arguments.data),
        Path(arguments.output),
        arguments.task,
        arguments.first_stage,
        lambda fraction, text: say(f"  {fraction:4.0%}  {text}"),
    )
    for event in events:
        printer.show(event)
    return printer.code
