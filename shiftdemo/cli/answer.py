"""``answer``: what the bundled pairs make of one sentence, wherever it stands."""

from __future__ import annotations

import argparse

from shiftdemo import api
from shiftdemo.cli.flags import json_flag
from shiftdemo.cli.output import print_json
from shiftdemo.core.errors import ConfigError
from shiftdemo.core.samples import mentions

HELP = "translation and entities of one sentence, by both bundled arms, wherever it stands"


def add_flags(parser: argparse.ArgumentParser) -> None:
    """Adds the flags of ``answer``."""
    parser.add_argument("--text", required=True)
    parser.add_argument(
        "--positions", default="0,32", metavar="K,K", help="of the first word, from 0; default 0,32"
    )
    json_flag(parser)


def run(arguments: argparse.Namespace) -> int:
    """``answer``"""
    answers = api.answer(arguments.text, _positions(arguments.positions))
    for index, position in enumerate(answers.positions):
        for task, arms in answers.outputs.items():
            for arm, outputs in arms.items():
                output = outputs[index]
                if arguments.json:
                    values = {"position": position, "task": task, "arm": arm, "output": output}
                    print_json(values)
                else:
                    said = output if isinstance(output, str) else _tagged(answers.words, output)
                    print(f"{position:>4}  {task:<12} {arm:<6} {said}")
    return 0


def _positions(text: str) -> list[int]:
    try:
        positions = [int(part) for part in text.split(",")]
    except ValueError:
        positions = []
    if not positions or min(positions) < 0:
        raise ConfigError("answer.positions", text=text)
    return positions


def _tagged(words: tuple[str, ...], tags: tuple[str, ...]) -> str:
    """Returns the mentions in words, as ``London LOC``; a dash where there are none."""
    found = mentions(tags, lenient=True)
    return ", ".join(f"{' '.join(words[a:b])} {kind}" for kind, a, b in found) or "–"
