"""What must hold of every shifted sample, whatever the operator."""

from __future__ import annotations

import functools

from shiftdemo.core import words as w
from shiftdemo.core.samples import (
    QuestionSample,
    Sample,
    TaggedSample,
    TextSample,
    TranslationSample,
)
from shiftdemo.core.types import PLAIN_INPUTS, PositionPlan, ShiftedSample


def words_of(sample: Sample, side: str = "source") -> tuple[str, ...]:
    if isinstance(sample, TaggedSample):
        return sample.words
    if side == "target":
        assert isinstance(sample, TranslationSample)
        return w.split(sample.target).words
    return w.split(sample.text).words


def check_alignment(
    alignment: tuple[int | None, ...], before: tuple[str, ...], after: tuple[str, ...]
) -> None:
    assert len(alignment) == len(before)
    places = [place for place in alignment if place is not None]
    assert len(set(places)) == len(places)
    for word, place in zip(before, alignment, strict=True):
        assert place is None or after[place] == word


@functools.lru_cache(maxsize=4096)  # most samples of a set share a few plans
def check_positions(plan: PositionPlan) -> None:
    """Ids begin at 0 or later, increase, and stay inside a table that has room.

    Plans that are drawn for each sample are tried at one length each, which the plan decides, so
    that a set of samples tries all of them.
    """
    lengths = (0, 1, 2, 7)
    for n in lengths if plan.constant else (lengths[hash(plan) % len(lengths)],):
        ids = plan.ids(n)
        assert len(ids) == n and ids == sorted(set(ids)) and min(ids, default=0) >= 0
        for bound in (n, n + 1, n + 40):
            inside = plan.ids(n, bound)
            assert inside == sorted(set(inside)) and len(inside) == n
            assert max(inside, default=-1) < max(bound, 1) and min(inside, default=0) >= 0


def check(result: ShiftedSample, sample: Sample) -> None:
    """Everything that must hold of a shifted sample."""
    assert result.original == sample and result.shifted.id == sample.id
    check_alignment(result.alignment, words_of(sample), words_of(result.shifted))
    check_positions(result.feed.source)
    check_positions(result.feed.target)
    assert result.applied or (result.shifted == sample and result.note)
    if isinstance(sample, TaggedSample):
        assert isinstance(result.shifted, TaggedSample)  # made again, so checked: BIO is valid
        assert len(result.shifted.words) == len(result.shifted.tags)
        assert result.target_alignment is None and result.feed.target == PLAIN_INPUTS.target
        if "tag_roll" not in result.shift:  # the one operator that takes tags off their words
            for tag, place in zip(sample.tags, result.alignment, strict=True):
                assert place is None or result.shifted.tags[place] == tag
        return
    if isinstance(sample, TextSample):
        assert isinstance(result.shifted, TextSample) and result.shifted.label == sample.label
        assert result.target_alignment is None and result.feed.target == PLAIN_INPUTS.target
        return
    if isinstance(sample, QuestionSample):
        check_answers(result, sample)
        return
    assert isinstance(sample, TranslationSample) and isinstance(result.shifted, TranslationSample)
    assert result.target_alignment is not None
    targets = words_of(sample, "target"), words_of(result.shifted, "target")
    check_alignment(result.target_alignment, *targets)
    check_links(result, sample)


def check_answers(result: ShiftedSample, sample: QuestionSample) -> None:
    """The question stays, and every answer with the words in which it stands."""
    shifted = result.shifted
    assert isinstance(shifted, QuestionSample)  # made again, so checked: the answers are there
    assert (shifted.question, shifted.answers) == (sample.question, sample.answers)
    assert result.target_alignment is None and result.feed.target == PLAIN_INPUTS.target
    for before, after in zip(sample.starts, shifted.starts, strict=True):
        place, moved = (
            _word_at(one.context, at) for one, at in ((sample, before), (shifted, after))
        )
        assert result.alignment[place] == moved


def _word_at(text: str, at: int) -> int:
    """The number of the word that holds a character, or of the next one."""
    parts = w.split(text)
    end = 0
    for place, (gap, word) in enumerate(zip(parts.gaps, parts.words, strict=False)):
        end += len(gap) + len(word)
        if at < end:
            return place
    raise AssertionError(f"there is no word at {at}")


def check_links(result: ShiftedSample, sample: TranslationSample) -> None:
    links = getattr(result.shifted, "links", None)
    if links is None:
        return
    n_source, n_target = (len(words_of(result.shifted, side)) for side in ("source", "target"))
    assert all(0 <= s < n_source and 0 <= t < n_target for s, t in links)
    for source, target in sample.links or ():
        moved = result.alignment[source], (result.target_alignment or ())[target]
        assert None in moved or moved in links
