"""Tagged sentences as a file has them, to samples: their scheme is recognised first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import NamedTuple

from shiftdemo.core.errors import DataError
from shiftdemo.core.messages import Line, Message
from shiftdemo.core.samples import TaggedSample
from shiftdemo.data.reading.recognising import Evidence, recognised
from shiftdemo.data.reading.report import ReadReport
from shiftdemo.data.reading.schemes import TagScheme, parse_scheme

LOOKED_AT = 64 * 2**20  # characters that decide on a scheme
_HELD = 2_000  # sentences that decide where a source can be read once only


@dataclass(frozen=True)
class ReadOptions:
    """How tags, labels and dialogues are to be read.

    Attributes:
        scheme: of :data:`shiftdemo.data.reading.schemes.SCHEMES`; empty: it is recognised.
        strict: refuse what breaks the scheme.
        labels: the names of tags that are numbers, or of labels.
        dialogues: a text file holds dialogues, a turn a line and an empty line after each.
    """

    scheme: str = ""
    strict: bool = False
    labels: tuple[str, ...] = ()
    dialogues: bool = False


class RawTagged(NamedTuple):
    """A sentence with its tags as they are written."""

    identity: str
    words: tuple[str, ...]
    tags: tuple[str, ...]
    where: Line
    lines: tuple[int, ...] = ()  # of the words, where each has one

    def place(self, index: int) -> Message:
        """Returns where a word stands."""
        if self.lines:
            return Line(self.where.name, self.lines[index]).message
        return Message("schemes.place", where=self.where.message, place=index + 1)


def parse_labels(text: str) -> tuple[str, ...]:
    """Returns the names that are written as ``O,B-PER,I-PER``."""
    return tuple(name.strip() for name in text.split(",")) if text.strip() else ()


def tagged_samples(
    sentences: Iterator[RawTagged],
    again: Callable[[], Iterator[RawTagged]] | None,
    options: ReadOptions,
    report: ReadReport,
) -> Iterator[TaggedSample]:
    """Yields the sentences with their tags in IOB2.

    Args:
        again: reads the sentences once more, from the beginning: the first 64 MB decide on the
            scheme. ``None``: the first 2,000 sentences do, and are held for it.

    Raises:
        DataError: the tags are none of entities, or one of them is not of the scheme.
    """
    head, late = ([], None) if again else _held(sentences)
    try:
        scheme = _scheme(again() if again else head, options)
    except DataError as error:
        raise DataError("rows.text", where=report.name, error=error) from None
    report.scheme, report.given = scheme, bool(options.scheme)
    for raw in chain(head, sentences):
        yield _sample(raw, scheme, options.strict, report)
    if late is not None:
        raise late


def _scheme(sentences: Iterable[RawTagged], options: ReadOptions) -> TagScheme:
    given = parse_scheme(options.scheme)
    if given == "none":
        return TagScheme("none")
    evidence, size = Evidence(), 0
    try:
        for raw in sentences:
            evidence.add(raw.tags)
            size += sum(map(len, raw.words)) + sum(map(len, raw.tags)) + 2 * len(raw.tags)
            if size > LOOKED_AT:
                break
    except DataError:
        pass  # told in its place, when the sentences are read
    return recognised(evidence, given)


def _held(sentences: Iterator[RawTagged]) -> tuple[list[RawTagged], DataError | None]:
    head: list[RawTagged] = []
    try:
        for raw in islice(sentences, _HELD):
            head.append(raw)
    except DataError as error:
        return head, error
    return head, None


def _sample(raw: RawTagged, scheme: TagScheme, strict: bool, report: ReadReport) -> TaggedSample:
    try:
        tags, broken = scheme.read(raw.tags)
    except DataError as error:
        raise DataError("rows.text", where=raw.where, error=error) from None
    if broken and strict:
        where, tag = raw.place(broken[0]), raw.tags[broken[0]]
        raise DataError("schemes.broken", where=where, tag=tag, scheme=scheme.title)
    if broken:
        report.repaired.add(raw.place(broken[0]), len(broken))
    try:
        return TaggedSample(raw.identity, raw.words, tags, plain=scheme.name == "none")
    except DataError as error:
        raise DataError("rows.text", where=raw.where, error=error) from None


def names_of(numbers: Sequence[int], names: Sequence[str]) -> tuple[str, ...]:
    """Returns the names of numbers.

    Raises:
        DataError: a number has none.
    """
    for number in numbers:
        if not 0 <= number < len(names):
            raise DataError("tagging.no_name", value=number, n_names=len(names))
    return tuple(names[number] for number in numbers)
