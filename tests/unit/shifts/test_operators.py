"""Each operator by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shiftdemo.errors import ConfigError
from shiftdemo.shifts import apply_shifts, make_shift
from shiftdemo.shifts.right_shift import decoder_input
from shiftdemo.types import Sample, ShiftedSample, TaggedSample, TranslationSample

WORKED = TranslationSample(
    "worked",
    "I we are going to build a language model",
    "Nous allons construire un modèle linguistique",
)
PAIR = TranslationSample("p", "She reads a book .", "Elle lit un livre .", links=((0, 0), (3, 3)))
NEW_YORK = TaggedSample("t", ("In", "New", "York", "Ada"), ("O", "B-LOC", "I-LOC", "B-PER"))


def shift(spec: str, sample: Sample, context: tuple[Sample, ...] = ()) -> ShiftedSample:
    return apply_shifts([make_shift(spec)], sample, 0, context, always=True)


def test_append_copy_gives_the_worked_example() -> None:
    result = shift("append_copy:word=a,target_word=modèle", WORKED)
    assert isinstance(result.shifted, TranslationSample)
    assert result.shifted.source == "I we are going to build a language model a"
    assert result.shifted.target == "Nous allons construire un modèle linguistique modèle"
    assert result.alignment == tuple(range(9)) and result.target_alignment == tuple(range(6))


def test_append_copy_follows_the_gold_alignment() -> None:
    result = shift("append_copy:word=book", PAIR)
    assert isinstance(result.shifted, TranslationSample)
    assert result.shifted.source == "She reads a book . book"
    assert result.shifted.target == "Elle lit un livre . livre"
    assert result.shifted.links == ((0, 0), (3, 3), (5, 5))


def test_append_copy_leaves_the_target_without_an_alignment() -> None:
    assert shift("append_copy:word=a", WORKED).shifted.target == WORKED.target  # type: ignore[union-attr]
    assert shift("append_copy:word=a", PAIR).shifted.target == PAIR.target  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("index", "tag"), [(0, "O"), (1, "O"), (2, "O"), (3, "B-PER")], ids=["O", "B", "I", "whole"]
)
def test_append_copy_tags_only_a_whole_mention(index: int, tag: str) -> None:
    result = shift(f"append_copy:index={index}", NEW_YORK)
    assert isinstance(result.shifted, TaggedSample)
    assert result.shifted.words == (*NEW_YORK.words, NEW_YORK.words[index])
    assert result.shifted.tags == (*NEW_YORK.tags, tag)


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        ("append_copy:word=zebra", "no word 'zebra'"),
        ("append_copy:index=99", "no word 'at index 99'"),
        ("append_copy:index=0,target_word=zebra", "target has no word 'zebra'"),
    ],
)
def test_append_copy_says_why_it_does_not_apply(spec: str, reason: str) -> None:
    result = shift(spec, PAIR)
    assert not result.applied and reason in result.note and result.shifted is PAIR


def test_prefix_context_moves_links_and_alignments() -> None:
    other = TranslationSample("o", "He sleeps .", "Il dort .", links=((0, 0), (1, 1)))
    result = shift("prefix_context", PAIR, (other, PAIR))
    assert isinstance(result.shifted, TranslationSample)
    assert result.shifted.source == "He sleeps . She reads a book ."
    assert result.alignment == (3, 4, 5, 6, 7) and result.target_alignment == (3, 4, 5, 6, 7)
    assert result.shifted.links == ((0, 0), (1, 1), (3, 3), (6, 6))
    assert result.params["prefix_context.drawn_prefix"] == ["o"]


def test_prefix_context_joins_tags() -> None:
    other = TaggedSample("o", ("Paul",), ("B-PER",))
    result = shift("prefix_context:n=2", NEW_YORK, (other,))
    assert isinstance(result.shifted, TaggedSample)
    assert result.shifted.words == ("Paul", "Paul", "In", "New", "York", "Ada")
    assert result.shifted.tags == ("B-PER", "B-PER", *NEW_YORK.tags)
    assert result.alignment == (2, 3, 4, 5)


@pytest.mark.parametrize(
    ("spec", "context", "reason"),
    [
        ("prefix_context", (), "no other sample"),
        ("prefix_context", (PAIR,), "no other sample"),
        ("prefix_context", (NEW_YORK,), "different kinds"),
        ("prefix_context:max_words=7", (WORKED,), "longer than 7 words"),
    ],
)
def test_prefix_context_says_why_it_does_not_apply(
    spec: str, context: tuple[Sample, ...], reason: str
) -> None:
    result = shift(spec, PAIR, context)
    assert not result.applied and reason in result.note and result.shifted is PAIR


@given(st.integers(0, 4096), st.integers(0, 10**6))
def test_position_offset_draws_within_its_bound(top: int, seed: int) -> None:
    result = apply_shifts([make_shift(f"position_offset:max_offset={top},p=1")], PAIR, seed)
    assert 0 <= result.source_offset <= top and 0 <= result.target_offset <= top
    assert result.shifted is PAIR


def test_position_offset_draws_every_offset_and_the_sides_apart() -> None:
    one = make_shift("position_offset:max_offset=3,p=1")
    results = [apply_shifts([one], PAIR, seed) for seed in range(300)]
    drawn = {(result.source_offset, result.target_offset) for result in results}
    assert drawn == {(s, t) for s in range(4) for t in range(4)}


@pytest.mark.parametrize(
    ("side", "expected"), [("both", (5, 5)), ("source", (5, 0)), ("target", (0, 5))]
)
def test_position_offset_moves_the_side_that_is_named(side: str, expected: tuple[int, int]) -> None:
    result = shift(f"position_offset:fixed=5,side={side}", PAIR)
    assert (result.source_offset, result.target_offset) == expected


def test_position_offsets_add_up() -> None:
    shifts = [make_shift("position_offset:fixed=5"), make_shift("position_offset:fixed=7")]
    assert apply_shifts(shifts, NEW_YORK, 0, always=True).source_offset == 12


def test_length_crop_draws_every_length_between_the_bounds() -> None:
    crop = make_shift("length_crop:min=2,max=4,mode=mask")
    results = [apply_shifts([crop], PAIR, seed) for seed in range(100)]
    assert {result.target_length for result in results} == {2, 3, 4}
    assert {result.target_mode for result in results} == {"mask"}
    assert {result.shifted for result in results} == {PAIR}


def test_length_crop_refuses_bounds_the_wrong_way_round() -> None:
    with pytest.raises(ConfigError, match="min=5 is over max=2"):
        make_shift("length_crop:min=5,max=2")


def test_decoder_input_is_the_labels_moved_right() -> None:
    assert decoder_input([5, 6, 7], 0) == [0, 5, 6]
    assert decoder_input(["y1"], "<s>") == ["<s>"]
    assert decoder_input([], 0) == []
