"""Rows of a table, whatever format it came from, to samples."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from shiftdemo.core.dialogue import dialogue_text
from shiftdemo.core.errors import DataError
from shiftdemo.core.messages import Line, Message, with_and
from shiftdemo.core.samples import Sample, TextSample, TranslationSample
from shiftdemo.data.reading.cells import listed, marked, spans_of
from shiftdemo.data.reading.columns import Parts, all_parts, beside, lookup, short, wanted_columns
from shiftdemo.data.reading.grouping import Row, grouped, one_word_rows
from shiftdemo.data.reading.languages import column_language
from shiftdemo.data.reading.questions import question_sample
from shiftdemo.data.reading.report import ReadReport
from shiftdemo.data.reading.tagging import RawTagged, ReadOptions, names_of, tagged_samples

_SPACE = re.compile(r"[ \t\r\n]+")  # a no-break space is part of a word


class Roles:
    """Makes samples of the rows of one table.

    Attributes:
        columns: role -> column.
        classes: column -> the names of its classes, where the file stores numbers.
    """

    def __init__(
        self,
        columns: Mapping[str, str],
        name: str,
        task: str = "",
        classes: Mapping[str, Sequence[str]] | None = None,
        place: type[Line] = Line,
        tags: ReadOptions | None = None,
        report: ReadReport | None = None,
    ) -> None:
        """Chooses the parts of a sample that ``columns`` holds.

        Args:
            place: what the number of a row tells.
            tags: how tags are to be read.
            report: is told what was read.
        """
        self.columns = dict(columns)
        self.classes = classes or {}
        self.report = report or ReadReport(name)
        self._tags = tags or ReadOptions()
        self._name, self._task, self._place = name, task, place
        self._parts = next(parts for parts in all_parts() if set(parts) <= set(self.columns))
        sides = self._parts if self._parts[0] == "source" else ()
        self._languages = [column_language(self.columns[role]) for role in sides]

    def samples(
        self, rows: Iterable[Row], again: Callable[[], Iterator[Row]] | None = None
    ) -> Iterator[Sample]:
        """Yields the samples of numbered rows; a row without any cell may end a sentence.

        Args:
            again: gives the rows once more, to look at the tags first; see
                :func:`~shiftdemo.data.reading.tagging.tagged_samples`.

        Raises:
            DataError: a row cannot be used; names it and the mend.
        """
        rows = self._counted(rows)
        if self._parts[0] != "words":
            return self._untagged(rows)
        words, tags = self.columns["words"], self.columns["tags"]
        by = self.columns.get("sentence", "")
        gathers = bool(by) or (
            again is not None and one_word_rows(again(), words, tags, self.report)
        )

        def sentences(rows: Iterable[Row], report: ReadReport) -> Iterator[RawTagged]:
            return self._raws(grouped(rows, words, tags, by) if gathers else rows, report)

        # What is seen at the first look is told when it is read.
        more = None if again is None else lambda: sentences(again(), ReadReport(self._name))
        return tagged_samples(sentences(rows, self.report), more, self._tags, self.report)

    def _counted(self, rows: Iterable[Row]) -> Iterator[Row]:
        for row in rows:
            self.report.rows += bool(row[1])
            yield row

    def _untagged(self, rows: Iterable[Row]) -> Iterator[Sample]:
        pairs = self._parts[0] == "source"
        for number, row in rows:
            if not row:
                continue
            where = self._place(self._name, number)
            values = [self._value(row, role, where) for role in self._parts]
            if pairs and any(value is None or _is_blank(value) for value in values):
                self.report.leave_out("report.empty_side", where.message)
                continue
            if self._parts[0] == "text" and isinstance(values[0], list):
                values[0] = dialogue_text(values[0])
            values += [self._beside(row, role) for role in beside(self._parts)]
            identity = self._identity(number, row)
            yield make_sample(identity, self._parts, values, where, self._languages)

    def _raws(self, rows: Iterable[Row], report: ReadReport) -> Iterator[RawTagged]:
        for number, row in rows:
            if row:
                yield self._raw(number, row, report)

    def _raw(self, number: int, row: Mapping[str, Any], report: ReadReport) -> RawTagged:
        where = self._place(self._name, number)
        try:
            words, tags = self._tagged(row, where, report)
            if not words or not all(word.strip() for word in words):
                raise DataError("rows.there_empty_word_none")
        except DataError as error:
            raise DataError("rows.text", where=where, error=error) from None
        return RawTagged(self._identity(number, row), words, tags, where)

    def _tagged(
        self, row: Mapping[str, Any], where: Line, report: ReadReport
    ) -> tuple[tuple[str, ...], ...]:
        words, tags = (self._found(row, role, where) for role in ("words", "tags"))
        if isinstance(tags, str) and tags.lstrip().startswith(("[[", "[{")):
            tags = listed(tags)
        tokens = words if _are_tokens(words) else None
        if tokens or isinstance(words, str):
            spans = spans_of(tags)
            if spans is not None:
                last = max((token["end"] for token in tokens or ()), default=0)
                text = words if isinstance(words, str) else str(row.get("text") or " " * last)
                found = marked(text, spans, tokens)
                for reason, spoilt in (
                    ("report.span_cut", found.cut),
                    ("report.span_overlap", found.overlapping),
                ):
                    for span in spoilt:
                        place = Message("report.span", where=where.message, span=span)
                        report.leave_out(reason, place)
                return found.words, found.tags
        return _as_words(words), self._tag_names(tags)

    def _tag_names(self, tags: Any) -> tuple[str, ...]:
        """Returns the tags as text; numbers get the names of their classes."""
        if isinstance(tags, str):
            inside = listed(tags)
            tags = _SPACE.split(tags.strip(" \t\r\n")) if inside is None else inside
        known = self._tags.labels or self.classes.get(self.columns["tags"], ())
        if isinstance(tags, list) and tags:
            if all(isinstance(tag, str) and tag.strip().isdecimal() for tag in tags):
                tags = [int(tag.strip()[:9]) for tag in tags]
            if all(map(_is_number, tags)):
                if not known:
                    raise DataError("rows.tags_numbers_file_does", column=self.columns["tags"])
                return names_of(tags, known)
        return _as_words(tags)

    def _identity(self, number: int, row: Mapping[str, Any]) -> str:
        if "id" in self.columns:
            try:
                value = lookup(row, self.columns["id"])
                if value is not None and value != "":
                    return str(value)[:100]
            except KeyError:
                pass
        return f"{self._name}-{number}"

    def _beside(self, row: Mapping[str, Any], role: str) -> Any:
        try:
            return lookup(row, self.columns[role])
        except KeyError:
            return None

    def _found(self, row: Mapping[str, Any], role: str, where: Line) -> Any:
        try:
            return lookup(row, self.columns[role])
        except KeyError:
            wanted = wanted_columns(self._task)
            raise DataError(
                "rows.has_fields", where=where, short=short(row), wanted_columns=wanted
            ) from None

    def _value(self, row: Mapping[str, Any], role: str, where: Line) -> Any:
        value = self._found(row, role, where)
        names = self._tags.labels or self.classes.get(self.columns[role], ())
        if role != "label" or not names:
            return value
        if self._tags.labels and isinstance(value, str) and value.strip().isdecimal():
            value = int(value.strip()[:9])
        if not _is_number(value):
            return value
        try:
            return names_of([value], names)[0]
        except DataError as error:
            raise DataError("rows.text", where=self._cell(where, role), error=error) from None

    def _cell(self, where: Line, role: str) -> Message:
        return Message("place.column", where=where.message, column=self.columns[role])


def _is_blank(value: Any) -> bool:
    return isinstance(value, str) and not value.strip()


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _are_tokens(value: Any) -> bool:
    """Whether these are Prodigy's tokens."""
    return (
        isinstance(value, list)
        and bool(value)
        and all(
            isinstance(token, Mapping)
            and isinstance(token.get("text"), str)
            and type(token.get("start")) is int
            and type(token.get("end")) is int
            for token in value
        )
    )


def make_sample(
    identity: str,
    parts: Parts,
    values: Sequence[Any],
    where: str,
    languages: Sequence[str] = ("", ""),
) -> Sample:
    """Returns the sample that has ``values`` as its parts; not for tagged words.

    Args:
        languages: of source and target, as far as their columns name them.

    Raises:
        DataError: they are of the wrong kind, empty, or do not fit each other.
    """
    try:
        if parts[0] == "question":
            return question_sample(identity, *values)
        first, *others = values
        fits = isinstance(first, str) and all(isinstance(v, str) or _is_number(v) for v in others)
        if not fits or not first.strip():
            raise DataError("rows.must_text_not_empty", parts=with_and(parts), parts_2=parts[0])
        if parts[0] == "source":
            texts = first.strip(), str(others[0]).strip()
            source, target = languages
            by = "column" if target else ""
            return TranslationSample(identity, *texts, source, target, lang_by=by)
        return TextSample(identity, first.strip(), *map(str, others))
    except DataError as error:
        raise DataError("rows.text", where=where, error=error) from None


def _as_words(value: Any) -> tuple[str, ...]:
    """Returns a list of words, given as one, printed in a cell, or with spaces between."""
    if isinstance(value, str):
        inside = listed(value)
        if inside is None:
            return tuple(filter(None, _SPACE.split(value)))
        value = inside
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return tuple(value)
    raise DataError("rows.words_tags_lists_strings")
