"""Entity scores of tagged sentences: strict (IOB2) and lenient (conlleval)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

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


def strict_f1(sums: np.ndarray) -> np.ndarray:
    """Returns F1, 0 to 100, of right, predicted and gold mentions ``(..., 3)``."""
    return _f1(np.asarray(sums, dtype=np.float64))


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


CLASSES_ARE = "unit:mention|scheme:IOB2"


def class_counts(
    samples: Sequence[Sample], predictions: Sequence[Sequence[str]]
) -> tuple[list[str], np.ndarray]:
    """Returns the entity types that occur, and what is counted of each, strictly.

    Returns:
        Names in alphabetical order, and right, predicted and gold mentions of every sentence,
        int64 ``(n_sentences, n_types, 3)``.
    """
    return grouped_counts(samples, predictions, lambda index, span: span[0])


def grouped_counts(
    samples: Sequence[Sample],
    predictions: Sequence[Sequence[str]],
    group: Callable[[int, Span], str],
) -> tuple[list[str], np.ndarray]:
    """Returns the same by any groups of mentions.

    Args:
        group: the group of a gold or predicted mention of the sentence with an index.
    """
    found: list[tuple[int, str, int]] = []
    for index, (sample, predicted) in enumerate(zip(samples, predictions, strict=True)):
        gold, given = spans(tags_of(sample)), spans(predicted)
        for column, counted in enumerate((gold & given, given, gold)):
            found += [(index, group(index, span), column) for span in counted]
    names = sorted({name for _, name, _ in found})
    at = {name: number for number, name in enumerate(names)}
    counts = np.zeros((len(samples), len(names), 3), dtype=np.int64)
    for index, name, column in found:
        counts[index, at[name], column] += 1
    return names, counts
