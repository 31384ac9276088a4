"""Questions with their answers, in the forms that files have them, to samples."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from shiftdemo.core.errors import DataError
from shiftdemo.core.messages import Message
from shiftdemo.core.samples import QuestionSample

_FORMS = "questions.forms"  # the key of what an answer may look like


def question_sample(
    identity: str, question: Any, context: Any, answer: Any, start: Any = None
) -> QuestionSample:
    """Returns the sample of a row's values.

    Args:
        answer: a text, a list of texts, SQuAD's ``{"text": […], "answer_start": […]}``, the
            latter two also as JSON in a text, or a list of such objects; or nothing.
        start: the first character of the answer, or of each of them; nothing: the first place
            where the answer stands in the context.

    Raises:
        DataError: a value is of the wrong kind, or an answer is not in the context.
    """
    for name, value in (("question", question), ("context", context)):
        if not isinstance(value, str) or not value.strip():
            raise DataError("questions.must_text_not_empty", name=name)
    answer, start = _held(answer, str), _held(start, int)
    if isinstance(answer, list) and answer and all(isinstance(one, Mapping) for one in answer):
        names = ("text", "answer_start")  # SQuAD's own list of objects
        answer = {name: [one.get(name) for one in answer] for name in names}
    if isinstance(answer, Mapping):
        answer, start = answer.get("text"), answer.get("answer_start", start)
    answers = [item for item in _listed(answer) if item != ""]
    if not all(isinstance(item, str) for item in answers):
        raise DataError(
            "questions.answer_cannot_read", answer=str(answer)[:40], forms=Message(_FORMS)
        )
    starts = [_number(item) for item in _listed(start)]
    if not starts:
        answers = [item.strip() for item in answers]
        starts = [_first_index(item, context) for item in answers]
    if len(starts) != len(answers):
        raise DataError(
            "questions.answers_do_not_fit",
            n_answers=len(answers),
            n_starts=len(starts),
            forms=Message(_FORMS),
        )
    return QuestionSample(identity, question.strip(), context, tuple(answers), tuple(starts))


def typed_question(text: str, answer: str = "") -> QuestionSample:
    """Returns the sample of a typed text: the question on its first line, then the context.

    Raises:
        DataError: there is one line only, or the answer is not in the context.
    """
    question, _, context = text.strip().partition("\n")
    if not context.strip():
        raise DataError("questions.text_has_one_line")
    return question_sample("typed", question, context.strip(), answer)


def _held(value: Any, kind: type) -> Any:
    """Returns what a text holds in JSON, an object or a list of one kind; else the value."""
    if not isinstance(value, str) or value.lstrip()[:1] not in ("[", "{"):
        return value
    try:
        held = json.loads(value)
    except (ValueError, RecursionError):
        return value
    fits = isinstance(held, Mapping) or all(type(item) is kind for item in held)
    return held if fits else value


def _listed(value: Any) -> list[Any]:
    if value is None or value == "":
        return []
    return list(value) if isinstance(value, (list, tuple)) else [value]


def _number(value: Any) -> int:
    if isinstance(value, str) and value.strip().isdecimal():
        value = int(value.strip()[:12])
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise DataError("questions.start_cannot_read", value=str(value)[:40], forms=Message(_FORMS))
    return value


def _first_index(answer: str, context: str) -> int:
    index = context.find(answer) if answer else -1
    if index < 0:
        raise DataError("questions.answer_does_not_stand", answer=answer[:40])
    return index
