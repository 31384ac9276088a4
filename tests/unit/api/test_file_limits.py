"""A small file that unpacks beyond a server's limit is refused on every way in."""

from __future__ import annotations

import dataclasses
import gzip
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from shiftdemo import api
from shiftdemo.core.config import CompareConfig, DataSpec, TrainConfig
from shiftdemo.core.errors import DataError
from shiftdemo.core.events import RunFinished, RunStarted
from shiftdemo.core.limits import Limits
from shiftdemo.data.reading.files import iter_samples

LIMITS = dataclasses.replace(Limits.public(), unpacked_bytes=20_000)
refused = partial(pytest.raises, DataError, match=r"unpacks to more than 20,000 bytes")


@pytest.fixture
def bomb(tmp_path: Path) -> str:
    """The path of 1 kB that unpacks to 200 kB: tagged sentences of one long word."""
    path = tmp_path / "bomb.conll.gz"
    path.write_bytes(gzip.compress(f"{'a' * 1000}\tO\n\n".encode() * 200))
    assert path.stat().st_size < 2000
    return str(path)


def test_compare_unpacks_no_more_than_the_server_allows(bomb: str) -> None:
    data = DataSpec(corpus="", eval=bomb)
    config = CompareConfig("ner", "bundled:tagger", "bundled:tagger", data, n=100)
    with refused():
        api.Backend(LIMITS).compare(config)
    with refused():
        api.compare_loaded(config, {}, limits=LIMITS)
    with refused():
        api.Backend(LIMITS).compare_seeds(config, [(config.base, config.shifted)] * 2)


def test_a_run_in_a_worker_unpacks_no_more_than_the_server_allows(
    bomb: str, tmp_path: Path
) -> None:
    held_out = tmp_path / "held.conll"
    held_out.write_text("Ada\tB-PER\n\n" * 8, encoding="utf-8")
    data = DataSpec(corpus="", train=bomb, eval=str(held_out))
    run = tmp_path / "run"
    with refused():
        list(api.Backend(LIMITS).finetune_in_worker(TrainConfig(data=data), run, lambda: False))


def test_a_run_that_goes_on_in_a_worker_keeps_the_time_it_was_given(tmp_path: Path) -> None:
    data = DataSpec(size=32, eval_size=8, max_words=8)
    config = TrainConfig(data=data, steps=1, batch_size=8, seconds=2 * LIMITS.seconds)
    events = list(api.Backend(LIMITS).finetune_in_worker(config, tmp_path / "run", lambda: False))
    assert isinstance(events[0], RunStarted) and isinstance(events[-1], RunFinished)
    assert events[0].config["seconds"] == 2 * LIMITS.seconds


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.jsonl.gz", '{"text": "' + "a" * 30_000 + '"}\n'),
        ("a.jsonl.gz", "\n" * 30_000),
        ("a.csv.gz", 'text\n"' + "a\n" * 15_000 + '"\n'),
        ("a.tsv.gz", "source\ttarget\n" + "\n" * 30_000),
        ("a.conll.gz", "a\tO\n" * 8000),
    ],
)
def test_a_preview_unpacks_no_more_than_the_server_allows(
    tmp_path: Path, name: str, text: str
) -> None:
    path = tmp_path / name
    path.write_bytes(gzip.compress(text.encode()))
    with refused():
        api.preview_file(path, "", max_bytes=20_000)


@pytest.mark.parametrize(
    "texts",
    [[f"{n}" * 4000 for n in range(9)], ["a" * 4000] * 9],
    ids=["a large row group", "a text stored once"],
)
def test_parquet_unpacks_no_more_than_the_server_allows(tmp_path: Path, texts: list[str]) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"text": texts}), path)
    ways: list[Callable[..., object]] = [
        lambda most: list(iter_samples(path, "language_modeling", max_bytes=most)),
        lambda most: api.preview_file(path, "language_modeling", 9, max_bytes=most),
    ]
    for way in ways:
        assert way(50_000)
        with refused():
            way(20_000)
