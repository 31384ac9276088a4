"""Files that are not what they seem: one sentence each, with the file, the place and the mend."""

from __future__ import annotations

import gzip
import io
import os
import pickle  # noqa: TID251  (to show that one is never opened)
import random
import tracemalloc
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from chinese import english_in

from shiftdemo import api
from shiftdemo.core.errors import DataError
from shiftdemo.core.samples import TaggedSample, TranslationSample
from shiftdemo.data.reading import parquet as parquet_module
from shiftdemo.data.reading.files import iter_samples, read_samples
from shiftdemo.data.reading.tagging import ReadOptions


def _zip(name: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(name, "source,target\na,b\n")
    return buffer.getvalue()


def _parquet(**columns: list[object]) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(pa.table(columns), buffer)
    return buffer.getvalue()


class _Trap:
    def __reduce__(self) -> object:
        return os.mkdir, ("trapped",)


GOOD = _parquet(source=["Go."] * 99, target=["Va !"] * 99)
TEXT = b"source,target\na,b\n"
BAD = {
    "zip": ("a.csv", _zip("a.csv"), "a.csv is a zip archive or an Excel workbook.*save the sheet"),
    "xlsx": ("a.tsv", _zip("xl/workbook.xml"), "a.tsv is a zip archive or an Excel workbook"),
    "zip-json": ("a.jsonl", _zip("a"), "a.jsonl is a zip archive"),
    "zip-in-gzip": ("a.csv.gz", gzip.compress(_zip("a")), "a.csv.gz is a zip archive"),
    "gzip-in-gzip": ("a.csv.gz", gzip.compress(gzip.compress(TEXT)), "a.csv.gz, line 1"),
    "xls": ("a.csv", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99), "an old Office file"),
    "bzip2": ("a.csv", b"BZh91AY&SY", "packed with bzip2"),
    "xz": ("a.csv", b"\xfd7zXZ\0\0", "packed with xz"),
    "pdf": ("a.txt", b"%PDF-1.7\n", "is a PDF"),
    "pickle": ("a.csv", pickle.dumps(_Trap()), "a Python pickle, which is never opened"),
    "pickle-2": ("a.jsonl", pickle.dumps([1], 2), "a Python pickle, which is never opened"),
    "parquet-as-csv": ("a.csv", GOOD, "a.csv is a Parquet file; give it a name in .parquet"),
    "csv-as-parquet": ("a.parquet", TEXT, "a.parquet is no Parquet file, whatever its name"),
    "parquet-empty": ("a.parquet", b"", "a.parquet is empty"),
    "parquet-cut": ("a.parquet", GOOD[:-20], "a.parquet: the Parquet data is damaged or cut off"),
    "parquet-head": ("a.parquet", b"PAR1", "a.parquet: the Parquet data is damaged"),
    "parquet-pages": (
        "a.parquet",
        GOOD[:4] + b"\xff" * 60 + GOOD[64:],
        "a.parquet, near row 1: the Parquet data is damaged",
    ),
    "parquet-columns": (
        "a.parquet",
        _parquet(a=[1], b=[2]),
        "a.parquet: the columns are a, b; give the columns source, target",
    ),
    "parquet-none": ("a.parquet", _parquet(source=[], target=[]), "holds no samples"),
    "parquet-null": (
        "a.parquet",
        _parquet(source=[None], target=["c"]),
        "empty side left out: 1; first: a.parquet, row 1",
    ),
    "parquet-bytes": ("a.parquet", _parquet(source=[b"a"], target=[b"b"]), "row 1: .*must be text"),
    "empty-gzip": ("a.csv.gz", gzip.compress(b""), "line 1: the columns are empty"),
    "header-only": ("a.csv", b"source,target\n", "a.csv holds no samples"),
    "header-only-tsv": ("a.tsv", b"source\ttarget\n", "a.tsv holds no samples"),
    "semicolon-ragged": ("a.csv", b"en;fr\na;b;c\n", "line 2 has 3 fields.*a semicolon"),
    "json-nan": (
        "a.jsonl",
        b'{"source": "a", "target": "b"}\n{"source": NaN, "target": "b"}',
        r"line 2 is not JSON \(NaN is no JSON value, null is\)",
    ),
    "json-number": ("a.jsonl", b"1", "line 1 is not a JSON object; write one object a line"),
    "json-cut": ("a.jsonl", b'{"source": "a", "targ', "line 1 is not JSON"),
}


@pytest.mark.parametrize(("name", "data", "match"), BAD.values(), ids=list(BAD))
def test_a_file_that_is_something_else_is_called_by_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, data: bytes, match: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).write_bytes(data)
    with pytest.raises(DataError, match=match) as error:
        read_samples(tmp_path / name, "translation")
    message = str(error.value)
    assert message.startswith(name) and message.endswith(".") and "\n" not in message
    assert len(message) < 300
    # What "columns" says of a file without any is said in columns.py.
    assert english_in(error.value.message.text("zh"), "empty") == []
    assert not (tmp_path / "trapped").exists()


def test_a_double_key_is_no_fault(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"source": "a", "target": "b", "target": "c"}', encoding="utf-8")
    assert read_samples(path) == [TranslationSample("a.jsonl-1", "a", "c")]


def test_a_folder_is_called_a_folder(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="it is a folder; name a file in it, or write hub:FOLDER"):
        read_samples(tmp_path, "ner")


@pytest.mark.parametrize("name", ["a.csv", "a.parquet"])
def test_a_file_that_may_not_be_read_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    path = tmp_path / name
    path.write_bytes(TEXT)
    path.chmod(0)
    if os.access(path, os.R_OK):  # root may read everything: say no in the system's place
        monkeypatch.setattr("builtins.open", _denied)
    with pytest.raises(DataError, match=f"{name} cannot be opened: Permission denied; check"):
        read_samples(path, "translation")


def _denied(*arguments: object, **options: object) -> None:
    raise PermissionError(13, "Permission denied")


def test_an_i_tag_without_its_b_says_how_to_mend(tmp_path: Path) -> None:
    path = tmp_path / "a.conll"
    path.write_text("# id = x\nIn O\nYork I-LOC\n", encoding="utf-8")
    strict = ReadOptions(strict=True)
    with pytest.raises(DataError, match=r"^a\.conll, line 3: I-LOC breaks IOB2; mend it") as e:
        list(iter_samples(path, "ner", tags=strict))
    assert "a.conll 第 3 行：I-LOC 不合 IOB2" in e.value.message.text("zh")


def test_comments_of_conll_are_skipped_and_words_are_not(tmp_path: Path) -> None:
    path = tmp_path / "a.conll"
    path.write_text(
        "# global.columns = FORM TAG\n# newdoc\n# sent_id = s1\n# text = a b\n#\tO\nb\tO\n\n"
        "# newpar\n# text =\n#tag\tO\n# x = y\tO\n",
        encoding="utf-8",
    )
    assert read_samples(path, "ner") == [
        TaggedSample("s1", ("#", "b"), ("O", "O")),
        TaggedSample("a.conll-10", ("#tag", "# x = y"), ("O", "O")),
    ]


def test_a_sentence_without_an_end_is_never_held(tmp_path: Path) -> None:
    path = tmp_path / "a.conll"
    path.write_bytes(b"word O\n" * 3_000_000)
    tracemalloc.start()
    with pytest.raises(DataError, match="sentence at line 1 is longer than 1,000,000 characters"):
        read_samples(path, "ner")
    assert tracemalloc.get_traced_memory()[1] < 60 * 2**20
    tracemalloc.stop()


def test_a_gigantic_row_group_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.parquet"
    texts = [f"{n} " * 200 for n in range(2000)]
    pq.write_table(pa.table({"source": texts, "target": texts, "other": texts}), path)
    monkeypatch.setattr(parquet_module, "MAX_CHUNK", 100_000)
    with pytest.raises(DataError, match=r"row group 1: the column source unpacks to .*smaller row"):
        read_samples(path, "translation")


def test_a_gigantic_text_that_all_rows_share_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    huge = pa.DictionaryArray.from_arrays(pa.array([0] * 100_000), pa.array(["x" * (20 * 2**20)]))
    small = pa.array(["b"] * 100_000)
    pq.write_table(pa.table({"source": huge, "target": small}), path, compression="zstd")
    assert path.stat().st_size < 2**20
    before = pa.total_allocated_bytes()
    with pytest.raises(DataError, match=r"row 1 or one soon after is over 16,777,216 bytes"):
        read_samples(path, "translation")
    assert pa.default_memory_pool().max_memory() < before + 600 * 2**20


PIECES = [b'"', b"\0", b"\xff\xfe", b"\n\n", b"\t", b"{", b"[", b"null", b"NaN", b"\xed\xa0\x80"]
SEEDS = {
    "a.csv": b'source,target,id\n"a b",c,1\n"x\ny",d,2\n',
    "a.tsv": b"words\ttags\na b\tO B-X\n",
    "a.txt": b"a\tb\nc\td\n",
    "a.jsonl": b'{"words": ["a"], "tags": ["O"], "translation": {"en": "x", "fr": "y"}}\n',
    "a.conll": b"# id = 3\nA B-X\nb I-X\n\nc O\n",
    "a.csv.gz": gzip.compress(TEXT),
    "a.parquet": _parquet(source=["Go."] * 9, target=["Va"] * 9, words=[["a"]] * 9),
}


def _damaged(data: bytes, rng: random.Random) -> bytes:
    found = bytearray(data)
    for _ in range(rng.randint(1, 6)):
        place = rng.randrange(len(found) + 1)
        kind = rng.choice(("change", "change", "insert", "delete", "cut"))
        if kind == "change":
            found[place : place + 1] = bytes([rng.randrange(256)])
        elif kind == "insert":
            found[place:place] = rng.choice(PIECES)
        elif kind == "delete":
            del found[place : place + rng.randint(1, 8)]
        else:
            del found[place:]
    return bytes(found)


@pytest.mark.parametrize("name", SEEDS)
def test_a_damaged_file_is_read_or_gets_one_sentence(tmp_path: Path, name: str) -> None:
    rng, path = random.Random(name), tmp_path / name
    for _ in range(400):
        path.write_bytes(_damaged(SEEDS[name], rng))
        task = rng.choice(("", "ner", "translation"))
        encoding = rng.choice(("", "", "latin-1", "utf-16", "cp500", "gb18030"))
        for read in (read_samples, api.preview_file):
            try:
                read(path, task, encoding=encoding)
            except DataError as error:
                assert "\n" not in str(error) and len(str(error)) < 400
