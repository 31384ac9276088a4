"""A sample while operators work on it: words that can be moved, and what goes with them."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from itertools import chain, repeat
from operator import sub
from typing import Any

from shiftdemo.core import words as w
from shiftdemo.core.errors import NotApplicable
from shiftdemo.core.samples import (
    QuestionSample,
    Sample,
    TaggedSample,
    TextSample,
    TranslationSample,
)
from shiftdemo.core.types import PLAIN_INPUTS, StepInputs
from shiftdemo.shifts.draws import uniforms
from shiftdemo.shifts.word_row import WordRow


class EditableSample:
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
        self.feed: StepInputs = PLAIN_INPUTS
        self.notes: list[str] = []
        self.tags: Sequence[str] | None = None
        self.target: WordRow | None = None
        self.links: tuple[tuple[int, int], ...] | None = None
        if isinstance(sample, TaggedSample):
            self.source = WordRow(sample.words)
            self.tags = sample.tags
            return
        parts = w.split(sample.text)
        self.source = WordRow(parts.words, parts.gaps)
        if isinstance(sample, TranslationSample):
            parts = w.split(sample.target)
            self.target = WordRow(parts.words, parts.gaps)
            self.links = sample.links

    @property
    def answer(self) -> WordRow | None:
        """What a decoder is asked for, word by word: the target, or a plain text itself."""
        return self.source if isinstance(self.original, TextSample) else self.target

    @property
    def words(self) -> Sequence[str]:
        """The words now (of the source)."""
        return self.source.words

    @property
    def n_words(self) -> int:
        """The number of (source) words now."""
        return len(self.source.words)

    @property
    def n_target_words(self) -> int:
        """The number of words of the answer now, 0 where there is none."""
        answer = self.answer
        return 0 if answer is None else len(answer.words)

    def need(self, there: bool, reason: str, **values: Any) -> None:
        """Raises :class:`NotApplicable` where ``there`` is false.

        Args:
            reason: the key of a message; ``values`` are what stands in it.
        """
        if not there:
            raise NotApplicable(reason, **values)

    def need_words(self) -> None:
        """Raises :class:`NotApplicable` where the sentence has no words."""
        self.need(self.n_words > 0, "shifts.no_words")

    def _units(self) -> Sequence[range] | None:
        """Returns the indices of what moves as one, every mention and every word outside one.

        ``None`` where each word is by itself.
        """
        tags = self.tags
        if tags is None or tags.count("O") == len(tags):
            return None
        starts = [i for i, tag in enumerate(tags) if tag[0] != "I"]
        ends = [*starts[1:], len(tags)]
        return [range(start, end) for start, end in zip(starts, ends, strict=True)]

    def unit_draws(self, rng: random.Random) -> list[float]:
        """Returns a number in ``[0, 1)`` for each unit: a mention, or a word outside one."""
        units = self._units()
        return uniforms(rng, self.n_words if units is None else len(units))

    def sort_units(self, u: Sequence[float], rank: Callable[[Any, Any], Any]) -> int:
        """Puts the units in the order of their ranks; returns the greatest move, in units.

        Args:
            u: from :meth:`unit_draws`.
            rank: from a unit's index and its ``u``, as arithmetic that arrays know too.
        """
        ranks = list(map(rank, range(len(u)), u))
        order = sorted(range(len(u)), key=ranks.__getitem__)
        self._choose(order)
        return max(map(abs, map(sub, order, range(len(u)))))

    def repeat_units(
        self, u: Sequence[float], copies: Callable[[Any], Any], rng: random.Random
    ) -> None:
        """Makes each unit stand so often as ``copies`` says; one at least stays, drawn at random.

        Args:
            u: from :meth:`unit_draws`.
            copies: from a unit's ``u``, as arithmetic that arrays know too.
        """
        chosen = list(chain.from_iterable(map(repeat, range(len(u)), map(copies, u))))
        self._choose(chosen or [rng.randrange(len(u))])

    def _choose(self, chosen: Sequence[int]) -> None:
        """Makes the chosen units the sentence."""
        units = self._units()
        if units is not None:
            chosen = [index for i in chosen for index in units[i]]
        self.rearrange(chosen)

    def unit_at(self, index: int) -> tuple[int, int]:
        """Returns where the unit at ``index`` begins and ends; after the last word ``index``."""
        if index >= self.n_words:
            return index, index
        for unit in self._units() or ():
            if index in unit:
                return unit.start, unit.stop
        return index, index + 1

    def rearrange(self, order: Sequence[int]) -> None:
        """Makes the (source) words at the indices ``order`` the words; tags and links go along."""
        if self.tags is not None:
            self.tags = list(map(self.tags.__getitem__, order))
        if self.links:
            first = dict(zip(reversed(order), range(len(order) - 1, -1, -1), strict=True))
            moved = ((first.get(s), t) for s, t in self.links)
            self.links = tuple((s, t) for s, t in moved if s is not None)
        self.source.rearrange(order)

    def rotate(self, cut: int) -> None:
        """Puts the (source) words from ``cut`` on in front, with their tags and links."""
        n = self.n_words
        if cut == n:
            return
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
            return TaggedSample(sample.id, tuple(side.words), tuple(self.tags or ()), sample.plain)
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
            sample.lang_by,
        )


def _answered(sample: QuestionSample, context: str) -> QuestionSample:
    """Returns the question on a context that grew in front; the answers stand later.

    Raises:
        DataError: something else was done to the context, and an answer moved otherwise.
    """
    by = len(context) - len(sample.context)
    starts = tuple(start + by for start in sample.starts)
    return QuestionSample(sample.id, sample.question, context, sample.answers, starts)
