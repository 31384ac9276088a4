"""Long contexts in overlapping windows, and the places of answers in them."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable
from typing import Any

import pytest
import torch
from starting import at

from shiftdemo.core.samples import QuestionSample
from shiftdemo.shifts import apply_shifts
from shiftdemo.tasks.heads import make_task
from shiftdemo.tasks.heads.question_answering import MAX_ANSWER
from shiftdemo.tasks.heads.windows import Window, windows

TASK = make_task("question_answering")
Make = Callable[..., Any]
TABLE = 64


@pytest.fixture(scope="module")
def loaded(make_tiny: Make) -> Any:
    return make_tiny("question_answering", "learned", max_positions=TABLE)


def _long(n: int = 30) -> QuestionSample:
    """A context of many sentences, the answer in one of the last."""
    parts = [f"Then {'Ada' if i % 2 else 'Paul'} went to Paris by train." for i in range(n)]
    parts[-2] = "Then Marie went to Oslo by train."
    context = " ".join(parts)
    return QuestionSample("long", "Where to?", context, ("Oslo",), (context.index("Oslo"),))


def test_a_short_context_is_one_window_as_the_tokenizer_gives_it(
    loaded: Any, questions: list[QuestionSample]
) -> None:
    for sample, found in zip(questions, windows(loaded, questions), strict=True):
        encoded = loaded.tokenizer(sample.question, sample.context, return_offsets_mapping=True)
        assert len(found) == 1 and found[0].ids == encoded.input_ids
        inside = encoded.sequence_ids(0).index(1)
        assert found[0].first == inside and found[0].spans == encoded.offset_mapping[inside:-1]


def test_windows_cover_the_context_overlap_and_fit(loaded: Any) -> None:
    sample = _long()
    (found,) = windows(loaded, [sample])
    assert len(found) > 3 and all(len(window.ids) <= TABLE for window in found)
    head = loaded.tokenizer(sample.question).input_ids
    assert all(window.ids[: window.first] == head for window in found)
    for before, after in itertools.pairwise(found):
        assert before.spans[0] < after.spans[0] <= before.spans[-1] < after.spans[-1]
        shared = [span for span in before.spans if span in after.spans]
        assert len(shared) == (TABLE - before.first - 1) // 2  # half of the room
    every = {span for window in found for span in window.spans}
    whole = loaded.tokenizer(sample.context, return_offsets_mapping=True).offset_mapping[1:-1]
    assert every == set(whole)


def test_training_reads_the_window_that_holds_the_answer(loaded: Any) -> None:
    sample = _long()
    batch = TASK.collate(loaded, [apply_shifts([], sample, 0)])
    start, end = batch.labels[0].tolist()
    ids = batch.inputs["input_ids"][0]
    assert loaded.tokenizer.decode(ids[start : end + 1]).strip() == "Oslo"
    assert batch.inputs["input_ids"].shape[1] <= TABLE


def test_predict_takes_the_best_span_of_all_windows(make_tiny: Make) -> None:
    chosen = set()
    for seed in range(6):
        loaded = make_tiny("question_answering", "learned", seed=seed, max_positions=TABLE)
        sample = _long()
        best, wanted, place = -float("inf"), "", -1
        for number, window in enumerate(windows(loaded, [sample])[0]):
            with torch.no_grad():
                out = loaded.model(input_ids=torch.tensor([window.ids]))
            for i, j in itertools.combinations_with_replacement(range(len(window.spans)), 2):
                score = out.start_logits[0, window.first + i] + out.end_logits[0, window.first + j]
                if j - i < MAX_ANSWER and float(score) > best + 1e-6:
                    best, place = float(score), number
                    wanted = sample.context[window.spans[i][0] : window.spans[j][1]].strip()
        assert TASK.predict(loaded, at([sample]), batch_size=2) == [wanted]
        chosen.add(place)
    assert len(chosen) > 1  # not always the first window


def test_a_long_question_leaves_half_of_the_row(loaded: Any) -> None:
    sample = dataclasses.replace(_long(), question="Where did Ada and Paul go ? " * 40)
    (found,) = windows(loaded, [sample])
    whole = loaded.tokenizer(sample.question).input_ids
    for window in found:
        assert len(window.ids) <= TABLE and window.first + 1 == TABLE // 2
        assert window.ids[: window.first - 1] == whole[: window.first - 1]
        assert window.ids[window.first - 1] == whole[-1]


@pytest.mark.parametrize(
    ("start", "end", "wanted"),
    [
        (4, 7, (5, 5)),  # one token
        (4, 8, (5, 6)),
        (3, 7, (5, 5)),  # with the space before it
        (0, 12, (4, 6)),
        (5, 6, (5, 5)),  # inside a token
        (0, 13, None),  # beyond the window
    ],
)
def test_label_covers_the_characters(start: int, end: int, wanted: tuple[int, int] | None) -> None:
    window = Window([9] * 8, [], 4, [(0, 3), (3, 7), (7, 12)])
    assert window.label(start, end) == wanted


def test_a_window_behind_an_answer_does_not_hold_it() -> None:
    assert Window([9] * 8, [], 4, [(10, 13), (13, 17)]).label(4, 12) is None
    assert Window([9] * 4, [], 4, []).label(0, 1) is None


@pytest.mark.parametrize(
    ("begin", "last", "wanted"), [(4, 5, "Ada went"), (5, 4, ""), (3, 5, ""), (4, 9, "")]
)
def test_text_is_that_of_the_context(begin: int, last: int, wanted: str) -> None:
    window = Window([9] * 8, [], 4, [(0, 3), (3, 8), (8, 9)])
    assert window.text("Ada went.", begin, last) == wanted
