"""Tiny real models: some fresh, some that have learnt a handful of sentences by heart."""

from __future__ import annotations

import dataclasses
import itertools
import random
from collections.abc import Callable, Iterator, Sequence

import pytest
import torch

from shiftdemo.core.samples import Sample, TaggedSample, TranslationSample
from shiftdemo.core.types import PositionPlan, StepInputs
from shiftdemo.models.load import LoadedModel, make_scratch
from shiftdemo.models.scratch import ScratchSize, train_tokenizer
from shiftdemo.shifts.applying import unshifted
from shiftdemo.tasks.heads import Task, make_task

SIZE = ScratchSize(width=32, ffn=64, heads=2, layers=1, decoder_layers=1, max_positions=64)
PAIRS = (
    ("a red cat sleeps", "un chat rouge dort"),
    ("the dog eats bread", "le chien mange du pain"),
    ("she reads a long book", "elle lit un long livre"),
    ("we live in Paris", "nous habitons à Paris"),
    ("snow falls in winter", "la neige tombe en hiver"),
    ("his brother sings well", "son frère chante bien"),
    ("they open the blue door", "ils ouvrent la porte bleue"),
    ("my train is late today", "mon train est en retard aujourd'hui"),
)
# People and places share their names, so that a tag follows from where a word stands.
NAMES = ("Paris", "Jordan", "Georgia", "Chelsea")
FRAMES = (
    ("{n} went to {p} .", "B-PER O O B-LOC O"),
    ("in {p} we met {n} .", "O B-LOC O O B-PER O"),
    ("{p} {n} {p} .", "B-LOC B-PER B-LOC O"),
)


@pytest.fixture(autouse=True, scope="session")
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def translation() -> Task:
    return make_task("translation")


@pytest.fixture(scope="session")
def ner() -> Task:
    return make_task("ner")


@pytest.fixture(scope="session")
def pairs() -> list[Sample]:
    return [TranslationSample(f"p{i}", s, t) for i, (s, t) in enumerate(PAIRS)]


@pytest.fixture(scope="session")
def tagged() -> list[Sample]:
    found: list[Sample] = []
    for frame, tags in FRAMES:
        for name, place in itertools.permutations(NAMES, 2):
            words = tuple(frame.format(n=name, p=place).split())
            found.append(TaggedSample(f"t{len(found)}", words, tuple(tags.split())))
    return found


MakeModel = Callable[[str, str], LoadedModel]


@pytest.fixture(scope="session")
def make_model(
    pairs: list[Sample], tagged: list[Sample], translation: Task, ner: Task
) -> MakeModel:
    """Gives a fresh model of a task and a position encoding."""
    tokenizers = {
        "translation": train_tokenizer([*translation.texts(pairs)] * 2, "translation", 200),
        "ner": train_tokenizer([*ner.texts(tagged)], "ner", 200),
    }
    labels = {"translation": (), "ner": ner.labels(tagged)}

    def make(task: str, encoding: str) -> LoadedModel:
        ref = f"scratch:{encoding}"
        return make_scratch(ref, task, tokenizers[task], labels[task], SIZE, dropout=0.0, seed=1)

    return make


def train(
    loaded: LoadedModel, task: Task, samples: Sequence[Sample], steps: int, max_offset: int = 0
) -> LoadedModel:
    """Learns ``samples`` by heart, half of them at positions from 0 to ``max_offset``."""
    rng = random.Random(0)
    optimizer = torch.optim.AdamW(loaded.model.parameters(), lr=5e-3)
    loaded.model.train()
    for _ in range(steps):
        rows = []
        for sample in samples:
            k = rng.randint(0, max_offset) if rng.random() < 0.5 else 0
            row = unshifted(sample, 0)
            plan = PositionPlan(offset=k)
            rows.append(dataclasses.replace(row, feed=StepInputs(source=plan, target=plan)))
        loss = task.loss(loaded, task.collate(loaded, rows))
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    loaded.model.eval()
    return loaded


@pytest.fixture(scope="session")
def translator(make_model: MakeModel, translation: Task, pairs: list[Sample]) -> LoadedModel:
    """A BART-like model that knows ``pairs`` by heart."""
    return train(make_model("translation", "learned"), translation, pairs, 120)


@pytest.fixture(scope="session")
def base_tagger(make_model: MakeModel, ner: Task, tagged: list[Sample]) -> LoadedModel:
    """A BERT-like tagger trained at position 0."""
    return train(make_model("ner", "learned"), ner, tagged, 60)


@pytest.fixture(scope="session")
def shift_tagger(make_model: MakeModel, ner: Task, tagged: list[Sample]) -> LoadedModel:
    """The same, half of the samples at positions up to 16."""
    return train(make_model("ner", "learned"), ner, tagged, 200, max_offset=16)
