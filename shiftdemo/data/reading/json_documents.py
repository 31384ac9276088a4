"""JSON files that are one value: an array of rows, ``{"data": [...]}``, and SQuAD's own form.

They are read row by row, so that memory does not grow with the file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from shiftdemo.core.errors import DataError
from shiftdemo.core.messages import Line, Row
from shiftdemo.data.reading.tables import json_object, reason_of, refuse_constant

MOST = 16 * 2**20  # characters of one row; of SQuAD an article with all its questions
_SPACE = " \t\r\n"
_SECOND = re.compile(r"\[[ \t\r\n]*([^ \t\r\n])")
_PARTS = ("start", "start_offset", "answer_start", "role")  # of what is no row, but in one
_decoder = json.JSONDecoder(parse_constant=refuse_constant)


def is_document(first: str, has_more: bool) -> bool:
    """Whether a file is one JSON value, and not one object a line.

    Args:
        first: its first line that is not empty.
        has_more: whether there is another one.
    """
    text = first.lstrip("\ufeff").strip()
    if not text.startswith(("[", "{")):
        return False
    try:
        value = json.loads(text)
    except RecursionError:
        return False
    except ValueError as error:
        at = error.pos if isinstance(error, json.JSONDecodeError) else 0
        # It goes on in the next line; a fault in the middle is one of JSON lines.
        return at >= len(text) and (has_more or text.startswith("["))
    if isinstance(value, list):
        return not (len(value) == 2 and isinstance(value[0], str))
    return not has_more and any(isinstance(item, list) and _rows(item) for item in value.values())


def _rows(items: list[Any]) -> bool:
    return bool(items) and all(isinstance(item, dict) for item in items[:8]) and not _spans(items)


def _spans(items: list[Any]) -> bool:
    return any(part in item for item in items[:8] for part in _PARTS)


class _Text:
    """The characters of a file, as far as they are needed."""

    def __init__(self, chunks: Iterator[str], name: str) -> None:
        self._chunks, self._name = chunks, name
        self._text, self._at, self._line, self._ended = "", 0, 1, False

    @property
    def where(self) -> Line:
        """Where it is read now."""
        return Line(self._name, self._line + self._text.count("\n", 0, self._at))

    def _more(self, least: int) -> bool:
        self._line += self._text.count("\n", 0, self._at)
        parts, size = [self._text[self._at :]], 0
        while size < least and not self._ended:
            chunk = next(self._chunks, None)
            self._ended = chunk is None
            parts.append(chunk or "")
            size += len(chunk or "")
        self._text, self._at = "".join(parts), 0
        return size > 0

    def peek(self) -> str:
        """Returns the next character that is no space, or ``""`` at the end."""
        while True:
            while self._at < len(self._text) and self._text[self._at] in _SPACE:
                self._at += 1
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more(1):
                return ""

    def take(self, wanted: str) -> None:
        """Goes past one character.

        Raises:
            DataError: another one stands there.
        """
        if self.peek() != wanted:
            raise DataError("json.wanted", where=self.where, wanted=wanted)
        self._at += 1

    def begins_rows(self) -> bool:
        """Whether an array of objects, or of arrays, begins here."""
        if self.peek() != "[":
            return False
        while not (second := _SECOND.match(self._text, self._at)) and self._more(1):
            pass
        return second is not None and second[1] in "[{"

    def value(self) -> Any:
        """Returns the next value and goes past it.

        Raises:
            DataError: it is not JSON, or too long.
        """
        self.peek()
        while True:
            try:
                value, end = _decoder.raw_decode(self._text, self._at)
                if end == len(self._text) and isinstance(value, (int, float)) and self._more(1):
                    continue  # it may go on
                json.dumps(value, ensure_ascii=False).encode()  # half a surrogate pair is no text
            except (ValueError, RecursionError) as error:
                short = isinstance(error, json.JSONDecodeError)
                held = len(self._text) - self._at
                if short and held <= MOST and self._more(max(held, 2**16)):
                    continue
                if held > MOST:
                    raise DataError("json.long_row", where=self.where, most=MOST) from None
                raise DataError(
                    "json.not_json", where=self.where, reason=reason_of(error)
                ) from None
            self._at = end
            return value


def document_rows(chunks: Iterable[str], name: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Yields the rows of a JSON document with their numbers, from 1.

    Raises:
        DataError: it is not JSON, or holds no array of objects.
    """
    text = _Text(iter(chunks), name)
    if text.peek() == "\ufeff":
        text.take("\ufeff")
    number = 0
    for value in _values(text, name):
        for row in _flat(value, Row(name, number + 1)):
            number += 1
            yield number, row
    if text.peek():
        raise DataError("json.more", where=text.where)


def _values(text: _Text, name: str) -> Iterator[Any]:
    """Yields the items of the array of rows that a document is, or has."""
    if text.peek() == "[":
        yield from _items(text)
        return
    text.take("{")
    found = False
    while text.peek() != "}":
        text.value()
        text.take(":")
        if not found and text.begins_rows():
            found = True
            yield from _items(text)
        else:
            text.value()
        if text.peek() == "}":
            break
        text.take(",")
    text.take("}")
    if not found:
        raise DataError("json.no_rows", name=name)


def _items(text: _Text) -> Iterator[Any]:
    text.take("[")
    if text.peek() == "]":
        text.take("]")
        return
    while True:
        yield text.value()
        if text.peek() == "]":
            text.take("]")
            return
        text.take(",")


def _flat(value: Any, where: Row) -> Iterator[Mapping[str, Any]]:
    """Yields the row that an item is; of an article of SQuAD its questions."""
    if isinstance(value, dict) and isinstance(value.get("paragraphs"), list):
        for paragraph in value["paragraphs"]:
            asked = paragraph.get("qas") if isinstance(paragraph, dict) else None
            if not isinstance(asked, list) or not all(isinstance(one, dict) for one in asked):
                raise DataError("json.no_paragraph", where=where)
            for one in asked:
                answers = [] if one.get("is_impossible") is True else one.get("answers", [])
                if isinstance(answers, list) and all(isinstance(a, dict) for a in answers):
                    texts = [answer.get("text") for answer in answers]
                    begins = [answer.get("answer_start") for answer in answers]
                    answers = {"text": texts, "answer_start": begins}
                row = {"id": one.get("id"), "question": one.get("question")}
                yield {**row, "context": paragraph.get("context"), "answers": answers}
        return
    yield json_object(value, where)
