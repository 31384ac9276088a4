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
import time
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Any, TypeVar

from shiftdemo import __version__, api
from shiftdemo.cli_commands import data_spec
from shiftdemo.config import DataSpec
from shiftdemo.data.columns import TASK_PARTS
from shiftdemo.data.export import FORMATS, stream_shifted
from shiftdemo.data.lines import Meter
from shiftdemo.errors import ConfigError
from shiftdemo.types import Sample, ShiftedSample

_SHARE = re.compile(r"[:,]\s*p\s*=")
T = TypeVar("T")


def run_build(arguments: argparse.Namespace) -> int:
    """``build``"""
    ways = [name for name in ("text", "input", "corpus") if getattr(arguments, name) is not None]
    if len(ways) != 1:
        raise ConfigError("Give exactly one of --text, --input and --corpus.")
    if arguments.n is not None and arguments.n < 1:
        raise ConfigError(f"--n is {arguments.n}; give at least 1.")
    if arguments.tags and arguments.task != "ner":
        raise ConfigError("--tags belongs to --task ner; leave it away, or change the task.")
    targets = {"target", "label", "answer"}
    if arguments.target and not targets & set(TASK_PARTS[arguments.task]):
        fitting = ", ".join(task for task, parts in TASK_PARTS.items() if targets & set(parts))
        raise ConfigError(f"--target belongs to --task {fitting}; leave it away.")
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
                made=_made(arguments),
            )
        _say(f"{count} samples pushed to {address}.")
    return 0


def _format(asked: str | None, output: str | None) -> str:
    """Returns the format: that of ``--format``, else that of the output's ending."""
    endings = Path(output).suffixes if output else []
    if endings and endings[-1].lower() == ".gz":
        raise ConfigError(f"--output is {output!r}: files are written unpacked; leave .gz away.")
    ending = endings[-1].lower().lstrip(".") if endings else ""
    known = {**{name: name for name in FORMATS}, "json": "jsonl"}
    if not ending or (asked and ending not in known):
        return asked or "jsonl"
    if ending not in known:
        raise ConfigError(
            f"--output is {output!r}: its ending names no format; end it with "
            f"{', '.join('.' + name for name in FORMATS)}, or give --format."
        )
    if asked and known[ending] != asked:
        raise ConfigError(f"--output is {output!r} and --format is {asked}; make them agree.")
    return known[ending]


def _not_onto_itself(arguments: argparse.Namespace) -> None:
    """Refuses to write over the file that is read."""
    source, output = arguments.input, arguments.output
    with contextlib.suppress(OSError, ValueError):
        if source and output and Path(source).samefile(output):
            raise ConfigError(f"--output is the file of --input, {output!r}; name another one.")


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
        _say(f"{count} samples written to {arguments.output}.")


@contextlib.contextmanager
def _shifted(arguments: argparse.Namespace) -> Iterator[Iterator[ShiftedSample]]:
    """Gives the shifted samples, with a progress bar that goes when they end."""
    meter = Meter()
    ahead = api.CONTEXT_SIZE
    if arguments.n is not None and not api.joins_samples(arguments.task, arguments.shift):
        ahead = min(ahead, arguments.n)
    samples = iter(_samples(arguments, meter, ahead))
    head = list(islice(samples, ahead))
    # The same however many are built, so that a sample comes out as in the whole set.
    context = api.typed_context(arguments.task) if arguments.text is not None else head
    wanted = islice(chain(head, samples), arguments.n)
    # One typed sentence is there to be looked at: it is shifted, whatever the usual share.
    always = arguments.text is not None and not any(_SHARE.search(spec) for spec in arguments.shift)
    rows = api.build_shifted(
        arguments.task, wanted, arguments.shift, arguments.seed, context, always
    )
    progress = Progress(meter, arguments.n)
    shown = bool(arguments.output or arguments.push_to_hub) or not sys.stdout.isatty()
    try:
        yield progress.watch(rows) if shown else rows
    finally:
        progress.close()


def _samples(arguments: argparse.Namespace, meter: Meter, ahead: int) -> Iterable[Sample]:
    """Returns the samples, of the corpus ``ahead`` at least."""
    task = arguments.task
    if arguments.text is not None:
        return [api.typed_sample(task, arguments.text, arguments.target, arguments.tags.split())]
    if arguments.input is not None:
        names = ("columns", "encoding", "revision", "subset")
        given = {name: getattr(arguments, name) for name in names}
        data = DataSpec(corpus="", train_split=arguments.split, **given)
        return api.stream_samples(arguments.input, task, data, meter=meter)
    n = None if arguments.n is None else max(arguments.n, ahead)
    return api.load_samples(task, _corpus(arguments), "train", n)


def _corpus(arguments: argparse.Namespace) -> DataSpec:
    return dataclasses.replace(data_spec(arguments), seed=arguments.seed)


def _made(arguments: argparse.Namespace) -> dict[str, str]:
    """Returns what makes the set again; of a file its name alone, not where it lay."""
    command = ["shiftdemo", "build", "--task", arguments.task, "--shift", *arguments.shift]
    command += ["--seed", str(arguments.seed)]
    if arguments.input is not None:
        local = not arguments.input.startswith("hub:") or Path(arguments.input[4:]).is_dir()
        command += ["--input", Path(arguments.input).name if local else arguments.input]
        for name in ("columns", "encoding", "revision", "subset"):
            if getattr(arguments, name):
                command += [f"--{name}", getattr(arguments, name)]
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


class Progress:
    """Samples done, their rate and the time left: a bar on a terminal, a line now and then else."""

    def __init__(self, meter: Meter, total: int | None = None) -> None:
        """Shows nothing yet.

        Args:
            meter: how far the file is read.
            total: stop after so many samples; ``None``: at the end.
        """
        self._meter, self._total = meter, total
        self._terminal = sys.stderr.isatty()
        self._pause = 0.2 if self._terminal else 10.0  # seconds between two pictures
        self._bar: Any = None
        self._started = self._shown = time.monotonic()
        self._count = 0

    def watch(self, items: Iterable[T]) -> Iterator[T]:
        """Yields the items and shows how many there were."""
        self._started = self._shown = time.monotonic()
        for item in items:
            self._count += 1
            if self._count % 64 == 0 and time.monotonic() - self._shown >= self._pause:
                self._show()
            yield item

    @property
    def fraction(self) -> float | None:
        """How far it is, 0 to 1; ``None`` where the end is not known."""
        found = [self._meter.fraction]
        if self._total:
            found.append(self._count / self._total)
        known = [value for value in found if value is not None]
        return max(known, default=None)

    def _show(self) -> None:
        self._shown = time.monotonic()
        spent = self._shown - self._started
        text = f"{self._count:,} samples, {self._count / max(spent, 1e-9):,.0f}/s"
        fraction = self.fraction
        if self._terminal:
            self._draw(fraction, text)
        elif fraction:
            left = spent / fraction * (1 - fraction)
            _say(f"  {fraction:4.0%}  {text}, {left:.0f} s left")
        else:
            _say(f"  {text}")

    def _draw(self, fraction: float | None, text: str) -> None:
        from tqdm import tqdm

        if self._bar is None:
            known = "{percentage:3.0f}%|{bar}| {desc} [{elapsed}<{remaining}]"
            self._bar = tqdm(
                total=1.0,
                file=sys.stderr,
                bar_format=known if fraction is not None else "{desc} [{elapsed}]",
                leave=False,
            )
            self._bar.start_t -= time.monotonic() - self._started
        self._bar.n = fraction or 0.0
        self._bar.set_description_str(text)

    def close(self) -> None:
        """Takes the bar away."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
