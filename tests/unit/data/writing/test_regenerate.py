"""An exported row makes its sample again: every operator, every task, every format."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from shiftdemo import api
from shiftdemo.core.errors import DataError
from shiftdemo.core.samples import Sample, TaggedSample, TranslationSample
from shiftdemo.core.types import ShiftedSample
from shiftdemo.data.reading.tables import bare_cell
from shiftdemo.data.writing.export import as_row
from shiftdemo.shifts import SHIFTS, apply_shifts, make_shifts

CASES = [(shift.name, task) for shift in SHIFTS for task in shift.tasks()]


def _samples(task: str, pairs: list[TranslationSample], tagged: list[TaggedSample]) -> list[Sample]:
    return list(pairs if task == "translation" else tagged)


def _back(path: Path, form: str) -> list[dict[str, Any]]:
    if form == "parquet":
        found: list[dict[str, Any]] = pq.read_table(path).to_pylist()
        return found
    text = path.read_text(encoding="utf-8")
    if form == "jsonl":
        return [json.loads(line) for line in text.splitlines()]
    rows = csv.DictReader(text.splitlines())
    return [{key: bare_cell(cell) for key, cell in row.items()} for row in rows]


@pytest.mark.parametrize("form", ["jsonl", "parquet", "csv"])
@pytest.mark.parametrize(("name", "task"), CASES, ids=[f"{n}-{t}" for n, t in CASES])
def test_a_row_makes_its_sample_again(
    tmp_path: Path,
    pairs: list[TranslationSample],
    tagged: list[TaggedSample],
    name: str,
    task: str,
    form: str,
) -> None:
    samples = _samples(task, pairs, tagged)
    made = make_shifts([name, "position_offset:max_offset=9,p=0.5"], task)
    rows: list[ShiftedSample] = [apply_shifts(made, one, 5, samples, epoch=2) for one in samples]
    path = tmp_path / f"out.{form}"
    api.write_shifted(rows, path, form)
    again = [api.regenerate(row, samples) for row in _back(path, form)]
    assert again == rows
    assert any(row.applied for row in rows)


def test_a_row_whose_share_counted_as_1_is_made_again(tagged: list[TaggedSample]) -> None:
    specs = ["append_copy:p=0.1", "position_offset:max_offset=9,p=0.1"]
    for always in (True, False):
        rows = list(api.build_shifted("ner", tagged, specs, always=always))
        assert [api.regenerate(as_row(row)) for row in rows] == rows


def test_a_row_that_lacks_something_says_what(tagged: list[TaggedSample]) -> None:
    row = as_row(next(iter(api.build_shifted("ner", tagged, ["append_copy"]))))
    for name in ("specs", "seed", "epoch", "original_tags"):
        less = {key: value for key, value in row.items() if key != name}
        with pytest.raises(DataError, match=f"has no column '{name}'"):
            api.regenerate(less)
    with pytest.raises(DataError, match="is no list in JSON"):
        api.regenerate({**row, "specs": "append_copy"})
    with pytest.raises(DataError, match="are no numbers"):
        api.regenerate({**row, "seed": "x"})


def test_a_row_that_would_come_out_otherwise_is_refused(tagged: list[TaggedSample]) -> None:
    shifts = make_shifts(["prefix_context"], "ner")
    row = as_row(apply_shifts(shifts, tagged[0], 0, tagged))
    assert api.regenerate(row, tagged).shifted != tagged[0]
    others = [*tagged[1:], tagged[0]]
    with pytest.raises(DataError, match="give the samples that prefix_context drew from"):
        api.regenerate(row, others)


def test_a_row_is_drawn_from_as_many_samples_as_it_says(tagged: list[TaggedSample]) -> None:
    context = tagged[:7]
    for specs in (["prefix_context"], ["prefix_context:max_words=9", "drop"]):
        rows = list(api.build_shifted("ner", tagged, specs, 3, context))
        assert {row.params["prefix_context.context_size"] for row in rows} == {7}
        assert [api.regenerate(as_row(row), tagged) for row in rows] == rows
        assert len({row.shift for row in rows}) == len(specs)  # the second does not always apply
    with pytest.raises(DataError, match="the first 7 samples of its set; give them as context"):
        api.regenerate(as_row(rows[0]), context[:6])
    for size in ("x", [7]):
        wrong = {**as_row(rows[0]), "params": {"prefix_context.context_size": size}}
        with pytest.raises(DataError, match="is no number of samples"):
            api.regenerate(wrong, tagged)


def test_a_row_of_before_is_drawn_from_the_context_as_it_is_given(
    tagged: list[TaggedSample],
) -> None:
    row = as_row(next(api.build_shifted("ner", tagged, ["prefix_context"])))
    del row["params"]["prefix_context.context_size"]
    again = api.regenerate(row, tagged)
    assert (again.shifted.words, again.shifted.tags) == tuple(
        map(tuple, (row["words"], row["tags"]))
    )
    del row["params"]
    assert api.regenerate(row, tagged) == again


def test_a_typed_sample_is_drawn_from_the_built_in_corpus() -> None:
    context = api.typed_context("ner")
    assert list(context) == api.load_samples("ner", api.DataSpec(size=512))
    assert len(api.typed_context("question_answering")) == 512
    sample = api.typed_sample("ner", "Ada reads.")
    (row,) = api.build_shifted("ner", [sample], ["prefix_context"], 1, context)
    assert api.regenerate(as_row(row), context) == row and row.applied


def test_samples_of_a_list_are_context_for_one_another(tagged: list[TaggedSample]) -> None:
    rows = list(api.build_shifted("ner", tagged, ["prefix_context"]))
    assert all(row.applied for row in rows)
    assert not any(
        row.applied for row in api.build_shifted("ner", iter(tagged), ["prefix_context"])
    )
