"""Attention over many sentences: profiles, and against gold alignments and answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from shiftdemo.attention.gold import answer_share, link_counts, word_weights
from shiftdemo.attention.lining_up import is_still, lined_up
from shiftdemo.attention.profiles import Interval, Means, Profile
from shiftdemo.attention.weights import Reading, attend, called_alike, shown
from shiftdemo.core import words as w
from shiftdemo.core.progress import Cancel, Progress, never, silent
from shiftdemo.core.samples import QuestionSample, TranslationSample
from shiftdemo.core.types import ShiftedSample
from shiftdemo.models.load import LoadedModel
from shiftdemo.shifts.applying import unshifted
from shiftdemo.tasks.heads import Task

READS = {"predicts": False, "reads": True}  # which queries stand for a word of the target


@dataclass
class OverCorpus:
    """Attention of one model over many sentences.

    Attributes:
        profiles: by kind of attention.
        links: by ``predicts`` and ``reads``, one array a sentence with gold links, see
            :func:`shiftdemo.attention.gold.link_counts`; of sentences after the shift.
        answers: the question's attention on the answer, ``(n_layers, n_heads)``.
        by_chance: what it would be if every token got the same.
        n: sentences.
    """

    profiles: dict[str, Profile] = field(default_factory=dict)
    links: dict[str, list[np.ndarray]] = field(default_factory=dict)
    answers: Means = field(default_factory=Means)
    by_chance: Means = field(default_factory=Means)
    n: int = 0

    def add(self, loaded: LoadedModel, task: Task, sample: ShiftedSample) -> None:
        """Reads one more sentence.

        Raises:
            ShiftDemoError: as :func:`shiftdemo.attention.weights.attend`.
        """
        still = attend(loaded, task, unshifted(sample.original))
        moved = still if is_still(sample) else attend(loaded, task, sample)
        ours, theirs = lined_up(still.maps, moved.maps, sample)
        before, now = shown(still, ours), shown(moved, theirs)
        for one, other in zip(called_alike(now, before).maps, before.maps, strict=True):
            self.profiles.setdefault(one.kind, Profile()).add(one, other)
        self._add_gold(sample, moved)
        self.n += 1

    def _add_gold(self, sample: ShiftedSample, moved: Reading) -> None:
        pair = sample.shifted
        if isinstance(pair, TranslationSample) and pair.links is not None:
            n_source, n_target = (len(w.split(text).words) for text in (pair.source, pair.target))
            for name, reads in READS.items():
                weights = word_weights(moved.maps[-1], n_source, n_target, reads)
                self.links.setdefault(name, []).append(link_counts(weights, pair.links))
        if isinstance(pair, QuestionSample):
            found = answer_share(moved.maps[-1], pair)
            if found is not None:
                self.answers.add(found[0])
                self.by_chance.add(np.array(found[1]))

    def intervals(self) -> dict[str, Mapping[str, Interval]]:
        """Returns the profiles with their intervals, by kind and name."""
        return {kind: profile.intervals() for kind, profile in self.profiles.items()}


def over_corpus(
    models: Mapping[str, LoadedModel],
    task: Task,
    samples: Sequence[ShiftedSample],
    progress: Progress = silent,
    cancel: Cancel = never,
    what: str = "",
) -> dict[str, OverCorpus]:
    """Returns the attention of every arm over the same sentences; fewer of them when cancelled.

    Args:
        models: by arm.
        samples: after the shift.
        what: is said with the progress.
    """
    found = {arm: OverCorpus() for arm in models}
    for number, sample in enumerate(samples):
        if cancel():
            break
        progress(number / len(samples), what)
        for arm, loaded in models.items():
            found[arm].add(loaded, task, sample)
    return found
