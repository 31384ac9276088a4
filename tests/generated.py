"""Samples and operators for hypothesis."""

from __future__ import annotations

import functools
import itertools
import random
from typing import Any

from hypothesis import strategies as st

from shiftdemo.core import words as w
from shiftdemo.core.errors import ConfigError
from shiftdemo.core.params import Param
from shiftdemo.core.samples import (
    QuestionSample,
    Sample,
    TaggedSample,
    TextSample,
    TranslationSample,
)
from shiftdemo.core.task_spec import TASKS
from shiftdemo.shifts import SHIFTS, Shift


def _of_each_kind(tasks: tuple[str, ...]) -> list[str]:
    """One task of each kind of sample: an operator sees the sample and not the task."""
    first = {TASKS.get(task).sample: task for task in reversed(tasks)}
    return [task for task in tasks if task in first.values()]


CASES = [(shift, task) for shift in SHIFTS for task in _of_each_kind(shift.tasks())]

TEXT = st.one_of(
    st.text(max_size=30),
    st.text(alphabet="al0s.,'’-( ", max_size=12),  # numbers and elisions, whole and in pieces
    st.lists(
        st.sampled_from(
            ["a", "book", "l'homme", "Ada's", "qu’", "'s", "(", ")", ",", "中文", "。"]
        ),
        max_size=8,
    ).map(" ".join),
)


def _words(n: int) -> list[str]:
    rng = random.Random(0)
    planes = ((0x20, 0x7F), (0xA0, 0x250), (0x300, 0x700), (0x2000, 0x2070), (0x4E00, 0x9FFF))
    planes += ((0xA000, 0xD7FF), (0xE000, 0xFFFF), (0x10000, 0x10FFFF))
    words: list[str] = []
    while len(words) < n:
        spans = rng.choices(planes, k=rng.randint(1, 6))
        word = "".join(chr(rng.randint(*span)) for span in spans)
        words += [word] if word.strip() else []
    return words


# Made once: a strategy that is made anew in every case costs more than what it draws.
# Words of a tagged sentence are not looked into, so one draw a word will do, out of 2000 words of
# one to six characters from anywhere in Unicode.
WORD = st.sampled_from(_words(2000))
MENTIONS = st.lists(
    st.tuples(st.sampled_from(["", "PER", "LOC"]), st.lists(WORD, min_size=1, max_size=3)),
    max_size=6,
)
LINKS = st.none() | st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=8)
LABEL = st.sampled_from(["", "good", "0"])
BOOLEANS = st.booleans()


def tagged(identity: str, mentions: list[tuple[str, list[str]]]) -> TaggedSample:
    """Mentions and words outside, in a valid BIO sequence."""
    words: list[str] = []
    tags: list[str] = []
    for kind, some in mentions:
        words += some
        more = [f"I-{kind}"] * (len(some) - 1)
        tags += [f"B-{kind}", *more] if kind else ["O"] * len(some)
    return TaggedSample(identity, tuple(words), tuple(tags))


@functools.cache
def a_sample(task: str, identity: str = "one") -> st.SearchStrategy[Sample]:
    """A sample of a task."""
    return _sample(task, identity)


@functools.cache
def some_samples(task: str, identity: str, most: int) -> st.SearchStrategy[list[Sample]]:
    """At most so many samples of a task."""
    return st.lists(a_sample(task, identity), max_size=most)


@st.composite
def _sample(draw: st.DrawFn, task: str, identity: str) -> Sample:
    kind = TASKS.get(task).sample
    if kind is TaggedSample:
        return tagged(identity, draw(MENTIONS))
    if kind is QuestionSample:
        return draw(a_question(identity))
    if kind is TextSample:
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


@functools.cache
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


@functools.cache
def a_shift(operator: type[Shift]) -> st.SearchStrategy[Shift]:
    """An operator with parameters within their bounds."""
    return _shift(operator)


@st.composite
def _shift(draw: st.DrawFn, operator: type[Shift]) -> Shift:
    params = {
        p.name: draw(values_of(p)) for p in operator.params if p.name == "p" or draw(BOOLEANS)
    }
    try:
        return operator(**params)
    except ConfigError:  # two values that exclude each other
        return operator()
