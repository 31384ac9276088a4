"""The command line: one subcommand a verb. ``--json`` prints one JSON object a line."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Sequence
from typing import Any

from shiftdemo import __version__
from shiftdemo.cli import (
    answer,
    attend,
    build,
    check,
    compare,
    export,
    finetune,
    info,
    pretrain,
    serve,
)
from shiftdemo.core.errors import FaultError, ShiftDemoError

# In the order in which --help tells of them; each has HELP, add_flags and run.
COMMANDS = (info, answer, check, build, finetune, compare, attend, export, pretrain, serve)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> Any:
        """A wrong flag is the user's to mend: one line, exit 2."""
        self.exit(2, f"shiftdemo: {message}; see {self.prog} --help.\n")


def build_parser() -> argparse.ArgumentParser:
    """Returns the parser of all subcommands."""
    parser = _Parser(prog="shiftdemo", description="Shift training of Transformers.")
    parser.add_argument("--version", action="version", version=f"shiftdemo {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, parser_class=_Parser)
    for command in COMMANDS:
        name = command.__name__.rpartition(".")[2]
        subparser = commands.add_parser(name, help=command.HELP, description=command.HELP)
        command.add_flags(subparser)
        subparser.set_defaults(run=command.run)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command line; returns 0 when done, 2 when the user can mend it, else 1."""
    arguments = build_parser().parse_args(argv)
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    try:
        code: int = arguments.run(arguments)
        return code
    except FaultError as error:
        print(f"shiftdemo: {error}", file=sys.stderr)
        return 1
    except ShiftDemoError as error:
        print(f"shiftdemo: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("shiftdemo: stopped.", file=sys.stderr)
        return 130
    except BrokenPipeError:  # as in "| head"; what is still buffered goes nowhere
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
