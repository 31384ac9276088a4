"""What was read of a file: told while it is read, said afterwards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from shiftdemo.core.errors import DataError
from shiftdemo.core.messages import Message, joined
from shiftdemo.core.samples import QuestionSample, Sample, TaggedSample, TextSample
from shiftdemo.data.reading.columns import wanted_columns
from shiftdemo.data.reading.schemes import TagScheme

_MOST_LABELS = 1_000
_SHOWN = 8  # labels or columns that a sentence names
_STYLES = {"suffix": "PER-B", "small": "b-per", "marks": "B, I", "bare": "PER"}


@dataclass
class Tally:
    """How many, and where the first of them stands."""

    count: int = 0
    first: str = ""

    def add(self, where: str, n: int = 1) -> None:
        """Counts ``n`` more."""
        self.first = self.first or where
        self.count += n


@dataclass
class ReadReport:
    """What was read of one file or data set, and what was not.

    Attributes:
        name: of the file.
        format: as ``CSV`` or ``CoNLL-U``.
        encoding: of the characters; empty where the format knows it.
        columns: role -> column (a number, where there is no header).
        unused: columns that were left out.
        rows: rows or lines of content.
        samples, words: that came of them; words of tagged sentences alone.
        documents: borders between documents that were seen and left out.
        scheme: of the tags; ``None`` where there are none.
        given: whether the user named it.
        repaired: tags that broke the scheme.
        left_out: key of the reason -> rows that were left out for it.
        remarks: further messages.
        labels: how often each label, or each type of entity, was read; the first 1,000.
        classes: whether these are classes, of which one alone teaches nothing.
        unanswered: questions that have no answer.
        complete: whether all of it was read.
    """

    name: str = ""
    format: str = ""
    encoding: str = ""
    columns: dict[str, str] = field(default_factory=dict)
    unused: list[str] = field(default_factory=list)
    rows: int = 0
    samples: int = 0
    words: int = 0
    documents: int = 0
    scheme: TagScheme | None = None
    given: bool = False
    repaired: Tally = field(default_factory=Tally)
    left_out: dict[str, Tally] = field(default_factory=dict)
    remarks: list[Message] = field(default_factory=list)
    labels: Counter[str] = field(default_factory=Counter)
    classes: bool = False
    unanswered: int = 0
    complete: bool = False

    def use(self, names: Sequence[str], by_role: Mapping[str, str]) -> None:
        """Takes the columns that are read, of all that there are."""
        self.columns = dict(by_role)
        tops = {name.partition(".")[0] for name in by_role.values()}
        used = {*tops, *by_role.values()}
        self.unused = [name for name in names if name not in used and name.strip()]

    def leave_out(self, reason: str, where: str) -> None:
        """Counts a row that is left out; ``reason`` is the key of a message with ``n``."""
        self.left_out.setdefault(reason, Tally()).add(where)

    def remark(self, key: str, /, **values: Any) -> None:
        """Adds a message, once."""
        message = Message(key, **values)
        if message not in self.remarks:
            self.remarks.append(message)

    def count(self, sample: Sample) -> None:
        """Counts a sample that was read."""
        self.samples += 1
        if isinstance(sample, TaggedSample):
            self.words += len(sample.words)
            labels = sample.tags if sample.plain else [t[2:] for t in sample.tags if t[0] == "B"]
            self.classes = sample.plain
        elif isinstance(sample, TextSample) and sample.label:
            labels, self.classes = (sample.label,), True
        elif isinstance(sample, QuestionSample):
            self.unanswered += not sample.answers
            return
        else:
            return
        if len(self.labels) < _MOST_LABELS:
            self.labels.update(labels)

    def notices(self) -> tuple[Message, ...]:
        """Returns what was left out, repaired, converted or guessed, a sentence each."""
        said: list[Message] = []
        if self.unused:
            said.append(Message("report.unused", name=self.name, columns=_list(self.unused)))
        said += self._of_scheme()
        if self.repaired.count and self.scheme is not None:
            said.append(
                Message(
                    "report.repaired",
                    n=self.repaired.count,
                    scheme=self.scheme.title,
                    first=self.repaired.first,
                )
            )
        for reason, tally in self.left_out.items():
            said.append(Message(reason, n=tally.count, first=tally.first))
        if self.documents:
            said.append(Message("report.documents", name=self.name, n=self.documents))
        if self.unanswered:
            said.append(Message("report.unanswered", name=self.name, n=self.unanswered))
        if self.classes and len(self.labels) == 1 and self.samples > 1:
            said.append(Message("report.one_label", name=self.name, label=next(iter(self.labels))))
        return (*said, *self.remarks)

    def _of_scheme(self) -> list[Message]:
        scheme = self.scheme
        if scheme is None or scheme.name == "none":
            return []
        if not scheme.sure:
            return [Message("report.scheme_unsure", name=self.name)] if self.labels else []
        if scheme.name == "iob2" and scheme.style == "prefix":
            return [Message("report.scheme_iob2", name=self.name)] if self.labels else []
        written = ""
        if scheme.style in _STYLES:
            written = Message("report.written", example=_STYLES[scheme.style])
        how = Message("report.given" if self.given else "report.recognised")
        return [
            Message("report.scheme", name=self.name, scheme=scheme.title, how=how, written=written)
        ]

    def summary(self) -> Message:
        """Returns what was read, in one sentence."""
        kind = self.format + (f", {self.encoding}" if self.encoding else "")
        columns = ", ".join(f"{role} = {name}" for role, name in self.columns.items())
        key = "report.read" if self.complete else "report.begun"
        values: dict[str, Any] = {"name": self.name, "samples": self.samples, "kind": kind}
        values["rows"] = self.rows or self.samples
        read = Message(key, **values)
        return Message("report.with_columns", read=read, columns=columns) if columns else read

    def sentences(self) -> tuple[Message, ...]:
        """Returns the summary and the notices."""
        return (self.summary(), *self.notices())

    def to_dict(self) -> dict[str, Any]:
        """Returns all of it as plain JSON values."""
        scheme = self.scheme
        return {
            "name": self.name,
            "format": self.format,
            "encoding": self.encoding,
            "columns": dict(self.columns),
            "unused": list(self.unused),
            "rows": self.rows or self.samples,
            "samples": self.samples,
            "words": self.words,
            "documents": self.documents,
            "scheme": None if scheme is None else scheme.title,
            "scheme_sure": None if scheme is None else scheme.sure,
            "repaired": vars(self.repaired).copy(),
            "left_out": {
                reason.partition(".")[2]: vars(tally).copy()
                for reason, tally in self.left_out.items()
            },
            "labels": dict(self.labels.most_common()),
            "unanswered": self.unanswered,
            "complete": self.complete,
            "notices": [str(notice) for notice in self.notices()],
        }


def told(samples: Iterator[Sample], name: str, task: str, report: ReadReport) -> Iterator[Sample]:
    """Yields the samples and counts them.

    Raises:
        DataError: there is none; says what was left out.
    """
    for sample in samples:
        report.count(sample)
        yield sample
    report.complete = True
    if report.samples:
        return
    wanted = wanted_columns(task)
    if report.left_out:
        raise DataError("files.all_left_out", path=name, why=joined(report.notices()))
    raise DataError("files.holds_no_samples", path=name, wanted_columns=wanted)


def _list(names: Sequence[str]) -> str:
    shown = ", ".join(str(name)[:40] for name in names[:_SHOWN])
    more = len(names) - _SHOWN
    return Message("report.and_more", names=shown, n=more) if more > 0 else shown


def only_held_out(train: Mapping[str, int], held_out: Mapping[str, int]) -> list[str]:
    """Returns the labels that training never shows."""
    return sorted(set(held_out) - set(train))
