"""Classification: one label a text."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from shiftdemo.core.errors import DataError
from shiftdemo.core.messages import Message
from shiftdemo.core.samples import Sample, TextSample
from shiftdemo.core.types import ShiftedSample
from shiftdemo.models.load import LoadedModel
from shiftdemo.models.moving import left_padded, moved_positions
from shiftdemo.tasks.heads.base import Batch, Task, cut_end, offsets, pad, passed_round, starts

MAX_TOKENS = 256


def _text(sample: Sample) -> TextSample:
    if not isinstance(sample, TextSample):
        raise DataError("classification.sample_no_text_with", id=sample.id)
    return sample


class SequenceClassification(Task):
    """Text in, one label out."""

    def texts(self, samples: Iterable[Sample]) -> Iterable[str]:
        """See :meth:`Task.texts`."""
        for sample in samples:
            yield _text(sample).text

    def labels(self, samples: Iterable[Sample]) -> tuple[str, ...]:
        """See :meth:`Task.labels`: in alphabetical order."""
        return tuple(sorted({_text(sample).label for sample in samples} - {""}))

    def size(self, loaded: LoadedModel, sample: Sample) -> int:
        """See :meth:`Task.size`: characters over four, no more than is kept."""
        return 2 + min(len(_text(sample).text) // 4, MAX_TOKENS)

    def ids(self, loaded: LoadedModel, sample: Sample) -> list[int]:
        """See :meth:`Task.ids`."""
        return _encode(loaded, [_text(sample).text])[0]

    def has_reference(self, loaded: LoadedModel, sample: Sample) -> bool:
        """See :meth:`Task.has_reference`."""
        return bool(_text(sample).text.strip()) and _text(sample).label in loaded.labels

    def shuffle_sources(self, samples: Sequence[Sample], rng: random.Random) -> list[Sample]:
        """See :meth:`Task.shuffle_sources`: no label keeps its own text."""
        texts = [_text(sample) for sample in samples]
        if len({sample.label for sample in texts}) < 2:
            raise DataError("classification.shuffled_source_control_needs")
        return [
            dataclasses.replace(sample, text=texts[other].text)
            for sample, other in zip(texts, passed_round(len(texts), rng), strict=True)
        ]

    def neutral(self, loaded: LoadedModel, sample: Sample) -> Sample:
        """See :meth:`Task.neutral`."""
        return dataclasses.replace(_text(sample), label=loaded.labels[0])

    def collate(self, loaded: LoadedModel, samples: Sequence[ShiftedSample]) -> Batch:
        """See :meth:`Task.collate`; labels ``(batch, 1)``."""
        known = {label: i for i, label in enumerate(loaded.labels)}
        texts = [_text(sample.shifted) for sample in samples]
        labels = []
        for text_sample in texts:
            if text_sample.label not in known:
                fault = Message("classification.no_label")
                if text_sample.label:
                    fault = Message(
                        "classification.model_has_no_label", label=repr(text_sample.label)
                    )
                raise DataError(
                    "classification.sample_give_one",
                    id=text_sample.id,
                    fault=fault,
                    labels=", ".join(loaded.labels),
                )
            labels.append([known[text_sample.label]])
        ids = _encode(loaded, [text_sample.text for text_sample in texts])
        by = offsets(
            [sample.feed.source for sample in samples],
            [len(row) for row in ids],
            loaded.positions.table_size,
        )
        return Batch(
            inputs={
                "input_ids": pad(ids, loaded.tokenizer.pad_token_id),
                "attention_mask": pad([[1] * len(row) for row in ids], 0),
            },
            labels=torch.tensor(labels, dtype=torch.long).reshape(len(ids), 1),
            source_offset=by,
            target_offset=torch.zeros(len(ids), dtype=torch.long),
            n_tokens=sum(map(len, ids)),
        )

    def logits(self, loaded: LoadedModel, batch: Batch) -> Tensor:
        """See :meth:`Task.logits`: ``(batch, 1, n_classes)``."""
        inputs, by = batch.inputs, batch.source_offset
        padded = loaded.positions.encoding == "relative" and by.ndim == 1 and bool(by.any())
        if padded:
            inputs = left_padded(inputs, by, loaded.tokenizer.pad_token_id)
        if loaded.model.config.is_encoder_decoder:  # BART and T5 read the text with both halves
            inputs = {**inputs, "decoder_attention_mask": inputs["attention_mask"]}
        # In bfloat16, T5's decoder makes no number of a position that sees nothing but padding.
        whole = torch.autocast(loaded.device.type, enabled=False)
        with moved_positions(loaded.positions, by, by), whole if padded else nullcontext():
            return loaded.model(**inputs).logits.unsqueeze(1)

    def predictions_from_logits(
        self, loaded: LoadedModel, samples: Sequence[ShiftedSample], batch: Batch, best: Tensor
    ) -> list[tuple[Sample, Any]]:
        """See :meth:`Task.predictions_from_logits`."""
        labels = [loaded.labels[label] for label in best[:, 0].tolist()]
        return [(sample.shifted, label) for sample, label in zip(samples, labels, strict=True)]

    @torch.inference_mode()
    def predict(
        self, loaded: LoadedModel, samples: Sequence[ShiftedSample], batch_size: int = 64
    ) -> list[Any]:
        """Returns the predicted label of every text."""
        neutral = [
            replace(sample, shifted=self.neutral(loaded, sample.shifted)) for sample in samples
        ]
        order = sorted(range(len(samples)), key=lambda i: self.size(loaded, neutral[i].shifted))
        labels = [""] * len(samples)
        for start in range(0, len(order), batch_size):
            rows = order[start : start + batch_size]
            batch = self.collate(loaded, [neutral[i] for i in rows])
            lengths = batch.inputs["attention_mask"].sum(1).tolist()
            starts(loaded, [neutral[i].feed.source for i in rows], lengths, "text")
            batch = batch.to(loaded.device)
            best = self.logits(loaded, batch)[:, 0].argmax(-1).tolist()
            for row, label in zip(rows, best, strict=True):
                labels[row] = loaded.labels[label]
        return labels


def _encode(loaded: LoadedModel, texts: Sequence[str]) -> list[list[int]]:
    """Returns the tokens of each text; what looks like a special token in it is text."""
    bound = min(MAX_TOKENS, loaded.positions.table_size or MAX_TOKENS)
    # T5 and BART classify at the end token and refuse a row that has two.
    encoded = loaded.tokenizer(list(texts), split_special_tokens=True, verbose=False).input_ids
    return [cut_end(ids, bound) for ids in encoded]
