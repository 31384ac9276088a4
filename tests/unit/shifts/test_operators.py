"""Each operator by hand."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shiftdemo.core.errors import ConfigError
from shiftdemo.core.samples import QuestionSample, Sample, TaggedSample, TranslationSample
from shiftdemo.core.types import PositionPlan, ShiftedSample, StepInputs
from shiftdemo.shifts import apply_shifts, make_shift, make_shifts
from shiftdemo.shifts.operators.length_curriculum import LengthCurriculum
from shiftdemo.shifts.teacher_forcing import decoder_input, teacher_forced

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
        ("append_copy:index=99", "no word at index 99"),
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
    assert 0 <= result.feed.source.offset <= top and 0 <= result.feed.target.offset <= top
    assert result.shifted is PAIR


def test_position_offset_draws_every_offset_and_the_sides_apart() -> None:
    one = make_shift("position_offset:max_offset=3,p=1")
    results = [apply_shifts([one], PAIR, seed) for seed in range(300)]
    drawn = {(result.feed.source.offset, result.feed.target.offset) for result in results}
    assert drawn == {(s, t) for s in range(4) for t in range(4)}


@pytest.mark.parametrize(
    ("side", "expected"), [("both", (5, 5)), ("source", (5, 0)), ("target", (0, 5))]
)
def test_position_offset_moves_the_side_that_is_named(side: str, expected: tuple[int, int]) -> None:
    result = shift(f"position_offset:fixed=5,side={side}", PAIR)
    assert (result.feed.source.offset, result.feed.target.offset) == expected


def test_position_offsets_add_up() -> None:
    shifts = [make_shift("position_offset:fixed=5"), make_shift("position_offset:fixed=7")]
    assert apply_shifts(shifts, NEW_YORK, 0, always=True).feed.source.offset == 12


def test_length_crop_draws_every_length_between_the_bounds() -> None:
    crop = make_shift("length_crop:min=2,max=4,mode=mask")
    results = [apply_shifts([crop], PAIR, seed) for seed in range(100)]
    assert {result.feed.length for result in results} == {2, 3, 4}
    assert {result.feed.mode for result in results} == {"mask"}
    assert {result.shifted for result in results} == {PAIR}


def test_length_crop_refuses_bounds_the_wrong_way_round() -> None:
    with pytest.raises(ConfigError, match="min=5 is over max=2"):
        make_shift("length_crop:min=5,max=2")


def test_decoder_input_is_the_labels_moved_right() -> None:
    assert decoder_input([5, 6, 7], 0) == [0, 5, 6]
    assert decoder_input(["y1"], "<s>") == ["<s>"]
    assert decoder_input([], 0) == []


def test_prefix_context_puts_another_context_in_front_and_moves_the_answer() -> None:
    about_oslo = QuestionSample("a", "Where?", "Paul is in Oslo.", ("Oslo",), (11,))
    about_rome = QuestionSample("b", "Who?", "Ada is in Rome.", ("Ada",), (0,))
    found = shift("prefix_context", about_rome, (about_oslo,))
    context = "Paul is in Oslo. Ada is in Rome."
    assert found.shifted == QuestionSample("b", "Who?", context, ("Ada",), (17,))
    same = QuestionSample("c", "Where?", "Ada is in Rome.", ("Rome",), (10,))
    found = shift("prefix_context", about_rome, (same,))  # it would hold the answer twice
    assert not found.applied and "no other sample" in found.note


def test_prefix_filler_puts_words_with_the_tag_o_in_front() -> None:
    result = shift("prefix_filler:k=3,filler=well now", NEW_YORK)
    assert isinstance(result.shifted, TaggedSample)
    assert result.shifted.words == ("well", "now", "well", *NEW_YORK.words)
    assert result.shifted.tags == ("O", "O", "O", *NEW_YORK.tags)
    assert result.alignment == (3, 4, 5, 6)
    pair = shift("prefix_filler:k=1,filler=well", PAIR).shifted
    assert isinstance(pair, TranslationSample)
    assert (pair.source, pair.target) == ("well " + PAIR.source, PAIR.target)
    assert pair.links == ((1, 0), (4, 3))


def test_prefix_filler_draws_every_number_up_to_k() -> None:
    filler = make_shift("prefix_filler:k=3,draw=true")
    results = [apply_shifts([filler], NEW_YORK, seed) for seed in range(100)]
    assert {result.alignment[0] for result in results} == {0, 1, 2, 3}


@pytest.mark.parametrize(
    ("k", "words"),
    [
        (0, "In New York Ada"),
        (1, "Ada In New York"),
        (2, "New York Ada In"),
        (3, "New York Ada In"),
    ],
)
def test_rotate_never_cuts_a_mention(k: int, words: str) -> None:
    result = shift(f"rotate:k={k}", NEW_YORK)
    assert isinstance(result.shifted, TaggedSample)
    assert " ".join(result.shifted.words) == words


def test_rotate_says_why_a_sentence_that_is_one_mention_stays() -> None:
    one = TaggedSample("m", ("New", "York"), ("B-LOC", "I-LOC"))
    result = shift("rotate:k=1", one)
    assert not result.applied and "one mention" in result.note
    assert shift("rotate:k=2", one).applied  # a whole turn cuts nothing
    first = TaggedSample("f", ("New", "York", "sleeps"), ("B-LOC", "I-LOC", "O"))
    assert shift("rotate:k=2", first).alignment == (1, 2, 0)  # the cut moves to the mention's end


@given(st.integers(0, 12), st.integers(0, 10**6), st.integers(1, 30))
def test_local_shuffle_moves_no_word_more_than_k_places(k: int, seed: int, n: int) -> None:
    sample = TranslationSample("s", " ".join(f"w{i}" for i in range(n)), "")
    result = apply_shifts([make_shift(f"local_shuffle:k={k}")], sample, seed)
    places = [place for place in result.alignment if place is not None]
    assert sorted(places) == list(range(n))
    assert max(abs(i - place) for i, place in enumerate(places)) <= k


def test_local_shuffle_moves_a_mention_as_one() -> None:
    for seed in range(50):
        after = apply_shifts([make_shift("local_shuffle:k=5")], NEW_YORK, seed).shifted
        assert isinstance(after, TaggedSample)
        assert after.words.index("York") == after.words.index("New") + 1


def test_drop_keeps_about_its_share_and_never_less_than_one_word() -> None:
    sample = TranslationSample("s", " ".join(f"w{i}" for i in range(1000)), "", links=((0, 0),))
    kept = [place for place in shift("drop:rate=0.3", sample).alignment if place is not None]
    assert 640 < len(kept) < 760 and kept == list(range(len(kept)))
    assert len(shift("drop:rate=1", NEW_YORK).shifted.words) in (1, 2)  # type: ignore[union-attr]


def test_drop_takes_links_of_dropped_words_away() -> None:
    for seed in range(30):
        after = apply_shifts([make_shift("drop:rate=0.5")], PAIR, seed)
        assert isinstance(after.shifted, TranslationSample)
        wanted = [(after.alignment[s], t) for s, t in ((0, 0), (3, 3))]
        assert after.shifted.links == tuple(one for one in wanted if one[0] is not None)


def test_duplicate_doubles_a_mention_as_a_mention() -> None:
    after = shift("duplicate:rate=1", NEW_YORK).shifted
    assert isinstance(after, TaggedSample)
    assert " ".join(after.words) == "In In New York New York Ada Ada"
    assert " ".join(after.tags) == "O O B-LOC I-LOC B-LOC I-LOC B-PER B-PER"


def test_words_that_move_keep_sensible_spaces() -> None:
    sample = TranslationSample("s", "Look, the dog's ball (red) is here.", "")
    for name in ("local_shuffle:k=9", "drop:rate=0.5", "duplicate:rate=0.5"):
        for seed in range(40):
            after = apply_shifts([make_shift(name)], sample, seed).shifted
            assert isinstance(after, TranslationSample)
            assert "  " not in after.source and "( " not in after.source
            assert " ." not in after.source and " ," not in after.source


def test_position_sample_gives_increasing_ids_below_its_span() -> None:
    plan = shift("position_sample:span=50", PAIR).feed.source
    assert plan.ids(5) == sorted(set(plan.ids(5))) and plan.ids(5)[-1] < 50
    assert plan.ids(60) == list(range(60))  # a longer row counts on without gaps
    assert max(plan.ids(5, bound=10)) < 10
    seen = {i for seed in range(300) for i in sampled(seed).ids(5)}
    assert seen == set(range(12))


def sampled(seed: int) -> PositionPlan:
    return apply_shifts([make_shift("position_sample:span=12,p=1")], PAIR, seed).feed.source


def test_position_skip_moves_chunks_by_gaps_that_grow() -> None:
    for seed in range(50):
        skip = make_shift("position_skip:chunks=3,max_gap=20,p=1")
        ids = apply_shifts([skip], PAIR, seed).feed.source.ids(12)
        gaps = [p - i for i, p in enumerate(ids)]
        assert gaps[0] == 0 and gaps == sorted(gaps) and gaps[-1] <= 20 and len(set(gaps)) <= 3


def test_position_operators_add_up() -> None:
    specs = (
        "position_sample:span=30,p=1",
        "position_skip:max_gap=9,p=1",
        "position_offset:fixed=4",
    )
    alone = apply_shifts([make_shift(specs[0])], PAIR, 3, always=True).feed.source
    plan = apply_shifts([make_shift(spec) for spec in specs], PAIR, 3, always=True).feed.source
    assert plan.offset == 4 and plan.span == 30 and plan.skips and plan.seed == alone.seed


@pytest.mark.parametrize("side", ["source", "target"])
def test_position_operators_move_the_side_that_is_named(side: str) -> None:
    for name in ("position_sample", "position_skip:max_gap=64"):
        spec = f"{name}{',' if ':' in name else ':'}side={side}"
        feed = shift(spec, PAIR).feed
        moved, still = (
            (feed.source, feed.target) if side == "source" else (feed.target, feed.source)
        )
        assert not moved.constant and still == PositionPlan()


def test_right_shift_lags_by_n() -> None:
    assert decoder_input([5, 6, 7], 0, 2) == [0, 0, 5] and decoder_input([5], 0, 3) == [0]
    assert decoder_input([], 0, 2) == []
    assert shift("right_shift:n=4", PAIR).feed.right_shift == 4


@pytest.mark.parametrize(
    ("feed", "given", "counts"),
    [
        (StepInputs(), [0, 5, 6, 7], [True] * 4),
        (StepInputs(length=2), [0, 5], [True] * 2),
        (StepInputs(length=2, mode="mask"), [0, 5, 6, 7], [True, True, False, False]),
        (StepInputs(length=2, mode="window", window=0.0), [0, 5], [True, True]),
        (
            StepInputs(length=2, mode="window", window=0.99),
            [0, 5, 6, 7],
            [False, False, True, True],
        ),
        (StepInputs(length=9, mode="window", window=0.5), [0, 5, 6, 7], [True] * 4),
        (StepInputs(length=3, right_shift=2), [0, 0, 5], [True] * 3),
    ],
)
def test_fed_gives_decoder_input_and_what_counts(
    feed: StepInputs, given: list[int], counts: list[bool]
) -> None:
    assert teacher_forced([5, 6, 7, 8], feed, 0) == (given, counts)


def _levels(operator: LengthCurriculum) -> list[float]:
    """Returns the levels until no evaluation moves it on."""
    levels = [operator.level]
    while operator.after_evaluation(100.0):
        levels.append(operator.level)
        assert len(levels) <= 101
    return levels


@pytest.mark.parametrize("start", [0.0, 0.1, 0.25, 0.3, 1 / 3, 0.55, 0.7, 0.9, 0.999, 1.0])
def test_length_curriculum_has_as_many_stages_as_it_says(start: float) -> None:
    for stages in range(1, 101):
        levels = _levels(LengthCurriculum(level=start, stages=stages))
        left = (1 - Fraction(start).limit_denominator(1000)) * stages
        assert len(levels) - 1 == math.ceil(left), (stages, start)
        assert levels[-1] == 1.0 and levels == sorted(set(levels))
        assert levels == pytest.approx(
            [min(1.0, start + k / stages) for k in range(len(levels))], abs=1e-12
        )


@pytest.mark.parametrize("stages", [1, 3, 6, 7, 10, 49, 100])
def test_length_curriculum_goes_on_from_every_level_of_a_checkpoint(stages: int) -> None:
    whole = _levels(LengthCurriculum(stages=stages))
    summed = 0.0  # as versions before had it
    for done, level in enumerate(whole):
        for kept in (level, summed):
            again = LengthCurriculum(stages=stages)
            again.restore({"level": kept})
            assert _levels(again)[1:] == whole[done + 1 :]
        summed = min(1.0, summed + 1 / stages)


def test_length_curriculum_moves_on_when_the_score_is_reached() -> None:
    learning = make_shift(
        "length_curriculum:first_min=2,first_max=2,last_min=6,last_max=10,stages=2"
    )
    assert isinstance(learning, LengthCurriculum) and learning.range == (2, 2)
    assert learning.after_evaluation(49.0) == "" and learning.range == (2, 2)
    assert "4 to 6 tokens" in learning.after_evaluation(50.0)
    learning.after_evaluation(99.0)
    assert learning.range == (6, 10) and learning.after_evaluation(99.0) == ""
    lengths = {apply_shifts([learning], PAIR, seed).feed.length for seed in range(100)}
    assert lengths == {6, 7, 8, 9, 10}


def test_tag_roll_puts_every_tag_one_word_later() -> None:
    after = shift("tag_roll", NEW_YORK).shifted
    assert isinstance(after, TaggedSample)
    assert after.words == NEW_YORK.words and after.tags == ("B-PER", "O", "B-LOC", "I-LOC")
    assert shift("tag_roll:k=2", NEW_YORK).shifted.tags == ("B-LOC", "B-PER", "O", "B-LOC")  # type: ignore[union-attr]
    plain = TaggedSample("p", ("a", "b"), ("O", "O"))
    assert "no mention" in shift("tag_roll", plain).note


def test_a_chinese_sentence_is_shifted_by_characters() -> None:
    pair = TranslationSample("zh", "我们要建立一个语言模型。", "We build a language model.")
    assert shift("append_copy:word=语", pair).shifted.source == "我们要建立一个语言模型。语"  # type: ignore[union-attr]
    mixed = apply_shifts([make_shift("local_shuffle:k=4")], pair, 1).shifted
    assert isinstance(mixed, TranslationSample)
    assert sorted(mixed.source) == sorted(pair.source) and mixed.source != pair.source


def test_many_doublings_in_a_row_stay_small() -> None:
    shifts = [make_shift("duplicate:rate=1")] * 16
    result = apply_shifts(shifts, PAIR, 0)
    assert len(result.alignment) == 5 and result.note.startswith("duplicate: the sentence has more")
    assert isinstance(result.shifted, TranslationSample) and len(result.shifted.source) < 20_000


def test_more_than_sixteen_shifts_are_refused() -> None:
    with pytest.raises(ConfigError, match="17 shifts in a row; give at most 16"):
        make_shifts(["drop"] * 17, "ner")


def test_append_copy_says_that_no_alignment_is_known() -> None:
    result = shift("append_copy:word=a", WORKED)
    assert result.applied and "target_word" in result.note
    assert shift("append_copy:word=book", PAIR).note == ""  # its alignment is known


def test_prefix_context_takes_another_sample_each_time() -> None:
    others = tuple(TaggedSample(str(i), (f"w{i}",), ("O",)) for i in range(6))
    for seed in range(30):
        made = apply_shifts([make_shift("prefix_context:n=3")], NEW_YORK, seed, others)
        assert len(set(made.params["prefix_context.drawn_prefix"])) == 3
