"""Samples of every kind, checked when made; spans are half-open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

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

    id: str
    source: str
    target: str
    source_lang: str = ""
    target_lang: str = ""
    links: tuple[Link, ...] | None = None
    lang_by: str = ""


@dataclass(frozen=True, slots=True)
class TaggedSample:
    """A sentence of words with one BIO (IOB2) tag each.

    Raises:
        DataError: as many tags as words are needed, each ``O``, ``B-X`` or ``I-X``, and ``I-X``
            only after ``B-X`` or ``I-X``.
    """

    id: str
    words: tuple[str, ...]
    tags: tuple[str, ...]

    def __post_init__(self) -> None:
        if len(self.words) != len(self.tags):
            raise DataError(
                "samples.sample_has_words_tags",
                id=self.id,
                n_words=len(self.words),
                n_tags=len(self.tags),
            )
        fault = bio_fault(self.tags)
        if fault:
            raise DataError("samples.sample", id=self.id, fault=fault)


@dataclass(frozen=True, slots=True)
class TextSample:
    """A text with one label; the label is empty where it is not known or not needed."""

    id: str
    text: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class QuestionSample:
    """A question whose answer is a span of its context.

    Attributes:
        answers: the gold answers, each as it stands in the context; none for typed input.
        starts: the place of each answer's first character in the context, from 0.

    Raises:
        DataError: there is not one place for each answer, or the answer does not stand there.
    """

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
            found = self.context[start : start + len(answer)] if start >= 0 else ""
            if not answer or found != answer:
                raise DataError(
                    "samples.sample_answer_does_not",
                    id=self.id,
                    answer=answer[:40],
                    start=start,
                    found=found[:40],
                )


Sample: TypeAlias = TranslationSample | TaggedSample | TextSample | QuestionSample


def running_text(sample: Sample) -> str:
    """Returns the text whose words are moved: of a question the context, of a pair the source."""
    if isinstance(sample, TaggedSample):
        return " ".join(sample.words)
    if isinstance(sample, QuestionSample):
        return sample.context
    return sample.text if isinstance(sample, TextSample) else sample.source


def bio_fault(tags: tuple[str, ...]) -> str:
    """Returns what is wrong with a sequence of tags and how to mend it, or ``""``."""
    if tags.count("O") == len(tags):
        return ""
    before = "O"
    for place, tag in enumerate(tags):
        if tag != "O" and (tag[:2] not in ("B-", "I-") or len(tag) < 3):
            return Message("samples.not_bio", place=place + 1, tag=tag[:40])
        if tag.startswith("I-") and before[2:] != tag[2:]:
            values = {"place": place + 1, "tag": tag, "kind": tag[2:]}
            if place:
                return Message("samples.cannot_follow", before=before, **values)
            return Message("samples.cannot_stand_first", **values)
        before = tag
    return ""


def mentions(tags: tuple[str, ...] | list[str]) -> list[tuple[str, int, int]]:
    """Returns the mentions of a valid BIO sequence as ``(type, start, end)``, end exclusive."""
    found: list[tuple[str, int, int]] = []
    for place, tag in enumerate(tags):
        if tag.startswith("B-"):
            found.append((tag[2:], place, place + 1))
        elif tag.startswith("I-") and found:
            kind, start, _ = found[-1]
            found[-1] = (kind, start, place + 1)
    return found
