"""What ships with the project: bundled models that load and work, within their size."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from starting import at

from shiftdemo.core.assets import ASSETS
from shiftdemo.core.model_refs import PAIR, bundled_models
from shiftdemo.core.samples import TaggedSample, TranslationSample
from shiftdemo.models.load import LoadedModel, load_model
from shiftdemo.tasks.heads import make_task

ROOT = ASSETS.parent


@pytest.fixture(scope="module")
def translator() -> LoadedModel:
    return load_model("bundled:translator", "translation")


@pytest.fixture(scope="module")
def tagger() -> LoadedModel:
    return load_model("bundled:tagger", "ner")


@pytest.mark.parametrize("name", list(bundled_models()))
def test_bundled_models_are_small_safe_and_documented(name: str) -> None:
    folder = ASSETS / "models" / name
    for arm in PAIR:
        files = {path.name for path in (folder / arm).iterdir() if path.is_file()}
        assert "model.safetensors" in files
        assert sum(path.stat().st_size for path in (folder / arm).iterdir()) < 10_000_000
    assert not [path for path in folder.rglob("*") if path.suffix in (".bin", ".pt", ".pkl")]
    card = (folder / "README.md").read_text(encoding="utf-8")
    figures = json.loads((folder / "figures.json").read_text(encoding="utf-8"))
    recipe = json.loads((folder / "recipe.json").read_text(encoding="utf-8"))
    for test_set, found in figures.items():
        for arm in PAIR:
            shown = list(found["scores"][arm].values())
            if test_set in recipe["curves"]:
                shown += [*found["curves"][arm], found["price"]]
            assert all(f"{figure['value']:.1f}" in card for figure in shown), test_set
    assert recipe == json.loads((ROOT / "configs" / f"{name}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("english", "words"),
    [
        ("A man in a red shirt is walking.", ["homme", "rouge"]),
        ("The children are playing in the park.", ["enfants", "parc"]),
        ("I am hungry.", ["faim"]),
        ("She is reading a book.", ["Elle", "livre"]),
    ],
)
def test_translator_gives_sensible_french(
    translator: LoadedModel, english: str, words: list[str]
) -> None:
    out = make_task("translation").predict(translator, at([TranslationSample("t", english, "")]))[0]
    assert all(word in out for word in words), out


def test_tagger_finds_people_and_places(tagger: LoadedModel) -> None:
    words = tuple("Ada Lovelace wrote to Charles Babbage in London .".split())
    sample = TaggedSample("t", words, ("O",) * len(words))
    tags = make_task("ner").predict(tagger, at([sample]))[0]
    assert tags[0] == "B-PER" and tags[-2] == "B-LOC", tags


def test_no_asset_is_over_ten_megabytes() -> None:
    large = [p for p in Path(ASSETS).rglob("*") if p.is_file() and p.stat().st_size > 10_000_000]
    assert large == []


def test_no_asset_names_a_folder_of_the_machine_that_made_it() -> None:
    texts = (p for p in Path(ASSETS).rglob("*") if p.suffix in (".json", ".jsonl", ".md"))
    names = re.compile(r'"(?:/(?:home|root|tmp|work|Users|mnt|var)/|[A-Z]:\\)')
    assert [p.name for p in texts if names.search(p.read_text(encoding="utf-8"))] == []
