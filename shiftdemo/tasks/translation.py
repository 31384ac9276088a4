"""Translation: sequence-to-sequence, teacher forcing, greedy decoding."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import torch
from torch import Tensor

from shiftdemo.errors import DataError
from shiftdemo.models import Loaded
from shiftdemo.moving import left_padded, moved_positions
from shiftdemo.shifts.right_shift import fed
from shiftdemo.tasks.base import TASKS, Batch, Task, offsets, pad
from shiftdemo.tasks.loss import IGNORED, cross_entropy
from shiftdemo.types import Sample, ShiftedSample, TranslationSample

MAX_TOKENS = 256


def _pair(sample: Sample) -> TranslationSample:
    if not isinstance(sample, TranslationSample):
        raise DataError(f"Sample {sample.id} is not a translation pair; give source and target.")
    return sample


@TASKS.register
class Translation(Task):
    """Source sentence in, target sentence out."""

    name = "translation"
    score_name = "BLEU"
    title = "Translation"

    def texts(self, samples: Iterable[Sample]) -> Iterable[str]:
        """See :meth:`Task.texts`: both sides, for one joint vocabulary."""
        for sample in samples:
            pair = _pair(sample)
            yield pair.source
            yield pair.target

    def labels(self, samples: Iterable[Sample]) -> tuple[str, ...]:
        """See :meth:`Task.labels`: none."""
        return ()

    def size(self, loaded: Loaded, sample: Sample) -> int:
        """See :meth:`Task.size`: characters over four, both sides."""
        pair = _pair(sample)
        return 2 + (len(pair.source) + len(pair.target)) // 4

    def collate(self, loaded: Loaded, samples: Sequence[ShiftedSample]) -> Batch:
        """See :meth:`Task.collate`; decoder input is the labels moved right."""
        pairs = [_pair(sample.shifted) for sample in samples]
        bound = loaded.positions.table_size
        most = min(MAX_TOKENS, bound or MAX_TOKENS)
        tokenizer = loaded.tokenizer
        sources = _cut_ends(tokenizer([p.source for p in pairs]).input_ids, most)
        targets = _cut_ends(tokenizer(text_target=[p.target for p in pairs]).input_ids, most)
        start = loaded.model.config.decoder_start_token_id
        inputs, labels = [], []
        for ids, sample in zip(targets, samples, strict=True):
            given, counts = fed(ids, sample.feed, start)
            inputs.append(given)
            labels.append([i if c else IGNORED for i, c in zip(ids, counts, strict=False)])
        source = pad(sources, tokenizer.pad_token_id)
        mask = pad([[1] * len(ids) for ids in sources], 0)
        return Batch(
            inputs={
                "input_ids": source,
                "attention_mask": mask,
                "decoder_input_ids": pad(inputs, tokenizer.pad_token_id),
                # The start token is the padding token: left to guess, T5Gemma would mask it.
                "decoder_attention_mask": pad([[1] * len(ids) for ids in inputs], 0),
            },
            labels=pad(labels, IGNORED),
            source_offset=offsets([s.feed.source for s in samples], [*map(len, sources)], bound),
            target_offset=offsets([s.feed.target for s in samples], [*map(len, inputs)], bound),
            n_tokens=sum(map(len, sources)) + sum(map(len, inputs)),
        )

    def loss(self, loaded: Loaded, batch: Batch, smoothing: float = 0.0) -> Tensor:
        """See :meth:`Task.loss`; Marian and BART project only the places that have a label."""
        model = loaded.model
        if not hasattr(model, "final_logits_bias"):
            return super().loss(loaded, batch, smoothing)
        with moved_positions(loaded.positions, batch.source_offset, batch.target_offset):
            hidden = model.model(**batch.inputs).last_hidden_state  # (batch, len, width)
        counted = batch.labels != IGNORED
        out = model.lm_head(hidden[counted])
        if bool(model.final_logits_bias.any()):
            out = out + model.final_logits_bias
        return cross_entropy(out, batch.labels[counted], smoothing)

    def predict(
        self, loaded: Loaded, samples: Sequence[Sample], offset: int = 0, batch_size: int = 64
    ) -> list[Any]:
        """Returns the greedy translations (text); source and target start at ``offset``."""
        sources = [_pair(sample).source for sample in samples]
        order = sorted(range(len(sources)), key=lambda i: len(sources[i]))
        texts: list[str] = [""] * len(sources)
        for start in range(0, len(order), batch_size):
            rows = order[start : start + batch_size]
            for row, text in zip(
                rows, _generate(loaded, [sources[i] for i in rows], offset), strict=True
            ):
                texts[row] = text
        return texts


def _cut_ends(rows: list[list[int]], most: int) -> list[list[int]]:
    """Cuts long rows but keeps their end token."""
    return [row if len(row) <= most else [*row[: most - 1], row[-1]] for row in rows]


@torch.inference_mode()
def _generate(loaded: Loaded, sources: list[str], offset: int) -> list[str]:
    tokenizer, model, positions = loaded.tokenizer, loaded.model, loaded.positions
    bound = positions.table_size
    ids = _cut_ends(tokenizer(sources).input_ids, min(MAX_TOKENS, (bound or 10**6)))
    longest = max(map(len, ids))
    positions.check(offset, longest)
    inputs = {
        "input_ids": pad(ids, tokenizer.pad_token_id),
        "attention_mask": pad([[1] * len(row) for row in ids], 0),
    }
    by = torch.full((len(ids),), offset, dtype=torch.long)
    if positions.encoding == "relative" and offset:
        inputs = left_padded(inputs, by, tokenizer.pad_token_id)
    new = min(MAX_TOKENS, 2 * longest + 10)
    if bound is not None:
        new = max(1, min(new, bound - offset - 1))
    inputs = {name: tensor.to(loaded.device) for name, tensor in inputs.items()}
    by = by.to(loaded.device)
    with moved_positions(positions, by, by):
        out = model.generate(
            **inputs, max_new_tokens=new, max_length=None, do_sample=False, num_beams=1
        )
    return [text.strip() for text in tokenizer.batch_decode(out, skip_special_tokens=True)]
