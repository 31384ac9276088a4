"""CoNLL: a word a line, first column the word, last column its tag, an empty line between."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from shiftdemo.core.errors import DataError
from shiftdemo.core.samples import TaggedSample
from shiftdemo.data.reading.lines import MAX_LINE

# A word may be "#" too, so only what is written as CoNLL-U writes it counts as a comment.
_COMMENT = re.compile(r"#\s?(?P<key>[\w.:-]+)(?: =(?: (?P<value>.*))?)?$", re.DOTALL)
_BARE = ("newdoc", "newpar")
_OURS = "shift"


def read_conll(lines: Iterable[str], name: str) -> Iterator[TaggedSample]:
    """Yields tagged sentences.

    Comment lines (``# key = value``) before a sentence are skipped; ``id`` or ``sent_id`` becomes
    the sample's id. A language prefix as in ``en:word`` (WikiANN) is dropped where every word of
    the sentence has it, except in files that this program wrote.

    Raises:
        DataError: the columns are ragged or a tag is not BIO; names the line.
    """
    words: list[str] = []
    tags: list[str] = []
    notes: dict[str, str] = {}
    start, width, size = 1, 0, 0
    for number, line in enumerate(_with_end(lines), 1):
        if not line.strip() or line.startswith("-DOCSTART-"):
            if words:
                yield _sentence(name, start, words, tags, notes)
            words, tags, notes, start, size = [], [], {}, number + 1, 0
            continue
        if not words and (note := comment(line)):
            notes[note[0]] = note[1][:100]
            start = number + 1
            size += len(line)
            if size > MAX_LINE:
                notes.clear()
            continue
        parts = line.split("\t") if "\t" in line else line.split()
        if len(parts) < 2:
            raise DataError("conll.line_has_one_column", name=name, number=number)
        width = width or len(parts)
        if len(parts) != width or not parts[0].strip():
            raise DataError(
                "conll.line_has_columns_lines",
                name=name,
                number=number,
                n_parts=len(parts),
                width=width,
            )
        size += len(line)
        if size > MAX_LINE:
            raise DataError(
                "conll.sentence_at_line_longer", name=name, start=start, max_line=MAX_LINE
            )
        words.append(parts[0])
        tags.append(parts[-1].strip())


def comment(line: str) -> tuple[str, str] | None:
    """Returns key and value of a comment line, or ``None`` for a line that is none."""
    match = _COMMENT.match(line) if line.startswith("#") and "\t" not in line else None
    if match is None:
        return None
    if " =" not in line and match["key"] not in _BARE:
        return None
    return match["key"], match["value"] or ""


def _with_end(lines: Iterable[str]) -> Iterator[str]:
    yield from lines
    yield ""


def _sentence(
    name: str, start: int, words: list[str], tags: list[str], notes: dict[str, str]
) -> TaggedSample:
    if _OURS not in notes and all(
        len(word) > 3 and word[2] == ":" and word[:2].isalpha() for word in words
    ):
        words = [word[3:] for word in words]
    identity = notes.get("id") or notes.get("sent_id") or f"{name}-{start}"
    try:
        return TaggedSample(identity, tuple(words), tuple(tags))
    except DataError as error:
        raise DataError("conll.sentence_at_line", name=name, start=start, error=error) from None
