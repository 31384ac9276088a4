"""``export``: a trained arm to a zip, to the hub, or both; and the flags of a push."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from shiftdemo import api
from shiftdemo.core.errors import ConfigError

HELP = "a trained arm as a zip or on the hub"


def add_flags(parser: argparse.ArgumentParser) -> None:
    """Adds the flags of ``export``."""
    parser.add_argument("folder", metavar="DIR", help="the folder of finetune --output")
    parser.add_argument("--arm", default="", help="otherwise shift, or the only one that there is")
    parser.add_argument(
        "--seed-index", type=int, default=0, metavar="N", help="which of its seeds, from 0"
    )
    parser.add_argument("--output", metavar="FILE.zip", help="a zip that plain transformers loads")
    push_flags(parser)


def push_flags(parser: argparse.ArgumentParser) -> None:
    """Adds the flags that push a model."""
    parser.add_argument(
        "--push-to-hub",
        metavar="OWNER/NAME",
        help="a new model on the hub, with a card; the token is that of HF_TOKEN or hf auth login",
    )
    parser.add_argument("--private", action="store_true", help="pushed for you alone")


def run(arguments: argparse.Namespace) -> int:
    """``export``"""
    if not arguments.output and not arguments.push_to_hub:
        raise ConfigError("export.give_output_file_zip")
    if arguments.push_to_hub:
        api.check_push(arguments.push_to_hub, kind="model")
    folder, arm, seed_index = Path(arguments.folder), arguments.arm, arguments.seed_index
    if arguments.output:
        path = api.export_run(folder, arm, Path(arguments.output), seed_index)
        print(f"Written to {path}.", file=sys.stderr)
    push(arguments, folder, arm, seed_index)
    return 0


def push(arguments: argparse.Namespace, run: Path, arm: str = "", seed_index: int = 0) -> None:
    """Pushes an arm where ``--push-to-hub`` was given; without a name the shift arm."""
    if arguments.push_to_hub:
        address = api.push_run(
            run, arm, arguments.push_to_hub, seed_index, private=arguments.private
        )
        print(f"Pushed to {address}.", file=sys.stderr)
