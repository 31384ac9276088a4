"""Samples of every kind, checked when made; spans are half-open.

Every kind knows its ``text`` (whose words are moved: of a question the context, of a pair the
source), what a model reads (``read``), its ``reference``, and its row in a table: ``to_row`` gives
the content, ``to_original`` what is kept of it beside a shifted one, and ``from_row`` makes the
sample of these two again. ``original`` is the column that such a row has of no other kind, and
``lists`` are its columns that hold lists.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, TypeAlias

from shiftdemo.core.errors import DataError
from shiftdemo.core.messages import Message

Link: TypeAlias = tuple[int, int]


@dataclass(frozen=True, slots=True)
class TranslationSample:
    """A sentence and its translation.

    Attributes:
        id: unique within its data set; randomness is derived from it.
        source: the sentence to translate.
        target: its translation; may be empty for typed input.
        links: the gold word alignment, pairs ``(source word, target word)`` over the words of
            :func:`shiftdemo.core.words.split`, or ``None`` where it is not known.
        source_lang, target_lang: codes of the languages, such as ``zh``; empty: not known, and
            ``mul``: several in one file.
        lang_by: by what ``target_lang`` is known: ``given``, ``column`` or ``script``; empty: it
            came with the sample, or is not known.
    """

    kind: ClassVar[str] = "pair"
    original: ClassVar[str] = "original_source"
    lists: ClassVar[tuple[str, ...]] = ("original_links",)

    id: str
    source: str
    target: str
    source_lang: str = ""
    target_lang: str = ""
    links: tuple[Link, ...] | None = None
    lang_by: str = ""

    @property
    def text(self) -> str:
        """The source."""
        return self.source

    @property
    def read(self) -> str:
        """The source."""
        return self.source

    @property
    def reference(self) -> str:
        """The target."""
        return self.target

    def to_row(self) -> dict[str, Any]:
        """Returns its content: ``source`` and ``target``."""
        return {"source": self.source, "target": self.target}

    def to_original(self) -> dict[str, Any]:
        """Returns what is kept of it beside a shifted pair."""
        links = None if self.links is None else [list(link) for link in self.links]
        texts = {"original_source": self.source, "original_target": self.target}
        return {**texts, "original_links": links}

    @classmethod
    def from_row(cls, identity: str, row: Mapping[str, Any]) -> TranslationSample:
        """Returns the sample that a row was shifted from."""
        pairs = row.get("original_links")
        links = None if pairs is None else tuple((int(s), int(t)) for s, t in pairs)
        return cls(identity, row["original_source"], row["original_target"], links=links)


@dataclass(frozen=True, slots=True)
class TaggedSample:
    """A sentence of words with one BIO (IOB2) tag each.

    Attributes:
        plain: the tags are no entity tags (parts of speech, say), and may be any text.

    Raises:
        DataError: as many tags as words are needed, each ``O``, ``B-X`` or ``I-X``, and ``I-X``
            only after ``B-X`` or ``I-X``.
    """

    kind: ClassVar[str] = "tags"
    original: ClassVar[str] = "original_words"
    lists: ClassVar[tuple[str, ...]] = ("words", "tags", "original_words", "original_tags")

    id: str
    words: tuple[str, ...]
    tags: tuple[str, ...]
    plain: bool = False

    def __post_init__(self) -> None:
        if len(self.words) != len(self.tags):
            raise DataError(
                "samples.sample_has_words_tags",
                id=self.id,
                n_words=len(self.words),
                n_tags=len(self.tags),
            )
        fault = "" if self.plain else bio_fault(self.tags)
        if fault:
            raise DataError("samples.sample", id=self.id, fault=fault)

    @property
    def text(self) -> str:
        """The words, with spaces between."""
        return " ".join(self.words)

    @property
    def read(self) -> str:
        """The words, with spaces between."""
        return self.text

    @property
    def reference(self) -> tuple[str, ...]:
        """The tags."""
        return self.tags

    def to_row(self) -> dict[str, Any]:
        """Returns its content: ``words`` and ``tags``."""
        return {"words": list(self.words), "tags": list(self.tags)}

    def to_original(self) -> dict[str, Any]:
        """Returns what is kept of it beside a shifted sentence."""
        return {"original_words": list(self.words), "original_tags": list(self.tags)}

    @classmethod
    def from_row(cls, identity: str, row: Mapping[str, Any]) -> TaggedSample:
        """Returns the sample that a row was shifted from."""
        words, tags = tuple(row["original_words"]), tuple(row["original_tags"])
        return cls(identity, words, tags, plain=bool(bio_fault(tags)))


@dataclass(frozen=True, slots=True)
class TextSample:
    """A text with one label; the label is empty where it is not known or not needed."""

    kind: ClassVar[str] = "text"
    original: ClassVar[str] = "original_text"
    lists: ClassVar[tuple[str, ...]] = ()

    id: str
    text: str
    label: str = ""

    @property
    def read(self) -> str:
        """The text."""
        return self.text

    @property
    def reference(self) -> str:
        """The label."""
        return self.label

    def to_row(self) -> dict[str, Any]:
        """Returns its content: ``text`` and ``label``."""
        return {"text": self.text, "label": self.label}

    def to_original(self) -> dict[str, Any]:
        """Returns what is kept of it beside a shifted text; the label stays."""
        return {"original_text": self.text}

    @classmethod
    def from_row(cls, identity: str, row: Mapping[str, Any]) -> TextSample:
        """Returns the sample that a row was shifted from."""
        return cls(identity, row["original_text"], str(row.get("label") or ""))


@dataclass(frozen=True, slots=True)
class QuestionSample:
    """A question whose answer is a span of its context.

    Attributes:
        answers: the gold answers, each as it stands in the context; none for typed input.
        starts: the index of each answer's first character in the context, from 0.

    Raises:
        DataError: there is not one index for each answer, or the answer does not stand there.
    """

    kind: ClassVar[str] = "question"
    original: ClassVar[str] = "original_context"
    lists: ClassVar[tuple[str, ...]] = ("answers", "original_starts")

    id: str
    question: str
    context: str
    answers: tuple[str, ...] = ()
    starts: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if len(self.answers) != len(self.starts):
            raise DataError(
                "samples.sample_has_answers_starts",
                id=self.id,
                n_answers=len(self.answers),
                n_starts=len(self.starts),
            )
        for answer, start in zip(self.answers, self.starts, strict=True):
            excerpt = self.context[start : start + len(answer)] if start >= 0 else ""
            if not answer or excerpt != answer:
                raise DataError(
                    "samples.sample_answer_does_not",
                    id=self.id,
                    answer=answer[:40],
                    start=start,
                    found=excerpt[:40],
                )

    @property
    def text(self) -> str:
        """The context."""
        return self.context

    @property
    def read(self) -> str:
        """The question, a line break, and the context."""
        return f"{self.question}\n{self.context}"

    @property
    def reference(self) -> str:
        """The answers, with slashes between."""
        return " / ".join(self.answers)

    def to_row(self) -> dict[str, Any]:
        """Returns its content: ``question``, ``context`` and SQuAD's ``answers``."""
        answers = {"text": list(self.answers), "answer_start": list(self.starts)}
        return {"question": self.question, "context": self.context, "answers": answers}

    def to_original(self) -> dict[str, Any]:
        """Returns what is kept of it beside a shifted one; question and answers stay."""
        return {"original_context": self.context, "original_starts": list(self.starts)}

    @classmethod
    def from_row(cls, identity: str, row: Mapping[str, Any]) -> QuestionSample:
        """Returns the sample that a row was shifted from."""
        starts = tuple(int(start) for start in row["original_starts"])
        answers = tuple(row["answers"]["text"])
        return cls(identity, row["question"], row["original_context"], answers, starts)


Sample: TypeAlias = TranslationSample | TaggedSample | TextSample | QuestionSample


KINDS: tuple[type[Sample], ...] = (TaggedSample, QuestionSample, TextSample, TranslationSample)


def bio_fault(tags: tuple[str, ...]) -> str:
    """Returns what is wrong with a sequence of tags and how to mend it, or ``""``."""
    if tags.count("O") == len(tags):
        return ""
    before = "O"
    for index, tag in enumerate(tags):
        if tag != "O" and (tag[:2] not in ("B-", "I-") or len(tag) < 3):
            return Message("samples.not_bio", place=index + 1, tag=tag[:40])
        if tag.startswith("I-") and before[2:] != tag[2:]:
            key = "samples.cannot_follow" if index else "samples.cannot_stand_first"
            return Message(key, before=before, place=index + 1, tag=tag, kind=tag[2:])
        before = tag
    return ""


def mentions(tags: Sequence[str], lenient: bool = False) -> list[tuple[str, int, int]]:
    """Returns the mentions of a BIO sequence, valid or not, as ``(type, start, end)``, in order.

    Args:
        tags: one a word; a model may put out any sequence.
        lenient: an ``I-X`` that continues nothing begins a mention, as in conlleval (Tjong Kim
            Sang and Buchholz 2000); otherwise it begins nothing and belongs to no mention.
    """
    return list(_mentions(tuple(tags), lenient))


@functools.lru_cache(maxsize=16_384)  # a comparison looks at the same tags again and again
def _mentions(tags: tuple[str, ...], lenient: bool) -> tuple[tuple[str, int, int], ...]:
    found: list[tuple[str, int, int]] = []
    kind, start = "", 0
    for index, tag in enumerate([*tags, "O"]):
        if tag.startswith("I-") and kind == tag[2:]:
            continue
        if kind:
            found.append((kind, start, index))
        begins = tag.startswith("B-") or (lenient and tag.startswith("I-"))
        kind, start = (tag[2:], index) if begins else ("", index)
    return tuple(found)
