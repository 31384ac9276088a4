"""Short real runs, to be exported."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from exported import ODD, train, write_rows

from shiftdemo.core.config import DataSpec
from shiftdemo.core.samples import TaggedSample, TranslationSample


@pytest.fixture(scope="session")
def runs(
    tmp_path_factory: pytest.TempPathFactory,
    tagged: list[TaggedSample],
    pairs: list[TranslationSample],
) -> dict[str, Path]:
    """A tagger's run on files with an odd name, with two seeds, and a translator's."""
    root = tmp_path_factory.mktemp("my machine")
    rows = [{"words": sample.words, "tags": sample.tags} for sample in tagged]
    data = DataSpec(
        corpus="",
        train=write_rows(root / ODD, rows[8:]),
        eval=write_rows(root / "held.jsonl", rows[:8]),
    )
    return {
        "ner": train(root / "ner", "ner", data=data, seeds=(3, 4), label_smoothing=0.1),
        "translation": train(root / "translation", "translation", arms=("base",)),
    }


@pytest.fixture(scope="session")
def delayed(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str], Path]:
    """Gives a run with an operator that changes the model."""
    root = tmp_path_factory.mktemp("delayed")

    def make(task: str, shift: str) -> Path:
        folder = root / f"{task}-{shift.partition(':')[0]}"
        return folder if folder.exists() else train(folder, task, shifts=(shift,))

    return make
