"""``check``: reads a file and says what is in it; trains nothing."""

from __future__ import annotations

import argparse

from shiftdemo import api
from shiftdemo.cli.flags import (
    INPUT,
    TAG_FLAGS,
    file_flags,
    given,
    json_flag,
    reply_flag,
    task_flag,
)
from shiftdemo.cli.output import print_json
from shiftdemo.core.config import DataSpec

HELP = "read a file and say what is in it"
_SHOWN = 20  # labels that are printed


def add_flags(parser: argparse.ArgumentParser) -> None:
    """Adds the flags of ``check``."""
    parser.add_argument("file", metavar="FILE", help=INPUT)
    task_flag(parser)
    file_flags(parser)
    reply_flag(parser)
    parser.add_argument("--split", default="train", help="of the hub's data; default train")
    json_flag(parser)


def run(arguments: argparse.Namespace) -> int:
    """``check``"""
    names = ["columns", "encoding", "revision", "subset", *TAG_FLAGS]
    data = DataSpec(corpus="", train_split=arguments.split, **given(arguments, names))
    report = api.check_file(arguments.file, arguments.task, data)
    if arguments.json:
        print_json(report.to_dict())
        return 0
    for sentence in report.sentences():
        print(sentence)
    if report.words:
        print(f"Words: {report.words:,}.")
    labels = report.labels.most_common(_SHOWN)
    if labels:
        counts = ", ".join(f"{label} {n:,}" for label, n in labels)
        more = len(report.labels) - len(labels)
        print(f"Labels: {counts}{f' and {more} more' if more else ''}.")
    return 0
