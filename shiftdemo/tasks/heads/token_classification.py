"""Named-entity tagging: one BIO tag a word, on the first piece of the word."""

from __future__ import annotations

import dataclasses
import itertools
import random
from collections.abc import Iterable, Sequence
from typing import Any

import torch
from torch import Tensor

from shiftdemo.core.errors import DataError
from shiftdemo.core.samples import Sample, TaggedSample, bio_fault
from shiftdemo.core.types import ShiftedSample
from shiftdemo.models.load import LoadedModel
from shiftdemo.tasks.heads.base import Batch, Task, logits, offsets, pad, starts
from shiftdemo.tasks.heads.loss import IGNORED

MAX_TOKENS = 256


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
        """See :meth:`Task.labels`: ``O`` first, then ``B-X``, ``I-X`` by type."""
        types = sorted(
            {tag[2:] for sample in samples for tag in _tagged(sample).tags if tag != "O"}
        )
        return ("O", *(f"{mark}-{kind}" for kind in types for mark in "BI"))

    def size(self, loaded: LoadedModel, sample: Sample) -> int:
        """See :meth:`Task.size`: characters over three."""
        return 2 + sum(len(word) + 2 for word in _tagged(sample).words) // 3

    def collate(self, loaded: LoadedModel, samples: Sequence[ShiftedSample]) -> Batch:
        """See :meth:`Task.collate`; the first piece of a word carries its tag, the rest −100.

        Where the model answers ``d`` tokens late, so do the labels, after ``d`` padding tokens.
        """
        late = loaded.output_delay
        known = {label: i for i, label in enumerate(loaded.labels)}
        tagged = [_tagged(sample.shifted) for sample in samples]
        encoded = _encode(loaded, [sample.words for sample in tagged])
        labels = []
        for sample, (ids, first) in zip(tagged, encoded, strict=True):
            row = [IGNORED] * len(ids)  # already with the padding tokens of a delay
            for word, index in enumerate(first):
                if index is None:
                    continue
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
        rows = [ids for ids, _ in encoded]
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
            if not bio_fault(gold):  # a mention may have lost its first word
                pairs.append((TaggedSample(sample.original.id, ("",) * len(gold), gold), tags))
        return pairs

    @torch.inference_mode()
    def predict(
        self, loaded: LoadedModel, samples: Sequence[ShiftedSample], batch_size: int = 64
    ) -> list[Any]:
        """Returns the predicted tags of every word (a tuple a sample)."""
        words = [_tagged(sample.shifted).words for sample in samples]
        encoded = _encode(loaded, words) if words else []
        order = sorted(range(len(words)), key=lambda i: len(encoded[i][0]))
        tags: list[tuple[str, ...]] = [()] * len(words)
        for start in range(0, len(order), batch_size):
            rows = order[start : start + batch_size]
            ids = [encoded[i][0] for i in rows]
            by = starts(loaded, [samples[i].feed.source for i in rows], [*map(len, ids)])
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
            best = logits(loaded, batch).argmax(-1).tolist()
            for row, classes in zip(rows, best, strict=True):
                first = encoded[row][1]
                indices = (None if p is None else p + loaded.output_delay for p in first)
                tags[row] = tuple("O" if p is None else loaded.labels[classes[p]] for p in indices)
        return tags


def _encode(
    loaded: LoadedModel, sentences: Sequence[Sequence[str]]
) -> list[tuple[list[int], list[int | None]]]:
    """Returns for each sentence its ids and the index of every word's first piece.

    Where the model answers late, so many padding tokens stand at the end of the ids. A word
    that vanishes in normalisation, or stands beyond the model's positions, has ``None``.
    """
    late = loaded.output_delay
    bound = min(MAX_TOKENS, loaded.positions.table_size or MAX_TOKENS) - late
    encoded = loaded.tokenizer(
        [list(words) or [""] for words in sentences], is_split_into_words=True, verbose=False
    )
    rows = []
    for row, words in enumerate(sentences):
        ids = encoded.input_ids[row]
        first: list[int | None] = [None] * len(words)
        for index, word in enumerate(encoded.word_ids(row)[:bound]):
            if word is not None and word < len(words) and first[word] is None:
                first[word] = index
        if len(ids) > bound:
            ids = [*ids[: bound - 1], ids[-1]]
            first = [None if p is not None and p >= bound - 1 else p for p in first]
        rows.append(([*ids, *[loaded.tokenizer.pad_token_id] * late], first))
    return rows
