"""What every operator promises, over the whole registry and generated samples."""

from __future__ import annotations

import copy
import random

import pytest
from contract import check
from generated import CASES, a_sample, a_shift, some_samples
from hypothesis import given, settings
from hypothesis import strategies as st

from shiftdemo.core.errors import ConfigError
from shiftdemo.core.samples import (
    QuestionSample,
    Sample,
    TaggedSample,
    TextSample,
    TranslationSample,
)
from shiftdemo.shifts import SHIFTS, Shift, apply_shifts, make_shift, make_shifts

TASKS = sorted({task for _, task in CASES})
IDS = [f"{shift.name}-{task}" for shift, task in CASES]
SEEDS, EPOCHS = st.integers(0, 2**31 - 1), st.integers(0, 5)
every_operator = pytest.mark.parametrize(("operator", "task"), CASES, ids=IDS)


@pytest.mark.parametrize("task", TASKS)
@settings(max_examples=1000)
@given(data=st.data())
def test_every_operator_keeps_the_contract(task: str, data: st.DataObject) -> None:
    # Drawing costs far more than shifting, so every operator gets the same samples.
    sample = data.draw(a_sample(task))
    others = data.draw(some_samples(task, "other", 3))
    seed, epoch = data.draw(SEEDS), data.draw(EPOCHS)
    for operator in (operator for operator, its_task in CASES if its_task == task):
        shift = data.draw(a_shift(operator))
        joins = bool(operator.example_context)  # the others look at no other sample
        keeps_the_contract(shift, sample, others if joins else [], seed, epoch)


def keeps_the_contract(
    shift: Shift, sample: Sample, context: list[Sample], seed: int, epoch: int
) -> None:
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
    fitting = [operator for operator in SHIFTS if task in operator.tasks()]
    chosen = data.draw(st.lists(st.sampled_from(fitting), min_size=2, max_size=4))
    shifts = [data.draw(a_shift(operator)) for operator in chosen]
    sample = data.draw(a_sample(task))
    context = data.draw(some_samples(task, "other", 3))
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
