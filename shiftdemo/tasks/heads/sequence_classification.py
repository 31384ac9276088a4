"""Classification: one label a text."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from typing import Any

import torch
from torch import Tensor

from shiftdemo.core.errors import DataError
from shiftdemo.core.messages import Message
from shiftdemo.core.samples import Sample, TextSample
from shiftdemo.core.types import PositionPlan, ShiftedSample
from shiftdemo.models.load import LoadedModel
from shiftdemo.models.moving import left_padded, moved_positions
from shiftdemo.tasks.heads.base import Batch, Task, cut_end, offsets, pad, passed_round, starts
from shiftdemo.tasks.heads.length import Cut, lost, may_exceed

MAX_TOKENS = 256
OVERLAP = 64  # tokens that two windows of a text share


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
        return _batch(loaded, ids, labels, [sample.feed.source for sample in samples])

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

    def cut(self, loaded: LoadedModel, samples: Sequence[Sample], training: bool = True) -> Cut:
        """See :meth:`Task.cut`: nothing is cut of what is predicted, which is read in windows."""
        if not training:
            return Cut()
        most = _bound(loaded)
        texts = [text for sample in samples if may_exceed(text := _text(sample).text, most)]
        return lost(map(len, _tokens(loaded, texts)), most)

    @torch.inference_mode()
    def predict(
        self, loaded: LoadedModel, samples: Sequence[ShiftedSample], batch_size: int = 64
    ) -> list[Any]:
        """Returns the predicted label of every text.

        A text longer than the model reads goes through it in overlapping windows, each at the
        text's own offset; the label is that of the greatest mean log-probability over them, each
        weighed by its tokens.
        """
        sums = self._sums(loaded, samples, batch_size)
        return [loaded.labels[label] for label in sums.argmax(-1).tolist()]

    @torch.inference_mode()
    def probabilities(
        self, loaded: LoadedModel, samples: Sequence[ShiftedSample]
    ) -> list[tuple[float, ...]]:
        """See :meth:`Task.probabilities`: of the label."""
        sure = self._sums(loaded, samples, len(samples)).softmax(-1).amax(-1)
        return [(p,) for p in sure.tolist()]

    def _sums(
        self, loaded: LoadedModel, samples: Sequence[ShiftedSample], batch_size: int
    ) -> Tensor:
        """Returns the mean log-probabilities over the windows, ``(n_samples, n_classes)``."""
        plans = [sample.feed.source for sample in samples]
        rows = [
            (index, ids)
            for index, ids in enumerate(_tokens(loaded, [_text(s.shifted).text for s in samples]))
            for ids in _parts(loaded, ids)
        ]
        rows.sort(key=lambda row: len(row[1]))
        sums = torch.zeros(len(samples), len(loaded.labels), dtype=torch.float64)
        tokens = torch.zeros(len(samples), dtype=torch.float64)
        for start in range(0, len(rows), batch_size):
            part = rows[start : start + batch_size]
            chosen, ids = [index for index, _ in part], [ids for _, ids in part]
            starts(loaded, [plans[index] for index in chosen], [*map(len, ids)], "text")
            batch = _batch(loaded, ids, [[0]] * len(ids), [plans[index] for index in chosen])
            out = self.logits(loaded, batch.to(loaded.device))[:, 0].log_softmax(
                -1
            )  # (rows, classes)
            weights = torch.tensor([len(row) for row in ids], dtype=torch.float64)
            sums.index_add_(0, torch.tensor(chosen), out.double().cpu() * weights.unsqueeze(1))
            tokens.index_add_(0, torch.tensor(chosen), weights)
        return sums / tokens.clamp(min=1).unsqueeze(1)


def _bound(loaded: LoadedModel) -> int:
    return min(MAX_TOKENS, loaded.positions.table_size or MAX_TOKENS)


def _tokens(loaded: LoadedModel, texts: Sequence[str]) -> list[list[int]]:
    """Returns the tokens of each text; what looks like a special token in it is text."""
    if not texts:
        return []
    # T5 and BART classify at the end token and refuse a row that has two.
    encoded = loaded.tokenizer(list(texts), split_special_tokens=True, verbose=False).input_ids
    return [list(ids) for ids in encoded]


def _encode(loaded: LoadedModel, texts: Sequence[str]) -> list[list[int]]:
    """Returns the tokens of each text, no more than the model reads at once."""
    return [cut_end(ids, _bound(loaded)) for ids in _tokens(loaded, texts)]


def _parts(loaded: LoadedModel, ids: list[int]) -> list[list[int]]:
    """Returns the windows of a text; special tokens at its ends stand in each."""
    most = _bound(loaded)
    if len(ids) <= most:
        return [ids]
    special = set(loaded.tokenizer.all_special_ids)
    head, tail = ids[: int(ids[0] in special)], ids[len(ids) - int(ids[-1] in special) :]
    inner = ids[len(head) : len(ids) - len(tail)]
    room = most - len(head) - len(tail)
    step = max(1, room - min(OVERLAP, room // 4))
    begins = range(0, max(1, len(inner) - room + step), step)
    return [[*head, *inner[begin : begin + room], *tail] for begin in begins]


def _batch(
    loaded: LoadedModel,
    ids: Sequence[Sequence[int]],
    labels: Sequence[Sequence[int]],
    plans: Sequence[PositionPlan],
) -> Batch:
    """Returns the batch of some rows of tokens; ``labels`` ``(batch, 1)``."""
    return Batch(
        inputs={
            "input_ids": pad(ids, loaded.tokenizer.pad_token_id),
            "attention_mask": pad([[1] * len(row) for row in ids], 0),
        },
        labels=torch.tensor(labels, dtype=torch.long).reshape(len(ids), 1),
        source_offset=offsets(plans, [len(row) for row in ids], loaded.positions.table_size),
        target_offset=torch.zeros(len(ids), dtype=torch.long),
        n_tokens=sum(map(len, ids)),
    )
