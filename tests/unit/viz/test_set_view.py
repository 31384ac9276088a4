"""Counts over a whole set of shifted samples."""

from __future__ import annotations

from shiftdemo.core.samples import TaggedSample, TranslationSample
from shiftdemo.shifts import apply_shifts, make_shift
from shiftdemo.viz.set_view import SetSummary, applicability, set_figure

TAGGED = [
    TaggedSample("a", ("In", "New", "York"), ("O", "B-LOC", "I-LOC")),
    TaggedSample("b", ("Ada", "sleeps", "well"), ("B-PER", "O", "O")),
]
PAIRS = [TranslationSample(str(n), "a " * n, "b " * n) for n in range(1, 9)]


def _summary(samples, spec, always=True):
    shifts = [make_shift(spec)]
    summary = SetSummary()
    for sample in samples:
        summary.add(apply_shifts(shifts, sample, 0, samples, always=always))
    return summary


def test_lengths_and_places_of_mentions_before_and_after():
    summary = _summary(TAGGED, "prefix_filler:k=2")
    assert (summary.n, summary.applied, summary.changed) == (2, 2, 2)
    assert summary.lengths == ({3: 2}, {5: 2})
    assert summary.places == ({1: 1, 0: 1}, {3: 1, 2: 1})
    assert summary.means()["lengths_before"] == 3 and summary.means()["lengths_after"] == 5


def test_places_follow_position_ids():
    assert _summary(TAGGED, "position_offset:fixed=10").places[1] == {11: 1, 10: 1}


def test_labels_with_loss_of_translations():
    summary = _summary(PAIRS, "length_crop:min=4,max=4")
    assert summary.places[0] == {n + 1: 1 for n in range(1, 9)}
    assert summary.places[1] == {2: 1, 3: 1, 4: 6}


def test_reasons_are_counted():
    summary = _summary(PAIRS, "append_copy:word=zebra")
    assert summary.applied == summary.changed == 0
    assert applicability(summary) == [
        ("append_copy: the sentence has no word 'zebra'.", 8, 100.0),
    ]
    drawn = _summary(PAIRS, "position_offset:fixed=3,p=0", always=False)
    assert applicability(drawn)[0][0] == "position_offset: not drawn (p = 0)"


def test_a_shift_without_strength_changes_nothing():
    summary = _summary(TAGGED, "rotate:k=0")
    assert summary.applied == 2 and summary.changed == 0


def test_figure_has_before_and_after_in_two_panels_and_few_bars():
    summary = _summary([TranslationSample("x", "a " * 900, "b " * 700), *PAIRS], "prefix_filler")
    figure = set_figure(summary, ("words", "labels"), ("n", "n"), ("before", "after"), "light")
    assert [trace.name for trace in figure.data] == ["before", "after"] * 2
    assert all(len(trace.x) <= 41 for trace in figure.data)
    assert sum(figure.data[0].y) == 9
    tall = set_figure(
        summary, ("words", "labels"), ("n", "n"), ("before", "after"), "light", narrow=True
    )
    assert tall.layout.height == 2 * figure.layout.height
    assert len(set_figure(SetSummary(), ("w", "l"), ("n", "n"), ("b", "a"), "dark").data) == 2
