"""What sequence-to-sequence tasks share: batches, teacher forcing, the loss, greedy decoding."""

from __future__ import annotations

import dataclasses
import random
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import torch

from shiftdemo.core.errors import ConfigError, DataError
from shiftdemo.core.samples import Sample, TranslationSample
from shiftdemo.core.types import ShiftedSample, StepInputs
from shiftdemo.models.load import LoadedModel
from shiftdemo.models.moving import left_padded, moved_positions
from shiftdemo.shifts.teacher_forcing import teacher_forced
from shiftdemo.tasks.heads.base import Batch, Task, cut_end, offsets, pad, passed_round, starts
from shiftdemo.tasks.heads.certainty import generated_words
from shiftdemo.tasks.heads.length import Cut, may_exceed
from shiftdemo.tasks.heads.loss import IGNORED, Losses, cross_entropy
from shiftdemo.tasks.heads.token_words import words_of

TARGET_TOKENS = 256  # the longest row of a target; a model may allow less
# Between two sentences: after a point and a space, or after a full-width point.
_SENTENCE_END = re.compile(r"(?<=[.!?…][\"'»”)])\s+|(?<=[.!?…])\s+|(?<=[。！？])")


class Seq2SeqLM(Task):
    """Text in, text out: the samples are :class:`TranslationSample`, source to target."""

    def texts(self, samples: Iterable[Sample]) -> Iterable[str]:
        """See :meth:`Task.texts`: both sides, for one joint vocabulary."""
        for sample in samples:
            pair = self.checked(sample)
            yield pair.source
            yield pair.target

    def labels(self, samples: Iterable[Sample]) -> tuple[str, ...]:
        """See :meth:`Task.labels`: none."""
        return ()

    def size(self, loaded: LoadedModel, sample: Sample) -> int:
        """See :meth:`Task.size`: characters over four, both sides, no more than is kept."""
        pair = self.checked(sample)
        source = min(len(pair.source) // 4, self.spec.source_tokens)
        return 2 + source + min(len(pair.target) // 4, TARGET_TOKENS)

    def checked(self, sample: Sample) -> TranslationSample:
        """Returns the sample.

        Raises:
            DataError: it has no source and target.
        """
        if not isinstance(sample, TranslationSample):
            raise DataError("seq2seq.sample_not_give_source", id=sample.id)
        return sample

    def prompt(self, loaded: LoadedModel) -> str:
        """Returns what the model wants in front of every source, as T5's ``"summarize: "``.

        That is what its ``config.json`` says for the task.
        """
        return prompt_in(getattr(loaded.model.config, "task_specific_params", None), self.spec.name)

    def ids(self, loaded: LoadedModel, sample: Sample) -> list[int]:
        """See :meth:`Task.ids`: of the source."""
        text = self.prompt(loaded) + self.checked(sample).source
        return list(loaded.tokenizer([text], verbose=False).input_ids[0])

    def token_words(
        self, loaded: LoadedModel, sample: Sample, ids: Sequence[int]
    ) -> list[int | None]:
        """See :meth:`Task.token_words`."""
        return words_of(loaded.tokenizer, ids, sample.text, self.prompt(loaded))

    def has_reference(self, loaded: LoadedModel, sample: Sample) -> bool:
        """See :meth:`Task.has_reference`."""
        pair = self.checked(sample)
        return bool(pair.source.strip() and pair.target.strip())

    def shuffle_sources(self, samples: Sequence[Sample], rng: random.Random) -> list[Sample]:
        """See :meth:`Task.shuffle_sources`: no target keeps its own source."""
        pairs = [self.checked(sample) for sample in samples]
        return [
            dataclasses.replace(pair, source=pairs[other].source, links=None)
            for pair, other in zip(pairs, passed_round(len(pairs), rng), strict=True)
        ]

    def collate(self, loaded: LoadedModel, samples: Sequence[ShiftedSample]) -> Batch:
        """See :meth:`Task.collate`; decoder input is the labels moved right."""
        pairs = [self.checked(sample.shifted) for sample in samples]
        bound = loaded.positions.table_size
        tokenizer = loaded.tokenizer
        sources = self._source_ids(loaded, [pair.source for pair in pairs])
        most = min(TARGET_TOKENS, bound or TARGET_TOKENS)
        encoded = tokenizer(text_target=[pair.target for pair in pairs], verbose=False).input_ids
        targets = [cut_end(ids, most) for ids in encoded]
        start = loaded.model.config.decoder_start_token_id
        inputs, labels = [], []
        for ids, sample in zip(targets, samples, strict=True):
            given, counts = teacher_forced(ids, sample.feed, start)
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

    def losses(self, loaded: LoadedModel, batch: Batch, smoothing: float = 0.0) -> Losses:
        """See :meth:`Task.losses`; Marian and BART project only the positions that have a label."""
        model = loaded.model
        if not hasattr(model, "final_logits_bias"):
            return super().losses(loaded, batch, smoothing)
        with moved_positions(loaded.positions, batch.source_offset, batch.target_offset):
            hidden = model.model(**batch.inputs).last_hidden_state  # (batch, len, width)
        counted = batch.labels != IGNORED
        out = model.lm_head(hidden[counted])
        if bool(model.final_logits_bias.any()):
            out = out + model.final_logits_bias
        return cross_entropy(out, batch.labels[counted], smoothing)

    def predict(
        self, loaded: LoadedModel, samples: Sequence[ShiftedSample], batch_size: int = 64
    ) -> list[Any]:
        """Returns the texts, decoded greedily.

        Where the task allows it, a source that is longer than the model reads is translated in
        parts that end with a sentence, each at the source's own offset. What the model's
        ``generation_config.json`` forbids (repeats, short texts) stays forbidden.

        Raises:
            ConfigError: a sample starts beyond the model's positions, or the positions of its
                target are uneven: those of a text that is not there yet cannot be.
        """
        texts: list[dict[int, str]] = [{} for _ in samples]
        for rows, sources, feeds in self._by_parts(loaded, samples, batch_size):
            out = self._generate(loaded, sources, feeds)
            for (index, number), text in zip(rows, _texts(loaded, out), strict=True):
                texts[index][number] = text
        return [" ".join(found[number] for number in sorted(found)) for found in texts]

    @torch.inference_mode()
    def probabilities(
        self, loaded: LoadedModel, samples: Sequence[ShiftedSample]
    ) -> list[tuple[float, ...]]:
        """See :meth:`Task.probabilities`: of every word, given those before it."""
        sure: list[dict[int, tuple[float, ...]]] = [{} for _ in samples]
        for rows, sources, feeds in self._by_parts(loaded, samples, len(samples)):
            kept = {"return_dict_in_generate": True, "output_scores": True}
            out = self._generate(loaded, sources, feeds, **kept)
            steps = torch.stack(out.scores, 1).float().softmax(-1)  # (batch, new, vocabulary)
            chosen = out.sequences[:, -steps.shape[1] :]
            sure_of = steps.gather(2, chosen.unsqueeze(2)).squeeze(2).tolist()
            for (index, number), ids, p in zip(rows, chosen.tolist(), sure_of, strict=True):
                sure[index][number] = generated_words(loaded, ids, p)
        return [tuple(p for number in sorted(own) for p in own[number]) for own in sure]

    def _by_parts(
        self, loaded: LoadedModel, samples: Sequence[ShiftedSample], batch_size: int
    ) -> Iterator[tuple[list[tuple[int, int]], list[str], list[StepInputs]]]:
        """Yields parts of sources of like length: index and number, text, and how it is read."""
        parts = [
            (index, number, part)
            for index, sample in enumerate(samples)
            for number, part in enumerate(self._parts(loaded, self.checked(sample.shifted).source))
        ]
        parts.sort(key=lambda one: len(one[2]))
        for start in range(0, len(parts), batch_size):
            rows = parts[start : start + batch_size]
            places = [(index, number) for index, number, _ in rows]
            feeds = [samples[index].feed for index, _, _ in rows]
            yield places, [source for _, _, source in rows], feeds

    def cut(self, loaded: LoadedModel, samples: Sequence[Sample], training: bool = True) -> Cut:
        """See :meth:`Task.cut`: of sources, and in training of targets too."""
        most = self._most(loaded)
        pairs = [self.checked(sample) for sample in samples]
        long = [pair for pair in pairs if may_exceed(self.prompt(loaded) + pair.source, most)]
        if training:
            sources = [[pair.source] for pair in long]
        else:
            sources = [self._parts(loaded, pair.source) for pair in long]
        found = [sum(max(0, n - most) for n in self._sizes(loaded, parts)) for parts in sources]
        tokens = {pair.id: n for pair, n in zip(long, found, strict=True) if n}
        if training:
            bound = loaded.positions.table_size
            most = min(TARGET_TOKENS, bound or TARGET_TOKENS)
            for pair in pairs:
                if may_exceed(pair.target, most):
                    n = len(loaded.tokenizer(text_target=pair.target, verbose=False).input_ids)
                    if n > most:
                        tokens[pair.id] = tokens.get(pair.id, 0) + n - most
        return Cut(len(tokens), sum(tokens.values()))

    def _most(self, loaded: LoadedModel) -> int:
        """Returns the most tokens of a source."""
        # T5 has no table of positions; its tokenizer tells what it was trained with.
        most = min(self.spec.source_tokens, loaded.tokenizer.model_max_length)
        return min(most, loaded.positions.table_size or most)

    def _sizes(self, loaded: LoadedModel, sources: Sequence[str]) -> list[int]:
        prompt = self.prompt(loaded)
        encoded = loaded.tokenizer([prompt + source for source in sources], verbose=False)
        return [len(ids) for ids in encoded.input_ids]

    def _parts(self, loaded: LoadedModel, source: str) -> list[str]:
        """Returns a source in parts that end with a sentence and fit; whole where it fits."""
        most = self._most(loaded)
        if not self.spec.splits or not may_exceed(self.prompt(loaded) + source, most):
            return [source]
        if self._sizes(loaded, [source])[0] <= most:
            return [source]
        parts: list[str] = []
        for sentence in filter(str.strip, _SENTENCE_END.split(source)):
            joined = f"{parts[-1]} {sentence}" if parts else sentence
            if parts and self._sizes(loaded, [joined])[0] <= most:
                parts[-1] = joined
            else:
                parts.append(sentence)
        return parts or [source]

    def _source_ids(self, loaded: LoadedModel, sources: Sequence[str]) -> list[list[int]]:
        """Returns the tokens of each source after the prompt, cut to what the model takes."""
        prompt, most = self.prompt(loaded), self._most(loaded)
        encoded = loaded.tokenizer([prompt + source for source in sources], verbose=False).input_ids
        return [cut_end(ids, most) for ids in encoded]

    @torch.inference_mode()
    def _generate(
        self,
        loaded: LoadedModel,
        sources: Sequence[str],
        feeds: Sequence[StepInputs],
        **kept: bool,
    ) -> Any:
        """Returns what ``generate`` gives: token ids, or what ``kept`` names beside them."""
        tokenizer, model, positions = loaded.tokenizer, loaded.model, loaded.positions
        bound = positions.table_size
        ids = self._source_ids(loaded, sources)
        lengths = [*map(len, ids)]
        longest = max(lengths)
        by = starts(loaded, [feed.source for feed in feeds], lengths)
        if not all(feed.target.constant for feed in feeds):
            raise ConfigError("conditions.text_being_generated_can")
        target_by = torch.tensor([feed.target.offset for feed in feeds], dtype=torch.long)
        first_target = int(target_by.max())
        positions.check(first_target, 2, "target")
        inputs = {
            "input_ids": pad(ids, tokenizer.pad_token_id),
            "attention_mask": pad([[1] * len(row) for row in ids], 0),
        }
        if positions.encoding == "relative" and by.ndim == 1 and bool(by.any()):
            inputs = left_padded(inputs, by, tokenizer.pad_token_id)
        new = min(TARGET_TOKENS, 2 * longest + 10)
        if bound is not None:
            new = max(1, min(new, bound - first_target - 1))
        inputs = {name: tensor.to(loaded.device) for name, tensor in inputs.items()}
        moved = by.to(loaded.device), target_by.to(loaded.device)
        with moved_positions(positions, *moved):
            how = {"do_sample": False, "num_beams": 1, **kept}
            return model.generate(**inputs, max_new_tokens=new, max_length=None, **how)


def _texts(loaded: LoadedModel, out: Any) -> list[str]:
    texts = loaded.tokenizer.batch_decode(out, skip_special_tokens=True)
    return [text.strip() for text in texts]


def prompt_in(settings: object, task: str) -> str:
    """Returns the prompt of a task in a configuration's ``task_specific_params``, or ``""``."""
    own = settings.get(task) if isinstance(settings, Mapping) else None
    prefix = own.get("prefix") if isinstance(own, Mapping) else None
    return prefix if isinstance(prefix, str) else ""
