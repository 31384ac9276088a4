"""Files without a header: one sample a line, its parts between tabs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import reduce
from itertools import chain, islice

from shiftdemo.core.errors import DataError
from shiftdemo.core.messages import Line, Message, with_and
from shiftdemo.core.samples import Sample, TextSample
from shiftdemo.core.task_spec import TASKS
from shiftdemo.data.reading.lines import MAX_LINE, Meter
from shiftdemo.data.reading.opening import TextFile
from shiftdemo.data.reading.report import ReadReport
from shiftdemo.data.reading.rows import make_sample

_LOOKED_AT = 100  # lines that decide which columns hold numbers
_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?(?:[eE][+-]?\d+)?")


def dialogues(file: TextFile, meter: Meter | None, report: ReadReport) -> Iterator[Sample]:
    """Yields the dialogues of a text file: a turn a line, an empty line after each.

    Raises:
        DataError: a dialogue is longer than a line may be.
    """
    report.format = "dialogues"
    turns: list[str] = []
    start, size = 1, 0
    for number, line in enumerate(chain(file.lines(meter), [""]), 1):
        if line.strip():
            start = start if turns else number
            turns.append(line.rstrip())
            report.rows += 1
            size += len(line)
            if size > MAX_LINE:
                raise DataError("headerless.long_dialogue", where=Line(file.name, start))
        elif turns:
            yield TextSample(f"{file.name}-{start}", "\n".join(turns))
            turns, size = [], 0


def plain_fields(file: TextFile, meter: Meter | None, report: ReadReport) -> Iterator[Sample]:
    """Yields the samples of a file without a header.

    Of more columns than a pair has, the first two that do not hold numbers are read.

    Raises:
        DataError: a line has other fields than it must; names it.
    """
    parts = parts_of(file)
    columns = {role: name for role, name in (file.columns or {}).items() if role in parts}
    width, chosen = guessed(file)
    positions = [int(columns.get(role, at + 1)) for role, at in zip(parts, chosen, strict=True)]
    report.format = "TSV" if width > 1 else "text"
    names = [str(at + 1) for at in range(width)]
    report.use(names, dict(zip(parts, map(str, positions), strict=True)))
    if len(report.unused) and not columns:
        report.remark("report.name_columns", n=width, taken=with_and(list(map(str, positions))))
    pairs = parts[0] == "source"
    for number, line in enumerate(file.lines(meter), 1):
        if not line.strip():
            continue
        fields, where = line.split("\t"), Line(file.name, number)
        report.rows += 1
        if not columns and len(fields) != width:
            wanted = reduce(lambda a, b: Message("files.and_tab", first=a, second=b), parts)
            raise DataError("files.write", where=where, n_fields=len(fields), wanted=wanted)
        if not 1 <= min(positions) <= max(positions) <= len(fields):
            asked = with_and([str(position) for position in positions])
            raise DataError(
                "files.columns_were_asked", where=where, n_fields=len(fields), asked=asked
            )
        values = [fields[position - 1].strip() for position in positions]
        if pairs and not all(values):
            report.leave_out("report.empty_side", where.message)
            continue
        yield make_sample(f"{file.name}-{number}", parts, values, where)


def parts_of(file: TextFile) -> tuple[str, ...]:
    """Returns the roles of the samples that the file is read for."""
    return TASKS.get(file.task).columns


def guessed(file: TextFile) -> tuple[int, list[int]]:
    """Returns how many columns a line has, and the indices of those that are read."""
    parts = parts_of(file)
    usual = list(range(len(parts)))
    first = [line.split("\t") for line in islice(file.lines(), _LOOKED_AT) if line.strip()]
    width = len(first[0]) if first else len(parts)
    if parts[0] != "source" or width <= len(parts):
        return len(parts), usual
    whole = [fields for fields in first if len(fields) == width]
    texts = [at for at in range(width) if not _are_numbers([fields[at] for fields in whole])]
    return width, texts[: len(parts)] if len(texts) >= len(parts) else usual


def _are_numbers(cells: Sequence[str]) -> bool:
    return all(_NUMBER.fullmatch(cell.strip()) for cell in cells)
