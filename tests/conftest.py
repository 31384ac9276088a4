"""Small real models, tokenizers and sentences for every test; nothing is downloaded."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from shiftdemo.core.samples import (
    QuestionSample,
    Sample,
    TaggedSample,
    TextSample,
    TranslationSample,
)
from shiftdemo.core.task_spec import task_specs

os.environ.setdefault("HF_HUB_OFFLINE", "1")
settings.register_profile(
    "shiftdemo",
    deadline=None,
    derandomize=True,
    max_examples=200,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("shiftdemo")

_NAMES = ("Ada", "Paul", "Marie", "Jean")
_VERBS = (("sees", "voit"), ("likes", "aime"), ("visits", "visite"))
_PLACES = ("Paris", "Rome", "Oslo", "New York")


# The longest first: of the browser tests, then of the others; from half a minute to three.
LONG = ("test_page.py", "test_console.py", "test_stopped_runs.py", "test_runs.py")
LONG += ("test_no_effect_page.py", "test_text_tasks_page.py", "test_overlap_page.py")
LONG += ("test_resume.py", "test_whole_corpora.py", "test_contract.py", "test_streaming.py")
LONG += ("test_operators_in_training.py", "test_columnar.py", "test_quiet.py")
LONG += ("test_process_group.py", "test_cli.py", "test_compare.py", "test_outside_task.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts the long files first, so that no worker ends long after the other."""
    place = {name: number for number, name in enumerate(LONG)}
    items.sort(key=lambda item: place.get(item.path.name, len(LONG)))


@pytest.fixture(scope="session", autouse=True)
def _one_thread() -> None:
    import torch

    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def pairs() -> list[TranslationSample]:
    """Short English-French pairs of two lengths with their gold word alignment."""
    made = []
    for n, (name, (en, fr), place) in enumerate(itertools.product(_NAMES, _VERBS, _PLACES)):
        tail = (" again and again", " encore et encore") if n % 3 == 0 else ("", "")
        source, target = f"{name} {en} {place}{tail[0]} .", f"{name} {fr} {place}{tail[1]} ."
        links = tuple((i, i) for i in range(len(source.split())))
        made.append(TranslationSample(f"pair-{n}", source, target, links=links))
    return made


@pytest.fixture(scope="session")
def tagged() -> list[TaggedSample]:
    """Tagged sentences of two lengths, mentions of one and two words among them."""
    made = []
    for n, (name, (verb, _), place) in enumerate(itertools.product(_NAMES, _VERBS, _PLACES)):
        places = place.split()
        words = [name, verb, *places, "."]
        tags = ["B-PER", "O", "B-LOC", *["I-LOC"] * (len(places) - 1), "O"]
        if n % 3 == 0:
            words, tags = ["Yesterday", "evening", *words], ["O", "O", *tags]
        made.append(TaggedSample(f"tagged-{n}", tuple(words), tuple(tags)))
    return made


@pytest.fixture(scope="session")
def questions() -> list[QuestionSample]:
    """Two questions about each of some short contexts."""
    made = []
    for n, (name, place) in enumerate(itertools.product(_NAMES, _PLACES)):
        context = f"It rained. Then {name} went to {place} by train."
        for key, question, answer in (("who", "Who went?", name), ("where", "Where to?", place)):
            start = context.index(answer)
            made.append(QuestionSample(f"{key}-{n}", question, context, (answer,), (start,)))
    return made


@pytest.fixture(scope="session")
def labelled() -> list[TextSample]:
    """Texts of two lengths whose label follows from one word."""
    made = []
    for n, (name, (verb, _), place) in enumerate(itertools.product(_NAMES, _VERBS, _PLACES)):
        word, label = (("good", "positive"), ("bad", "negative"))[n % 2]
        tail = " again and again" if n % 3 == 0 else ""
        made.append(TextSample(f"text-{n}", f"{name} {verb} the {word} {place}{tail} .", label))
    return made


@pytest.fixture(scope="session")
def by_task(
    pairs: list[TranslationSample],
    tagged: list[TaggedSample],
    questions: list[QuestionSample],
    labelled: list[TextSample],
) -> dict[str, Sequence[Sample]]:
    """The samples of each task, by their kind."""
    texts = [TextSample(sample.id, sample.text) for sample in labelled]
    kinds: dict[type[Sample], Sequence[Sample]] = {
        TranslationSample: pairs,
        TaggedSample: tagged,
        QuestionSample: questions,
        TextSample: texts,
    }
    return {
        spec.name: labelled if "label" in spec.columns else kinds[spec.sample]
        for spec in task_specs()
    }


@pytest.fixture(scope="session")
def tokenizers(by_task: dict[str, Sequence[Sample]]) -> dict[str, Any]:
    """A tokenizer of at most 200 pieces for each task."""
    from shiftdemo.models.scratch import train_tokenizer
    from shiftdemo.tasks.heads import make_task

    return {
        task: train_tokenizer(make_task(task).texts(samples), task, 200)
        for task, samples in by_task.items()
    }


@pytest.fixture(scope="session")
def make_tiny(tokenizers: dict[str, Any]) -> Callable[..., Any]:
    """Gives a fresh model: ``make_tiny(task, encoding, seed=0, dropout=0.0, **size)``."""
    from shiftdemo.models.load import make_scratch
    from shiftdemo.models.scratch import ScratchSize

    names = {
        "ner": ("O", "B-LOC", "I-LOC", "B-PER", "I-PER"),
        "classification": ("negative", "positive"),
    }

    def make(task: str, encoding: str, seed: int = 0, dropout: float = 0.0, **size: Any) -> Any:
        shape = {"width": 32, "ffn": 64, "heads": 2, "layers": 1, "decoder_layers": 1}
        shape |= {"max_positions": 64, "vocab": 200, **size}
        labels = names.get(task, ())
        ref = f"scratch:{encoding}"
        return make_scratch(
            ref, task, tokenizers[task], labels, ScratchSize(**shape), dropout, seed
        )

    return make


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """Where real data lie; tests that need them are skipped where there are none."""
    sibling = Path(__file__).resolve().parents[2] / "shared" / "data"
    folder = Path(os.environ.get("SHIFTDEMO_DATA", sibling))
    if not folder.is_dir():
        pytest.skip(f"no real data in {folder}; name their folder in SHIFTDEMO_DATA")
    return folder
