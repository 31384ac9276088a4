"""Entity scores of tagged sentences: strict (IOB2) and lenient (conlleval)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from shiftdemo.core.samples import Sample, TaggedSample, mentions

Span = tuple[str, int, int]

STRICT, LENIENT, TOKENS = slice(0, 3), slice(3, 6), slice(6, 8)
_STRICT_RULE = "scheme:IOB2|repair:none (I- without B- begins nothing)|average:micro"
_LENIENT_RULE = "scheme:IOB2|repair:conlleval (I- without B- begins a mention)|average:micro"


def spans(tags: Sequence[str], lenient: bool = False) -> set[Span]:
    """Returns the mentions of a tag sequence; see :func:`shiftdemo.core.samples.mentions`."""
    return set(mentions(tags, lenient))


def tags_of(sample: Sample) -> tuple[str, ...]:
    """Returns the gold tags of a sample; none of one that is not tagged."""
    return sample.tags if isinstance(sample, TaggedSample) else ()


def scorable(samples: Sequence[Sample]) -> list[int]:
    """Returns the indices of all samples, or of none where there is no mention among them.

    Without any, typed text is not told from text that has none, and entity F1 is 0 divided by 0.
    """
    has_mention = any(tag != "O" for sample in samples for tag in tags_of(sample))
    return list(range(len(samples))) if has_mention else []


def count(samples: Sequence[Sample], predictions: Sequence[Sequence[str]]) -> np.ndarray:
    """Returns the statistics, int64 ``(n_sentences, 8)``.

    Strict: right, predicted and gold mentions; lenient: the same; then right and all words.
    """
    rows = [_counted(s, p) for s, p in zip(samples, predictions, strict=True)]
    return np.array(rows, dtype=np.int64)


def _counted(sample: Sample, predicted: Sequence[str]) -> list[int]:
    gold_tags = tags_of(sample)
    row: list[int] = []
    for lenient in (False, True):
        gold, predicted_spans = spans(gold_tags, lenient), spans(predicted, lenient)
        row += [len(gold & predicted_spans), len(predicted_spans), len(gold)]
    right = sum(a == b for a, b in zip(gold_tags, predicted, strict=True))
    return [*row, right, len(gold_tags)]


def _share(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Returns ``100 * part / whole``, 0 where there is nothing to count."""
    return np.asarray(100.0 * part / np.maximum(whole, 1))


def _precision(s: np.ndarray) -> np.ndarray:
    return _share(s[..., 0], s[..., 1])


def _recall(s: np.ndarray) -> np.ndarray:
    return _share(s[..., 0], s[..., 2])


def _f1(s: np.ndarray) -> np.ndarray:
    return _share(2 * s[..., 0], s[..., 1] + s[..., 2])


def _accuracy(s: np.ndarray) -> np.ndarray:
    return _share(s[..., 0], s[..., 1])


MEASURES: dict[str, tuple[slice, Callable[[np.ndarray], np.ndarray], str]] = {
    "entity F1": (STRICT, _f1, _STRICT_RULE),
    "entity precision": (STRICT, _precision, _STRICT_RULE),
    "entity recall": (STRICT, _recall, _STRICT_RULE),
    "entity F1 (lenient)": (LENIENT, _f1, _LENIENT_RULE),
    "entity precision (lenient)": (LENIENT, _precision, _LENIENT_RULE),
    "entity recall (lenient)": (LENIENT, _recall, _LENIENT_RULE),
    "token accuracy": (TOKENS, _accuracy, "unit:word|O counted"),
}


def signature(name: str, samples: Sequence[Sample]) -> str:
    """Returns how a score was computed: the scheme and the repair rule."""
    return MEASURES[name][2]


@dataclass(frozen=True, slots=True)
class TypeRow:
    """One row of the table by entity type (strict IOB2) or class; percentages.

    Attributes:
        support: mentions of the type, or texts of the class, in the references.
        predicted: the same in the outputs.
    """

    type: str
    precision: float
    recall: float
    f1: float
    support: int
    predicted: int


def per_type(samples: Sequence[Sample], predictions: Sequence[Sequence[str]]) -> list[TypeRow]:
    """Returns the strict scores of every entity type that occurs, in alphabetical order."""
    counts: dict[str, list[int]] = {}
    for sample, predicted in zip(samples, predictions, strict=True):
        gold, predicted_spans = spans(tags_of(sample)), spans(predicted)
        for index, counted in enumerate((gold & predicted_spans, predicted_spans, gold)):
            for kind, _, _ in counted:
                counts.setdefault(kind, [0, 0, 0])[index] += 1
    rows = []
    for kind, numbers in sorted(counts.items()):
        s = np.array(numbers)
        figures = (float(_precision(s)), float(_recall(s)), float(_f1(s)))
        rows.append(TypeRow(kind, *figures, support=numbers[2], predicted=numbers[1]))
    return rows
