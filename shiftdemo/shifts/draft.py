"""A sample while operators work on it: words that can be moved, and what goes with them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from operator import sub

from shiftdemo import words as w
from shiftdemo.errors import NotApplicable
from shiftdemo.types import (
    PLAIN_FEED,
    Feed,
    QuestionSample,
    Sample,
    TaggedSample,
    TextSample,
    TranslationSample,
    running_text,
)


class Side:
    """The words of one side, their spaces, and where the words of the original stand now.

    Attributes:
        words: the words now.
        alignment: ``alignment[i]`` is the place now of word ``i`` of the original, or ``None``.
        changed: whether the text has to be written anew.
    """

    __slots__ = ("_gaps", "alignment", "changed", "words")

    def __init__(self, words: Sequence[str], gaps: Sequence[str] | None = None) -> None:
        """Args: gaps: as in :class:`shiftdemo.words.Words`; ``None`` where there is no text."""
        self.words: Sequence[str] = words
        self.alignment: Sequence[int | None] = range(len(words))
        self.changed = False
        self._gaps = gaps

    def rearrange(self, order: Sequence[int]) -> None:
        """Makes the words at the places ``order`` the words, each as often as it is named.

        The first mention of a place is the word itself, later ones are copies.
        """
        old, n = self.words, len(order)
        self.words = words = list(map(old.__getitem__, order))
        gaps = self._gaps
        if gaps is not None:
            made = list(map(gaps.__getitem__, order))
            steps = map(sub, order[1:], order)
            for place in [i for i, step in enumerate(steps, 1) if step != 1]:
                # a seam: these words did not stand together
                made[place] = w.gap_between(words[place - 1], words[place])
            made[0] = gaps[0]
            self._gaps = [*made, gaps[-1]]
        first = dict(zip(order[::-1], range(n - 1, -1, -1), strict=True))
        self.alignment = [first.get(i) for i in self.alignment]  # type: ignore[arg-type]
        self.changed = True

    def rotate(self, cut: int) -> None:
        """Puts the words from ``cut`` on in front, for ``0 < cut < len(words)``."""
        words, gaps, n = self.words, self._gaps, len(self.words)
        self.words = [*words[cut:], *words[:cut]]
        if gaps is not None:
            seam = w.gap_between(words[-1], words[0])
            self._gaps = [gaps[0], *gaps[cut + 1 : n], seam, *gaps[1:cut], gaps[n]]
        by = n - cut
        self.alignment = [None if i is None else (i + by) % n for i in self.alignment]
        self.changed = True

    def append(self, place: int) -> None:
        """Copies the word at ``place`` to the end; after it stands what stood at the end."""
        word = self.words[place]
        if self._gaps is not None:
            gap = w.gap_between(self.words[-1], word)
            self._gaps = [*self._gaps[:-1], self._gaps[-1] + gap, ""]
        self.words = [*self.words, word]
        self.changed = True

    def prepend(self, words: Sequence[str]) -> None:
        """Puts new words in front."""
        gaps = [w.gap_between(a, b) for a, b in zip(("", *words), words, strict=False)]
        self.prepend_side(Side(words, [*gaps, ""]))

    def prepend_side(self, other: Side) -> None:
        """Puts the words of ``other`` in front, a space between them and what was there."""
        by = len(other.words)
        if self._gaps is not None and other._gaps is not None:
            between = other._gaps[-1] + self._gaps[0]
            if by and self.words and not between:
                between = w.gap_between(other.words[-1], self.words[0])
            self._gaps = [*other._gaps[:-1], between, *self._gaps[1:]]
        if not by:
            return
        self.words = [*other.words, *self.words]
        self.alignment = [None if i is None else i + by for i in self.alignment]
        self.changed = True

    def text(self) -> str:
        """Returns the running text."""
        gaps = self._gaps or ()
        return "".join(chain.from_iterable(zip(gaps, self.words, strict=False))) + gaps[-1]


class Draft:
    """A sample that operators change in place.

    Attributes:
        original: the sample as it came.
        source: its words; of a translation those of the source, of a question those of the
            context.
        target: the words of a translation's target, else ``None``.
        tags: the tags of a tagged sample, else ``None``.
        links: the gold word alignment of a translation, where it is known.
        feed: positions, lengths and right shift of the step.
        notes: what the user should know of a shift that was applied.
    """

    __slots__ = ("feed", "links", "notes", "original", "source", "tags", "target")

    def __init__(self, sample: Sample) -> None:
        """Args: sample: it is not changed."""
        self.original = sample
        self.feed: Feed = PLAIN_FEED
        self.notes: list[str] = []
        self.tags: Sequence[str] | None = None
        self.target: Side | None = None
        self.links: tuple[tuple[int, int], ...] | None = None
        if isinstance(sample, TaggedSample):
            self.source = Side(sample.words)
            self.tags = sample.tags
            return
        parts = w.split(running_text(sample))
        self.source = Side(parts.words, parts.gaps)
        if isinstance(sample, TranslationSample):
            parts = w.split(sample.target)
            self.target = Side(parts.words, parts.gaps)
            self.links = sample.links

    @property
    def answer(self) -> Side | None:
        """What a decoder is asked for, word by word: the target, or a plain text itself."""
        return self.source if isinstance(self.original, TextSample) else self.target

    @property
    def words(self) -> Sequence[str]:
        """The words now (of the source)."""
        return self.source.words

    def choose(self, chosen: Sequence[int], units: Sequence[Sequence[int]] | None) -> None:
        """Makes the chosen units the sentence; see :meth:`units`."""
        if units is not None:
            chosen = [place for i in chosen for place in units[i]]
        self.rearrange(chosen)

    def need_words(self) -> None:
        """Raises :class:`NotApplicable` where the sentence has no words."""
        if not self.source.words:
            raise NotApplicable("the sentence has no words.")

    def units(self) -> Sequence[Sequence[int]] | None:
        """Returns the places of what moves as one, every mention and every word outside one.

        ``None`` where each word is by itself.
        """
        tags = self.tags
        if tags is None or tags.count("O") == len(tags):
            return None
        starts = [i for i, tag in enumerate(tags) if tag[0] != "I"]
        ends = [*starts[1:], len(tags)]
        return [range(start, end) for start, end in zip(starts, ends, strict=True)]

    def rearrange(self, order: Sequence[int]) -> None:
        """Makes the (source) words at the places ``order`` the words; tags and links go along."""
        if self.tags is not None:
            self.tags = list(map(self.tags.__getitem__, order))
        if self.links:
            first = dict(zip(reversed(order), range(len(order) - 1, -1, -1), strict=True))
            moved = ((first.get(s), t) for s, t in self.links)
            self.links = tuple((s, t) for s, t in moved if s is not None)
        self.source.rearrange(order)

    def rotate(self, cut: int) -> None:
        """Puts the (source) words from ``cut`` on in front, with their tags and links."""
        n = len(self.words)
        if self.tags is not None:
            self.tags = [*self.tags[cut:], *self.tags[:cut]]
        if self.links:
            self.links = tuple(((s + n - cut) % n, t) for s, t in self.links)
        self.source.rotate(cut)

    def prepend(self, words: Sequence[str]) -> None:
        """Puts new (source) words in front; they have the tag ``O`` and no links."""
        by = len(words)
        if self.tags is not None and by:
            self.tags = [*["O"] * by, *self.tags]
        if self.links:
            self.links = tuple((s + by, t) for s, t in self.links)
        self.source.prepend(words)

    def finish(self) -> Sample:
        """Returns the sample as it is now; the original itself where its words did not change."""
        sample, side = self.original, self.source
        if isinstance(sample, TaggedSample):
            if not side.changed and self.tags is sample.tags:
                return sample
            return TaggedSample(sample.id, tuple(side.words), tuple(self.tags or ()))
        if isinstance(sample, TextSample):
            return TextSample(sample.id, side.text(), sample.label) if side.changed else sample
        if isinstance(sample, QuestionSample):
            return _answered(sample, side.text()) if side.changed else sample
        target = self.target
        if not side.changed and (target is None or not target.changed):
            return sample
        return TranslationSample(
            sample.id,
            side.text() if side.changed else sample.source,
            target.text() if target is not None and target.changed else sample.target,
            sample.source_lang,
            sample.target_lang,
            self.links,
        )


def _answered(sample: QuestionSample, context: str) -> QuestionSample:
    """Returns the question on a context that grew in front; the answers stand later.

    Raises:
        DataError: something else was done to the context, and an answer moved otherwise.
    """
    by = len(context) - len(sample.context)
    starts = tuple(start + by for start in sample.starts)
    return QuestionSample(sample.id, sample.question, context, sample.answers, starts)
