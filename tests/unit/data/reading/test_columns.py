"""Which column is which: guessed, mapped, and what is said where neither helps."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from chinese import english_in

from shiftdemo import api
from shiftdemo.core.errors import ConfigError, DataError
from shiftdemo.core.samples import TaggedSample, TextSample, TranslationSample
from shiftdemo.data.reading.columns import parse_columns
from shiftdemo.data.reading.files import read_samples

GUESSES = [
    ("translation", "source target", "source target"),
    ("translation", "id en fr", "en fr"),
    ("translation", "fr en", "en fr"),
    ("translation", "SRC Tgt", "SRC Tgt"),
    ("translation", "English French score", "English French"),
    ("translation", "de fr", "de fr"),
    ("translation", "fr de", "fr de"),
    ("translation", "translation.en translation.fr", "translation.en translation.fr"),
    ("translation", "en fr original_source original_target", "en fr"),
    ("translation", "source_text target_text", "source_text target_text"),
    ("ner", "id tokens ner_tags", "tokens ner_tags"),
    ("ner", "tokens pos_tags chunk_tags ner_tags", "tokens ner_tags"),
    ("ner", "sentence tags", "sentence tags"),
    ("ner", "tokens ner labels", "tokens ner"),
    ("ner", "words labels", "words labels"),
    ("classification", "sentence label", "sentence label"),
    ("classification", "text sentiment", "text sentiment"),
    ("", "tokens ner_tags", "tokens ner_tags"),
    ("", "tokens ner", "tokens ner"),
    ("", "sentence label idx", "sentence label"),
    ("", "words tags feed.source feed.target", "words tags"),
    ("translation", "question answer", ""),
    ("ner", "words", ""),
    ("translation", "en", ""),
    ("translation", "", ""),
]


@pytest.mark.parametrize(("task", "names", "wanted"), GUESSES)
def test_columns_are_guessed_from_their_names(task: str, names: str, wanted: str) -> None:
    found = api.guess_columns(names.split(), task)
    found.pop("id", None)
    assert list(found.values()) == wanted.split()


def test_an_id_column_is_used() -> None:
    assert api.guess_columns(["Sent_ID", "en", "fr"], "translation")["id"] == "Sent_ID"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", "en,fr\nGo.,Va !\n"),
        ("a.csv", "n;EN;FR\n1;Go.;Va !\n"),
        ("a.csv", "French\tEnglish\nVa !\tGo.\n"),
        ("a.tsv", "tgt\tsrc\nVa !\tGo.\n"),
        ("a.jsonl", '{"translation": {"en": "Go.", "fr": "Va !"}}'),
        ("a.jsonl", '{"x": 1, "en": "Go.", "fr": "Va !"}'),
    ],
)
def test_files_with_other_names_are_read(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    sample = read_samples(tmp_path / name, "translation")[0]
    assert isinstance(sample, TranslationSample)
    assert (sample.source, sample.target) == ("Go.", "Va !")


@pytest.mark.parametrize(
    ("name", "text", "columns"),
    [
        ("a.csv", "q,r\nGo.,Va !\n", "source=q,target=r"),
        ("a.csv", "q;R\nGo.;Va !\n", "source=Q,target=r"),
        ("a.csv", "source,target,fr\nGo.,no,Va !\n", "target=fr"),
        ("a.csv", "q,target\nGo.,Va !\n", "source=q"),
        ("a.tsv", "q\tr\nGo.\tVa !\n", "source=q,target=r"),
        ("a.tsv", "12\tGo.\t13\tVa !\n", "source=2,target=4"),
        ("a.txt", "Va !\tGo.\n", "source=2,target=1"),
        ("a.txt", "q\tr\nGo.\tVa !\n", "source=q,target=r"),
        ("a.jsonl", '{"a": {"b": "Go."}, "c.d": "Va !"}', "source=a.b,target=c.d"),
    ],
)
def test_columns_are_mapped(tmp_path: Path, name: str, text: str, columns: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    found = read_samples(tmp_path / name, "translation", columns=parse_columns(columns))
    sample = found[0]
    assert isinstance(sample, TranslationSample)
    assert (sample.source, sample.target) == ("Go.", "Va !") and len(found) == 1


def test_words_are_mapped(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"w": ["Ada"], "t": "B-PER"}', encoding="utf-8")
    columns = parse_columns("words=w,tags=t,id=w")
    found = read_samples(tmp_path / "a.jsonl", "ner", columns=columns)
    assert found == [TaggedSample("['Ada']", ("Ada",), ("B-PER",))]


def test_a_label_may_be_a_number(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("sentence,label\nfine,1\n", encoding="utf-8")
    assert read_samples(tmp_path / "a.csv") == [TextSample("a.csv-2", "fine", "1")]


@pytest.mark.parametrize("text", ["source", "source=", "sauce=a", "=a", "source=a,,target=b"])
def test_a_mapping_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="is not ROLE=NAME"):
        parse_columns(text)
    assert parse_columns(" ") == {}


@pytest.mark.parametrize(
    ("name", "text", "columns", "match"),
    [
        ("a.csv", "a,b\n1,2\n", "source=c", r"line 1: there is no column 'c'; it has a, b\."),
        ("a.csv", "a,b\n1,2\n", "source=a", r"line 1: the columns are a, b; give the columns"),
        ("a.tsv", "a\tb\n1\t2\n", "source=a,target=z", "there is no column 'z'; it has a, b"),
        ("a.tsv", "a\tb\n1\t2\n", "source=1,target=3", "the columns 1 and 3 were asked for"),
        ("a.jsonl", '{"a": 1}', "source=b,target=a", "line 1: there is no column 'b'; it has a"),
        ("a.jsonl", '{"en": "a", "fr": "b"}\n{"en": "a"}', "", "line 2 has the fields en; give"),
    ],
)
def test_a_column_that_is_not_there_is_named(
    tmp_path: Path, name: str, text: str, columns: str, match: str
) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=match) as error:
        read_samples(tmp_path / name, "translation", columns=parse_columns(columns))
    assert english_in(error.value.message.text("zh"), "en fr") == []


@pytest.mark.parametrize(
    ("name", "text", "task", "columns", "guess", "rows"),
    [
        ("a.csv", "x,y\n1,2\n3,4\n", "translation", ["x", "y"], {}, [["1", "2"], ["3", "4"]]),
        (
            "a.csv",
            "en,fr\nGo.,Va !\n",
            "translation",
            ["en", "fr"],
            {"source": "en", "target": "fr"},
            [["Go.", "Va !"]],
        ),
        (
            "a.tsv",
            "Go.\tVa !\n",
            "translation",
            ["1", "2"],
            {"source": "1", "target": "2"},
            [["Go.", "Va !"]],
        ),
        (
            "a.tsv",
            "1\tGo.\tVa !\n",
            "translation",
            ["1", "2", "3"],
            {"source": "2", "target": "3"},
            [["1", "Go.", "Va !"]],
        ),
        (
            "a.jsonl",
            '{"translation": {"en": "Go.", "fr": "Va !"}, "n": 1}\n',
            "translation",
            ["translation.en", "translation.fr", "n"],
            {"source": "translation.en", "target": "translation.fr"},
            [["Go.", "Va !", "1"]],
        ),
        (
            "a.conll",
            "Ada B-PER\nreads O\n",
            "ner",
            ["1", "2"],
            {"words": "1", "tags": "2"},
            [["Ada", "B-PER"], ["reads", "O"]],
        ),
    ],
)
def test_a_preview_shows_columns_guess_and_rows(
    tmp_path: Path, name: str, text: str, task: str, columns: object, guess: object, rows: object
) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    found = api.preview_file(tmp_path / name, task)
    assert found == {"columns": columns, "guess": guess, "rows": rows}
    assert api.guess_columns(tmp_path / name, task) == guess


def test_a_preview_is_short(tmp_path: Path) -> None:
    row = json.dumps({"source": "x" * 900, "target": ["y"] * 900}) + "\n"
    (tmp_path / "a.jsonl").write_text(row * 20, encoding="utf-8")
    found = api.preview_file(tmp_path / "a.jsonl", "translation", 3)
    assert len(found["rows"]) == 3
    assert all(len(cell) == 200 for row in found["rows"] for cell in row)
