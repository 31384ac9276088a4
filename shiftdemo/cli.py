"""The command line: one subcommand a verb. ``--json`` prints one JSON object a line."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any

from shiftdemo import __version__
from shiftdemo.cli_build import run_build
from shiftdemo.cli_commands import (
    run_attend,
    run_compare,
    run_info,
    run_serve,
)
from shiftdemo.cli_export import export_flags, run_export
from shiftdemo.cli_flags import (
    INPUT,
    corpus_flags,
    effect_flag,
    file_flags,
    json_flag,
    language_flags,
    number_flags,
    task_flag,
)
from shiftdemo.cli_train import pretrain_flags, run_finetune, run_pretrain, train_flags
from shiftdemo.config import CompareConfig
from shiftdemo.data.export import FORMATS
from shiftdemo.errors import FaultError, ShiftDemoError


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> Any:
        """A wrong flag is the user's to mend: one line, exit 2."""
        self.exit(2, f"shiftdemo: {message}; see {self.prog} --help.\n")


def build_parser() -> argparse.ArgumentParser:
    """Returns the parser of all subcommands."""
    parser = _Parser(prog="shiftdemo", description="Shift training of Transformers.")
    parser.add_argument("--version", action="version", version=f"shiftdemo {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, parser_class=_Parser)
    _info(commands)
    _build(commands)
    train_flags(_command(commands, "finetune", run_finetune, "train a fair pair of models"))
    _compare(commands)
    _attend(commands)
    export_flags(_command(commands, "export", run_export, "a trained arm as a zip or on the hub"))
    pretrain_flags(_command(commands, "pretrain", run_pretrain, "make a bundled model"))
    _serve(commands)
    return parser


def _command(
    commands: Any, name: str, run: Callable[[argparse.Namespace], int], text: str
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=text, description=text)
    parser.set_defaults(run=run)
    return parser


def _info(commands: Any) -> None:
    parser = _command(commands, "info", run_info, "what there is: tasks, shifts, models")
    json_flag(parser)


def _build(commands: Any) -> None:
    parser = _command(commands, "build", run_build, "make shifted samples")
    task_flag(parser)
    parser.add_argument("--shift", nargs="+", action="extend", required=True, metavar="SPEC")
    parser.add_argument("--text", help="one sentence; or a question, a line break, its context")
    parser.add_argument("--target", default="", help="its translation, summary, label or answer")
    parser.add_argument("--tags", default="", help="its BIO tags, with spaces between")
    parser.add_argument("--input", help=INPUT)
    file_flags(parser)
    parser.add_argument("--split", default="train", help="of the hub's data; default train")
    corpus_flags(parser)
    parser.add_argument("--n", type=int, help="at most so many samples")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--format",
        choices=FORMATS,
        help="otherwise that of the output's ending, or jsonl; parquet needs --output",
    )
    parser.add_argument("--output", help="a file; otherwise standard output")
    parser.add_argument(
        "--push-to-hub",
        metavar="OWNER/NAME",
        help="a new data set on the hub, as Parquet with a card; the token is that of HF_TOKEN "
        "or hf auth login",
    )
    parser.add_argument("--private", action="store_true", help="pushed for you alone")


def _compare(commands: Any) -> None:
    parser = _command(commands, "compare", run_compare, "compare two models as the shift grows")
    task_flag(parser)
    parser.add_argument("--base", required=True, metavar="MODEL|DIR")
    parser.add_argument("--shifted", required=True, metavar="MODEL|DIR")
    parser.add_argument("--input", help=INPUT)
    file_flags(parser)
    language_flags(parser)
    parser.add_argument("--split", dest="eval_split", help="of the hub's data; default validation")
    corpus_flags(parser)
    parser.add_argument(
        "--shift",
        default="",
        metavar="SPEC",
        help="what is moved, and the trained range, as position_offset:max_offset=32,side=source; "
        "otherwise what the arms were trained on, as their runs tell",
    )
    parser.add_argument("--offsets", default="", metavar="START:STOP:STEP", help="or 0,1,2,4")
    number_flags(parser, CompareConfig, ("n", "seed"))
    effect_flag(parser)
    parser.add_argument("--output", help="folder for comparison.json and the outputs")
    json_flag(parser)


def _attend(commands: Any) -> None:
    parser = _command(commands, "attend", run_attend, "attention of one sentence")
    task_flag(parser)
    parser.add_argument("--model", required=True, metavar="M|DIR")
    parser.add_argument("--versus", default="", metavar="M|DIR")
    parser.add_argument("--text", required=True)
    parser.add_argument("--target", default="")
    parser.add_argument("--output", required=True, metavar="FILE.json|.html|.png")


def _serve(commands: Any) -> None:
    parser = _command(commands, "serve", run_serve, "open the page")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=7860)
    parser.add_argument("--open", action="store_true", help="open it in a browser")
    parser.add_argument("--public", action="store_true", help="the limits of a public server")
    parser.add_argument("--offline", action="store_true", help="load nothing from the hub")


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
