"""Words that move stay the words that they were."""

from __future__ import annotations

import random

from generated import TEXT
from hypothesis import example, given, settings
from hypothesis import strategies as st

from shiftdemo.core import words as w
from shiftdemo.core.samples import TranslationSample
from shiftdemo.shifts import apply_shifts, make_shift
from shiftdemo.shifts.word_row import WordRow


def row_of(text: str) -> WordRow:
    parts = w.split(text)
    return WordRow(parts.words, parts.gaps)


def check(row: WordRow) -> None:
    assert list(w.split(row.text()).words) == list(row.words)


@settings(max_examples=2000)
@given(TEXT, TEXT, st.randoms(use_true_random=False))
@example("0:.0", "", random.Random(0))
@example("l'., 5", "x 0", random.Random(0))
def test_words_that_moved_are_read_as_the_words_that_they_are(
    text: str, other: str, choose: random.Random
) -> None:
    n = len(row_of(text).words)
    if n:
        moved, copied = row_of(text), row_of(text)
        moved.rearrange(choose.sample(range(n), n))
        copied.rearrange([choose.randrange(n) for _ in range(n + 2)])
        moved.append(choose.randrange(n))
        copied.prepend(w.split(other).words)
        check(moved)
        check(copied)
    for cut in range(1, n):
        rotated = row_of(text)
        rotated.rotate(cut)
        check(rotated)
    both = row_of(text)
    both.prepend_side(row_of(other))
    check(both)


def test_no_shuffle_makes_a_number_of_digits_that_stood_apart() -> None:
    for k in range(1, 12):
        for seed in range(20):
            shifts = [make_shift(f"local_shuffle:k={k}")]
            result = apply_shifts(shifts, TranslationSample("s", "0:.0", ""), seed, always=True)
            assert isinstance(result.shifted, TranslationSample)
            assert sorted(w.split(result.shifted.source).words) == [".", "0", "0", ":"]
