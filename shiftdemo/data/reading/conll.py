"""CoNLL: a word a line, its columns apart by tabs or spaces, an empty line between sentences."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from shiftdemo.core.errors import DataError
from shiftdemo.core.messages import Line
from shiftdemo.core.samples import TaggedSample
from shiftdemo.data.reading.layout import Columns, Layout, is_header, is_node
from shiftdemo.data.reading.lines import MAX_LINE
from shiftdemo.data.reading.report import ReadReport
from shiftdemo.data.reading.tagging import (
    RawTagged,
    ReadOptions,
    names_of,
    tagged_samples,
)

# A word may be "#" too, so only what is written as CoNLL-U writes it counts as a comment.
_COMMENT = re.compile(r"#\s?(?P<key>[\w.:-]+)(?: =(?: (?P<value>.*))?)?$", re.DOTALL)
_BARE = ("newdoc", "newpar")
_OURS = "shift"
_LOOKED_AT = 50_000  # lines that tell which column is which
_BLANKS = re.compile(r"[ \t]+")  # a no-break space is part of a word


def read_conll(
    lines: Callable[[], Iterable[str]],
    report: ReadReport,
    columns: Mapping[str, str] | None = None,
    tags: ReadOptions | None = None,
    again: Callable[[], Iterable[str]] | None = None,
) -> Iterator[TaggedSample]:
    """Yields tagged sentences.

    Comment lines (``# key = value``) before a sentence are skipped; ``id`` or ``sent_id`` becomes
    the sample's id. A language prefix as in ``en:word`` (WikiANN) is dropped where every word of
    the sentence has it, except in files that this program wrote. A first column that counts the
    words is none of them, nor are ranges and empty nodes of CoNLL-U.

    Args:
        lines: opens the file.
        report: has the file's name, and is told what was read.
        columns: role -> number of the column from 1, or its name in CoNLL-U.
        tags: how tags are to be read.
        again: opens the file to look at it first, where ``lines`` has a meter.

    Raises:
        DataError: the columns are ragged, or not told, or a tag is of no scheme; names the line.
    """
    options, again = tags or ReadOptions(), again or lines
    layout = layout_of(again(), report.name, columns or {})
    report.columns, report.unused = layout.columns, layout.unused
    report.format = "CoNLL-U" if layout.universal else "CoNLL"
    yield from tagged_samples(
        _sentences(lines(), report.name, layout, options, report),
        lambda: _tags_alone(again(), report.name, layout, options.labels),
        options,
        report,
    )


def layout_of(lines: Iterable[str], name: str, columns: Mapping[str, str]) -> Layout:
    """Returns which column is which, by the first 50,000 lines of a file.

    Raises:
        DataError: it cannot be told.
    """
    found, first = Columns(), True
    try:
        for number, line in enumerate(lines):
            if number > _LOOKED_AT or (found.width == 2 and not columns):
                break
            if not line.strip() or line.startswith("-DOCSTART-"):
                first = True
            elif not (first and (comment(line) or _is_remark(line))):
                first = False
                fields = fields_of(line)
                if not found.width and not found.names and is_header(fields):
                    found.names = tuple(fields)
                else:
                    found.add(fields)
    except DataError:
        pass  # told in its place, when the lines are read
    if found.width < 2:
        return Layout(2, 0, 1)  # the line that is wrong is told when it is read
    return found.layout(columns, name)


def fields_of(line: str) -> list[str]:
    """Returns the columns of a line."""
    return line.split("\t") if "\t" in line else _BLANKS.split(line.strip(" \t"))


def comment(line: str) -> tuple[str, str] | None:
    """Returns key and value of a comment line, or ``None`` for a line that is none."""
    match = _COMMENT.match(line) if line.startswith("#") and "\t" not in line else None
    if match is None:
        return None
    if " =" not in line and match["key"] not in _BARE:
        return None
    return match["key"], match["value"] or ""


def _is_remark(line: str) -> bool:
    """Whether a line is GermEval's note of a sentence's source: a mark, a tab, an address."""
    return line.startswith("#\t") and line.count("\t") == 1 and len(line.split()) > 2


@dataclass
class _Sentence:
    """What was read of a sentence so far."""

    start: int = 1
    words: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    notes: dict[str, str] = field(default_factory=dict)
    size: int = 0

    def raw(self, name: str, labels: tuple[str, ...]) -> RawTagged:
        """Returns it."""
        words = self.words
        if _OURS not in self.notes and all(
            len(word) > 3 and word[2] == ":" and word[:2].isalpha() for word in words
        ):
            words = [word[3:] for word in words]
        identity = self.notes.get("id") or self.notes.get("sent_id") or f"{name}-{self.start}"
        tags = tuple(self.tags)
        where = Line(name, self.start)
        if labels and all(tag.isdecimal() for tag in tags):
            try:
                tags = names_of([int(tag[:9]) for tag in tags], labels)
            except DataError as error:
                raise DataError("rows.text", where=where, error=error) from None
        return RawTagged(identity, tuple(words), tags, where, tuple(self.lines))


def _sentences(
    lines: Iterable[str], name: str, layout: Layout, options: ReadOptions, report: ReadReport
) -> Iterator[RawTagged]:
    held, width = _Sentence(), 0
    for number, line in enumerate(_with_end(lines), 1):
        border = line.startswith("-DOCSTART-")
        if border or not line.strip():
            report.documents += border
            if held.words:
                yield held.raw(name, options.labels)
            held = _Sentence(number + 1)
            continue
        note = ("", "") if _is_remark(line) else comment(line)
        if not held.words and note:
            held.notes[note[0]] = note[1][:100]
            held.start = number + 1
            held.size += len(line)
            if held.size > MAX_LINE:
                held.notes.clear()
            continue
        fields = fields_of(line)
        if layout.names and tuple(fields) == layout.names:
            report.remark("report.header_line", name=name)
            continue
        width = width or len(fields)
        _check(fields, width, layout, name, number)
        report.rows += 1
        if layout.indexed and is_node(fields[0]):
            report.leave_out("report.nodes", Line(name, number).message)
            continue
        held.size += len(line)
        if held.size > MAX_LINE:
            raise DataError(
                "conll.sentence_at_line_longer", name=name, start=held.start, max_line=MAX_LINE
            )
        held.words.append(fields[layout.words])
        held.tags.append(fields[layout.tags].strip())
        held.lines.append(number)


def _tags_alone(
    lines: Iterable[str], name: str, layout: Layout, labels: tuple[str, ...]
) -> Iterator[RawTagged]:
    """Yields the sentences without their words: all that a look at the tags needs."""
    held, tags, where = _Sentence(), layout.tags, Line(name, 1)
    for line in _with_end(lines):
        if not line.strip() or line.startswith("-DOCSTART-"):
            if held.tags:
                numbers = bool(labels) and all(tag.isdecimal() for tag in held.tags)
                yield (
                    held.raw(name, labels)
                    if numbers
                    else RawTagged("", (), tuple(held.tags), where)
                )
            held = _Sentence()
            continue
        if not held.tags and (line[0] == "#" and (_is_remark(line) or comment(line))):
            continue
        fields = fields_of(line)
        held.size += len(line)
        if held.size > MAX_LINE:
            return  # a sentence without an end is told when it is read
        if layout.names and tuple(fields) == layout.names:
            continue
        if len(fields) > tags and not (layout.indexed and is_node(fields[0])):
            held.tags.append(fields[tags].strip())


def _check(fields: list[str], width: int, layout: Layout, name: str, number: int) -> None:
    if len(fields) < 2:
        raise DataError("conll.line_has_one_column", name=name, number=number)
    if len(fields) != width or len(fields) <= max(layout.words, layout.tags):
        fits = False
    else:
        fits = bool(fields[layout.words].strip())
    if not fits:
        raise DataError(
            "conll.line_has_columns_lines",
            name=name,
            number=number,
            n_parts=len(fields),
            width=width,
        )


def _with_end(lines: Iterable[str]) -> Iterator[str]:
    yield from lines
    yield ""
