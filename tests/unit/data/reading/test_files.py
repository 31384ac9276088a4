"""The user's files: what is read, and the one sentence for what is not."""

from __future__ import annotations

import gzip
import json
import zipfile
from pathlib import Path

import pytest
from chinese import english_in

from shiftdemo.core.errors import DataError
from shiftdemo.core.samples import TaggedSample, TextSample, TranslationSample
from shiftdemo.data.reading.files import parallel_lines, read_samples

CONLL = "Ada\tB-PER\nreads\tO\n\nIn\tO\nNew\tB-LOC\nYork\tI-LOC\n"
TAGGED = [(("Ada", "reads"), ("B-PER", "O")), (("In", "New", "York"), ("O", "B-LOC", "I-LOC"))]


def write(folder: Path, name: str, text: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def content(path: Path, task: str) -> list[tuple[object, object]]:
    rows = []
    for sample in read_samples(path, task):
        if isinstance(sample, TaggedSample):
            rows.append((sample.words, sample.tags))
        elif isinstance(sample, TranslationSample):
            rows.append((sample.source, sample.target))
        else:
            rows.append((sample.text, sample.label))
    return rows


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", 'source,target\nGo.,Va !\n"a, b","dit ""oui"""\n'),
        ("a.csv", 'id,Target,SOURCE\r\n1,Va !,Go.\r\n2,"dit ""oui""","a, b"\r\n'),
        ("a.tsv", 'source\ttarget\nGo.\tVa !\n\na, b\tdit "oui"\n'),
        ("a.tsv", 'source\ttarget\nGo.\tVa !\n"a, b"\t"dit ""oui"""\n'),
        ("a.tsv", 'Go.\tVa !\na, b\tdit "oui"'),
        ("a.txt", 'Go.\tVa !\n\na, b\tdit "oui"\n'),
        (
            "a.jsonl",
            '{"source": "Go.", "target": "Va !"}\n\n{"source":"a, b","target":"dit \\"oui\\""}',
        ),
    ],
)
@pytest.mark.parametrize("form", ["plain", "gzip", "bom"])
def test_pairs_are_read(tmp_path: Path, name: str, text: str, form: str) -> None:
    data = text.encode("utf-8-sig" if form == "bom" else "utf-8")
    if form == "gzip":
        name, data = f"{name}.gz", gzip.compress(data)
    path = write(tmp_path, name, data)
    assert content(path, "translation") == [("Go.", "Va !"), ("a, b", 'dit "oui"')]
    ids = [sample.id for sample in read_samples(path, "translation")]
    assert len(set(ids)) == 2


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.conll", CONLL),
        ("a.txt", CONLL.replace("\t", " ") + "\n\n"),
        ("a.tsv", "-DOCSTART-\tO\n\n" + CONLL),
        ("a.conll", CONLL.replace("\t", " NN x ")),
        ("a.bio", "\ufeff" + CONLL.replace("\n", "\r\n")),
        ("a.tsv", "".join(f"en:{line}\n" if line else "\n" for line in CONLL.splitlines())),
        ("a.csv", "words,tags\nAda reads,B-PER O\nIn New York,O B-LOC I-LOC\n"),
        ("a.tsv", "words\ttags\nAda reads\tB-PER O\nIn New York\tO B-LOC I-LOC\n"),
        (
            "a.csv",
            'words,tags\n"[""Ada"",""reads""]","[""B-PER"",""O""]"\nIn New York,O B-LOC I-LOC\n',
        ),
        (
            "a.jsonl",
            "\n".join(json.dumps({"words": words, "tags": tags}) for words, tags in TAGGED),
        ),
    ],
)
def test_tagged_sentences_are_read(tmp_path: Path, name: str, text: str) -> None:
    assert content(write(tmp_path, name, text), "ner") == TAGGED


def test_a_prefix_is_dropped_only_where_every_word_has_it(tmp_path: Path) -> None:
    path = write(tmp_path, "a.conll", "en:Ada B-PER\nreads O\n")
    assert content(path, "ner") == [(("en:Ada", "reads"), ("B-PER", "O"))]


def test_text_and_label_are_read_without_a_task(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", "text,label\nfine,1\n")
    assert read_samples(path) == [TextSample("a.csv-2", "fine", "1")]


def test_a_quoted_field_may_span_lines_in_csv(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", 'source,target\n"a\nb",c\nd\n')
    with pytest.raises(DataError, match="line 4 has 1 fields and the header has 2"):
        read_samples(path, "translation")
    assert content(write(tmp_path, "b.csv", 'source,target\n"a\nb",c\n'), "translation") == [
        ("a\nb", "c")
    ]


def test_a_lone_quotation_mark_in_tsv_is_text(tmp_path: Path) -> None:
    text = 'source\ttarget\n"Look," she said.\t« Regarde. »\nGo.\t"Va\n'
    assert content(write(tmp_path, "a.tsv", text), "translation") == [
        ('"Look," she said.', "« Regarde. »"),
        ("Go.", '"Va'),
    ]


def test_limit_stops_before_a_later_fault(tmp_path: Path) -> None:
    path = write(tmp_path, "a.tsv", "a\tb\nc\td\nbroken\n")
    assert len(read_samples(path, "translation", limit=2)) == 2


def test_words_that_begin_with_pk_are_no_zip(tmp_path: Path) -> None:
    assert content(write(tmp_path, "a.txt", "PK is\tPK est\n"), "translation")


NAMES = f"PERSON YORK York LOC PER {'x' * 80}"  # of tags and columns in the files below
BAD = {
    "nothing": ("a.csv", b"", "translation", "a.csv is empty"),
    "nothing-json": ("a.jsonl", b"", "ner", "a.jsonl is empty"),
    "nothing-conll": ("a.conll", b"\n\n", "ner", "holds no samples"),
    "kind": ("a.docx", b"x", "ner", "files of the kind '.docx' are not read"),
    "columns": ("a.csv", b"x,y\n1,2\n", "translation", "line 1: the columns are x, y; .*source"),
    "other-task": (
        "a.csv",
        b"words,tags\na,O\n",
        "translation",
        "line 1: .*words, tags; give .*source",
    ),
    "json-fields": ("a.jsonl", b'{"a": 1}', "ner", "line 1: the columns are a; .*words, tags"),
    "json-broken": ("a.jsonl", b'{"words": [}', "ner", "line 1 is not JSON"),
    "json-list": ("a.jsonl", b"\n[1]\n", "ner", "row 1 is not a JSON object"),
    "json-deep": ("a.jsonl", b"[" * 100_000, "ner", "line 1 is not JSON"),
    "json-digits": ("a.jsonl", b'{"a": ' + b"9" * 9000 + b"}", "ner", "line 1 is not JSON"),
    "json-surrogate": (
        "a.jsonl",
        b'{"source": "\\ud800", "target": "a"}',
        "translation",
        "line 1 is not JSON",
    ),
    "json-types": ("a.jsonl", b'{"words": [1], "tags": ["O"]}', "ner", "line 1.*lists of strings"),
    "json-deep-cell": (
        "a.csv",
        b"words,tags\n" + b"[" * 90_000 + b",O O",
        "ner",
        "line 2: .*1 words",
    ),
    "json-null": (
        "a.jsonl",
        b'{"source": null, "target": "a"}',
        "translation",
        "empty side left out: 1; first: a.jsonl, line 1",
    ),
    "no-words": ("a.jsonl", b'{"words": [], "tags": []}', "ner", "line 1.*empty word"),
    "empty-word": ("a.jsonl", b'{"words": [""], "tags": ["O"]}', "ner", "line 1.*empty word"),
    "empty-source": (
        "a.csv",
        b"source,target\n ,x\n",
        "translation",
        "left out: 1; first: a.csv, line 2",
    ),
    "lengths": ("a.csv", b"words,tags\na b,O\n", "ner", "line 2: .*2 words and 1 tags"),
    "fields": ("a.csv", b"source,target\na,b,c\n", "translation", "line 2 has 3 fields.*header"),
    "plain-fields": ("a.tsv", b"a\tb\na\tb\tc\n", "translation", "line 2 has 3 tab-separated"),
    "quotes": ("a.csv", b'source,target\na,b\nc,"d\ne,f\n', "translation", "line 3: .*quotes"),
    "first-quotes": ("a.csv", b'source,target\na,"b\n', "translation", "line 2: .*quotes"),
    "long-field": ("a.csv", b"source,target\na," + b"b" * 200_000, "translation", "line 2: field"),
    "long-header": ("a.csv", b"x" * 200_000, "translation", "line 1: the columns are xxx"),
    "zero-byte": ("a.csv", b"source,target\na,b\0\n", "translation", "line 2 holds a zero byte"),
    "binary": ("a.conll", bytes(range(256)), "ner", "line 1"),
    "latin-1": ("a.tsv", "a\tb\nété\tc\n".encode("latin-1"), "translation", "line 2 is not UTF-8"),
    "utf-16": ("a.csv", "a,b\n".encode("utf-16-le"), "translation", "line 1 holds a zero byte"),
    "long-line": ("a.jsonl", b"x" * 1_100_000, "ner", "line 1 is longer than 1,000,000 bytes"),
    "gzip-cut": ("a.conll.gz", gzip.compress(CONLL.encode())[:-12], "ner", "gzip data is damaged"),
    "gzip-flipped": (
        "a.conll.gz",
        gzip.compress(CONLL.encode() * 99)[:30] + b"\xff" * 40,
        "ner",
        "line 1: the gzip data is damaged",
    ),
    "gzip-crc": (
        "a.conll.gz",
        gzip.compress(CONLL.encode())[:-8] + b"\0" * 8,
        "ner",
        "gzip data is damaged",
    ),
    "one-column": ("a.conll", b"Ada B-PER\nreads\n", "ner", "line 2 has 1 column|line 2 has one"),
    "ragged": ("a.conll", b"Ada NN B-PER\nreads O\n", "ner", "line 2 has 2 columns .*above 3"),
    "no-word": ("a.conll", b"Ada\tB-PER\n\tO\n", "ner", "line 2 .*empty word"),
    "bad-tag": ("a.conll", b"\nAda PERSON\n", "ner", r"no entity tags \(PERSON\).*--scheme none"),
    "odd-tag": ("a.conll", b"\nAda B-PER\nin PERSON\n", "ner", "line 2: word 2: 'PERSON' is not"),
}


@pytest.mark.parametrize(("name", "data", "task", "match"), BAD.values(), ids=list(BAD))
def test_a_bad_file_gets_one_sentence_with_its_name(
    tmp_path: Path, name: str, data: bytes, task: str, match: str
) -> None:
    with pytest.raises(DataError, match=match) as error:
        read_samples(write(tmp_path, name, data), task)
    message = str(error.value)
    assert message.startswith(name) and message.endswith(".") and "\n" not in message
    assert len(message) < 300
    assert english_in(error.value.message.text("zh"), NAMES) == []


def test_a_zip_with_another_name_is_called_a_zip(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.csv", "source,target\n")
    with pytest.raises(DataError, match=r"a\.csv is a zip archive.*unpack"):
        read_samples(path, "translation")


@pytest.mark.parametrize("name", ["absent.csv", "", ".", "x" * 5000 + ".csv", "a\0b.csv"])
def test_a_path_without_a_file_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(DataError, match="There is no file"):
        read_samples(f"{tmp_path}/{name}", "ner")


def test_parallel_lines_go_together(tmp_path: Path) -> None:
    left = write(tmp_path, "a.en.gz", gzip.compress(b"Go.\n\nRun!\n"))
    right = write(tmp_path, "a.fr", "Va !\n\nCours !\n")
    found = parallel_lines(left, right)
    pairs = [(s.source, s.target) for s in found if isinstance(s, TranslationSample)]
    assert pairs == [("Go.", "Va !"), ("Run!", "Cours !")]
    with pytest.raises(DataError, match=r"b\.fr ends before line 2"):
        parallel_lines(left, write(tmp_path, "b.fr", "Va !\n"))
