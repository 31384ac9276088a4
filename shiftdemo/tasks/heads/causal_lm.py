"""Language modelling: every token from those before it, with a causal decoder."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from shiftdemo.core import words as w
from shiftdemo.core.dialogue import replies
from shiftdemo.core.errors import DataError
from shiftdemo.core.messages import Message
from shiftdemo.core.samples import Sample, TextSample
from shiftdemo.core.types import ShiftedSample
from shiftdemo.models.load import LoadedModel
from shiftdemo.models.moving import moved_positions
from shiftdemo.shifts.teacher_forcing import teacher_forced
from shiftdemo.tasks.heads.base import Batch, Task, offsets, pad, starts
from shiftdemo.tasks.heads.length import Cut, lost, may_exceed
from shiftdemo.tasks.heads.loss import IGNORED, token_loss

MAX_TOKENS = 256
SHOWN_TOKENS = 12  # of a continuation


@dataclass(frozen=True, slots=True)
class TextFit:
    """How well a model predicts one text, its end token counted.

    Attributes:
        nats: negative log-likelihood of the text.
        n_tokens: tokens that it was taken over.
        n_right: tokens that were the model's first choice.
    """

    nats: float
    n_tokens: int
    n_right: int

    def __str__(self) -> str:
        n = max(1, self.n_tokens)
        return f"{self.nats / n:.2f} nats a token, {self.n_right / n:.0%} right"


def _text(sample: Sample) -> TextSample:
    if not isinstance(sample, TextSample):
        raise DataError("language_modeling.sample_no_plain_text", id=sample.id)
    return sample


class CausalLM(Task):
    """Text in, the next token at every position out."""

    def texts(self, samples: Iterable[Sample]) -> Iterable[str]:
        """See :meth:`Task.texts`."""
        for sample in samples:
            yield _text(sample).text

    def labels(self, samples: Iterable[Sample]) -> tuple[str, ...]:
        """See :meth:`Task.labels`: none."""
        return ()

    def size(self, loaded: LoadedModel, sample: Sample) -> int:
        """See :meth:`Task.size`: characters over four, no more than is kept."""
        return 2 + min(len(_text(sample).text) // 4, MAX_TOKENS)

    def ids(self, loaded: LoadedModel, sample: Sample) -> list[int]:
        """See :meth:`Task.ids`: a start token and those of the text."""
        return [loaded.start_id, *_encode(loaded, [_text(sample).text])[0][:-1]]

    def has_reference(self, loaded: LoadedModel, sample: Sample) -> bool:
        """See :meth:`Task.has_reference`."""
        text = _text(sample).text
        return bool(replies(text) if self.spec.replies else text.strip())

    def shuffle_sources(self, samples: Sequence[Sample], rng: random.Random) -> list[Sample]:
        """See :meth:`Task.shuffle_sources`: the words of each text in any order.

        What stands before a word is all that it can be predicted from; a model that knows no more
        than how frequent words are loses nothing.
        """
        mixed = []
        for sample in map(_text, samples):
            words = list(w.split(sample.text).words)
            rng.shuffle(words)
            mixed.append(dataclasses.replace(sample, text=" ".join(words)))
        if all(len(w.split(_text(sample).text).words) < 2 for sample in samples):
            raise DataError("language_modeling.texts_one_word_have")
        return list(mixed)

    def collate(self, loaded: LoadedModel, samples: Sequence[ShiftedSample]) -> Batch:
        """See :meth:`Task.collate`: the input is the labels moved right after a start token.

        So the logits at index *i* are judged against the label at index *i*: the model must be
        called without labels, or it would move them once more. Of dialogues (``spec.replies``) a
        loss is taken on the replies and what ends them alone.
        """
        read = [_text(sample.shifted).text for sample in samples]
        texts = _encode(loaded, read)
        inputs, labels = [], []
        for ids, text, sample in zip(texts, read, samples, strict=True):
            given, counts = teacher_forced(ids, sample.feed, loaded.start_id)
            inputs.append(given)
            if self.spec.replies:
                taught = _in_replies(loaded, text, len(ids))
                counts = [c and t for c, t in zip(counts, taught, strict=False)]
            labels.append([i if c else IGNORED for i, c in zip(ids, counts, strict=False)])
        return Batch(
            inputs={
                "input_ids": pad(inputs, loaded.tokenizer.pad_token_id),
                "attention_mask": pad([[1] * len(ids) for ids in inputs], 0),
            },
            labels=pad(labels, IGNORED),
            source_offset=offsets(
                [sample.feed.source for sample in samples],
                [len(ids) for ids in inputs],
                loaded.positions.table_size,
            ),
            target_offset=torch.zeros(len(inputs), dtype=torch.long),
            n_tokens=sum(map(len, inputs)),
        )

    def cut(self, loaded: LoadedModel, samples: Sequence[Sample], training: bool = True) -> Cut:
        """See :meth:`Task.cut`: the end of a text that is too long is never read."""
        most = _bound(loaded)
        texts = [text for sample in samples if may_exceed(text := _text(sample).text, most)]
        return lost([len(_tokens(loaded, [text])[0]) for text in texts], most)

    def notes(self, loaded: LoadedModel, samples: Sequence[Sample]) -> tuple[str, ...]:
        """See :meth:`Task.notes`: texts without a reply, where the loss is taken on replies."""
        if not self.spec.replies:
            return ()
        bare = sum(not self.has_reference(loaded, sample) for sample in samples)
        return (Message("causal_lm.no_replies", n=bare, total=len(samples)),) if bare else ()

    @torch.inference_mode()
    def predict(
        self, loaded: LoadedModel, samples: Sequence[ShiftedSample], batch_size: int = 64
    ) -> list[Any]:
        """Returns one :class:`TextFit` a sample."""
        order = sorted(range(len(samples)), key=lambda i: self.size(loaded, samples[i].shifted))
        fits = [TextFit(0.0, 0, 0)] * len(samples)
        for start in range(0, len(order), batch_size):
            rows = order[start : start + batch_size]
            batch = self.collate(loaded, [samples[i] for i in rows])
            lengths = batch.inputs["attention_mask"].sum(1).tolist()
            starts(loaded, [samples[i].feed.source for i in rows], lengths, "text")
            batch = batch.to(loaded.device)
            out = self.logits(loaded, batch)
            counted = batch.labels != IGNORED
            nats = token_loss(out, batch.labels, reduction="none").reshape(counted.shape).sum(1)
            right = ((out.argmax(-1) == batch.labels) & counted).sum(1)
            figures = (nats.tolist(), counted.sum(1).tolist(), right.tolist())
            for row, loss, n_tokens, n_right in zip(rows, *figures, strict=True):
                fits[row] = TextFit(loss, n_tokens, n_right)
        return fits

    def answers(self, loaded: LoadedModel, samples: Sequence[ShiftedSample]) -> list[Any]:
        """See :meth:`Task.answers`: how well each text is predicted, and how it would go on."""
        fits = self.predict(loaded, samples)
        more = [
            continue_text(
                loaded, _text(sample.shifted).text, SHOWN_TOKENS, sample.feed.source.offset
            )
            for sample in samples
        ]
        shown = (text.strip() or "–" for text in more)
        return [f"{fit}; goes on: {text}" for fit, text in zip(fits, shown, strict=True)]

    def readable(self, output: Any) -> Any:
        """See :meth:`Task.readable`."""
        return str(output)


def _bound(loaded: LoadedModel) -> int:
    return min(MAX_TOKENS, loaded.positions.table_size or MAX_TOKENS)


def _tokens(loaded: LoadedModel, texts: Sequence[str], **more: Any) -> Any:
    """Returns the tokens of each text; what looks like a special token in it is text."""
    options = {"add_special_tokens": False, "split_special_tokens": True, "verbose": False, **more}
    encoded = loaded.tokenizer(list(texts), **options)
    return encoded if more else encoded.input_ids


def _encode(loaded: LoadedModel, texts: Sequence[str]) -> list[list[int]]:
    """Returns the tokens of each text and an end token, as many as the model's positions take.

    No end token stands after a text that was cut: it does not end there.
    """
    end, most = loaded.tokenizer.eos_token_id, _bound(loaded)
    return [[*ids, end][:most] for ids in _tokens(loaded, texts)]


def _in_replies(loaded: LoadedModel, text: str, n_tokens: int) -> list[bool]:
    """Returns for each of a text's first tokens whether it is a part of a reply, or ends one."""
    spans = replies(text)
    [offsets] = _tokens(loaded, [text], return_offsets_mapping=True).offset_mapping
    inside = [any(a < end and b > start for start, end in spans) for a, b in offsets]
    ends = bool(spans) and spans[-1][1] == len(text.rstrip())
    return [*inside, ends][:n_tokens]


@torch.inference_mode()
def continue_text(loaded: LoadedModel, text: str, max_new_tokens: int = 32, offset: int = 0) -> str:
    """Returns how the model goes on with a text, greedily.

    Args:
        text: what it goes on with; may be empty.
        max_new_tokens: at most so many, and no more than the positions allow.
        offset: position of the first token.

    Raises:
        ConfigError: ``offset`` is beyond the model's positions.
    """
    positions = loaded.positions
    ids = [loaded.start_id, *_encode(loaded, [text])[0][:-1]]
    positions.check(offset, len(ids) + 1, "text")
    if positions.table_size is not None:
        max_new_tokens = min(max_new_tokens, positions.table_size - offset - len(ids))
    row = torch.tensor([ids], device=loaded.device)
    by = torch.tensor([offset], device=loaded.device)
    with moved_positions(positions, by, None):
        out = loaded.model.generate(
            input_ids=row,
            attention_mask=torch.ones_like(row),
            max_new_tokens=max_new_tokens,
            max_length=None,
            do_sample=False,
            num_beams=1,
            pad_token_id=loaded.tokenizer.pad_token_id,
            eos_token_id=loaded.tokenizer.eos_token_id,
        )
    # Decoded as a whole, or the space in front of the first new word would be lost.
    before, whole = (
        loaded.tokenizer.decode(tokens, skip_special_tokens=True) for tokens in (ids, out[0])
    )
    return str(whole)[len(before) :]
