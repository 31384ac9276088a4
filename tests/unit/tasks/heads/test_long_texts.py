"""A text beyond what a tokenizer was made for is cut by us; no library warns of it."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from starting import at
from typed import attend_typed as attend

from shiftdemo.attention.weights import MOST_TOKENS
from shiftdemo.core.samples import Sample
from shiftdemo.core.task_spec import TASKS
from shiftdemo.shifts import apply_shifts, make_shift
from shiftdemo.tasks.heads import make_task

Make = Callable[..., Any]
LONG = " ".join(["Ada lives in Paris ."] * 200)
FIELDS = ("text", "source", "target", "context")


class _Heard(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


@pytest.fixture
def heard() -> Iterator[list[str]]:
    """What transformers warns of; it keeps its warnings from the root logger."""
    handler = _Heard()
    logging.getLogger("transformers").addHandler(handler)
    yield handler.lines
    logging.getLogger("transformers").removeHandler(handler)


def _long(sample: Sample) -> Sample:
    if hasattr(sample, "words"):
        words = tuple(LONG.split())
        return dataclasses.replace(sample, words=words, tags=("O",) * len(words))
    names = [field.name for field in dataclasses.fields(sample) if field.name in FIELDS]
    return dataclasses.replace(sample, **{n: f"{getattr(sample, n)} {LONG}" for n in names})


@pytest.mark.parametrize("name", sorted(TASKS.names()))
def test_a_long_text_is_cut_without_a_warning(
    name: str, make_tiny: Make, by_task: dict[str, Sequence[Sample]], heard: list[str]
) -> None:
    task = make_task(name)
    loaded = make_tiny(name, "relative" if task.spec.kind == "seq2seq" else "learned")
    sample = _long(by_task[name][0])

    def told(step: Callable[[], Any]) -> list[str]:
        heard.clear()
        loaded.tokenizer.deprecation_warnings.clear()  # a tokenizer warns once
        step()
        return list(heard)

    shift = make_shift("position_offset:fixed=0")
    moved = [apply_shifts([shift], sample, seed=0)]
    assert told(lambda: loaded.tokenizer(LONG))  # left alone, it warns
    assert not told(lambda: task.ids(loaded, sample))
    assert not told(lambda: task.collate(loaded, moved))
    assert not told(lambda: task.predict(loaded, at([sample])))


def test_a_long_typed_target_is_read_as_far_as_it_goes_without_a_warning(
    make_tiny: Make, heard: list[str]
) -> None:
    loaded = make_tiny("translation", "relative")
    loaded.tokenizer.deprecation_warnings.clear()
    found = attend(loaded, make_task("translation"), "Ada lives in Paris .", LONG)
    assert len(found[1].key_tokens) == MOST_TOKENS
    assert not heard
