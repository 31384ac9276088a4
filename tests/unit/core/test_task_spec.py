"""The tasks as values: found by themselves, without torch, and refused where they say nonsense."""

from __future__ import annotations

import dataclasses
import importlib.util
import subprocess
import sys

import pytest

from shiftdemo.core.task_spec import (
    EDITS,
    TASKS,
    default_task,
    first_task,
    task_names,
    task_specs,
)
from shiftdemo.shifts import SHIFTS

WITHOUT_TORCH = """
import sys
from shiftdemo.core.task_spec import task_names
from shiftdemo.shifts import SHIFTS
assert len(task_names()) >= 6 and all(shift.tasks() for shift in SHIFTS)
assert not {"torch", "transformers", "gradio", "plotly"} & set(sys.modules)
"""


def test_tasks_and_their_operators_are_known_without_torch() -> None:
    subprocess.run([sys.executable, "-c", WITHOUT_TORCH], check=True)


def test_lists_begin_with_the_least_rank_and_one_task_is_the_default() -> None:
    ranks = [spec.rank for spec in task_specs()]
    assert ranks == sorted(ranks) and len(set(ranks)) == len(ranks)
    assert task_names()[:3] == ("translation", "ner", "language_modeling")
    assert (first_task(), default_task()) == ("translation", "ner")
    assert sum(spec.default for spec in task_specs()) == 1


@pytest.mark.parametrize("spec", task_specs(), ids=lambda spec: spec.name)
def test_what_a_task_names_is_there(spec) -> None:
    assert importlib.util.find_spec(f"shiftdemo.evaluation.scorers.{spec.scores}")
    assert spec.kind in ("encoder", "seq2seq", "causal")
    assert set(spec.column_names) <= set(spec.columns)


@pytest.mark.parametrize("wrong", [{"head": "MaskedLM"}, {"allows": frozenset(("fly",))}])
def test_an_unknown_head_or_edit_is_refused(wrong) -> None:
    with pytest.raises(ValueError, match="'ner': unknown head or edit"):
        dataclasses.replace(TASKS.get("ner"), **wrong)


@pytest.mark.parametrize("lost", [{"worked": None}, {"typed": ()}])
def test_a_task_of_the_page_needs_its_examples(lost) -> None:
    with pytest.raises(ValueError, match="'ner': with a label it needs worked and typed"):
        dataclasses.replace(TASKS.get("ner"), **lost)


def test_every_edit_is_allowed_somewhere_and_needed_by_an_operator() -> None:
    assert {edit for spec in task_specs() for edit in spec.allows} == set(EDITS)
    assert {need for shift in SHIFTS for need in shift.needs} == set(EDITS)
