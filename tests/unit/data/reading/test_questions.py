"""Questions and summaries in every file format, with clear faults."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from chinese import english_in

from shiftdemo import api
from shiftdemo.core.errors import DataError
from shiftdemo.core.samples import QuestionSample, TranslationSample
from shiftdemo.data.reading.columns import match_names, parse_columns, wanted_columns
from shiftdemo.data.reading.files import read_samples
from shiftdemo.data.reading.preview import preview
from shiftdemo.data.writing.export import FORMATS, write_shifted
from shiftdemo.data.writing.regenerate import regenerate
from shiftdemo.shifts import apply_shifts, make_shift

CONTEXT = "In 1976 Ada went to Oslo, and Paul to Oslo too."
SQUAD = {"text": ["Oslo", "to Oslo"], "answer_start": [20, 17]}
TASK = "question_answering"


def _jsonl(folder: Path, *rows: dict[str, Any]) -> Path:
    path = folder / "file.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def _row(**more: Any) -> dict[str, Any]:
    return {"question": "Where to?", "context": CONTEXT, **more}


@pytest.mark.parametrize(
    ("fields", "answers", "starts"),
    [
        ({"answers": SQUAD}, ("Oslo", "to Oslo"), (20, 17)),
        ({"answer": "Oslo", "answer_start": 38}, ("Oslo",), (38,)),
        ({"answer": "Oslo"}, ("Oslo",), (20,)),  # its first place
        ({"answers": ["Oslo", "Paul"]}, ("Oslo", "Paul"), (20, 30)),
        ({"answers": ["Oslo", "Oslo"], "answer_start": [20, 38]}, ("Oslo", "Oslo"), (20, 38)),
        ({"answers": json.dumps(SQUAD)}, ("Oslo", "to Oslo"), (20, 17)),
        ({"answer": "1976", "answer_start": "3"}, ("1976",), (3,)),
        ({"answers": {"text": [], "answer_start": []}}, (), ()),
        ({"answer": ""}, (), ()),
        ({"answer": None}, (), ()),
    ],
)
def test_an_answer_may_be_written_in_many_ways(
    tmp_path: Path, fields: dict[str, Any], answers: tuple[str, ...], starts: tuple[int, ...]
) -> None:
    (sample,) = read_samples(_jsonl(tmp_path, _row(id="x", **fields)), TASK)
    assert sample == QuestionSample("x", "Where to?", CONTEXT, answers, starts)


@pytest.mark.parametrize("suffix", ["csv", "tsv"])
def test_a_table_of_questions_is_read(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"file.{suffix}"
    with open(path, "w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out, delimiter="\t" if suffix == "tsv" else ",")
        writer.writerow(["question", "context", "answer", "answer_start"])
        writer.writerow(["Where to?", CONTEXT, "Oslo", "38"])
        writer.writerow(["Who?", CONTEXT, "Ada", ""])
    found = read_samples(path, TASK)
    assert [(one.answers, one.starts) for one in found if isinstance(one, QuestionSample)] == [
        (("Oslo",), (38,)),
        (("Ada",), (8,)),
    ]


def test_parquet_in_the_shape_of_squad_is_read(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    row = {"id": "x", "title": "Ada", **_row(answers=SQUAD)}
    pq.write_table(pa.Table.from_pylist([row]), tmp_path / "squad.parquet")
    (sample,) = read_samples(tmp_path / "squad.parquet", TASK)
    assert sample == QuestionSample("x", "Where to?", CONTEXT, ("Oslo", "to Oslo"), (20, 17))


def test_columns_are_mapped_by_hand(tmp_path: Path) -> None:
    path = _jsonl(tmp_path, {"q": "Who?", "c": CONTEXT, "a": "Ada", "at": 8, "start": 99})
    columns = parse_columns("question=q,context=c,answer=a,start=at")
    (sample,) = read_samples(path, TASK, columns=columns)
    assert isinstance(sample, QuestionSample) and sample.starts == (8,)


@pytest.mark.parametrize(
    ("row", "match"),
    [
        (_row(answer="Rome"), r"line 1: the answer 'Rome' does not stand in the context; write"),
        (_row(answer="Oslo", answer_start=19), r"does not stand at character 19.*' Osl'.*count"),
        (_row(answer="Oslo", answer_start=-1), r"the start '-1' cannot be read; an answer is text"),
        (_row(answer="Oslo", answer_start="x"), r"the start 'x' cannot be read"),
        (_row(answer="Oslo", answer_start=True), r"the start 'True' cannot be read"),
        (_row(answer="Oslo", answer_start=10**9), r"does not stand at character 1000000000"),
        (_row(answers=["Oslo"], answer_start=[1, 2]), r"1 answers do not fit 2 starts"),
        (_row(answers=[7]), r"the answer '\[7\]' cannot be read"),
        (_row(answers={"text": "Oslo", "answer_start": []}), None),
        ({"question": " ", "context": CONTEXT, "answer": "Ada"}, r"the question must be text"),
        ({"question": "Who?", "context": 7, "answer": "Ada"}, r"the context must be text"),
        ({"question": "Who?", "context": CONTEXT}, r"give the columns question, context, answer"),
        ({"source": "a", "target": "b"}, r"the columns are source, target; give the columns quest"),
    ],
)
def test_a_bad_row_is_named(tmp_path: Path, row: dict[str, Any], match: str | None) -> None:
    path = _jsonl(tmp_path, row)
    if match is None:  # no starts at all: the first place
        (sample,) = read_samples(path, TASK)
        assert isinstance(sample, QuestionSample) and sample.starts == (20,)
        return
    with pytest.raises(DataError, match=match) as error:
        read_samples(path, TASK)
    assert "file.jsonl, line 1" in str(error.value) and "\n" not in str(error.value)
    assert english_in(error.value.message.text("zh")) == []


@pytest.mark.parametrize(
    "names",
    [
        ("document", "summary"),  # XSum
        ("article", "highlights", "id"),  # CNN/DailyMail
        ("dialogue", "summary"),  # SAMSum
        ("text", "summary", "title"),  # BillSum
        ("article", "abstract"),  # arXiv
        ("source", "target"),
    ],
)
def test_summaries_are_found_under_the_names_of_the_hub(names: tuple[str, ...]) -> None:
    found = match_names(names, "summarization")
    assert (found["source"], found["target"]) == names[:2]
    if names[0] not in ("source", "text"):
        assert not match_names(names, "translation")


def test_languages_are_no_document_and_summary() -> None:
    assert match_names(("en", "fr"), "translation") == {"source": "en", "target": "fr"}
    assert match_names(("en", "fr"), "summarization") == {}
    assert "source, target" in wanted_columns("summarization")


def _shifted(task: str) -> list[Any]:
    if task == "summarization":
        samples: list[Any] = [
            TranslationSample("a", "=One. Two.", "Sum 1."),
            TranslationSample("b", "Three.", "Sum 2."),
        ]
    else:
        samples = [
            QuestionSample("a", "Where to?", CONTEXT, ("Oslo",), (38,)),
            QuestionSample("b", "=Who?", "Ada reads.", ("Ada",), (0,)),
            QuestionSample("c", "Who?", "Nobody reads."),
        ]
    shifts = [make_shift("prefix_context"), make_shift("prefix_filler:k=3")]
    return [apply_shifts(shifts, sample, 0, samples) for sample in samples]


@pytest.mark.parametrize("task", ["summarization", TASK])
@pytest.mark.parametrize("form", [form for form in FORMATS if form != "conll"])
def test_what_is_written_is_read_again_and_made_again(tmp_path: Path, task: str, form: str) -> None:
    rows = _shifted(task)
    path = tmp_path / f"out.{form}"
    assert write_shifted(rows, path, form) == len(rows)
    assert read_samples(path, task) == [row.shifted for row in rows]
    if form == "jsonl":
        cells = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    elif form == "parquet":
        import pyarrow.parquet as pq

        cells = pq.read_table(path).to_pylist()
    else:
        with open(path, newline="", encoding="utf-8") as source:
            cells = list(csv.DictReader(source))
    context = [row.original for row in rows]
    if form != "csv":  # an original that begins with = has a mark in CSV
        assert [regenerate(cell, context) for cell in cells] == rows
    assert all(cell["shift"] and cell["specs"] for cell in cells)


def test_conll_cannot_hold_them(tmp_path: Path) -> None:
    for task in ("summarization", TASK):
        with pytest.raises(DataError, match="CoNLL is for ner"):
            write_shifted(_shifted(task), tmp_path / "out.conll", "conll")


def test_a_typed_question_has_its_context_on_the_next_lines() -> None:
    found = api.typed_sample(TASK, "Where to?\nAda went\nto Oslo.", "Oslo")
    assert found == QuestionSample("typed", "Where to?", "Ada went\nto Oslo.", ("Oslo",), (12,))
    assert api.typed_sample(TASK, "Who?\nAda.") == QuestionSample("typed", "Who?", "Ada.")
    with pytest.raises(DataError, match="one line; write the question, a line break"):
        api.typed_sample(TASK, "Who?")
    with pytest.raises(DataError, match="'Eve' does not stand in the context"):
        api.typed_sample(TASK, "Who?\nAda.", "Eve")


def test_a_folder_in_the_hub_s_format_with_squad_s_features_is_read(tmp_path: Path) -> None:
    from datasets import Dataset, Features, List, Value

    answers = {"text": List(Value("string")), "answer_start": List(Value("int32"))}
    names = dict.fromkeys(("id", "title", "context", "question"), Value("string"))
    rows = [{"id": "x", "title": "Ada", **_row(answers=SQUAD)}] * 2
    (tmp_path / "data").mkdir()
    Dataset.from_list(rows, features=Features({**names, "answers": answers})).to_parquet(
        tmp_path / "data" / "train-00000-of-00001.parquet"
    )
    found = list(api.stream_samples(f"hub:{tmp_path}", TASK))
    assert found == [QuestionSample("x", "Where to?", CONTEXT, ("Oslo", "to Oslo"), (20, 17))] * 2


@pytest.mark.parametrize(
    ("task", "line"),
    [("summarization", "A document.\tIts summary."), (TASK, "Who?\tAda reads.\tAda")],
)
def test_a_tsv_without_a_header_is_read_and_previewed_by_its_columns(
    tmp_path: Path, task: str, line: str
) -> None:
    path = tmp_path / "file.tsv"
    path.write_text(f"{line}\n{line}\n", encoding="utf-8")
    assert len(read_samples(path, task)) == 2
    found = preview(path, task)
    assert (
        list(found["guess"].values()) == found["columns"] == ["1", "2", "3"][: 2 + (task == TASK)]
    )
    assert found["rows"] == [line.split("\t")] * 2
    path.write_text(f"{line}\tmore\n", encoding="utf-8")
    if task != TASK:  # of a pair the first two columns are read, and the third is left out
        assert preview(path, task)["guess"] == {"source": "1", "target": "2"}
        return
    with pytest.raises(DataError, match=r"line 1 has . tab-separated fields; write the") as error:
        read_samples(path, task)
    assert english_in(error.value.message.text("zh")) == []
    assert preview(path, task)["guess"] == {}
