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
    run_finetune,
    run_info,
    run_pretrain,
    run_serve,
)
from shiftdemo.config import CompareConfig, DataSpec, TrainConfig
from shiftdemo.data.export import FORMATS
from shiftdemo.errors import ShiftDemoError

TASKS = ("translation", "ner")
_INPUT = (
    "a JSONL, CSV, TSV or CoNLL file (also gzipped), a Parquet file, or hub:OWNER/NAME "
    "(hub:./FOLDER for a folder in the hub's format)"
)


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
    _finetune(commands)
    _compare(commands)
    _attend(commands)
    _pretrain(commands)
    _serve(commands)
    return parser


def _command(
    commands: Any, name: str, run: Callable[[argparse.Namespace], int], text: str
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=text, description=text)
    parser.set_defaults(run=run)
    return parser


def _json_flag(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="one JSON object a line, nothing else")


def _task_flag(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--task", choices=TASKS, required=True)


def _number_flags(parser: argparse.ArgumentParser, config: type, names: Sequence[str]) -> None:
    """Adds flags for bounded settings; text, default and bounds come from the dataclass."""
    for name in names:
        item = config.__dataclass_fields__[name]  # type: ignore[attr-defined]
        low, high = item.metadata["low"], item.metadata["high"]
        parser.add_argument(
            f"--{name.replace('_', '-')}",
            type=type(item.default),
            help=f"{item.metadata['help']} {low:g} to {high:g}; default {item.default:g}",
        )


def _corpus_flags(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--corpus", choices=("grammar",), help="the built-in corpus")
    names = ("any", "start", "end", "none")
    parser.add_argument("--names", choices=names, help="where names stand in its training part")
    parser.add_argument("--eval-names", choices=names, help="the same for its held-out part")
    _number_flags(parser, DataSpec, ("size", "eval_size", "min_words", "max_words"))


def _file_flags(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--columns",
        default="",
        metavar="ROLE=NAME,…",
        help="which column is which, as source=en,target=fr or words=tokens,tags=ner_tags "
        "(nested: translation.en; without a header: 1, 2, …); otherwise guessed by name",
    )
    parser.add_argument(
        "--encoding",
        default="",
        metavar="NAME",
        help="characters of the file, as latin-1, cp1252, gb18030 or shift_jis; otherwise UTF-8, "
        "or UTF-16 with a byte order mark",
    )
    parser.add_argument("--revision", default="", help="branch, tag or commit of the hub's data")
    parser.add_argument("--subset", default="", help="configuration of the hub's data")


def _info(commands: Any) -> None:
    parser = _command(commands, "info", run_info, "what there is: tasks, shifts, models")
    _json_flag(parser)


def _build(commands: Any) -> None:
    parser = _command(commands, "build", run_build, "make shifted samples")
    _task_flag(parser)
    parser.add_argument("--shift", nargs="+", action="extend", required=True, metavar="SPEC")
    parser.add_argument("--text", help="one sentence")
    parser.add_argument("--target", default="", help="its translation")
    parser.add_argument("--tags", default="", help="its BIO tags, with spaces between")
    parser.add_argument("--input", help=_INPUT)
    _file_flags(parser)
    parser.add_argument("--split", default="train", help="of the hub's data; default train")
    _corpus_flags(parser)
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


def _finetune(commands: Any) -> None:
    parser = _command(commands, "finetune", run_finetune, "train a fair pair of models")
    _task_flag(parser)
    parser.add_argument("--model", default="scratch:learned")
    parser.add_argument(
        "--train", default="", help=_INPUT.replace("a JSONL", "for training: a JSONL")
    )
    parser.add_argument("--eval", default="", help="the same, held out")
    _file_flags(parser)
    parser.add_argument("--train-split", help="of the hub's data; default train")
    parser.add_argument("--eval-split", help="of the hub's data; default validation")
    _corpus_flags(parser)
    parser.add_argument("--shift", nargs="+", action="extend", metavar="SPEC")
    parser.add_argument("--arms", default="base,shift")
    parser.add_argument("--seed", default="0", help="one seed or several: 0,1,2")
    parser.add_argument("--length", metavar="MIN:MAX", help="length_crop between these")
    _number_flags(
        parser,
        TrainConfig,
        (
            "steps",
            "seconds",
            "batch_size",
            "batch_tokens",
            "learning_rate",
            "warmup",
            "weight_decay",
            "label_smoothing",
            "dropout",
            "eval_every",
            "threads",
        ),
    )
    parser.add_argument("--precision", choices=("auto", "float32", "bfloat16"))
    parser.add_argument("--output", required=True, help="folder for config, events and models")
    _json_flag(parser)


def _compare(commands: Any) -> None:
    parser = _command(commands, "compare", run_compare, "compare two models as the shift grows")
    _task_flag(parser)
    parser.add_argument("--base", required=True, metavar="MODEL|DIR")
    parser.add_argument("--shifted", required=True, metavar="MODEL|DIR")
    parser.add_argument("--input", help=_INPUT)
    _file_flags(parser)
    parser.add_argument("--split", dest="eval_split", help="of the hub's data; default validation")
    _corpus_flags(parser)
    parser.add_argument("--shift", help="position_offset:max_offset=K marks the trained range")
    parser.add_argument("--offsets", default="", metavar="START:STOP:STEP", help="or 0,1,2,4")
    _number_flags(parser, CompareConfig, ("n", "seed"))
    parser.add_argument("--output", help="folder for comparison.json and the outputs")
    _json_flag(parser)


def _attend(commands: Any) -> None:
    parser = _command(commands, "attend", run_attend, "attention of one sentence")
    _task_flag(parser)
    parser.add_argument("--model", required=True, metavar="M|DIR")
    parser.add_argument("--versus", default="", metavar="M|DIR")
    parser.add_argument("--text", required=True)
    parser.add_argument("--target", default="")
    parser.add_argument("--output", required=True, metavar="FILE.json|.html|.png")


def _pretrain(commands: Any) -> None:
    parser = _command(commands, "pretrain", run_pretrain, "make a bundled model from a recipe")
    _task_flag(parser)
    parser.add_argument("--config", required=True, help="a recipe, as in configs/")
    parser.add_argument("--data", default="data", help="folder of the recipe's files")
    parser.add_argument("--first-stage", type=int, default=1, help="go on from the stage before")
    parser.add_argument("--output", required=True)
    _json_flag(parser)


def _serve(commands: Any) -> None:
    parser = _command(commands, "serve", run_serve, "open the page")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=7860)
    parser.add_argument("--open", action="store_true", help="open it in a browser")
    parser.add_argument("--public", action="store_true", help="the limits of a public server")
    parser.add_argument("--offline", action="store_true", help="load nothing from the hub")


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command line; returns 0 when done, 2 when the user can mend it."""
    arguments = build_parser().parse_args(argv)
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    try:
        code: int = arguments.run(arguments)
        return code
    except ShiftDemoError as error:
        print(f"shiftdemo: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("shiftdemo: stopped.", file=sys.stderr)
        return 130
    except BrokenPipeError:  # as in "| head"; what is still buffered goes nowhere
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
