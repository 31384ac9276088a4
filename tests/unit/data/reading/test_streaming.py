"""Samples one at a time: constant memory, and how far the reading is."""

from __future__ import annotations

import gzip
import itertools
import json
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from shiftdemo import api
from shiftdemo.core.errors import DataError
from shiftdemo.data.reading import lines as lines_module
from shiftdemo.data.reading.files import iter_samples
from shiftdemo.data.reading.lines import Meter
from shiftdemo.data.writing.export import write_shifted

PAIR = ("The cat number {n} sleeps on the mat.", "Le chat numéro {n} dort sur le tapis.")


def _pairs(n: int) -> Iterator[tuple[str, str]]:
    return ((PAIR[0].format(n=at), PAIR[1].format(n=at)) for at in range(n))


def _tsv(path: Path, n: int) -> Path:
    path.write_text("".join(f"{a}\t{b}\n" for a, b in _pairs(n)), encoding="utf-8")
    return path


def _csv(path: Path, n: int) -> Path:
    text = "source,target\n" + "".join(f"{a},{b}\n" for a, b in _pairs(n))
    path.write_text(text, encoding="utf-8")
    return path


def _jsonl(path: Path, n: int) -> Path:
    rows = ({"source": a, "target": b} for a, b in _pairs(n))
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def _gz(path: Path, n: int) -> Path:
    # Not packed: later Pythons take 128 KiB of a file at once, all of it were it small.
    lines = "".join(f"{a}\t{b}\n" for a, b in _pairs(n))
    path.write_bytes(gzip.compress(lines.encode(), compresslevel=0))
    return path


def _parquet(path: Path, n: int) -> Path:
    source, target = zip(*_pairs(n), strict=True)
    table = pa.table({"source": source, "target": target})
    pq.write_table(table, path, row_group_size=1000)
    return path


def _conll(path: Path, n: int) -> Path:
    sentence = "# id = {n}\nAda\tB-PER\nlives\tO\nin\tO\nParis\tB-LOC\n\n"
    path.write_text("".join(sentence.format(n=at) for at in range(n)), encoding="utf-8")
    return path


def _document(path: Path, n: int) -> Path:
    rows = ({"source": a, "target": b} for a, b in _pairs(n))
    path.write_text('{"data": [' + ",\n".join(map(json.dumps, rows)) + "]}", encoding="utf-8")
    return path


def _words(path: Path, n: int) -> Path:
    rows = "".join(f"{at},Ada,S-PER\n{at},reads,O\n" for at in range(n))
    path.write_text(f"sentence_id,word,tag\n{rows}", encoding="utf-8")
    return path


MAKERS: dict[str, Callable[[Path, int], Path]] = {
    "a.tsv": _tsv,
    "a.csv": _csv,
    "a.jsonl": _jsonl,
    "a.tsv.gz": _gz,
    "a.parquet": _parquet,
    "a.conll": _conll,
    "a.json": _document,
    "words.csv": _words,
}


def _task(name: str) -> str:
    return "ner" if name in ("a.conll", "words.csv") else "translation"


def _peak(action: Callable[[], object]) -> int:
    tracemalloc.start()
    try:
        action()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("name", MAKERS)
def test_memory_does_not_grow_with_the_file(tmp_path: Path, name: str) -> None:
    peaks = []
    next(iter_samples(MAKERS[name](tmp_path / name, 1), _task(name)))  # imports are no memory
    for n in (2000, 10_000):
        path = MAKERS[name](tmp_path / name, n)
        peaks.append(_peak(lambda path=path: sum(1 for _ in iter_samples(path, _task(name)))))
    assert peaks[1] < peaks[0] * 1.3 + 200_000


@pytest.mark.parametrize("form", ["jsonl", "csv", "parquet", "conll"])
def test_memory_does_not_grow_from_file_to_file(tmp_path: Path, form: str) -> None:
    task, maker = ("ner", _conll) if form == "conll" else ("translation", _tsv)
    name = "a.conll" if form == "conll" else "a.tsv"

    def build(n: int) -> None:
        samples = iter_samples(maker(tmp_path / name, n), task)
        rows = api.build_shifted(task, samples, ["append_copy"])
        assert write_shifted(rows, tmp_path / f"out.{form}", form) == n

    build(10)
    # 2 of Parquet's row groups against 4: each is held whole, the file is not
    few, many = (8192, 16_384) if form == "parquet" else (1000, 6000)
    one = _peak(lambda: build(few))
    assert _peak(lambda: build(many)) < one * 1.3 + 3_000_000


@pytest.mark.parametrize("name", MAKERS)
def test_meter_goes_from_nothing_to_all(tmp_path: Path, name: str) -> None:
    meter = Meter()
    assert meter.fraction is None
    seen = []
    path = MAKERS[name](tmp_path / name, 20_000)
    for _ in iter_samples(path, _task(name), meter=meter):
        assert meter.fraction is not None
        seen.append(meter.fraction)
    assert seen == sorted(seen)
    assert seen[0] < 0.25
    assert 0.4 < seen[len(seen) // 2] < 0.65
    assert seen[-1] > 0.99 and meter.fraction == 1.0


def test_a_gzip_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines_module, "_RATIO_FROM", 2**20)
    path = tmp_path / "a.tsv.gz"
    with gzip.open(path, "wb", compresslevel=9) as out:
        for _ in range(64):
            out.write(b"a\tb\n" * 2**18)  # 64 MiB, packed 250 times and more
    assert path.stat().st_size < 400_000
    with pytest.raises(DataError, match=r"a\.tsv\.gz unpacks to over 200 times its size"):
        for _ in iter_samples(path, "translation"):
            pass


def test_unpacking_stops_at_the_limit(tmp_path: Path) -> None:
    path = _gz(tmp_path / "a.tsv.gz", 2000)
    with pytest.raises(DataError, match="unpacks to more than 10,000 bytes"):
        list(iter_samples(path, "translation", max_bytes=10_000))


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize("name", ["a.tsv", "a.csv", "a.jsonl", "a.conll"])
def test_one_long_line_is_never_held(tmp_path: Path, name: str, packed: bool) -> None:
    path = tmp_path / (f"{name}.gz" if packed else name)
    size = 200 * 2**20
    if packed:
        with gzip.open(path, "wb", compresslevel=1) as out:
            for _ in range(20):
                out.write(b"x" * 2**20)
    else:
        with open(path, "wb") as sparse:
            sparse.write(b"x" * 2**21)
            sparse.truncate(size)

    def read() -> None:
        with pytest.raises(DataError, match="line 1 is longer than 1,000,000 bytes"):
            list(iter_samples(path, "ner"))

    assert _peak(read) < 8 * 2**20


def test_a_row_of_csv_that_never_ends_is_never_held(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('source,target\n"a' + '\n","b' * 2_000_000, encoding="utf-8")

    def read() -> None:
        with pytest.raises(DataError, match="line 2: a row is longer than 1,000,000"):
            list(iter_samples(path, "translation"))

    assert _peak(read) < 100 * 2**20


def test_samples_come_before_the_end_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.tsv"
    path.write_bytes(b"a\tb\n" * 100_000 + b"broken\n")
    assert len(list(itertools.islice(iter_samples(path, "translation"), 99_999))) == 99_999
