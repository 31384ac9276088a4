"""One row of a table, whatever format it came from, to one sample."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from shiftdemo.core.errors import DataError
from shiftdemo.core.messages import Line, Message, with_and
from shiftdemo.core.samples import Sample, TaggedSample, TextSample, TranslationSample
from shiftdemo.data.reading.columns import Parts, all_parts, beside, lookup, short, wanted_columns
from shiftdemo.data.reading.languages import column_language
from shiftdemo.data.reading.questions import question_sample

Row = tuple[int, Mapping[str, Any]]


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
    ) -> None:
        """Chooses the parts of a sample that ``columns`` holds.

        Args:
            place: what the number of a row tells.
        """
        self.columns = dict(columns)
        self.classes = classes or {}
        self._name, self._task, self._place = name, task, place
        self._parts = next(parts for parts in all_parts() if set(parts) <= set(self.columns))
        sides = self._parts if self._parts[0] == "source" else ()
        self._languages = [column_language(self.columns[role]) for role in sides]

    def samples(self, rows: Iterable[Row]) -> Iterator[Sample]:
        """Yields a sample for each numbered row.

        Raises:
            DataError: a row cannot be used; names it and the mend.
        """
        for number, row in rows:
            yield self.sample(number, row)

    def sample(self, number: int, row: Mapping[str, Any]) -> Sample:
        """Returns the sample of one row; see :meth:`samples`."""
        where = self._place(self._name, number)
        values = [self._value(row, role, where) for role in self._parts]
        values += [self._beside(row, role) for role in beside(self._parts)]
        identity = f"{self._name}-{number}"
        if "id" in self.columns:
            try:
                value = lookup(row, self.columns["id"])
                identity = identity if value is None or value == "" else str(value)[:100]
            except KeyError:
                pass
        return make_sample(identity, self._parts, values, where, self._languages)

    def _beside(self, row: Mapping[str, Any], role: str) -> Any:
        try:
            return lookup(row, self.columns[role])
        except KeyError:
            return None

    def _value(self, row: Mapping[str, Any], role: str, where: Line) -> Any:
        column = self.columns[role]
        try:
            value = lookup(row, column)
        except KeyError:
            raise DataError(
                "rows.has_fields",
                where=where,
                short=short(row),
                wanted_columns=wanted_columns(self._task),
            ) from None
        if role not in ("tags", "label"):
            return value
        return _named(value, self.classes.get(column, ()), where, column)


def _named(value: Any, names: Sequence[str], where: Line, column: str) -> Any:
    """Returns the class names of numbers."""
    if isinstance(value, list) and value and all(_is_number(item) for item in value):
        if not names:
            raise DataError("rows.tags_numbers_file_does", where=_cell(where, column))
        return [_named(item, names, where, column) for item in value]
    if not names or not _is_number(value):
        return value
    if not 0 <= value < len(names):
        raise DataError(
            "rows.there_no_class_there",
            where=_cell(where, column),
            value=value,
            n_names=len(names),
            names=names[0],
        )
    return names[value]


def _cell(where: Line, column: str) -> Message:
    return Message("place.column", where=where, column=column)


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def make_sample(
    identity: str,
    parts: Parts,
    values: Sequence[Any],
    where: str,
    languages: Sequence[str] = ("", ""),
) -> Sample:
    """Returns the sample that has ``values`` as its parts.

    Args:
        languages: of source and target, as far as their columns name them.

    Raises:
        DataError: they are of the wrong kind, empty, or do not fit each other.
    """
    try:
        if parts[0] == "question":
            return question_sample(identity, *values)
        if parts[0] == "words":
            words = _as_words(values[0])
            if not words or not all(word.strip() for word in words):
                raise DataError("rows.there_empty_word_none")
            return TaggedSample(identity, words, _as_words(values[1]))
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
    """Returns a list of words given as a JSON list (also inside a CSV cell) or space-separated."""
    if isinstance(value, str) and value.lstrip().startswith("["):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            value = value.split()
    if isinstance(value, str):
        return tuple(value.split())
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return tuple(value)
    raise DataError("rows.words_tags_lists_strings")
