"""Every format out and in again: the same words, tags and pairs, whatever is in them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shiftdemo import api
from shiftdemo.core.errors import ConfigError, DataError
from shiftdemo.core.samples import Sample, TaggedSample, TranslationSample
from shiftdemo.core.types import ShiftedSample
from shiftdemo.data.reading.files import read_samples
from shiftdemo.data.reading.languages import with_languages
from shiftdemo.data.writing.export import FORMATS, as_row, write_shifted
from shiftdemo.data.writing.parquet import schema_of, write_parquet

SIGNS = "\u2028\u2029\x85\x1c\x0b\x0c\r\n\t\"'=+-@,;#[{\\ \u00a0\ufeff\U0001f600é中"
TEXTS = st.text(st.characters(codec="utf-8") | st.sampled_from(SIGNS), max_size=30)
STRIPPED = TEXTS.map(str.strip)
WORDS = TEXTS.filter(lambda word: bool(word.strip()))
TAGGED = st.lists(st.tuples(WORDS, st.sampled_from(["O", "B-PER", "B-LOC"])), min_size=1)


def _row(sample: Sample) -> ShiftedSample:
    specs = ("position_offset:max_offset=3",)
    return ShiftedSample(sample, sample, specs, specs[0], {"a.k": 1}, 7, 0, (0, None, 2))


def _write(tmp_path: Path, samples: list[Sample], form: str) -> Path:
    path = tmp_path / f"out.{form}"
    assert write_shifted(map(_row, samples), path, form) == len(samples)
    return path


@pytest.mark.parametrize("form", ["jsonl", "csv", "parquet"])
@given(pairs=st.lists(st.tuples(*[STRIPPED.filter(bool)] * 2), min_size=1, max_size=4))
@example(pairs=[("=1+1", "'=x"), ("''-1", "@a\u2028b"), ("a\r\nb", '"'), ("[1", "a\rb")])
def test_any_pair_comes_back(tmp_path: Path, form: str, pairs: list[tuple[str, str]]) -> None:
    if form == "csv" and any("\0" in text for pair in pairs for text in pair):
        return
    samples: list[Sample] = [TranslationSample(f"p{n}", *pair) for n, pair in enumerate(pairs)]
    read = read_samples(_write(tmp_path, samples, form), "translation")
    assert read == list(with_languages(samples))


@pytest.mark.parametrize("form", FORMATS)
@given(sentences=st.lists(TAGGED, min_size=1, max_size=4))
@example(sentences=[[("#", "O"), ("en:x", "B-PER")], [("# a = b", "O")], [("en:abc", "O")]])
@example(sentences=[[("[", "O")], [('"', "O"), (" a", "O"), ("\u2028", "O"), ("''", "O")][:2]])
def test_any_tagged_sentence_comes_back_or_is_refused(
    tmp_path: Path, form: str, sentences: list[list[tuple[str, str]]]
) -> None:
    samples: list[Sample] = []
    for n, sentence in enumerate(sentences):
        words, tags = zip(*sentence, strict=True)
        samples.append(TaggedSample(f"s{n}", words, tags))
    try:
        path = _write(tmp_path, samples, form)
    except DataError as error:
        # What CoNLL cannot hold; a list in a cell of CSV is JSON, where every sign is escaped.
        assert form == "conll" and "CoNLL cannot hold the word" in str(error)
        assert any(sign in word for s in sentences for word, _ in s for sign in "\t\n\r\0")
        return
    assert read_samples(path, "ner") == samples


@pytest.mark.parametrize("word", ["a\tb", "a\nb", "a\rb", "a\0b", "-DOCSTART-", " "])
def test_conll_refuses_what_it_cannot_hold(tmp_path: Path, word: str) -> None:
    with pytest.raises(DataError, match="Sample t: CoNLL cannot hold the word"):
        _write(tmp_path, [TaggedSample("t", (word,), ("O",))], "conll")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", ["a\0b", "x" * 140_000])
def test_csv_refuses_what_it_cannot_hold(tmp_path: Path, text: str) -> None:
    with pytest.raises(DataError, match="Sample p has a zero byte or a cell of over 131,072"):
        _write(tmp_path, [TranslationSample("p", text, "b")], "csv")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_says_where_a_row_comes_from(tmp_path: Path, form: str) -> None:
    sample = TaggedSample("t\n1", ("Ada", "reads"), ("B-PER", "O"))
    rows = list(api.build_shifted("ner", [sample], ["append_copy:index=0"], seed=3))
    path = tmp_path / f"out.{form}"
    write_shifted(rows, path, form)
    wanted = as_row(rows[0])
    if form == "parquet":
        row = pq.read_table(path).to_pylist()[0]
        wanted |= {"params": json.dumps(wanted["params"]), "feed": json.dumps(wanted["feed"])}
        assert row == wanted
        return
    text = path.read_text(encoding="utf-8")
    assert "append_copy:" in text and "seed" in text and "[0, 1]" in text
    if form == "conll":
        notes = dict(line[2:].split(" = ", 1) for line in text.splitlines() if line[0:1] == "#")
        assert set(notes) == {key for key in wanted if wanted[key] is not None} - {"words", "tags"}
        assert notes["id"] == json.dumps("t\n1")
        assert json.loads(notes["params"]) == wanted["params"]


def test_parquet_has_lists_of_whole_numbers(tmp_path: Path) -> None:
    path = _write(tmp_path, [TaggedSample("t", ("Ada",), ("B-PER",))], "parquet")
    schema = pq.read_schema(path)
    kinds = {item.name: str(item.type).replace("element: ", "") for item in schema}
    assert kinds["alignment"].endswith("<int32>") or "int32" in kinds["alignment"]
    assert "string" in kinds["words"] and kinds["words"].startswith("list")
    assert (kinds["params"], kinds["seed"], kinds["applied"]) == ("string", "int64", "bool")


def test_parquet_takes_columns_that_it_does_not_know(tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [
        {"id": "a", "n": None, "x": 1, "y": 1.5, "z": [], "o": {}, "m": 1, "b": None},
        {"id": "b", "n": None, "x": 2, "y": 2, "z": ["c"], "o": {"k": 1}, "m": "t", "b": True},
    ]
    assert write_parquet(iter(rows), tmp_path / "a.parquet") == 2
    back = pq.read_table(tmp_path / "a.parquet").to_pylist()
    assert back[1] == {**rows[1], "y": 2.0, "o": '{"k": 1}', "m": "t"}
    assert back[0]["m"] == "1" and back[0]["n"] is None
    assert [str(item.type) for item in schema_of(rows)][2:4] == ["int64", "double"]


def test_parquet_row_groups_are_of_a_few_thousand_rows(tmp_path: Path) -> None:
    samples: list[Sample] = [TranslationSample(f"p{n}", "a", "b") for n in range(9000)]
    file = pq.ParquetFile(_write(tmp_path, samples, "parquet"))
    sizes = [file.metadata.row_group(at).num_rows for at in range(file.metadata.num_row_groups)]
    assert sizes == [4096, 4096, 808]


def test_an_empty_set_is_written_and_refused_when_read(tmp_path: Path) -> None:
    for form in FORMATS:
        with pytest.raises(DataError, match=r"the columns are|holds no samples|is empty"):
            read_samples(_write(tmp_path, [], form), "ner")


def test_parquet_to_an_open_text_file_is_refused(tmp_path: Path) -> None:
    with (
        open(tmp_path / "a", "w", encoding="utf-8") as out,
        pytest.raises(ConfigError, match="name one with --output"),
    ):
        from shiftdemo.data.writing.export import stream_shifted

        stream_shifted([], out, "parquet")


def test_a_fault_half_way_leaves_nothing(tmp_path: Path) -> None:
    def broken() -> Any:
        yield _row(TranslationSample("p", "a", "b"))
        raise DataError("lines.text", name="It", kind="broken")

    for form in ("jsonl", "csv", "parquet"):
        with pytest.raises(DataError, match="broken"):
            write_shifted(broken(), tmp_path / f"out.{form}", form)
    assert list(tmp_path.iterdir()) == []
