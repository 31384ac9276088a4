"""Samples a second of every operator, beside nlpaug's nearest, on the same sentences.

From the raw string to the finished sample in one process: the words are split, the draws come
from the sample's own key, and the shifted text, the alignment and the provenance are made.
nlpaug gives a text alone. Where an operator works in columns, as in every file that is built, the
sentences are shifted together: all of this stands in the columns of a ``ShiftedColumns`` when the
clock stops. "One by one" makes a ``ShiftedSample`` of each sentence. The rounds of all candidates
are interleaved and medians are reported.

    pip install nlpaug
    python benchmarks/shifts.py [--sentences FILE] [--output benchmarks/results/shifts.json]
"""

from __future__ import annotations

import argparse
import gzip
import json
import platform
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from shiftdemo.core import words as w
from shiftdemo.core.samples import Sample, TaggedSample, TextSample, TranslationSample
from shiftdemo.data.grammar import GrammarSpec, generate
from shiftdemo.shifts import SHIFTS, apply_shifts, make_shift
from shiftdemo.shifts.columnar.apply import shift_columns
from shiftdemo.shifts.columnar.samples import SampleColumns
from shiftdemo.shifts.stream import MOST_ROWS

N, ROUNDS = 10_000, 5
# Of a question a raw string says too little.
KINDS: dict[str, type[Sample]] = {
    "translation": TranslationSample,
    "summarization": TranslationSample,
    "ner": TaggedSample,
    "language_modeling": TextSample,
    "classification": TextSample,
}
NEAREST = {"local_shuffle": "swap", "rotate": "swap", "drop": "delete", "length_crop": "crop"}


def sentences(path: str) -> list[str]:
    """The first 10,000 lines of a (gzipped) text file, or sentences of the built-in corpus."""
    if not path:
        spec = GrammarSpec(size=N, min_words=6)  # nlpaug cannot crop some shorter ones
        return [sentence.translation().source for sentence in generate(spec, "train")]
    opened: Any = gzip.open if path.endswith(".gz") else open
    with opened(path, "rt", encoding="utf-8") as lines:
        return [line.strip() for _, line in zip(range(N), lines, strict=False)]


def sample_of(kind: type[Sample], number: int, text: str, target: str) -> Sample:
    """A pair, a text without a label, or words with the tag O: all that a raw string says."""
    if kind is TextSample:
        return TextSample(str(number), text)
    if kind is TaggedSample:
        words = w.split(text).words
        return TaggedSample(str(number), words, ("O",) * len(words))
    return TranslationSample(str(number), text, target)


def targets_of(name: str, texts: Sequence[str]) -> Sequence[str]:
    """Empty targets, but the texts themselves for an operator that cuts targets."""
    return texts if SHIFTS.get(name).stage == "length" else [""] * len(texts)


def together(name: str, kind: type[Sample], texts: Sequence[str]) -> Callable[[], Any]:
    """Shifts the sentences in columns, as many at once as a long build does."""
    shift = [make_shift(name)]

    def run() -> None:
        for start in range(0, len(texts), MOST_ROWS):
            part = list(texts[start : start + MOST_ROWS])
            ids = [str(number) for number in range(start, start + len(part))]
            targets = list(targets_of(name, part)) if kind is TranslationSample else None
            shift_columns(shift, SampleColumns(kind, ids, part, targets), 0, always=True)

    return run


def one_by_one(name: str, kind: type[Sample], texts: Sequence[str]) -> Callable[[], Any]:
    """Shifts every sentence by itself."""
    shift, pairs = [make_shift(name)], list(zip(texts, targets_of(name, texts), strict=True))
    context = [sample_of(kind, -1 - i, *pair) for i, pair in enumerate(pairs[:64])]

    def run() -> None:
        for number, pair in enumerate(pairs):
            apply_shifts(shift, sample_of(kind, number, *pair), 0, context, always=True)

    return run


def peer(action: str, texts: Sequence[str]) -> Callable[[], Any]:
    """Augments every sentence with nlpaug's random word augmenter at its defaults."""
    import nlpaug.augmenter.word as naw

    augmenter = naw.RandomWordAug(action=action)

    def run() -> None:
        for text in texts:
            augmenter.augment(text)

    return run


def main() -> None:
    """Measures, prints a table, and writes it where that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sentences", default="", help="a text file, one sentence a line")
    parser.add_argument("--output", help="a JSON file for the figures")
    arguments = parser.parse_args()
    texts = sentences(arguments.sentences)
    runs = {f"nlpaug {action}": peer(action, texts) for action in ("swap", "crop", "delete")}
    for shift in SHIFTS:
        # One task of each kind of sample: an operator does not see the task.
        kinds = {KINDS[task]: task for task in reversed(shift.tasks()) if task in KINDS}
        for kind, task in kinds.items():
            if shift.columnar:
                runs[f"{shift.name} ({task})"] = together(shift.name, kind, texts)
            runs[f"{shift.name} ({task}), one by one"] = one_by_one(shift.name, kind, texts)
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(ROUNDS):
        for name, run in runs.items():
            began = time.perf_counter()
            run()
            seconds[name].append(time.perf_counter() - began)
    rates = {name: len(texts) / statistics.median(times) for name, times in seconds.items()}
    fastest = max(rate for name, rate in rates.items() if name.startswith("nlpaug"))
    rows = []
    for name, rate in rates.items():
        near = NEAREST.get(name.partition(" ")[0], "")
        against = rates[f"nlpaug {near}"] if near else fastest
        rows.append({"name": name, "per_second": round(rate), "times_nlpaug": rate / against})
        print(f"{name:46} {rate:10,.0f} /s   {rate / against:5.1f} x nlpaug {near or '(fastest)'}")
    if arguments.output:
        words = sum(len(w.split(text).words) for text in texts) / len(texts)
        machine = {"python": platform.python_version(), "machine": platform.machine()}
        found = {**machine, "sentences": len(texts), "mean_words": words, "rows": rows}
        Path(arguments.output).write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
