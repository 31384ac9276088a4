"""Real corpora, read where they lie; skipped where they are absent."""

from __future__ import annotations

from pathlib import Path

import pytest

from shiftdemo.core.samples import (
    QuestionSample,
    Sample,
    TaggedSample,
    TextSample,
    TranslationSample,
    mentions,
)
from shiftdemo.data.reading.files import parallel_lines, read_samples
from shiftdemo.shifts import SHIFTS, apply_shifts


def _need(path: Path) -> Path:
    if not path.exists():
        pytest.skip(f"{path.name} is not in {path.parent}")
    return path


@pytest.mark.parametrize(
    ("name", "n", "types"),
    [
        ("wikiann_en/dev.tsv.gz", 10_000, {"PER", "LOC", "ORG"}),
        (
            "wnut17/dev.conll",
            1009,
            {"person", "location", "corporation", "product", "group", "creative-work"},
        ),
    ],
)
def test_tagged_corpora_are_read_whole(
    data_folder: Path, name: str, n: int, types: set[str]
) -> None:
    samples = read_samples(_need(data_folder / name), "ner")
    assert len(samples) == n
    found = set()
    for sample in samples:
        assert isinstance(sample, TaggedSample)
        assert all(word and not word.startswith("en:") for word in sample.words)
        found |= {kind for kind, _, _ in mentions(sample.tags)}
    assert found == types


def test_tab_separated_pairs_are_read_whole(data_folder: Path) -> None:
    samples = read_samples(_need(data_folder / "tatoeba" / "en-fr.tsv.gz"), "translation")
    assert len(samples) == 19_801
    assert all(isinstance(s, TranslationSample) and s.source and s.target for s in samples)


def test_parallel_files_are_read_whole(data_folder: Path) -> None:
    folder = data_folder / "multi30k"
    samples = parallel_lines(_need(folder / "val.en.gz"), _need(folder / "val.fr.gz"))
    assert len(samples) == 1014


def test_every_operator_takes_real_sentences(data_folder: Path) -> None:
    tagged = read_samples(_need(data_folder / "wnut17" / "dev.conll"), "ner", 200)
    pairs = read_samples(_need(data_folder / "tatoeba" / "en-fr.tsv.gz"), "translation", 200)
    texts = [TextSample(one.id, one.text, "label") for one in pairs]
    sets: dict[str, list[Sample]] = {"ner": tagged, "translation": pairs, "summarization": pairs}
    sets |= {task: list(texts) for task in ("language_modeling", "classification")}
    sets["question_answering"] = [QuestionSample(one.id, "Who?", one.text) for one in texts]
    for operator in SHIFTS:
        for task in operator.tasks():
            results = [
                apply_shifts([operator()], sample, 0, sets[task], always=True)
                for sample in sets[task]
            ]
            # a tag cannot be rolled where no word has one
            able = [result for result in results if "has no mention" not in result.note]
            assert sum(result.applied for result in able) > 0.9 * len(able) > 100
