"""Flags that several subcommands share."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from shiftdemo.core.config import DataSpec
from shiftdemo.core.errors import ConfigError
from shiftdemo.core.params import params_of
from shiftdemo.core.task_spec import task_names

_FILE_ROWS = 200_000
TAG_FLAGS = ("scheme", "strict_tags", "labels", "reply_only")
INPUT = (
    "a JSONL, JSON, CSV, TSV, CoNLL or text file (also gzipped), a Parquet file, or hub:OWNER/NAME "
    "(hub:./FOLDER for a folder in the hub's format)"
)


def json_flag(parser: argparse.ArgumentParser) -> None:
    """Adds ``--json``."""
    parser.add_argument("--json", action="store_true", help="one JSON object a line, nothing else")


def task_flag(parser: argparse.ArgumentParser, required: bool = True) -> None:
    """Adds ``--task``."""
    parser.add_argument("--task", choices=task_names(), required=required)


def number_flags(parser: argparse.ArgumentParser, config: type, names: Sequence[str]) -> None:
    """Adds flags for bounded settings; text, default and bounds come from the dataclass."""
    declared = params_of(config)
    for name in names:
        param = declared[name]
        parser.add_argument(
            f"--{name.replace('_', '-')}",
            type=type(param.default),
            help=f"{param.help} {param.low:g} to {param.high:g}; default {param.default:g}",
        )


def effect_flag(parser: argparse.ArgumentParser) -> None:
    """Adds ``--allow-no-effect``."""
    parser.add_argument(
        "--allow-no-effect",
        action="store_true",
        help="where a shift of positions changes nothing in what a model of your own puts out, "
        "warn and go on instead of stopping: a control whose curves are flat by themselves",
    )


def corpus_flags(parser: argparse.ArgumentParser) -> None:
    """Adds the flags of the built-in corpus."""
    parser.add_argument("--corpus", choices=("grammar",), help="the built-in corpus")
    names = ("any", "start", "end", "none")
    parser.add_argument("--names", choices=names, help="where names stand in its training part")
    parser.add_argument("--eval-names", choices=names, help="the same for its held-out part")
    places = (*("any", "first", "last"), *map(str, range(1, 6)))
    parser.add_argument(
        "--answer-at",
        choices=places,
        help="in which sentence of its training documents the answer stands, or which one the "
        "summary is of (question answering and summarization)",
    )
    parser.add_argument("--eval-answer-at", choices=places, help="the same for its held-out part")
    parser.add_argument(
        "--new-frames",
        action="store_true",
        default=None,
        help="build its held-out part of sentence patterns that the training part never uses, "
        "not only of other words: a fifth of the patterns is set aside for it",
    )
    number_flags(parser, DataSpec, ("size", "eval_size", "min_words", "max_words"))


def file_flags(parser: argparse.ArgumentParser) -> None:
    """Adds the flags of files and of data sets of the hub."""
    parser.add_argument(
        "--columns",
        default="",
        metavar="ROLE=NAME,…",
        help="which column is which, as source=en,target=fr or words=tokens,tags=ner_tags "
        "(nested: translation.en) or by number, from 1; otherwise guessed",
    )
    parser.add_argument(
        "--encoding",
        default="",
        metavar="NAME",
        help="characters of the file, as latin-1, cp1252, gb18030 or shift_jis; otherwise UTF-8, "
        "or UTF-16 with a byte order mark",
    )
    parser.add_argument(
        "--scheme",
        default="",
        metavar="NAME",
        help="how entity tags are written: iob1, iob2, bioes (also BMES), bilou or io; otherwise "
        "recognised from the file; none: the tags are no entity tags (parts of speech, say)",
    )
    parser.add_argument(
        "--strict-tags",
        action="store_true",
        help="refuse tags that break the scheme, instead of reading them as conlleval does",
    )
    parser.add_argument(
        "--labels",
        default="",
        metavar="NAME,…",
        help="names of tags or labels that are numbers, from 0, as O,B-PER,I-PER",
    )
    parser.add_argument("--revision", default="", help="branch, tag or commit of the hub's data")
    parser.add_argument("--subset", default="", help="configuration of the hub's data")


def reply_flag(parser: argparse.ArgumentParser) -> None:
    """Adds ``--reply-only``."""
    parser.add_argument(
        "--reply-only",
        action="store_true",
        help="the texts are dialogues, a turn a line with its speaker in front, as A: Hello. "
        "(a text file has an empty line after each): a loss on the replies alone",
    )


def language_flags(parser: argparse.ArgumentParser) -> None:
    """Adds the flags of the languages of translation pairs."""
    for side, use in (("source", ""), ("target", "; BLEU cuts zh, ja and ko into characters")):
        parser.add_argument(
            f"--{side}-lang",
            metavar="CODE",
            help=f"language of the {side}s, as zh, zh-CN or zho_Hans; otherwise by the column's "
            f"name, or by the script{use}",
        )


def given(arguments: argparse.Namespace, names: list[str]) -> dict[str, Any]:
    """Returns the flags that were given, so that defaults stay in the dataclasses."""
    return {n: v for n in names if (v := getattr(arguments, n, None)) is not None}


def data_spec(arguments: argparse.Namespace, train: str = "", held_out: str = "") -> DataSpec:
    """Returns the data that the flags name: files or data sets of the hub, or the corpus."""
    names = ["size", "eval_size", "min_words", "max_words", "names", "eval_names", "new_frames"]
    names += ["answer_at", "eval_answer_at"]
    values = given(arguments, names)
    if train or held_out:
        if arguments.corpus:
            raise ConfigError("cli.give_corpus_files_not")
        if values.get("new_frames"):
            raise ConfigError("cli.new_frames_built_corpus")
        names = ["columns", "encoding", "source_lang", "target_lang", *TAG_FLAGS]
        names += ["revision", "subset", "train_split", "eval_split"]
        values = {"size": _FILE_ROWS, "eval_size": 1000, **values, **given(arguments, names)}
        return DataSpec(corpus="", train=train, eval=held_out, **values)
    return DataSpec(**values)


def model_of(text: str, arm: str) -> str:
    """Returns a model reference; the folder of a finetune stands for its arm."""
    from shiftdemo.training.run_folder import RunFolder

    run = RunFolder(Path(text))
    unfinished = ":" not in text and not run.config.is_file() and run.arm(arm).is_dir()
    return str(run.arm(arm)) if unfinished or run.has_arm(arm) else text
