"""``build``: samples in, shifted samples out, one at a time; with a bar for long files."""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import io
import platform
import re
import shlex
import sys
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path

from shiftdemo import __version__, api
from shiftdemo.cli.flags import INPUT, corpus_flags, data_spec, file_flags, task_flag
from shiftdemo.cli.output import say, say_read
from shiftdemo.cli.sample_bar import SampleBar
from shiftdemo.core.config import DataSpec
from shiftdemo.core.errors import ConfigError
from shiftdemo.core.samples import Sample
from shiftdemo.core.task_spec import TASKS, task_specs
from shiftdemo.core.types import ShiftedSample
from shiftdemo.data.reading.lines import Meter
from shiftdemo.data.writing.export import FORMATS, stream_shifted

HELP = "make shifted samples"
_SHARE = re.compile(r"[:,]\s*p\s*=")


def add_flags(parser: argparse.ArgumentParser) -> None:
    """Adds the flags of ``build``."""
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


def run(arguments: argparse.Namespace) -> int:
    """``build``"""
    ways = [name for name in ("text", "input", "corpus") if getattr(arguments, name) is not None]
    if len(ways) != 1:
        raise ConfigError("cli.give_exactly_one_text")
    if arguments.n is not None and arguments.n < 1:
        raise ConfigError("cli.n_give_at_least", n=arguments.n)
    if arguments.tags and "tags" not in TASKS.get(arguments.task).columns:
        raise ConfigError("cli.tags_belongs_task_ner")
    targets = {"target", "label", "answer"}
    if arguments.target and not targets & set(TASKS.get(arguments.task).columns):
        fitting = ", ".join(spec.name for spec in task_specs() if targets & set(spec.columns))
        raise ConfigError("cli.target_belongs_task_leave", fitting=fitting)
    arguments.format = _format(arguments.format, arguments.output)
    _not_onto_itself(arguments)
    if arguments.push_to_hub:
        api.check_push(arguments.push_to_hub)
    # Told before a long file is read: an operator that is not there.
    api.build_shifted(arguments.task, (), arguments.shift, arguments.seed)
    if arguments.output or not arguments.push_to_hub:
        _write(arguments)
    if arguments.push_to_hub:
        with _shifted(arguments) as rows:
            address, count = api.push_shifted(
                rows,
                arguments.push_to_hub,
                arguments.task,
                private=arguments.private,
                made=_provenance(arguments),
            )
        say(f"{count} samples pushed to {address}.")
    return 0


def _format(asked: str | None, output: str | None) -> str:
    """Returns the format: that of ``--format``, else that of the output's ending."""
    endings = Path(output).suffixes if output else []
    if endings and endings[-1].lower() == ".gz":
        raise ConfigError("cli.output_files_written_unpacked", output=output)
    ending = endings[-1].lower().lstrip(".") if endings else ""
    known = {**{name: name for name in FORMATS}, "json": "jsonl"}
    if not ending or (asked and ending not in known):
        return asked or "jsonl"
    if ending not in known:
        raise ConfigError(
            "cli.output_ending_names_no",
            output=output,
            formats=", ".join("." + name for name in FORMATS),
        )
    if asked and known[ending] != asked:
        raise ConfigError("cli.output_format_make_them", output=output, asked=asked)
    return known[ending]


def _not_onto_itself(arguments: argparse.Namespace) -> None:
    """Refuses to write over the file that is read."""
    source, output = arguments.input, arguments.output
    with contextlib.suppress(OSError, ValueError):
        if source and output and Path(source).samefile(output):
            raise ConfigError("cli.output_file_input_name", output=output)


def _write(arguments: argparse.Namespace) -> None:
    with _shifted(arguments) as rows:
        if arguments.output:
            count = api.write_shifted(rows, Path(arguments.output), arguments.format)
        else:
            if isinstance(sys.stdout, io.TextIOWrapper):
                sys.stdout.reconfigure(encoding="utf-8", newline="")
            stream_shifted(rows, sys.stdout, arguments.format)
            sys.stdout.flush()  # a closed pipe shows here, not after the end
    if arguments.output:
        say(f"{count} samples written to {arguments.output}.")


@contextlib.contextmanager
def _shifted(arguments: argparse.Namespace) -> Iterator[Iterator[ShiftedSample]]:
    """Gives the shifted samples, with a progress bar that goes when they end."""
    meter, report = Meter(), api.ReadReport()
    ahead = api.CONTEXT_SIZE
    if arguments.n is not None and not api.joins_samples(arguments.task, arguments.shift):
        ahead = min(ahead, arguments.n)
    samples = iter(_samples(arguments, meter, ahead, report))
    head = list(islice(samples, ahead))
    # The same however many are built, so that a sample comes out as in the whole set.
    context = api.typed_context(arguments.task) if arguments.text is not None else head
    wanted = islice(chain(head, samples), arguments.n)
    # One typed sentence is there to be looked at: it is shifted, whatever the usual share.
    always = arguments.text is not None and not any(_SHARE.search(spec) for spec in arguments.shift)
    rows = api.build_shifted(
        arguments.task, wanted, arguments.shift, arguments.seed, context, always
    )
    progress = SampleBar(meter, arguments.n)
    shown = bool(arguments.output or arguments.push_to_hub) or not sys.stdout.isatty()
    try:
        yield progress.watch(rows) if shown else rows
    finally:
        progress.close()
    if arguments.input is not None:
        say_read(report)


def _samples(
    arguments: argparse.Namespace, meter: Meter, ahead: int, report: api.ReadReport
) -> Iterable[Sample]:
    """Returns the samples, of the corpus ``ahead`` at least."""
    task = arguments.task
    if arguments.text is not None:
        return [api.typed_sample(task, arguments.text, arguments.target, arguments.tags.split())]
    if arguments.input is not None:
        names = ("columns", "encoding", "revision", "subset", "scheme", "strict_tags", "labels")
        given = {name: getattr(arguments, name) for name in names}
        data = DataSpec(corpus="", train_split=arguments.split, **given)
        return api.stream_samples(arguments.input, task, data, meter=meter, report=report)
    n = None if arguments.n is None else max(arguments.n, ahead)
    return api.load_samples(task, _corpus(arguments), "train", n)


def _corpus(arguments: argparse.Namespace) -> DataSpec:
    return dataclasses.replace(data_spec(arguments), seed=arguments.seed)


def _provenance(arguments: argparse.Namespace) -> dict[str, str]:
    """Returns what makes the set again; of a file its name alone, not where it lay."""
    command = ["shiftdemo", "build", "--task", arguments.task, "--shift", *arguments.shift]
    command += ["--seed", str(arguments.seed)]
    if arguments.input is not None:
        local = not arguments.input.startswith("hub:") or Path(arguments.input[4:]).is_dir()
        command += ["--input", Path(arguments.input).name if local else arguments.input]
        for name in ("columns", "encoding", "revision", "subset", "scheme", "labels"):
            if getattr(arguments, name):
                command += [f"--{name}", getattr(arguments, name)]
        command += ["--strict-tags"] * arguments.strict_tags
        command += ["--split", arguments.split] * (not local)
    elif arguments.corpus is not None:
        command += ["--corpus", arguments.corpus]
        for name in ("size", "min_words", "max_words", "names"):
            if getattr(arguments, name) is not None:
                command += [f"--{name.replace('_', '-')}", str(getattr(arguments, name))]
        command += ["--new-frames"] * bool(arguments.new_frames)
    if arguments.n is not None:
        command += ["--n", str(arguments.n)]
    return {
        "command": shlex.join(command),
        "shifts": " + ".join(arguments.shift),
        "seed": str(arguments.seed),
        "versions": f"shiftdemo {__version__}, Python {platform.python_version()}",
    }
