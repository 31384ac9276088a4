"""Data sets of the hub, tried on folders in its format; nothing is downloaded."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest
from chinese import english_in
from datasets import ClassLabel, Dataset, Features, List, Translation, Value

from shiftdemo import api
from shiftdemo.core.config import CompareConfig, DataSpec, TrainConfig, from_dict
from shiftdemo.core.errors import ConfigError, DataError, LimitError
from shiftdemo.core.limits import Limits
from shiftdemo.core.samples import Sample, TaggedSample, TranslationSample
from shiftdemo.data.reading.files import read_samples
from shiftdemo.data.reading.hub import hub_samples
from shiftdemo.data.reading.lines import Meter

TAGS = ["O", "B-PER", "I-PER"]
TAGGED = TaggedSample("a", ("Ada", "reads"), ("B-PER", "O"))


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three data sets: Parquet with classes, subsets of JSONL, and classes named by the card."""
    root = tmp_path_factory.mktemp("hub")
    features = Features(
        {
            "id": Value("string"),
            "tokens": List(Value("string")),
            "ner_tags": List(ClassLabel(names=TAGS)),
        }
    )
    row = {"id": "a", "tokens": ["Ada", "reads"], "ner_tags": [1, 0]}
    for split, n in (("train", 3), ("validation", 1)):
        rows = [{**row, "id": row["id"] if at == 0 else f"a{at}"} for at in range(n)]
        (root / "ner" / "data").mkdir(parents=True, exist_ok=True)
        Dataset.from_list(rows, features=features).to_parquet(
            root / "ner" / "data" / f"{split}-00000-of-00001.parquet"
        )
    for subset in ("one", "two"):
        folder = root / "pairs" / subset
        folder.mkdir(parents=True)
        pair = {"translation": {"en": f"Go {subset}.", "fr": "Va !"}, "x": 1}
        (folder / "train.jsonl").write_text(json.dumps(pair) + "\n", encoding="utf-8")
    (root / "pairs" / "README.md").write_text(
        "---\nconfigs:\n"
        + "".join(
            f"- config_name: {name}\n  data_files:\n  - split: train\n    path: {name}/*.jsonl\n"
            for name in ("one", "two")
        )
        + "---\n",
        encoding="utf-8",
    )
    (root / "card").mkdir()
    (root / "card" / "train.jsonl").write_text(
        '{"words": ["Ada", "reads"], "tags": [1, 0]}\n' * 3, encoding="utf-8"
    )
    (root / "card" / "README.md").write_text(
        "---\ndataset_info:\n  features:\n  - name: words\n    sequence: string\n"
        "  - name: tags\n    sequence:\n      class_label:\n        names:\n"
        "          '0': O\n          '1': B-PER\n"
        "  splits:\n  - name: train\n    num_bytes: 99\n    num_examples: 3\n---\n",
        encoding="utf-8",
    )
    return root


def _read(folder: Path, task: str, **options: object) -> list[Sample]:
    return list(hub_samples(f"hub:{folder}", task, **options))  # type: ignore[arg-type]


def test_classes_of_parquet_become_tags(folders: Path) -> None:
    found = _read(folders / "ner", "ner")
    assert found == [dataclasses.replace(TAGGED, id=name) for name in ("a", "a1", "a2")]
    assert len(_read(folders / "ner", "ner", split="validation")) == 1


def test_classes_of_parquet_become_tags_in_a_file_too(folders: Path) -> None:
    path = folders / "ner" / "data" / "validation-00000-of-00001.parquet"
    assert read_samples(path, "ner") == [TAGGED]
    found = api.preview_file(path, "ner")
    assert found["guess"] == {"words": "tokens", "tags": "ner_tags", "id": "id"}
    assert found["rows"] == [["a", '["Ada", "reads"]', "[1, 0]"]]


def test_nested_pairs_of_parquet_are_read(tmp_path: Path) -> None:
    features = Features({"translation": Translation(languages=["fr", "en"])})
    row = {"translation": {"fr": "Va !", "en": "Go."}}
    (tmp_path / "p").mkdir()
    Dataset.from_list([row], features=features).to_parquet(tmp_path / "p" / "train.parquet")
    for found in (
        read_samples(tmp_path / "p" / "train.parquet", "translation"),
        _read(tmp_path / "p", "translation"),
    ):
        assert isinstance(found[0], TranslationSample)
        assert (found[0].source, found[0].target) == ("Go.", "Va !")


def test_a_subset_is_chosen_and_columns_are_mapped(folders: Path) -> None:
    found = _read(folders / "pairs", "translation", subset="two")[0]
    assert isinstance(found, TranslationSample)
    assert (found.source, found.target) == ("Go two.", "Va !")
    columns = {"source": "translation.fr", "target": "translation.en"}
    back = _read(folders / "pairs", "translation", subset="two", columns=columns)[0]
    assert isinstance(back, TranslationSample) and back.source == "Va !"


def test_classes_of_the_card_become_tags(folders: Path) -> None:
    meter = Meter()
    found = _read(folders / "card", "ner", meter=meter)
    assert isinstance(found[0], TaggedSample) and found[0].tags == ("B-PER", "O")
    assert meter.fraction == 1.0


@pytest.mark.parametrize(
    ("folder", "task", "options", "match"),
    [
        ("ner", "ner", {"split": "test"}, "has no split 'test'; it has train, validation"),
        ("ner", "translation", {}, "the columns are id, tokens, ner_tags; give the columns"),
        ("ner", "ner", {"columns": {"words": "w"}}, "no column 'w'; it has id, tokens, ner_tags"),
        ("pairs", "translation", {}, "has several subsets; name one with --subset: one, two"),
        ("pairs", "translation", {"subset": "x"}, "no subset 'x'; name one .*: one, two"),
        ("none", "ner", {}, "There is no folder"),
    ],
)
def test_what_is_not_there_is_named_with_what_is(
    folders: Path, folder: str, task: str, options: dict[str, object], match: str
) -> None:
    with pytest.raises(DataError, match=match) as error:
        _read(folders / folder, task, **options)
    assert "\n" not in str(error.value)
    chinese = error.value.message.text("zh").replace(str(folders), "x")
    assert english_in(chinese, "hub ner train validation id tokens ner_tags one two") == []


def test_an_empty_or_a_broken_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="holds no data files"):
        _read(tmp_path / "empty", "ner")
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "train.parquet").write_bytes(b"PAR1 and nothing more")
    with pytest.raises(DataError, match=r"hub:.*(cannot be opened|cannot be read)") as error:
        _read(tmp_path / "broken", "ner")
    assert "\n" not in str(error.value)


def test_numbers_without_names_are_refused(tmp_path: Path) -> None:
    (tmp_path / "train.jsonl").write_text('{"tokens": ["a"], "ner_tags": [0]}', encoding="utf-8")
    with pytest.raises(DataError, match="row 1: column ner_tags: the tags are numbers"):
        _read(tmp_path, "ner")
    with pytest.raises(DataError, match="column ner_tags") as error:
        _read(tmp_path, "ner")
    assert "第 1 行：列 ner_tags：标签是数字" in error.value.message.text("zh")
    with pytest.raises(DataError, match="line 1: column ner_tags: the tags are numbers"):
        read_samples(tmp_path / "train.jsonl", "ner")


def test_without_a_network_the_way_out_is_said() -> None:
    with pytest.raises(DataError, match="hub:owner/name: the hub cannot be reached") as error:
        list(hub_samples("hub:owner/name", "ner"))
    assert "hub:/path" in str(error.value)


@pytest.mark.parametrize("name", ["json", "csv", "pandas", "a/b/c", "", "https://x.y/z", "a b/c"])
def test_a_name_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(ConfigError, match="write hub:OWNER/NAME"):
        list(hub_samples(f"hub:{name}", "ner"))


def test_a_folder_that_has_the_name_of_a_data_set_is_not_taken_for_it(
    folders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folders.parent)
    with pytest.raises(DataError, match="cannot be reached"):
        list(hub_samples(f"hub:{folders.name}/ner", "ner"))
    assert len(list(hub_samples(f"hub:./{folders.name}/ner", "ner"))) == 3


@pytest.mark.parametrize("ref", ["hub:owner/other", "hub:/etc", "hub:./x", "hub:~/x"])
def test_a_server_reads_what_it_lists_and_no_folders(ref: str) -> None:
    limits = dataclasses.replace(Limits.public(), hub_datasets=("owner/name",))
    with pytest.raises(LimitError, match=r"does not read .*allowed: owner/name"):
        list(hub_samples(ref, "ner", limits=limits))
    data = DataSpec(corpus="", train="a.csv", eval=ref)
    with pytest.raises(LimitError, match="does not read"):
        api.load_samples("ner", data, "eval", limits=limits)
    with pytest.raises(LimitError, match="does not read"):
        limits.check_run(TrainConfig(steps=1, data=data))
    with pytest.raises(LimitError, match="does not read"):
        api.Backend(limits).compare(CompareConfig("ner", "a", "b", data, n=2))
    limits.check_reference("hub:owner/name")
    Limits().check_reference(ref)


def test_training_data_may_come_from_the_hub(folders: Path) -> None:
    data = DataSpec(corpus="", train=f"hub:{folders / 'ner'}", eval=f"hub:{folders / 'ner'}")
    assert len(api.load_samples("ner", data, "train")) == 3
    assert len(api.load_samples("ner", data, "eval")) == 1
    assert len(api.load_samples("ner", data, "train", 2)) == 2
    other = dataclasses.replace(data, eval_split="train", columns="words=tokens")
    assert len(api.load_samples("ner", other, "test")) == 3
    values = json.loads(json.dumps(dataclasses.asdict(other)))
    assert from_dict(DataSpec, values, "config") == other


def test_settings_of_data_are_texts() -> None:
    with pytest.raises(ConfigError, match="columns is"):
        from_dict(DataSpec, {"columns": ["a"]}, "config")
