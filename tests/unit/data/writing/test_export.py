"""Shifted samples to files and back."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from shiftdemo import api
from shiftdemo.core.errors import ConfigError, DataError
from shiftdemo.core.samples import TaggedSample, TranslationSample
from shiftdemo.core.types import ShiftedSample
from shiftdemo.data.reading.files import read_samples
from shiftdemo.data.writing.export import write_shifted

PAIR = TranslationSample("p", "=1+1 is two, he says", "=1+1 font deux, dit-il")
TAGGED = TaggedSample("t", ("Ada", "reads"), ("B-PER", "O"))


def shifted(task: str, sample: TranslationSample | TaggedSample) -> list[ShiftedSample]:
    return list(api.build_shifted(task, [sample], ["append_copy:index=0"], seed=3))


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_translation_goes_out_and_in_again(tmp_path: Path, form: str) -> None:
    path = tmp_path / f"out.{form}"
    assert write_shifted(shifted("translation", PAIR), path, form) == 1
    back = read_samples(path, "translation")[0]
    wanted = shifted("translation", PAIR)[0].shifted
    assert isinstance(back, TranslationSample) and isinstance(wanted, TranslationSample)
    assert back.source.lstrip("'") == wanted.source


def test_conll_goes_out_and_in_again(tmp_path: Path) -> None:
    path = tmp_path / "out.conll"
    write_shifted(shifted("ner", TAGGED), path, "conll")
    back = read_samples(path, "ner")[0]
    assert isinstance(back, TaggedSample)
    assert (back.words, back.tags) == (("Ada", "reads", "Ada"), ("B-PER", "O", "B-PER"))


def test_rows_say_where_they_come_from(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    write_shifted(shifted("ner", TAGGED), path)
    row = json.loads(path.read_text(encoding="utf-8"))
    again = next(iter(api.build_shifted("ner", [TAGGED], [row["shift"]], row["seed"]))).shifted
    assert isinstance(again, TaggedSample) and list(again.words) == row["words"]
    assert (row["id"], row["alignment"]) == ("t", [0, 1])


def test_csv_cells_are_no_formulas(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    write_shifted(shifted("translation", PAIR), path, "csv")
    with open(path, encoding="utf-8", newline="") as handle:
        row = next(csv.DictReader(handle))
    assert not any(cell.startswith(("=", "+", "@")) for cell in row.values())


def test_a_failed_export_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="CoNLL is for ner"):
        write_shifted(shifted("translation", PAIR), tmp_path / "out.conll", "conll")
    with pytest.raises(ConfigError, match="jsonl, csv, parquet, conll"):
        write_shifted([], tmp_path / "out.xml", "xml")
    assert list(tmp_path.iterdir()) == []
