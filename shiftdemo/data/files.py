"""The user's files: JSONL, CSV, TSV and CoNLL, plain or gzip, to samples.

Columns are ``source``/``target``, ``words``/``tags`` or ``text``/``label``. A file without such
a header whose lines hold a word first and a tag last, with blank lines between the sentences, is
read as CoNLL.
"""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from shiftdemo.data.lines import comma_rows, read_lines, tab_fields, tab_rows
from shiftdemo.errors import DataError
from shiftdemo.types import Sample, TaggedSample, TextSample, TranslationSample

_PAIRS = (("source", "target"), ("words", "tags"), ("text", "label"))
_TASK_COLUMNS = {"translation": _PAIRS[0], "ner": _PAIRS[1], "classification": _PAIRS[2]}


def read_samples(path: str | Path, task: str = "", limit: int | None = None) -> list[Sample]:
    """Returns the samples of a file, at most ``limit``.

    Args:
        path: a ``.jsonl``, ``.csv``, ``.tsv``, ``.conll`` or ``.txt`` file, or one of them gzipped.
        task: ``"translation"`` or ``"ner"``; the file must hold that kind of sample.

    Raises:
        DataError: the file or a line of it cannot be used; names the line and the mend.
    """
    path = Path(path)
    if not os.path.isfile(path):  # also false for a name that no system admits
        raise DataError(f"There is no file {str(path)!r}; check the path.")
    samples: list[Sample] = []
    for sample in _records(path, task):
        samples.append(sample)
        if limit is not None and len(samples) >= limit:
            break
    if not samples:
        raise DataError(f"{path.name} holds no samples; {_wanted(task)}")
    return samples


def _wanted(task: str) -> str:
    pairs = [_TASK_COLUMNS[task]] if task in _TASK_COLUMNS else list(_PAIRS)
    return "give the columns " + " or ".join(f"{a}, {b}" for a, b in pairs) + "."


def _suffix(path: Path) -> str:
    parts = [part.lower() for part in path.suffixes]
    if parts and parts[-1] == ".gz":
        parts.pop()
    return parts[-1] if parts else ""


def _records(path: Path, task: str) -> Iterator[Sample]:
    suffix = _suffix(path)
    if suffix in (".jsonl", ".json"):
        return _from_rows(_json_rows(path), path.name, task)
    if suffix in (".csv", ".tsv", ".txt", ".conll", ".bio", ".iob", ""):
        first = next(read_lines(path), "")
        delimiter = "," if suffix == ".csv" else "\t"
        names = _names(first, delimiter)
        if suffix in (".csv", ".tsv") and any(set(pair) <= set(names) for pair in _PAIRS):
            return _from_rows(_table_rows(path, delimiter), path.name, task)
        if suffix == ".csv":
            raise DataError(
                f"{path.name}, line 1: the columns are {_short(names) or 'empty'}; " + _wanted(task)
            )
        if task == "translation":
            return _plain_pairs(path)
        return _conll(path)
    raise DataError(
        f"{path.name}: files of the kind {suffix!r} are not read; "
        "give JSONL, CSV, TSV or CoNLL (each may be gzipped)."
    )


def _names(line: str, delimiter: str) -> list[str]:
    try:
        fields = tab_fields(line) if delimiter == "\t" else next(csv.reader([line]), [])
    except csv.Error:  # a field too long for a header
        fields = []
    return [name.strip().lower() for name in fields]


def _short(names: Iterable[Any]) -> str:
    """Returns the names for a message; a file without a header has sentences there."""
    text = ", ".join(map(str, names))
    return text if len(text) <= 80 else text[:80] + "…"


def _plain_pairs(path: Path) -> Iterator[Sample]:
    for number, line in enumerate(read_lines(path), 1):
        if not line.strip():
            continue
        parts = line.split("\t")
        if len(parts) != 2:
            raise DataError(
                f"{path.name}, line {number} has {len(parts)} tab-separated fields; "
                "write the source, a tab and the target."
            )
        yield TranslationSample(f"{path.name}-{number}", parts[0].strip(), parts[1].strip())


def _json_rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in enumerate(read_lines(path), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            json.dumps(row, ensure_ascii=False).encode()  # half a surrogate pair is no text
        except (ValueError, RecursionError) as error:
            reason = getattr(error, "msg", "a value that is too long, too deep or no text")
            raise DataError(
                f"{path.name}, line {number} is not JSON ({reason}); write one object a line."
            ) from None
        if not isinstance(row, dict):
            raise DataError(f"{path.name}, line {number} is not a JSON object; {_wanted('')}")
        yield number, row


def _table_rows(path: Path, delimiter: str) -> Iterator[tuple[int, dict[str, Any]]]:
    header: list[str] = []
    for number, row in comma_rows(path) if delimiter == "," else tab_rows(path):
        if not header:
            header = [name.strip().lower() for name in row]
            continue
        if len(row) != len(header):
            raise DataError(
                f"{path.name}, line {number} has {len(row)} fields and the header has "
                f"{len(header)}; quote fields that hold a {'comma' if delimiter == ',' else 'tab'}."
            )
        yield number, dict(zip(header, row, strict=True))


def _from_rows(
    rows: Iterator[tuple[int, dict[str, Any]]], name: str, task: str
) -> Iterator[Sample]:
    wanted = [_TASK_COLUMNS[task]] if task in _TASK_COLUMNS else list(_PAIRS)
    for number, row in rows:
        pair = next((p for p in wanted if p[0] in row and p[1] in row), None)
        if pair is None:
            raise DataError(f"{name}, line {number} has the fields {_short(row)}; {_wanted(task)}")
        where = f"{name}, line {number}"
        identity = str(row.get("id", f"{name}-{number}"))[:100]
        yield _make(identity, pair, row[pair[0]], row[pair[1]], where)


def _make(identity: str, pair: tuple[str, str], first: Any, second: Any, where: str) -> Sample:
    try:
        if pair[0] == "words":
            words = _as_words(first, where)
            if not words or not all(word.strip() for word in words):
                raise DataError("there is an empty word, or none; remove it and its tag.")
            return TaggedSample(identity, words, _as_words(second, where))
        if not isinstance(first, str) or not isinstance(second, (str, int)) or not first.strip():
            raise DataError(f"{pair[0]} and {pair[1]} must be text, and {pair[0]} not empty.")
        if pair[0] == "source":
            return TranslationSample(identity, first.strip(), str(second).strip())
        return TextSample(identity, first.strip(), str(second))
    except DataError as error:
        message = str(error)
        raise DataError(message if message.startswith(where) else f"{where}: {message}") from None


def _as_words(value: Any, where: str) -> tuple[str, ...]:
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
    raise DataError(f"{where}: words and tags are lists of strings, or text with spaces between.")


def _conll(path: Path) -> Iterator[Sample]:
    """Yields tagged sentences; a language prefix as in ``en:word`` (WikiANN) is dropped."""
    block: list[str] = []
    tags: list[str] = []
    start, width = 1, 0
    for number, line in enumerate(_iter_with_end(path), 1):
        if not line.strip() or line.startswith("-DOCSTART-"):
            if block:
                yield _tagged(path, start, block, tags)
            block, tags, start = [], [], number + 1
            continue
        parts = line.split("\t") if "\t" in line else line.split()
        if len(parts) < 2:
            raise DataError(
                f"{path.name}, line {number} has one column; write the word first and the tag last."
            )
        width = width or len(parts)
        if len(parts) != width or not parts[0].strip():
            raise DataError(
                f"{path.name}, line {number} has {len(parts)} columns (the lines above {width}) or "
                "an empty word; write the word first, the tag last and as many columns everywhere."
            )
        block.append(parts[0])
        tags.append(parts[-1].strip())


def _iter_with_end(path: Path) -> Iterator[str]:
    yield from read_lines(path)
    yield ""


def _tagged(path: Path, start: int, block: list[str], tags: list[str]) -> TaggedSample:
    if all(len(word) > 3 and word[2] == ":" and word[:2].isalpha() for word in block):
        block = [word[3:] for word in block]
    try:
        return TaggedSample(f"{path.name}-{start}", tuple(block), tuple(tags))
    except DataError as error:
        raise DataError(f"{path.name}, sentence at line {start}: {error}") from None


def parallel_lines(source: Path, target: Path) -> list[Sample]:
    """Returns pairs from two files of one sentence a line, line *n* translating line *n*.

    Raises:
        DataError: the files differ in length.
    """
    left, right = list(read_lines(source)), list(read_lines(target))
    if len(left) != len(right):
        raise DataError(
            f"{source.name} has {len(left)} lines and {target.name} {len(right)}; "
            "they must match line by line."
        )
    return [
        TranslationSample(f"{source.name}-{n}", a.strip(), b.strip())
        for n, (a, b) in enumerate(zip(left, right, strict=True), 1)
        if a.strip() and b.strip()
    ]
