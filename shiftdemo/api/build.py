"""``describe`` and ``build``: what there is, and shifted samples."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from shiftdemo.core import words as w
from shiftdemo.core.config import DataSpec
from shiftdemo.core.errors import ConfigError, DataError, LimitError
from shiftdemo.core.limits import Limits
from shiftdemo.core.samples import Sample, TaggedSample, TextSample, TranslationSample
from shiftdemo.core.task_spec import TASKS, task_names, task_specs
from shiftdemo.core.types import ShiftedSample
from shiftdemo.data.load import load_samples
from shiftdemo.data.reading.languages import with_languages
from shiftdemo.data.reading.questions import typed_question
from shiftdemo.experiments.presets import PRESETS
from shiftdemo.publishing.data_set import push_samples
from shiftdemo.shifts import CONTEXT_SIZE, by_stage, make_shifts, shift_many


def describe() -> dict[str, Any]:
    """Returns what there is: versions, tasks, operators with their bounds, models and presets."""
    from shiftdemo.models.load import references, versions

    shifts = [
        {
            "name": shift.name,
            "stage": shift.stage,
            "tasks": list(shift.tasks()),
            "summary": shift.summary,
            "formula": shift.formula,
            "source": shift.source,
            "effect": shift.effect,
            "params": [dataclasses.asdict(param) for param in shift.params],
        }
        for shift in by_stage()
    ]
    tasks = [{"name": t.name, "title": t.title, "score": t.score_name} for t in task_specs()]
    presets = [{"name": one.name, "about": one.about, "model": one.config.model} for one in PRESETS]
    found = {"versions": versions(), "tasks": tasks, "shifts": shifts, "models": references()}
    return {**found, "presets": presets}


def typed_sample(
    task: str, text: str, target: str = "", tags: Sequence[str] = (), limits: Limits | None = None
) -> Sample:
    """Returns the sample that a user typed.

    Args:
        text: for question answering the question on the first line, then the context.
        target: its translation, its summary, its label or its answer.
        tags: BIO tags of the words; all ``O`` when empty.

    Raises:
        ConfigError: there is no such task.
        DataError: the text is empty, or the tags do not fit the words.
        LimitError: it is too long for this server.
    """
    most = (limits or Limits()).text_chars
    if len(text) > most or len(target) > most:
        raise LimitError(
            "api.text_has_characters_at", most=max(len(text), len(target)), most_2=most
        )
    if not text.strip():
        raise DataError("api.text_empty_type_sentence")
    if task not in TASKS:
        raise ConfigError("api.there_no_task_choose", task=task, task_parts=", ".join(task_names()))
    parts = TASKS.get(task).columns
    if parts[0] == "source":
        return next(with_languages([TranslationSample("typed", text.strip(), target.strip())]))
    if parts[0] == "text":
        return TextSample("typed", text.strip(), target.strip() if "label" in parts else "")
    if parts[0] == "question":
        return typed_question(text, target.strip())
    words = w.split(text).words
    return TaggedSample("typed", words, tuple(tags) or ("O",) * len(words))


def joins_samples(task: str, shifts: Sequence[str]) -> bool:
    """Whether one of the shifts puts other samples of the set in front, so that it needs context.

    Raises:
        ConfigError: a specification is wrong, or not for ``task``.
    """
    return any(shift.joins for shift in make_shifts(shifts, task))


@functools.cache
def typed_context(task: str) -> tuple[Sample, ...]:
    """Returns what may be put in front of a typed sample, which has no set of its own.

    That is the first 512 of the built-in corpus; none where it has no samples for the task.
    """
    try:
        return tuple(load_samples(task, DataSpec(), "train", CONTEXT_SIZE))
    except ConfigError:
        return ()


def build_shifted(
    task: str,
    samples: Iterable[Sample],
    shifts: Sequence[str],
    seed: int = 0,
    context: Sequence[Sample] | None = None,
    always: bool = False,
) -> Iterator[ShiftedSample]:
    """Yields every sample after the shifts; many may be built together.

    Args:
        shifts: specifications such as ``"position_offset:max_offset=32"``, applied in order.
        seed: the result depends on it and on each sample's id alone.
        context: samples that ``prefix_context`` may put in front; ``None``: the first 512 of
            ``samples``, where those are a list or tuple.
        always: every share ``p`` counts as 1.

    Raises:
        ConfigError: a specification is wrong, or not for ``task``.
    """
    operators = make_shifts(shifts, task)
    if not operators:
        raise ConfigError("api.no_shift_given_name")
    if context is None:
        context = samples[:CONTEXT_SIZE] if isinstance(samples, (list, tuple)) else ()
    return shift_many(operators, samples, seed, context, always=always)


def push_shifted(
    rows: Iterable[ShiftedSample],
    repo_id: str,
    task: str,
    private: bool = False,
    made: Mapping[str, Any] | None = None,
    token: str | None = None,
    endpoint: str | None = None,
) -> tuple[str, int]:
    """Makes a data set on the hub of shifted samples; returns its address and how many there are.

    Parquet and a card go up in one commit; a data set that exists is never written over.

    Args:
        repo_id: ``OWNER/NAME``.
        made: what the card says about how to make it again (command, shifts, seed, versions).
        token, endpoint: of the hub; empty: those of the login and of the hub itself.

    Raises:
        ConfigError: the name is wrong or there is no token.
        DataError: the hub refuses or cannot be reached; nothing else was changed there.
    """
    return push_samples(rows, repo_id, task, private, made or {}, token, endpoint)
