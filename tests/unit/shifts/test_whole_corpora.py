"""Every operator over whole real corpora: not one broken tag, not one wrong alignment.

Tasks of one text see a fifth of the pairs' English sides, which translation sees whole.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from contract import check
from generated import CASES

from shiftdemo.core.samples import Sample, TaggedSample, TextSample
from shiftdemo.data.reading.files import parallel_lines, read_samples
from shiftdemo.shifts import Shift, apply_shifts

REAL = [(shift, task) for shift, task in CASES if task != "question_answering"]
IDS = [f"{shift.name}-{task}" for shift, task in REAL]


@pytest.fixture(scope="module")
def corpora(data_folder: Path) -> dict[str, list[Sample]]:
    """WikiANN's and Multi30k's training sentences."""
    tagged, pairs = data_folder / "wikiann_en" / "train.tsv.gz", data_folder / "multi30k"
    if not tagged.exists() or not pairs.exists():
        pytest.skip(f"no WikiANN and Multi30k in {data_folder}")
    both = parallel_lines(pairs / "train.en.gz", pairs / "train.fr.gz")
    texts: list[Sample] = [TextSample(pair.id, pair.text) for pair in both[::5]]
    return {
        "ner": read_samples(tagged, "ner"),
        "translation": both,
        "language_modeling": texts,
        "classification": texts,
    }


@pytest.mark.parametrize(("operator", "task"), REAL, ids=IDS)
def test_operator_keeps_the_contract_on_every_sentence(
    corpora: dict[str, list[Sample]], operator: type[Shift], task: str
) -> None:
    samples, applied = corpora[task], 0
    assert len(samples) >= (20_000 if task in ("ner", "translation") else 5_000)
    shifts = [operator()]
    for number, sample in enumerate(samples):
        if isinstance(sample, TaggedSample) and number % 2:
            # Every word another one, so that no wrong alignment is right by chance.
            names = tuple(f"{word}#{i}" for i, word in enumerate(sample.words))
            sample = dataclasses.replace(sample, words=names)
        result = apply_shifts(shifts, sample, 1, samples[:64], always=True)
        check(result, sample)
        applied += result.applied
    assert applied > 0.6 * len(samples)  # of WikiANN, a third is one mention
