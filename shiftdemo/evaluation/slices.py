"""Where a difference comes from: the same paired test on parts of the sentences.

Sentences are parted by what is known of them before any model reads them (length, rare words,
whether they are cut); mentions also by type, by where they stand and by whether training had them.
A slice is looked for, not foretold, so the p-values of all slices are corrected together for false
discoveries (Benjamini and Hochberg 1995).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from shiftdemo.core.messages import Message
from shiftdemo.core.plain import as_plain
from shiftdemo.core.samples import QuestionSample, Sample, TaggedSample
from shiftdemo.evaluation.scorers import entities
from shiftdemo.evaluation.significance import Difference, Measure, benjamini_hochberg
from shiftdemo.evaluation.training_words import TrainingWords, words_of

FEWEST = 10  # sentences of a slice: fewer say nothing
RARE = 10  # a word that training had less often is rare
OF_MENTIONS = ("type", "place", "names")  # kinds whose score is F1 of mentions
_Part = tuple[str, Message, list[int]]  # kind, name and the sentences


@dataclass(frozen=True, slots=True)
class Slice:
    """One part of the sentences, or of their mentions, and what the arms score there.

    Attributes:
        kind: by what it is parted: ``length``, ``words``, ``cut``, ``answer``, ``type``,
            ``place`` or ``names``.
        name: what is in it.
        key: stable, as ``length/1``; the sentences that are shown carry it.
        n: sentences that have any of it.
        difference: judged arm minus reference arm, in the main score.
        corrected: p-value, corrected over all slices.
        members: indices of the scored sentences; not in JSON.
        stats: of every arm, what the score is made of there, ``(n_rows, n_stats)``; not in JSON.
    """

    kind: str
    name: Message
    key: str
    n: int
    difference: Difference
    corrected: float = 1.0
    members: tuple[int, ...] = field(default=(), compare=False, repr=False)
    stats: Mapping[str, np.ndarray] = field(default_factory=dict, compare=False, repr=False)

    def to_dict(self) -> dict[str, Any]:
        """Returns it as plain JSON values."""
        kept = (item.name for item in dataclasses.fields(self) if item.compare)
        return {name: as_plain(getattr(self, name)) for name in kept}


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the sentences besides themselves.

    Attributes:
        words: of the training of the judged arm; ``None`` where that is not known.
        cut: indices of the sentences of which not all is read.
    """

    words: TrainingWords | None = None
    cut: frozenset[int] = frozenset()


def sentence_parts(samples: Sequence[Sample], known: Known) -> list[_Part]:
    """Returns how the sentences are parted; a part of fewer than 10 is left out."""
    parts = _by_length(samples) + _by_answer(samples)
    if known.words is not None and known.words.words:
        parts += _by_words(samples, known.words)
    if known.cut:
        kept = [i for i in range(len(samples)) if i not in known.cut]
        parts.append(("cut", Message("slices.cut"), sorted(known.cut)))
        parts.append(("cut", Message("slices.whole"), kept))
    return [part for part in parts if len(part[2]) >= FEWEST]


def _by_length(samples: Sequence[Sample]) -> list[_Part]:
    sizes = np.array([len(words_of(sample)) for sample in samples])
    if not len(sizes):
        return []
    ends = sorted({int(np.quantile(sizes, share)) for share in (1 / 3, 2 / 3)} | {int(sizes.max())})
    parts: list[_Part] = []
    low = int(sizes.min())
    for end in ends:
        inside = np.flatnonzero((sizes >= low) & (sizes <= end)).tolist()
        if inside:
            parts.append(("length", Message("slices.length", low=low, high=end), inside))
        low = end + 1
    return parts if len(parts) > 1 else []


def _by_answer(samples: Sequence[Sample]) -> list[_Part]:
    """Returns questions by where in the context their answer stands."""
    thirds: dict[str, list[int]] = {"first": [], "middle": [], "last": [], "none": []}
    for index, sample in enumerate(samples):
        if not isinstance(sample, QuestionSample):
            return []
        if not sample.answers:
            thirds["none"].append(index)
            continue
        at = max(0, sample.context.find(sample.answers[0])) / max(1, len(sample.context))
        thirds["first" if at < 1 / 3 else "middle" if at < 2 / 3 else "last"].append(index)
    return [("answer", Message(f"slices.answer_{name}"), own) for name, own in thirds.items()]


def _by_words(samples: Sequence[Sample], known: TrainingWords) -> list[_Part]:
    """Returns sentences by how often training had the rarest of their words."""
    groups: dict[str, list[int]] = {"unseen": [], "rare": [], "common": []}
    for index, sample in enumerate(samples):
        least = min((known.count(word) for word in words_of(sample)), default=0)
        if not least and not known.complete:
            continue
        groups["unseen" if not least else "rare" if least < RARE else "common"].append(index)
    return [
        ("words", Message(f"slices.words_{name}", rare=RARE), own) for name, own in groups.items()
    ]


def mention_groups(
    samples: Sequence[TaggedSample], known: Known
) -> dict[str, Callable[[int, entities.Span], str]]:
    """Returns how mentions are parted: for each kind the group of a mention of a sentence."""
    groups: dict[str, Callable[[int, entities.Span], str]] = {
        "type": lambda index, span: span[0],
        "place": lambda index, span: (
            "first" if 2 * span[1] < len(samples[index].words) else "second"
        ),
    }
    words = known.words
    if words is not None and words.names and words.complete:

        def seen(index: int, span: entities.Span) -> str:
            name = " ".join(samples[index].words[span[1] : span[2]])
            return "seen" if words.knows(name) else "unseen"

        groups["names"] = seen
    return groups


def _mention_name(kind: str, group: str) -> Message:
    if kind == "type":
        return Message("slices.type", type=group)
    return Message(f"slices.{kind}_{group}")


def slices(
    samples: Sequence[Sample],
    read: Sequence[Sample],
    outputs: Mapping[str, Sequence[Any]],
    stats: Mapping[str, np.ndarray],
    known: Known,
    test: Callable[[Mapping[str, np.ndarray], Measure | None], Difference],
) -> tuple[Slice, ...]:
    """Returns all slices with their differences, corrected together.

    Args:
        samples: the scored ones, as they came: by them sentences are parted.
        read: the same as the arms read them: by them mentions are parted.
        outputs: of every arm, one a sample.
        stats: of every arm, ``(n, n_stats)``.
        test: of the statistics of the arms and a formula (``None``: the main score's) the
            difference of the judged arm.
    """
    found: list[Slice] = []
    numbers: dict[str, int] = {}

    def add(
        kind: str,
        name: Message,
        members: Sequence[int],
        own: Mapping[str, np.ndarray],
        formula: Measure | None = None,
    ) -> None:
        number = numbers[kind] = numbers.get(kind, 0) + 1
        key, difference = f"{kind}/{number}", test(own, formula)
        found.append(Slice(kind, name, key, len(members), difference, 1.0, tuple(members), own))

    for kind, name, members in sentence_parts(samples, known):
        add(kind, name, members, {arm: own[members] for arm, own in stats.items()})
    for kind, name, members, own in _of_mentions(read, outputs, known):
        add(kind, name, members, own, entities.strict_f1)
    return corrected(found)


def _of_mentions(
    samples: Sequence[Sample], outputs: Mapping[str, Sequence[Any]], known: Known
) -> list[tuple[str, Message, list[int], dict[str, np.ndarray]]]:
    tagged = [one for one in samples if isinstance(one, TaggedSample) and not one.plain]
    if not tagged or len(tagged) < len(samples):
        return []
    found = []
    for kind, group in mention_groups(tagged, known).items():
        counted = {
            arm: entities.grouped_counts(tagged, given, group) for arm, given in outputs.items()
        }
        for name in sorted({name for names, _ in counted.values() for name in names}):
            own = {}
            for arm, (names, counts) in counted.items():
                at = names.index(name) if name in names else -1
                empty = np.zeros((len(tagged), 3), dtype=np.int64)
                own[arm] = counts[:, at] if at >= 0 else empty
            with_it = np.any([part.any(1) for part in own.values()], axis=0)
            members = np.flatnonzero(with_it).tolist()
            gold = next(iter(own.values()))[:, 2]
            if int((gold > 0).sum()) >= FEWEST:
                parts = {arm: part[members] for arm, part in own.items()}
                found.append((kind, _mention_name(kind, name), members, parts))
    return found


def corrected(found: Sequence[Slice]) -> tuple[Slice, ...]:
    """Returns the slices with their p-values corrected over all of them."""
    values = benjamini_hochberg([one.difference.p_value for one in found])
    return tuple(
        dataclasses.replace(one, corrected=value) for one, value in zip(found, values, strict=True)
    )
