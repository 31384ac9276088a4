"""Question answering: the answer is a span of the context, found by a head with two outputs."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Iterable, Sequence
from typing import Any

import torch
from torch import Tensor

from shiftdemo.core import words as w
from shiftdemo.core.errors import DataError
from shiftdemo.core.messages import Message
from shiftdemo.core.samples import QuestionSample, Sample
from shiftdemo.core.types import PositionPlan, ShiftedSample
from shiftdemo.models.load import LoadedModel
from shiftdemo.shifts.teacher_forcing import decoder_input
from shiftdemo.tasks.heads.base import Batch, Task, logits, offsets, pad, passed_round, starts
from shiftdemo.tasks.heads.loss import IGNORED, Losses
from shiftdemo.tasks.heads.windows import MAX_TOKENS, Window, question_words, windows

MAX_ANSWER = 30  # tokens of a predicted answer, as in BERT's and transformers' own scripts
_LOOKED_AT = 1000  # samples that are counted before a run
_ANSWERABLE = "answerable"  # in Batch.inputs, for us alone: what may be answered with
NO_ANSWER = "shiftdemo_no_answer"  # in a model's config.json: its first token says "no answer"
_NOWHERE = (0, 0)  # the labels that say so, as in SQuAD 2


def _question(sample: Sample) -> QuestionSample:
    if not isinstance(sample, QuestionSample):
        raise DataError("question_answering.sample_no_question_give", id=sample.id)
    return sample


class QuestionAnswering(Task):
    """Question and context in, a span of the context out (Rajpurkar et al. 2016).

    Each sample has two labels, the indices of the answer's first and last token, and the classes
    are the indices of the row. Trained on questions of which some have no answer, a model may
    answer with the row's first token, as in SQuAD 2 (Rajpurkar et al. 2018; Devlin et al. 2019).
    """

    def texts(self, samples: Iterable[Sample]) -> Iterable[str]:
        """See :meth:`Task.texts`."""
        for sample in samples:
            yield _question(sample).question
            yield _question(sample).context

    def labels(self, samples: Iterable[Sample]) -> tuple[str, ...]:
        """See :meth:`Task.labels`: none."""
        return ()

    def model_settings(self, samples: Sequence[Sample]) -> dict[str, Any]:
        """See :meth:`Task.model_settings`: whether it may say that there is no answer."""
        answered = [bool(_question(sample).answers) for sample in samples]
        return {NO_ANSWER: True} if any(answered) and not all(answered) else {}

    def size(self, loaded: LoadedModel, sample: Sample) -> int:
        """See :meth:`Task.size`: characters over four, no more than a row has."""
        question = _question(sample)
        return 3 + min((len(question.question) + len(question.context)) // 4, MAX_TOKENS)

    def ids(self, loaded: LoadedModel, sample: Sample) -> list[int]:
        """See :meth:`Task.ids`: the question, then the context."""
        question = _question(sample)
        return list(loaded.tokenizer(question.question, question.context, verbose=False).input_ids)

    def token_words(
        self, loaded: LoadedModel, sample: Sample, ids: Sequence[int]
    ) -> list[int | None]:
        """See :meth:`Task.token_words`."""
        return question_words(loaded, _question(sample))[: len(ids)]

    def has_reference(self, loaded: LoadedModel, sample: Sample) -> bool:
        """See :meth:`Task.has_reference`."""
        question = _question(sample)
        return bool(question.question.strip() and (question.answers or _may_decline(loaded)))

    def shuffle_sources(self, samples: Sequence[Sample], rng: random.Random) -> list[Sample]:
        """See :meth:`Task.shuffle_sources`: every context and answer gets another question."""
        asked = [_question(sample) for sample in samples]
        if len({question.question for question in asked}) < 2:
            raise DataError("question_answering.shuffled_question_control_needs")
        return [
            dataclasses.replace(question, question=asked[other].question)
            for question, other in zip(asked, passed_round(len(asked), rng), strict=True)
        ]

    def neutral(self, loaded: LoadedModel, sample: Sample) -> Sample:
        """See :meth:`Task.neutral`: the context's first word is the answer."""
        question = _question(sample)
        first = w.split(question.context).words[:1]
        starts = tuple(question.context.index(word) for word in first)
        return dataclasses.replace(question, answers=first, starts=starts)

    def notes(self, loaded: LoadedModel, samples: Sequence[Sample]) -> tuple[str, ...]:
        """See :meth:`Task.notes`: samples that a run cannot learn from."""
        asked = [_question(sample) for sample in samples[:_LOOKED_AT]]
        of: dict[str, Any] = {"n": len(asked), "first": Message("question_answering.all")}
        if len(samples) > _LOOKED_AT:
            of["first"] = Message("question_answering.first")
        bare = sum(not question.answers for question in asked)
        windowed = _with_windows(loaded, [question for question in asked if question.answers])
        cut = sum(_labelled(loaded, *own)[1] is None for own in windowed)
        notes = []
        if bare:
            key = "question_answering.no_answer"
            if _may_decline(loaded):
                key = "question_answering.no_answer_learned"
            notes.append(Message(key, bare=bare, **of))
        if cut:
            notes.append(Message("question_answering.fits_in_no_window", cut=cut, **of))
        return tuple(notes)

    def collate(self, loaded: LoadedModel, samples: Sequence[ShiftedSample]) -> Batch:
        """See :meth:`Task.collate`; labels ``(batch, 2)``, of each sample's first answer.

        Of a long context the first window that holds the answer is read. Where it fits in no
        window, the labels are −100 and the window is the first. Without an answer they are the
        row's first token if the model was given that to say so, else −100 too.
        """
        windowed = _with_windows(loaded, [_question(sample.shifted) for sample in samples])
        chosen = [_labelled(loaded, *own) for own in windowed]
        labels = [list(label or (IGNORED, IGNORED)) for _, label in chosen]
        plans = [sample.feed.source for sample in samples]
        return _batch(loaded, [window for window, _ in chosen], labels, plans)

    def logits(self, loaded: LoadedModel, batch: Batch) -> Tensor:
        """See :meth:`Task.logits`: ``(batch, 2, len)``, −inf where there can be no answer."""
        inputs = dict(batch.inputs)
        answerable = inputs.pop(_ANSWERABLE).unsqueeze(1)  # (batch, 1, len)
        out = logits(loaded, dataclasses.replace(batch, inputs=inputs), _start_and_end)
        return out.transpose(1, 2).masked_fill(~answerable, float("-inf"))

    def losses(self, loaded: LoadedModel, batch: Batch, smoothing: float = 0.0) -> Losses:
        """See :meth:`Task.losses`; smoothing spreads over what can be an answer alone."""
        counted = batch.labels != IGNORED
        out = self.logits(loaded, batch)[counted].float()  # (n_labels, len)
        log_p = out.log_softmax(-1)
        chosen = log_p.gather(1, batch.labels[counted].unsqueeze(1)).squeeze(1)
        possible = out.isfinite()
        mean = log_p.masked_fill(~possible, 0.0).sum(1) / possible.sum(1).clamp(min=1)
        total = ((1 - smoothing) * chosen + smoothing * mean).sum()
        n_labels = max(1, len(chosen))
        return Losses(-total / n_labels, -chosen.detach().sum() / n_labels)

    def predictions_from_logits(
        self, loaded: LoadedModel, samples: Sequence[ShiftedSample], batch: Batch, best: Tensor
    ) -> list[tuple[Sample, Any]]:
        """See :meth:`Task.predictions_from_logits`: start and end each by themselves."""
        asked = [_question(sample.shifted) for sample in samples]
        read: list[tuple[Sample, Any]] = []
        for (question, own_windows), (begin, last) in zip(
            _with_windows(loaded, asked), best.tolist(), strict=True
        ):
            window, _ = _labelled(loaded, question, own_windows)
            read.append((question, window.text(question.context, begin, last)))
        return read

    @torch.inference_mode()
    def predict(
        self, loaded: LoadedModel, samples: Sequence[ShiftedSample], batch_size: int = 64
    ) -> list[Any]:
        """Returns the best answer (text) of each sample.

        The best is the span of at most 30 tokens with the greatest sum of start and end logit,
        over all windows of the context. It is empty where that of "no answer" is greater in every
        window, as in SQuAD 2.
        """
        windowed = _with_windows(loaded, [_question(sample.shifted) for sample in samples])
        rows = [
            (index, window)
            for index, (_, own_windows) in enumerate(windowed)
            for window in own_windows
        ]
        rows.sort(key=lambda row: len(row[1].ids))
        best = [(float("-inf"), "")] * len(samples)
        nowhere = [float("inf") if _may_decline(loaded) else float("-inf")] * len(samples)
        for start in range(0, len(rows), batch_size):
            part = rows[start : start + batch_size]
            plans = [samples[index].feed.source for index, _ in part]
            lengths = [len(window.ids) for _, window in part]
            starts(loaded, plans, lengths, "question with its context")
            batch = _batch(loaded, [window for _, window in part], [[0, 0]] * len(part), plans)
            out = self.logits(loaded, batch.to(loaded.device)).float()  # (batch, 2, len)
            for (index, _), none in zip(part, out[:, :, 0].sum(1).tolist(), strict=True):
                nowhere[index] = min(nowhere[index], none)
            out[:, :, 0] = float("-inf")
            spans = _best_spans(out)
            for (index, window), (score, begin, last) in zip(part, spans, strict=True):
                if score > best[index][0]:
                    context = windowed[index][0].context
                    best[index] = (score, window.text(context, begin, last))
        return [
            "" if none > score else text for (score, text), none in zip(best, nowhere, strict=True)
        ]


def _may_decline(loaded: LoadedModel) -> bool:
    """Whether the model may say that there is no answer; kept in its ``config.json``."""
    return bool(getattr(loaded.model.config, NO_ANSWER, False))


def _with_windows(
    loaded: LoadedModel, samples: Sequence[QuestionSample]
) -> list[tuple[QuestionSample, list[Window]]]:
    return list(zip(samples, windows(loaded, samples), strict=True))


def _labelled(
    loaded: LoadedModel, sample: QuestionSample, own_windows: Sequence[Window]
) -> tuple[Window, tuple[int, int] | None]:
    """Returns the first window that holds the first answer, with the labels, or the first one."""
    if not sample.answers:
        return own_windows[0], _NOWHERE if _may_decline(loaded) else None
    answer, start = sample.answers[0], sample.starts[0]
    for window in own_windows:
        label = window.label(start, start + len(answer))
        if label is not None:
            return window, label
    return own_windows[0], None


def _batch(
    loaded: LoadedModel,
    chosen: Sequence[Window],
    labels: Sequence[Sequence[int]],
    plans: Sequence[PositionPlan],
) -> Batch:
    pad_id, config = loaded.tokenizer.pad_token_id, loaded.model.config
    ids, nowhere = [window.ids for window in chosen], int(_may_decline(loaded))
    inputs = {
        "input_ids": pad(ids, pad_id),
        "attention_mask": pad([[1] * len(row) for row in ids], 0),
        _ANSWERABLE: pad([_possible(window, nowhere) for window in chosen], 0),
    }
    width = inputs["input_ids"].shape[1] - inputs[_ANSWERABLE].shape[1]
    inputs[_ANSWERABLE] = torch.nn.functional.pad(inputs[_ANSWERABLE], (0, width)).bool()
    if (getattr(config, "type_vocab_size", 0) or 0) > 1 and all(window.types for window in chosen):
        inputs["token_type_ids"] = pad([window.types for window in chosen], 0)
    if config.is_encoder_decoder:  # BART and T5 read the row with both halves
        start = config.decoder_start_token_id
        inputs["decoder_input_ids"] = pad([decoder_input(row, start) for row in ids], pad_id)
        inputs["decoder_attention_mask"] = inputs["attention_mask"]
    by = offsets(plans, [len(row) for row in ids], loaded.positions.table_size)
    labelled = torch.tensor(labels, dtype=torch.long).reshape(len(ids), 2)
    return Batch(inputs, labelled, by, by, sum(map(len, ids)))


def _possible(window: Window, nowhere: int) -> list[int]:
    """Returns 1 at the context's tokens, and ``nowhere`` at the row's first, else 0."""
    question = [nowhere, *[0] * (window.first - 1)] if window.first else []
    return question + [1] * len(window.spans)


def _start_and_end(out: Any) -> Tensor:
    return torch.stack([out.start_logits, out.end_logits], -1)  # (batch, len, 2)


def _best_spans(out: Tensor) -> list[tuple[float, int, int]]:
    """Returns score, first and last index of the best span of each row of ``(batch, 2, len)``."""
    length = out.shape[-1]
    sums = out[:, 0].unsqueeze(2) + out[:, 1].unsqueeze(1)  # (batch, start, end)
    valid = torch.ones(length, length, dtype=torch.bool, device=out.device)
    valid = valid.triu() & valid.tril(MAX_ANSWER - 1)
    top, indices = sums.masked_fill(~valid, float("-inf")).flatten(1).max(1)
    pairs = zip(top.tolist(), indices.tolist(), strict=True)
    return [(score, at // length, at % length) for score, at in pairs]
