"""Samples that are shifted together, in columns, are those that are shifted one by one."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from generated import CASES, TEXT, a_sample, a_shift
from hypothesis import given, settings
from hypothesis import strategies as st

from shiftdemo.core import words as w
from shiftdemo.core.errors import DataError
from shiftdemo.core.samples import Sample, TaggedSample, TextSample, TranslationSample
from shiftdemo.core.task_spec import TASKS
from shiftdemo.data.reading.files import parallel_lines, read_samples
from shiftdemo.shifts import SHIFTS, Shift, apply_shifts, make_shift, shift_many
from shiftdemo.shifts.columnar.apply import shift_columns
from shiftdemo.shifts.columnar.samples import SampleColumns
from shiftdemo.shifts.columnar.word_columns import WordColumns
from shiftdemo.shifts.draws import HashRandom, HashRandoms, uniforms
from shiftdemo.shifts.word_row import WordRow

EVERY = [(shift, task) for shift in SHIFTS for task in shift.tasks()]
# Questions have no columns.
TOGETHER = [(s, task) for s, task in EVERY if s.columnar and task != "question_answering"]
REAL = [case for case in TOGETHER if case in CASES]
REAL_IDS = [f"{shift.name}-{task}" for shift, task in REAL]


def numbered(samples: list[Sample], n: int) -> list[Sample]:
    """``n`` samples with ids of their own."""
    return [dataclasses.replace(samples[i % len(samples)], id=f"{i}é") for i in range(n)]


@pytest.mark.parametrize("task", sorted({task for _, task in EVERY}))
@settings(max_examples=60)
@given(data=st.data())
def test_together_equals_one_by_one(task: str, data: st.DataObject) -> None:
    samples = numbered(data.draw(st.lists(a_sample(task), min_size=1, max_size=5)), 20)
    context = data.draw(st.lists(a_sample(task, "other"), max_size=2))
    seed, always = data.draw(st.integers(0, 2**31 - 1)), data.draw(st.booleans())
    for operator in (operator for operator, its_task in EVERY if its_task == task):
        shift = data.draw(a_shift(operator))
        alone = [apply_shifts([shift], sample, seed, context, 2, always) for sample in samples]
        together = list(shift_many([shift], samples, seed, context, 2, always))
        assert repr(together) == repr(alone)  # the types of numbers too


@pytest.mark.parametrize("task", sorted({task for _, task in TOGETHER}))
@given(data=st.data())
def test_several_operators_together_equal_one_by_one(task: str, data: st.DataObject) -> None:
    fitting = [operator for operator, its_task in TOGETHER if its_task == task]
    chosen = data.draw(st.lists(st.sampled_from(fitting), min_size=2, max_size=4))
    shifts = [data.draw(a_shift(operator)) for operator in chosen]
    samples = numbered(data.draw(st.lists(a_sample(task), min_size=1, max_size=5)), 6)
    alone = [apply_shifts(shifts, sample, 3) for sample in samples]
    assert repr(list(shift_columns(shifts, SampleColumns.of(samples), 3))) == repr(alone)


@pytest.fixture(scope="module")
def real(data_folder: Path) -> dict[type[Sample], list[Sample]]:
    """2000 sentences of WikiANN and Multi30k, by the kind of sample."""
    tagged, pairs = data_folder / "wikiann_en" / "train.tsv.gz", data_folder / "multi30k"
    if not tagged.exists() or not pairs.exists():
        pytest.skip(f"no WikiANN and Multi30k in {data_folder}")
    both = parallel_lines(pairs / "train.fr.gz", pairs / "train.en.gz")[:2000]
    return {
        TaggedSample: read_samples(tagged, "ner")[:2000],
        TranslationSample: both,
        TextSample: [TextSample(sample.id, sample.text, "fr") for sample in both],
    }


@pytest.mark.parametrize(("operator", "task"), REAL, ids=REAL_IDS)
def test_real_sentences_together_equal_one_by_one(
    real: dict[type[Sample], list[Sample]], operator: type[Shift], task: str
) -> None:
    samples = real[TASKS.get(task).sample]
    columns = shift_columns([operator()], SampleColumns.of(samples), 1)
    assert len(columns) == len(samples)
    for shifted, sample in zip(columns, samples, strict=True):
        assert shifted == apply_shifts([operator()], sample, 1)


@pytest.mark.parametrize("name", ["local_shuffle", "drop"])
@pytest.mark.parametrize("task", ["ner", "translation", "classification"])
def test_columns_of_raw_strings_are_those_of_samples(name: str, task: str) -> None:
    texts = ["Ada's dog (old) sleeps.", "", " two  spaces ", "中文句子。", "l'homme dort"]
    shifts, ids = [make_shift(name)], list("abcde")
    if task == "ner":
        columns = SampleColumns(TaggedSample, ids, texts)
        words = [w.split(text).words for text in texts]
        samples: list[Sample] = [
            TaggedSample(i, each, ("O",) * len(each)) for i, each in zip(ids, words, strict=True)
        ]
    elif task == "classification":
        columns = SampleColumns(TextSample, ids, texts)
        samples = [TextSample(i, text) for i, text in zip(ids, texts, strict=True)]
    else:
        columns = SampleColumns(TranslationSample, ids, texts, texts)
        samples = [TranslationSample(i, text, text) for i, text in zip(ids, texts, strict=True)]
    alone = [apply_shifts(shifts, sample, 0) for sample in samples]
    assert list(shift_columns(shifts, columns, 0)) == alone


def test_shift_columns_takes_texts_with_a_label() -> None:
    samples = [TextSample(str(i), "a good (very good) film", "good") for i in range(9)]
    shifts = [make_shift("local_shuffle"), make_shift("right_shift:n=2,p=1")]
    alone = [apply_shifts(shifts, sample, 0) for sample in samples]
    assert list(shift_columns(shifts, SampleColumns.of(samples), 0)) == alone
    assert alone[0].feed.right_shift == 2
    assert alone[0].shifted.label == "good"


def test_shift_columns_says_why_an_operator_applies_to_no_row() -> None:
    samples = [TaggedSample(str(i), ("Ada", "reads"), ("B-PER", "O")) for i in range(9)]
    shifts = [make_shift(spec) for spec in ("right_shift:p=1", "rotate:k=1", "length_crop")]
    alone = [apply_shifts(shifts, sample, 0) for sample in samples]
    assert list(shift_columns(shifts, SampleColumns.of(samples), 0)) == alone
    assert "right_shift: only targets and plain texts" in alone[0].note
    assert "length_crop: the sample has no target" in alone[0].note


def test_shift_many_follows_a_curriculum() -> None:
    shift = make_shift("length_curriculum:threshold=1")
    samples = [TextSample(str(i), "one two three") for i in range(30)]
    lengths = set()
    for progress in ({"level": 0.5}, {"level": 1.0}, {"level": 0.0}):
        shift.restore(progress)
        alone = [apply_shifts([shift], sample, 0) for sample in samples]
        assert list(shift_many([shift], samples, 0)) == alone
        assert {s.params["length_curriculum.drawn_level"] for s in alone} == set(progress.values())
        lengths.add(alone[0].feed.length)
    assert len(lengths) == 3


def test_shift_many_takes_samples_of_several_kinds_and_half_characters() -> None:
    shifts = [make_shift("drop:rate=0.5")]
    plain: list[Sample] = [TranslationSample(str(i), "one two three", "") for i in range(30)]
    for odd in (TaggedSample("t", ("Ada",), ("O",)), TranslationSample("h", "one \ud800 two", "")):
        samples = [*plain, odd]
        alone = [apply_shifts(shifts, sample, 0) for sample in samples]
        assert list(shift_many(shifts, samples, 0)) == alone


def test_shift_many_gives_what_came_before_an_error() -> None:
    def broken() -> Iterator[Sample]:
        yield from (TranslationSample(str(i), "one two", "") for i in range(100))
        raise DataError("lines.text", name="line 101", kind="broken")

    found = []
    with pytest.raises(DataError, match="line 101"):
        for shifted in shift_many([make_shift("drop")], broken(), 0):
            found.append(shifted)
    assert len(found) == 100


def test_shift_many_keeps_memory_small() -> None:
    seen = 0

    def long() -> Iterator[Sample]:
        nonlocal seen
        for i in range(10_000):
            seen += 1
            yield TranslationSample(str(i), "word " * 100, "")

    ahead = [seen - n for n, _ in enumerate(shift_many([make_shift("drop")], long(), 0))]
    assert ahead[0] == 256  # something is there soon
    assert max(ahead) == 2000  # 1,000,000 characters


@given(seed=st.integers(0, 2**32))
@settings(max_examples=30)
def test_hash_randoms_draw_what_each_stream_draws(seed: int) -> None:
    choose = random.Random(seed)
    keys = [f"{seed}/{i}" for i in range(12)]
    together, alone = HashRandoms(keys), [HashRandom(key) for key in keys]
    for _ in range(12):
        active = np.array([choose.random() < 0.8 for _ in keys])
        together.active = active
        rows = list(zip(alone, active.tolist(), strict=True))
        bits, top = choose.randint(1, 32), choose.choice([0, 1, 15, 16, 4096])
        tops = np.array([choose.randint(0, 40) for _ in keys])
        counts = np.where(active, [choose.choice([0, 1, 17, 40]) for _ in keys], 0)
        assert together.random().tolist() == [r.random() if on else 0 for r, on in rows]
        assert together.getrandbits(bits).tolist() == [
            r.getrandbits(bits) if on else 0 for r, on in rows
        ]
        assert together.randint(0, top).tolist() == [
            r.randint(0, top) if on else 0 for r, on in rows
        ]
        assert together.randint(2, tops + 2).tolist() == [
            r.randint(2, t + 2) if on else 0 for (r, on), t in zip(rows, tops.tolist(), strict=True)
        ]
        drawn = [u for r, n in zip(alone, counts.tolist(), strict=True) for u in uniforms(r, n)]
        assert together.uniforms(counts).tolist() == drawn


@given(st.lists(TEXT, max_size=5), st.randoms(use_true_random=False))
def test_sides_move_words_as_a_side_does(texts: list[str], choose: random.Random) -> None:
    columns = WordColumns.of_texts(pa.array(texts, pa.string()))
    sides = [WordRow(parts.words, parts.gaps) for parts in map(w.split, texts)]
    assert columns.text().to_pylist() == texts
    for _ in range(2):
        orders = [
            [choose.randrange(len(side.words)) for _ in range(choose.randint(1, 6))]
            if side.words
            else []
            for side in sides
        ]
        starts = columns.offsets.tolist()
        flat = [start + i for start, order in zip(starts, orders, strict=False) for i in order]
        columns.rearrange(np.array(flat, np.int64), np.array(list(map(len, orders)), np.int64))
        for side, order in zip(sides, orders, strict=True):
            if order:
                side.rearrange(order)
        assert columns.text().to_pylist() == [side.text() for side in sides]
        assert columns.words().to_pylist() == [list(side.words) for side in sides]
        assert columns.alignment().to_pylist() == [list(side.alignment) for side in sides]
