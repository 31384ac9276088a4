"""Sentences with keys: errors, notes, endings and verdicts in every language that has a file.

A language is one file, ``assets/languages/LANG.json``. Its ``messages`` are templates by key, as
``"data.no_file": "There is no file {path!r}; check the path."``; nothing reads a finished sentence.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping, Sequence
from functools import reduce
from typing import Any

from shiftdemo.core.assets import ASSETS

FOLDER = ASSETS / "languages"
ENGLISH = "en"


class Message(str):
    """A sentence: as a string it is English; its key and values say it in any language.

    Attributes:
        key: of its template; a stable code.
        values: what stands in it: text, numbers, and further messages.
    """

    key: str
    values: Mapping[str, Any]

    def __new__(cls, key: str, /, **values: Any) -> Message:
        """Returns the sentence of a key.

        Raises:
            KeyError: there is no such key, or a value is missing.
        """
        message = super().__new__(cls, templates(ENGLISH)[key].format(**values))
        message.key = key
        message.values = {name: _kept(value) for name, value in values.items()}
        return message

    def text(self, lang: str) -> str:
        """Returns the sentence in a language; in English where that has no file."""
        if lang == ENGLISH or lang not in languages():
            return str(self)
        values = {
            name: value.text(lang) if isinstance(value, (Message, Text)) else value
            for name, value in self.values.items()
        }
        return templates(lang)[self.key].format(**values)

    def to_dict(self) -> dict[str, Any]:
        """Returns key and values as plain JSON values."""
        return {"key": self.key, "values": {n: _plain(value) for n, value in self.values.items()}}

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Message:
        """Returns what :meth:`to_dict` was called on.

        Raises:
            KeyError: it is of a version that had other keys.
        """
        return cls(plain["key"], **{n: _said(value) for n, value in plain["values"].items()})

    def __reduce__(self) -> tuple[Any, ...]:
        return Message.from_dict, (self.to_dict(),)


class Text(str):
    """A text of the page as the value of a message: the name of a score, a parameter's help.

    As a string it is English; another language says it as its ``texts`` do, or leaves it.

    Attributes:
        whole: the English text as ``texts`` have it.
        inside: whether it stands inside a sentence: it begins small and ends without a point.
    """

    whole: str
    inside: bool

    def __new__(cls, whole: str, inside: bool = False) -> Text:
        """Returns the text."""
        text = super().__new__(cls, _inside(whole) if inside else whole)
        text.whole, text.inside = whole, inside
        return text

    def text(self, lang: str) -> str:
        """Returns it in a language; in English where that does not have it."""
        known = texts(lang) if lang in languages() else {}
        said = known.get(self.whole, self.whole)
        return _inside(said) if self.inside else said

    def __reduce__(self) -> tuple[Any, ...]:
        return Text, (self.whole, self.inside)


def _inside(text: str) -> str:
    return f"{text[:1].lower()}{text[1:].rstrip('.。')}"


def _plain(value: Any) -> Any:
    """Returns a message's value as JSON has it."""
    if isinstance(value, Message):
        return {"message": value.to_dict()}
    return {"text": value.whole, "inside": value.inside} if isinstance(value, Text) else value


def _said(plain: Any) -> Any:
    """Returns what :func:`_plain` was called on."""
    if not isinstance(plain, Mapping):
        return plain
    if "text" in plain:
        return Text(plain["text"], plain["inside"])
    return Message.from_dict(plain["message"])


def with_and(names: Sequence[str]) -> str:
    """Returns several names as a part of a sentence, with "and" between them."""
    return reduce(lambda a, b: Message("joined.and", first=a, second=b), names)


def with_or(names: Sequence[str]) -> str:
    """As :func:`with_and`, with "or" between them."""
    return reduce(lambda a, b: Message("joined.or", first=a, second=b), names)


_ARMS = {name: f"arm.{name}" for name in ("base", "shift", "start", "matched")}


def arm_name(arm: str) -> str:
    """Returns the name of an arm as a sentence says it; one that a user gave stays as it is."""
    return Message(_ARMS[arm]) if arm in _ARMS else arm


def joined(sentences: Sequence[str]) -> str:
    """Returns several sentences as one, with ``"; "`` between them."""
    if not sentences:
        return ""
    return reduce(lambda a, b: Message("joined.two", first=a, second=b), sentences)


def parts(sentence: str) -> list[str]:
    """Returns the sentences that :func:`joined` put together."""
    if isinstance(sentence, Message) and sentence.key == "joined.two":
        return [*parts(sentence.values["first"]), *parts(sentence.values["second"])]
    return [sentence] if sentence else []


class Line(str):
    """Where in a file something stands; as a string it is English. Made for every line: cheap."""

    unit = "line"
    key = "place.line"

    def __new__(cls, name: str, number: int) -> Line:
        """Args: number: of the line, from 1."""
        line = super().__new__(cls, f"{name}, {cls.unit} {number}")
        line.name, line.number = name, number
        return line

    name: str
    number: int

    @property
    def message(self) -> Message:
        """The same as a message."""
        return Message(self.key, name=self.name, number=self.number)


class Row(Line):
    """As :class:`Line`, in a file that has rows and no lines."""

    unit = "row"
    key = "place.row"


def _kept(value: Any) -> Any:
    """Returns a value that JSON and another process can hold."""
    value = getattr(value, "message", value)  # of an error
    value = value.item() if hasattr(value, "item") else value  # of numpy
    return value if isinstance(value, (str, int, float)) else str(value)


@functools.cache
def languages() -> tuple[str, ...]:
    """Returns the languages that have a file, English first."""
    langs = sorted(path.stem for path in FOLDER.glob("*.json"))
    return (ENGLISH, *(lang for lang in langs if lang != ENGLISH))


@functools.cache
def _file(lang: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((FOLDER / f"{lang}.json").read_text(encoding="utf-8"))
    return content


def templates(lang: str) -> Mapping[str, str]:
    """Returns the templates of a language by key."""
    by_key: Mapping[str, str] = _file(lang)["messages"]
    return by_key


def texts(lang: str) -> Mapping[str, str]:
    """Returns the texts of the page in a language, by the English text."""
    by_text: Mapping[str, str] = _file(lang).get("texts", {})
    return by_text


def language_name(lang: str) -> str:
    """Returns what a language calls itself."""
    return str(_file(lang).get("name", lang))


def told(value: Any) -> dict[str, dict[str, Any]]:
    """Returns key and values of every message in a plain value, by its English text.

    Stored beside a record, whose sentences then can be said in other languages too.
    """
    messages: dict[str, dict[str, Any]] = {}
    if isinstance(value, Message):
        messages[str(value)] = value.to_dict()
    elif isinstance(value, Mapping):
        for item in value.values():
            messages |= told(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            messages |= told(item)
    return messages


def retold(value: Any, known: Mapping[str, Mapping[str, Any]]) -> Any:
    """Returns a plain value with its sentences as messages again.

    Args:
        known: from :func:`told`; one of another version is left as it is, in English.
    """
    if isinstance(value, str) and value in known:
        try:
            return Message.from_dict(known[value])
        except (KeyError, TypeError, ValueError):
            return value
    if isinstance(value, Mapping):
        return {name: retold(item, known) for name, item in value.items()}
    return [retold(item, known) for item in value] if isinstance(value, list) else value
