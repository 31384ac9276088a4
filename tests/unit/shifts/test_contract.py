"""What every operator promises, over the whole registry and generated samples."""

from __future__ import annotations

import copy
import itertools
import random
from typing import Any

import pytest
from contract import check
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from shiftdemo import words as w
from shiftdemo.errors import ConfigError
from shiftdemo.params import Param
from shiftdemo.shifts import SHIFTS, Shift, apply_shifts, make_shift, make_shifts
from shiftdemo.types import QuestionSample, Sample, TaggedSample, TextSample, TranslationSample

# An operator sees the sample and not the task, so one task of each kind of sample will do: a
# summary with its document is a pair as a translation is, and a text to classify is a text.
SAME_KIND = {"summarization": "translation", "classification": "language_modeling"}
CASES = [
    (shift, task)
    for shift in SHIFTS
    for task in shift.tasks
    if SAME_KIND.get(task) not in shift.tasks
]
TASKS = sorted({task for _, task in CASES})
IDS = [f"{shift.name}-{task}" for shift, task in CASES]
every_operator = pytest.mark.parametrize(("operator", "task"), CASES, ids=IDS)

TEXT = st.one_of(
    st.text(max_size=30),
    st.lists(
        st.sampled_from(
            ["a", "book", "l'homme", "Ada's", "qu’", "'s", "(", ")", ",", "中文", "。"]
        ),
        max_size=8,
    ).map(" ".join),
)


# Made once: a strategy that is made anew in every case costs more than what it draws.
WORD = st.text(min_size=1, max_size=6).filter(str.strip)
MENTIONS = st.lists(
    st.tuples(st.sampled_from(["", "PER", "LOC"]), st.lists(WORD, min_size=1, max_size=3)),
    max_size=6,
)
LINKS = st.none() | st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=8)
LABEL = st.sampled_from(["", "good", "0"])


def tagged(identity: str, mentions: list[tuple[str, list[str]]]) -> TaggedSample:
    """Mentions and words outside, in a valid BIO sequence."""
    words: list[str] = []
    tags: list[str] = []
    for kind, some in mentions:
        words += some
        more = [f"I-{kind}"] * (len(some) - 1)
        tags += [f"B-{kind}", *more] if kind else ["O"] * len(some)
    return TaggedSample(identity, tuple(words), tuple(tags))


@st.composite
def a_sample(draw: st.DrawFn, task: str, identity: str = "one") -> Sample:
    if task == "ner":
        return tagged(identity, draw(MENTIONS))
    if task == "question_answering":
        return draw(a_question(identity))
    if task in ("language_modeling", "classification"):
        return TextSample(identity, draw(TEXT), draw(LABEL))
    source, target, links = draw(TEXT), draw(TEXT), draw(LINKS)
    if links is not None:
        n_source, n_target = (len(w.split(text).words) for text in (source, target))
        links = tuple({(s, t): 0 for s, t in links if s < n_source and t < n_target})
    return TranslationSample(identity, source, target, links=links)


@st.composite
def a_question(draw: st.DrawFn, identity: str) -> QuestionSample:
    """A context with some words of it as answers."""
    context = draw(TEXT)
    parts = w.split(context)
    places = range(len(parts.words))
    starts: list[int] = []
    for place in draw(st.lists(st.sampled_from(places), max_size=2)) if places else ():
        before = zip(parts.gaps[:place], parts.words[:place], strict=True)
        starts.append(sum(map(len, itertools.chain(*before))) + len(parts.gaps[place]))
    ends = [min(len(context), start + draw(st.integers(1, 9))) for start in starts]
    answers = tuple(context[start:end] for start, end in zip(starts, ends, strict=True))
    return QuestionSample(identity, "Who?", context, answers, tuple(starts))


def values_of(param: Param) -> st.SearchStrategy[Any]:
    """Values within the parameter's bounds."""
    if param.kind == "choice":
        return st.sampled_from(param.choices)
    if param.kind == "bool":
        return st.booleans()
    if param.kind == "str":
        return st.one_of(st.just(""), st.sampled_from(["a", "book", "l'", "'s", "中", ","]))
    low = param.low if param.low is not None else 0
    high = param.high if param.high is not None else 100
    if param.kind == "int":
        return st.one_of(
            st.integers(int(low), min(int(high), int(low) + 5)), st.integers(int(low), int(high))
        )
    return st.floats(low, high)


@st.composite
def a_shift(draw: st.DrawFn, operator: type[Shift]) -> Shift:
    params = {
        p.name: draw(values_of(p)) for p in operator.params if p.name == "p" or draw(st.booleans())
    }
    try:
        return operator(**params)
    except ConfigError:  # two values that exclude each other
        assume(False)
        raise


@every_operator
@settings(max_examples=1000)
@given(data=st.data())
def test_operator_keeps_the_contract(operator: type[Shift], task: str, data: st.DataObject) -> None:
    shift = data.draw(a_shift(operator))
    sample = data.draw(a_sample(task))
    joins = bool(operator.example_context)  # the others look at no other sample
    context = data.draw(st.lists(a_sample(task, "other"), max_size=3)) if joins else []
    seed, epoch = data.draw(st.integers(0, 2**31 - 1)), data.draw(st.integers(0, 5))
    before = copy.deepcopy((sample, context))
    state = random.getstate()

    result = apply_shifts([shift], sample, seed, context, epoch, always=True)

    assert (sample, context) == before
    assert random.getstate() == state
    assert result == apply_shifts([make_shift(shift.spec)], sample, seed, context, epoch, True)
    check(result, sample)
    if result.applied:
        assert result.shift == shift.spec
        assert {f"{shift.name}.{name}" for name in shift.values} <= set(result.params)


@pytest.mark.parametrize("task", TASKS)
@given(data=st.data())
def test_operators_keep_the_contract_one_after_the_other(task: str, data: st.DataObject) -> None:
    fitting = [operator for operator in SHIFTS if task in operator.tasks]
    chosen = data.draw(st.lists(st.sampled_from(fitting), min_size=2, max_size=4))
    shifts = [data.draw(a_shift(operator)) for operator in chosen]
    sample = data.draw(a_sample(task))
    context = data.draw(st.lists(a_sample(task, "other"), max_size=3))
    result = apply_shifts(shifts, sample, 7, context)
    check(result, sample)
    assert result.specs == tuple(shift.spec for shift in shifts)


@every_operator
def test_operator_ends_on_empty_and_one_word_samples(operator: type[Shift], task: str) -> None:
    samples: list[Sample] = [TaggedSample("e", (), ()), TaggedSample("w", ("Ada",), ("B-PER",))]
    if task == "translation":
        samples = [
            TranslationSample("e", "", ""),
            TranslationSample("s", "Go", ""),
            TranslationSample("w", "Go", "Va"),
            TranslationSample("l", "Go", "Va", links=((0, 0),)),
        ]
    if task in ("language_modeling", "classification"):
        samples = [TextSample("e", ""), TextSample("w", "Go"), TextSample("l", "Go", "good")]
    if task == "question_answering":
        samples = [
            QuestionSample("e", "", ""),
            QuestionSample("w", "Who?", "Ada", ("Ada",), (0,)),
            QuestionSample("s", "Who?", "Ada"),
        ]
    for sample in samples:
        for context in ([], samples):
            result = apply_shifts([operator()], sample, 0, context, always=True)
            check(result, sample)
            assert result.applied or result.note.startswith(f"{operator.name}: ")


@pytest.mark.parametrize("operator", list(SHIFTS), ids=SHIFTS.names())
def test_operator_gives_its_own_examples(operator: type[Shift]) -> None:
    for example in operator.examples:
        context = operator.example_context
        result = apply_shifts([operator(**example.params)], example.sample, 0, context, always=True)
        assert result.applied, result.note
        assert result.shifted == example.expected


@pytest.mark.parametrize("operator", list(SHIFTS), ids=SHIFTS.names())
def test_operator_names_a_wrong_parameter(operator: type[Shift]) -> None:
    with pytest.raises(ConfigError, match=f"Shift {operator.name} has no parameter 'wrong'"):
        make_shift(f"{operator.name}:wrong=1")
    for param in operator.params:
        bad = {"str": "x" * 1000, "bool": "maybe"}.get(param.kind, "nonsense")
        with pytest.raises(ConfigError, match=f"Shift {operator.name}: {param.name}="):
            make_shift(f"{operator.name}:{param.name}={bad}")
        for value in (param.low, param.high) if param.kind in ("int", "float") else ():
            outside = (value or 0) + (1 if value == param.high else -1)
            with pytest.raises(ConfigError, match=rf"{param.name}=.*out of bounds"):
                make_shift(f"{operator.name}:{param.name}={outside}")


@pytest.mark.parametrize("operator", list(SHIFTS), ids=SHIFTS.names())
def test_operator_refuses_a_task_that_it_is_not_for(operator: type[Shift]) -> None:
    with pytest.raises(ConfigError, match=f"{operator.name} is not defined for juggling"):
        make_shifts([operator.name], "juggling")


def test_unknown_operator_gets_the_nearest_names() -> None:
    with pytest.raises(ConfigError, match="position_offset"):
        make_shift("positon_ofset")


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_share_decides_how_many_samples_are_shifted(share: float) -> None:
    shift = make_shift(f"position_offset:fixed=4,p={share}")
    samples = [TaggedSample(str(i), ("a",), ("O",)) for i in range(2000)]
    results = [apply_shifts([shift], sample, 0) for sample in samples]
    applied = sum(result.applied for result in results) / len(results)
    assert abs(applied - share) < 4 * (share * (1 - share) / len(results)) ** 0.5 + 1e-9
    assert all("not drawn" in result.note for result in results if not result.applied)


def test_draws_change_with_seed_epoch_and_id() -> None:
    shift = make_shift("position_offset:max_offset=4096,p=1")
    a, b = (TaggedSample(name, ("a",), ("O",)) for name in "ab")
    drawn = {
        apply_shifts([shift], sample, seed, epoch=epoch).feed.source.offset
        for sample in (a, b)
        for seed in range(3)
        for epoch in range(3)
    }
    assert len(drawn) > 15
