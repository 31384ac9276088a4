"""Plain and labelled texts: files of every kind, the built-in corpus, and recipes' sources."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from pathlib import Path

import pytest

from shiftdemo.core.config import DataSpec
from shiftdemo.core.errors import DataError
from shiftdemo.core.samples import TextSample
from shiftdemo.data.load import load_samples
from shiftdemo.data.reading.files import read_samples
from shiftdemo.data.reading.preview import preview
from shiftdemo.data.sources import read_source


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.txt", "It rains.\n\nShe sings.\n"),
        ("a.jsonl", '{"text": "It rains."}\n{"text": "She sings."}\n'),
        ("a.csv", "text,stars\nIt rains.,4\nShe sings.,5\n"),
        ("a.tsv", "id\tsentence\nx\tIt rains.\ny\tShe sings.\n"),
    ],
)
def test_a_column_of_text_is_enough_for_a_language_model(
    tmp_path: Path, name: str, text: str
) -> None:
    found = read_samples(write(tmp_path / name, text), "language_modeling")
    assert [(type(one), one.text, one.label) for one in found] == [  # type: ignore[union-attr]
        (TextSample, "It rains.", ""),
        (TextSample, "She sings.", ""),
    ]


def test_pairs_are_not_taken_for_texts(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "source,target\nGo,Va\n")
    with pytest.raises(DataError, match=r"source, target; give the columns text, or map yours"):
        read_samples(path, "language_modeling")
    found = read_samples(path, "language_modeling", columns={"text": "target"})
    assert found == [TextSample("a.csv-2", "Va")]
    with pytest.raises(DataError, match="line 1 has 2 tab-separated fields; write the text"):
        read_samples(write(tmp_path / "b.txt", "Go\tVa\n"), "language_modeling")


def test_labelled_texts_without_a_header(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tsv", "fine\t1\nbad\t0\n")
    wanted = [TextSample("a.tsv-1", "fine", "1"), TextSample("a.tsv-2", "bad", "0")]
    assert read_samples(path, "classification") == wanted
    swapped = read_samples(path, "classification", columns={"text": "2", "label": "1"})
    assert swapped[0] == TextSample("a.tsv-1", "1", "fine")
    with pytest.raises(DataError, match=r"line 1 has 1 .*; write the text, a tab and the label"):
        read_samples(write(tmp_path / "b.txt", "fine\n"), "classification")
    with pytest.raises(DataError, match="2 tab-separated fields; the columns 3 were asked for"):
        read_samples(path, "language_modeling", columns={"text": "3"})


def test_a_preview_shows_texts_without_a_header(tmp_path: Path) -> None:
    seen = preview(write(tmp_path / "a.txt", "It rains.\nShe sings.\n"), "language_modeling", 1)
    assert seen == {"columns": ["1"], "guess": {"text": "1"}, "rows": [["It rains."]]}
    seen = preview(write(tmp_path / "b.tsv", "fine\t1\n"), "classification")
    assert seen["guess"] == {"text": "1", "label": "2"} and seen["rows"] == [["fine", "1"]]


def test_the_built_in_corpus_has_texts_with_a_sentiment() -> None:
    spec = DataSpec(size=600, eval_size=100)
    train, held_out = (load_samples("classification", spec, part) for part in ("train", "eval"))
    counts = Counter(one.label for one in train if isinstance(one, TextSample))
    assert set(counts) == {"positive", "negative", "neutral"} and min(counts.values()) > 30
    assert not {one.text for one in train} & {one.text for one in held_out}  # type: ignore[union-attr]
    plain = load_samples("language_modeling", spec)
    assert [one.text for one in plain] == [one.text for one in train]  # type: ignore[union-attr]
    assert all(one.label == "" for one in plain)  # type: ignore[union-attr]


def test_a_source_of_a_recipe_takes_one_side_once_and_in_a_new_order(tmp_path: Path) -> None:
    rows = [("Go.", "Va."), ("Go.", "Allez."), ("Hi.", "Salut."), ("Run.", "Cours."), ("Hi.", "Là")]
    with gzip.open(tmp_path / "p.tsv.gz", "wt", encoding="utf-8") as file:
        file.writelines(f"{a}\t{b}\n" for a, b in rows)
    source = {"file": "p.tsv.gz", "columns": "text=1", "distinct": True}
    found = read_source(source, tmp_path, "language_modeling")
    assert [one.text for one in found] == ["Go.", "Hi.", "Run."]  # type: ignore[union-attr]
    orders = set()
    for seed in range(20):
        mixed = read_source({**source, "shuffle": seed}, tmp_path, "language_modeling")
        again = read_source({**source, "shuffle": seed}, tmp_path, "language_modeling")
        assert mixed == again and sorted(one.id for one in mixed) == sorted(o.id for o in found)
        orders.add(tuple(one.id for one in mixed))
    assert len(orders) == 6
    head = {**source, "shuffle": 3, "take": 2}
    tail = {**source, "shuffle": 3, "skip": 2}
    parts = [read_source(part, tmp_path, "language_modeling") for part in (head, tail)]
    assert sorted(map(len, parts)) == [1, 2]
    assert not {one.text for one in parts[0]} & {one.text for one in parts[1]}  # type: ignore[union-attr]


def test_sst_2_is_read_whole(data_folder: Path) -> None:
    path = data_folder / "sst2" / "dev.tsv.gz"
    if not path.exists():
        pytest.skip("SST-2 is not there")
    found = read_samples(path, "classification")
    assert len(found) == 6735
    assert Counter(one.label for one in found).keys() == {"0", "1"}  # type: ignore[union-attr]
    assert all(one.text for one in found)  # type: ignore[union-attr]


def test_the_language_model_s_held_out_texts_are_in_none_of_its_training(data_folder: Path) -> None:
    recipe = Path(__file__).resolve().parents[3] / "configs" / "language_model.json"
    values = json.loads(recipe.read_text(encoding="utf-8"))

    def texts(sources: list[dict[str, object]]) -> set[str]:
        files = [source for source in sources if "file" in source]  # the corpus splits itself
        some = [read_source(one, data_folder, "language_modeling") for one in files]
        return {one.text for part in some for one in part}  # type: ignore[union-attr]

    train = texts(values["stages"][0]["sources"])
    held, test = texts(values["held_out"]), texts(values["test"]["Tatoeba, held out"])
    assert len(train) == 10_700 and len(held) == 339 and len(test) == 700
    assert not train & held and not train & test and not held & test
