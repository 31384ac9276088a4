"""Named-entity tagging: one BIO tag a word, on the first piece of the word."""

from __future__ import annotations

import dataclasses
import itertools
import random
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

import torch
from torch import Tensor

from shiftdemo.core.errors import DataError
from shiftdemo.core.samples import Sample, TaggedSample, bio_fault, mentions
from shiftdemo.core.types import ShiftedSample
from shiftdemo.models.load import LoadedModel
from shiftdemo.tasks.heads.base import Batch, Task, logits, offsets, pad, starts
from shiftdemo.tasks.heads.length import Cut, may_exceed
from shiftdemo.tasks.heads.loss import IGNORED
from shiftdemo.tasks.heads.word_windows import WordWindow, bound, encoded, parts_of, word_windows

_V = TypeVar("_V")
_FEW = 16  # sentences of a batch where a few are looked at closely


def _tagged(sample: Sample) -> TaggedSample:
    if not isinstance(sample, TaggedSample):
        raise DataError("ner.sample_has_no_tags", id=sample.id)
    return sample


class TokenClassification(Task):
    """Words in, BIO tags out."""

    def texts(self, samples: Iterable[Sample]) -> Iterable[str]:
        """See :meth:`Task.texts`."""
        for sample in samples:
            yield " ".join(_tagged(sample).words)

    def labels(self, samples: Iterable[Sample]) -> tuple[str, ...]:
        """See :meth:`Task.labels`: ``O`` first, then ``B-X``, ``I-X`` by type, or plain tags."""
        tagged = [_tagged(sample) for sample in samples]
        if any(sample.plain for sample in tagged):
            return ("O", *sorted({tag for sample in tagged for tag in sample.tags} - {"O"}))
        types = sorted({tag[2:] for sample in tagged for tag in sample.tags if tag != "O"})
        return ("O", *(f"{mark}-{kind}" for kind in types for mark in "BI"))

    def size(self, loaded: LoadedModel, sample: Sample) -> int:
        """See :meth:`Task.size`: characters over three."""
        return 2 + sum(len(word) + 2 for word in _tagged(sample).words) // 3

    def sizes(self, loaded: LoadedModel, samples: Sequence[Sample]) -> list[int]:
        """See :meth:`Task.sizes`: tokens, where they are remembered."""
        if loaded.memo is None:
            return super().sizes(loaded, samples)
        return [len(ids) for ids, _ in encoded(loaded, [_tagged(s).words for s in samples])]

    def collate(self, loaded: LoadedModel, samples: Sequence[ShiftedSample]) -> Batch:
        """See :meth:`Task.collate`; the first piece of a word carries its tag, the rest −100.

        Where the model answers ``d`` tokens late, so do the labels, after ``d`` padding tokens.
        """
        late = loaded.output_delay
        known = {label: i for i, label in enumerate(loaded.labels)}
        tagged = [_tagged(sample.shifted) for sample in samples]
        labels, rows = [], []
        for sample, window in zip(tagged, _first_windows(loaded, tagged), strict=True):
            row = [IGNORED] * len(window.ids)  # already with the padding tokens of a delay
            for word, index in window.first.items():
                try:
                    row[index + late] = known[sample.tags[word]]
                except KeyError:
                    raise DataError(
                        "ner.sample_model_has_no",
                        id=sample.id,
                        tags=sample.tags[word],
                        labels=", ".join(loaded.labels),
                    ) from None
            labels.append(row)
            rows.append(window.ids)
        return Batch(
            inputs={
                "input_ids": pad(rows, loaded.tokenizer.pad_token_id),
                "attention_mask": pad([[1] * len(ids) for ids in rows], 0),
            },
            labels=pad(labels, IGNORED),
            source_offset=offsets(
                [sample.feed.source for sample in samples],
                [len(ids) for ids in rows],
                loaded.positions.table_size,
            ),
            target_offset=torch.zeros(len(rows), dtype=torch.long),
            n_tokens=sum(map(len, rows)),
        )

    def ids(self, loaded: LoadedModel, sample: Sample) -> list[int]:
        """See :meth:`Task.ids`: word by word."""
        words = list(_tagged(sample).words)
        return list(loaded.tokenizer(words, is_split_into_words=True, verbose=False).input_ids)

    def token_words(
        self, loaded: LoadedModel, sample: Sample, ids: Sequence[int]
    ) -> list[int | None]:
        """See :meth:`Task.token_words`."""
        return encoded(loaded, [_tagged(sample).words])[0][1][: len(ids)]

    def has_reference(self, loaded: LoadedModel, sample: Sample) -> bool:
        """See :meth:`Task.has_reference`."""
        tagged = isinstance(sample, TaggedSample) and bool(sample.words)
        return tagged and set(_tagged(sample).tags) <= set(loaded.labels)

    def shuffle_sources(self, samples: Sequence[Sample], rng: random.Random) -> list[Sample]:
        """See :meth:`Task.shuffle_sources`: words are dealt anew from those of all the samples.

        Whole sentences of one length would not do, because sentences made from one pattern have
        the same tags.
        """
        tagged = [_tagged(sample) for sample in samples]
        words = [word for sample in tagged for word in sample.words]
        rng.shuffle(words)
        dealt = iter(words)
        return [
            dataclasses.replace(sample, words=tuple(itertools.islice(dealt, len(sample.words))))
            for sample in tagged
        ]

    def neutral(self, loaded: LoadedModel, sample: Sample) -> Sample:
        """See :meth:`Task.neutral`: every word gets one tag that the model knows."""
        beginnings = (label for label in loaded.labels if label.startswith("B-"))
        tag = "O" if "O" in loaded.labels else next(beginnings, "O")
        tagged = _tagged(sample)
        return dataclasses.replace(tagged, tags=(tag,) * len(tagged.words))

    def predictions_from_logits(
        self, loaded: LoadedModel, samples: Sequence[ShiftedSample], batch: Batch, best: Tensor
    ) -> list[tuple[Sample, Any]]:
        """See :meth:`Task.predictions_from_logits`; words that were cut off are in neither."""
        pairs: list[tuple[Sample, Any]] = []
        for sample, labels, chosen in zip(samples, batch.labels, best, strict=True):
            counted = labels != IGNORED
            gold = tuple(loaded.labels[i] for i in labels[counted].tolist())
            tags = tuple(loaded.labels[i] for i in chosen[counted].tolist())
            plain = _tagged(sample.shifted).plain
            if plain or not bio_fault(gold):  # a mention may have lost its first word
                words = ("",) * len(gold)
                pairs.append((TaggedSample(sample.original.id, words, gold, plain), tags))
        return pairs

    def cut(self, loaded: LoadedModel, samples: Sequence[Sample], training: bool = True) -> Cut:
        """See :meth:`Task.cut`: nothing is cut of what is predicted, which is read in windows."""
        if not training:
            return Cut()
        most, tokens, words, mentioned, n = bound(loaded), 0, 0, 0, 0
        for sample in map(_tagged, samples):
            if not may_exceed(sample.text, most):
                continue
            [[kept, *more]] = word_windows(loaded, [sample.words], [0])
            gone = {word for window in more for word in window.first} - kept.first.keys()
            if gone:
                n, words = n + 1, words + len(gone)
                tokens += len(self.ids(loaded, sample)) - most
                mentioned += sum(start in gone for _, start, _ in mentions(sample.tags))
        return Cut(n, tokens, words, mentioned)

    def in_parts(
        self, loaded: LoadedModel, samples: Sequence[Sample], room: int = 0
    ) -> list[Sample]:
        """See :meth:`Task.in_parts`: no mention is cut."""
        most = max(bound(loaded) // 2, bound(loaded, room))
        parts: list[Sample] = []
        for sample in map(_tagged, samples):
            if may_exceed(sample.text, most):
                parts += parts_of(loaded, sample, most)
            else:
                parts.append(sample)
        return parts

    @torch.inference_mode()
    def predict(
        self, loaded: LoadedModel, samples: Sequence[ShiftedSample], batch_size: int = 64
    ) -> list[Any]:
        """Returns the predicted tags of every word (a tuple a sample).

        A sentence longer than the model reads goes through it in overlapping windows, each at the
        sentence's own offset; a word's tag is that of the window in which it stands deepest.
        """
        found: list[dict[int, tuple[int, int]]] = [{} for _ in samples]
        for part, out in self._read(loaded, samples, batch_size):
            _deepest(part, out.argmax(-1).tolist(), found, loaded.output_delay)
        outside = loaded.labels.index("O") if "O" in loaded.labels else -1
        return [
            tuple(
                loaded.labels[at] if (at := own.get(word, (0, outside))[1]) >= 0 else "O"
                for word in range(len(_tagged(sample.shifted).words))
            )
            for sample, own in zip(samples, found, strict=True)
        ]

    @torch.inference_mode()
    def probabilities(
        self, loaded: LoadedModel, samples: Sequence[ShiftedSample]
    ) -> list[tuple[float, ...]]:
        """See :meth:`Task.probabilities`: of the tag of every word."""
        found: list[dict[int, tuple[int, float]]] = [{} for _ in samples]
        for part, out in self._read(loaded, samples, _FEW):
            sure = out.float().softmax(-1).amax(-1).tolist()
            _deepest(part, sure, found, loaded.output_delay)
        return [
            tuple(own.get(word, (0, 0.0))[1] for word in range(len(_tagged(sample.shifted).words)))
            for sample, own in zip(samples, found, strict=True)
        ]

    def _read(
        self, loaded: LoadedModel, samples: Sequence[ShiftedSample], batch_size: int
    ) -> Iterator[tuple[list[tuple[int, WordWindow]], Tensor]]:
        """Yields windows with the index of their sample, and logits ``(batch, len, n_classes)``."""
        words = [_tagged(sample.shifted).words for sample in samples]
        plans = [sample.feed.source for sample in samples]
        at = [plan.offset if plan.constant else 0 for plan in plans]
        windows = [(i, one) for i, own in enumerate(word_windows(loaded, words, at)) for one in own]
        windows.sort(key=lambda row: len(row[1].ids))
        for start in range(0, len(windows), batch_size):
            part = windows[start : start + batch_size]
            ids = [window.ids for _, window in part]
            by = starts(loaded, [plans[i] for i, _ in part], [*map(len, ids)])
            batch = Batch(
                inputs={
                    "input_ids": pad(ids, loaded.tokenizer.pad_token_id),
                    "attention_mask": pad([[1] * len(row) for row in ids], 0),
                },
                labels=torch.zeros((len(ids), max(map(len, ids))), dtype=torch.long),
                source_offset=by,
                target_offset=torch.zeros(len(ids), dtype=torch.long),
                n_tokens=0,
            ).to(loaded.device)
            yield part, logits(loaded, batch)


def _deepest(
    part: Sequence[tuple[int, WordWindow]],
    values: Sequence[Sequence[_V]],
    found: list[dict[int, tuple[int, _V]]],
    late: int,
) -> None:
    """Keeps for each word the value of the window in which it stands deepest.

    Args:
        values: one for each token of the windows.
        found: of each sample by word how deep, and the value.
        late: how many tokens later the model answers.
    """
    for (row, window), own in zip(part, values, strict=True):
        for word, index in window.first.items():
            margin = window.margin[word]
            if word not in found[row] or margin > found[row][word][0]:
                found[row][word] = (margin, own[index + late])


def _first_windows(loaded: LoadedModel, samples: Sequence[TaggedSample]) -> list[WordWindow]:
    """Returns the row of each sentence; of one that is too long its beginning."""
    windows = word_windows(loaded, [sample.words for sample in samples], [0] * len(samples))
    return [own[0] for own in windows]
