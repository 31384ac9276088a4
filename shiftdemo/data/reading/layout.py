"""Which column of a CoNLL file is which: by what stands in them, or by the user's word."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shiftdemo.core.errors import DataError
from shiftdemo.core.messages import with_and
from shiftdemo.data.reading.columns import usual_names
from shiftdemo.data.reading.schemes import prefixed, small_prefixed, suffixed

_UNIVERSAL = ("id", "form", "lemma", "upos", "xpos", "feats", "head", "deprel", "deps", "misc")
_CHUNKS = frozenset(
    ("NP", "VP", "PP", "ADVP", "ADJP", "SBAR", "PRT", "CONJP", "INTJ", "LST", "UCP")
)
_NODE = re.compile(r"\d+(?:[-.]\d+)?")
_MOST_VALUES = 2_000  # different ones of a column that are kept


@dataclass(frozen=True)
class Layout:
    """What the columns of a file are.

    Attributes:
        width: columns of a line.
        words, tags: indices, from 0.
        indexed: whether the first column counts the words of a sentence.
        universal: whether the file is CoNLL-U.
        names: of the columns, where the first line has them.
    """

    width: int
    words: int
    tags: int
    indexed: bool = False
    universal: bool = False
    names: tuple[str, ...] = ()

    @property
    def columns(self) -> dict[str, str]:
        """Role -> number of the column, from 1."""
        return {"words": self._name(self.words), "tags": self._name(self.tags)}

    @property
    def unused(self) -> list[str]:
        """The numbers of the columns that are not read; an index is not counted."""
        used = {self.words, self.tags, 0 if self.indexed else self.words}
        return [self._name(column) for column in range(self.width) if column not in used]

    def _name(self, column: int) -> str:
        return self.names[column] if self.names else str(column + 1)


def is_header(fields: Sequence[str]) -> bool:
    """Whether a first line names the columns: one of the words, another of the tags."""
    names = {name.strip().lower() for name in fields}
    tags = {*usual_names("tags"), "gold"}
    return bool(names & set(usual_names("words"))) and bool(names & tags)


def is_node(field: str) -> bool:
    """Whether a first column names a range of words or an empty node, which are no words."""
    return "-" in field or "." in field


class Columns:
    """What stands in the columns of a file, as far as it decides what they are."""

    def __init__(self) -> None:
        self.width = 0
        self.names: tuple[str, ...] = ()
        self._values: list[Counter[str]] = []
        self._counts = True
        self._last = self._most = 0

    def add(self, fields: Sequence[str]) -> None:
        """Looks at one line."""
        if not self.width:
            self.width = len(fields)
            self._values = [Counter() for _ in fields]
        if len(fields) != self.width:
            return
        self._look_at_index(fields[0])
        for values, field in zip(self._values[1:], fields[1:], strict=True):
            if len(values) <= _MOST_VALUES:
                values[field] += 1

    def _look_at_index(self, field: str) -> None:
        if not self._counts:
            return
        if not _NODE.fullmatch(field):
            self._counts = False
        elif not is_node(field):
            number = int(field[:9])
            self._counts = number == self._last + 1 or number in (0, 1)
            self._last = number
            self._most = max(self._most, number)

    @property
    def indexed(self) -> bool:
        """Whether the first column counts 1, 2, 3, …; one word alone does not tell."""
        return self._counts and self.width > 2 and self._most > 1

    def layout(self, columns: Mapping[str, str], where: str) -> Layout:
        """Returns what the columns are.

        Args:
            columns: role -> number from 1, or a name of CoNLL-U; what is not named is found.

        Raises:
            DataError: it cannot be told, or a named column is not there.
        """
        universal = self.indexed and self.width == len(_UNIVERSAL)
        named = {role: self._number(name, universal, where) for role, name in columns.items()}
        words = named.get("words", 1 if self.indexed else 0)
        tags = named.get("tags")
        if tags is None:
            tags = self._tags(words, where)
        if tags == words:
            raise DataError("layout.one_column", where=where, column=words + 1)
        return Layout(self.width, words, tags, self.indexed, universal, self.names)

    def _number(self, name: str, universal: bool, where: str) -> int:
        known = list(_UNIVERSAL) if universal else [own.strip().lower() for own in self.names]
        number = known.index(name.lower()) + 1 if name.lower() in known else 0
        number = int(name[:6]) if name.isdecimal() else number
        if not 1 <= number <= self.width:
            raise DataError("layout.no_column", where=where, name=name[:40], width=self.width)
        return number - 1

    def _tags(self, words: int, where: str) -> int:
        """Returns the one column of entity tags, or the last one."""
        found = [c for c in range(1, self.width) if c != words and self._are_tags(c)]
        entities = [column for column in found if not self._are_chunks(column)]
        found = entities or found
        if len(found) > 1:
            columns = with_and([str(column + 1) for column in found])
            named = f"words={words + 1},tags={found[0] + 1}"
            raise DataError("layout.several", where=where, columns=columns, named=named)
        return found[0] if found else self.width - 1

    def _are_tags(self, column: int) -> bool:
        values = self._values[column]
        if len(values) > _MOST_VALUES:
            return False
        return all(
            value == "O" or prefixed(value) or suffixed(value) or small_prefixed(value)
            for value in values
        )

    def _are_chunks(self, column: int) -> bool:
        """Whether the tags are those of phrases, as in CoNLL-2000 and CoNLL-2003."""
        values = [value for value in self._values[column] if value != "O"]
        return bool(values) and all(value[2:] in _CHUNKS for value in values)
