"""The stock recipe that benchmarks/train.py measures against: the example scripts of transformers.

``run_ner.py`` and ``run_translation.py`` at their defaults: ``Trainer`` (``Seq2SeqTrainer``) with
its own collator, batches of 8, AdamW and a linear schedule. The texts are tokenized beforehand.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from typing import Any

import torch
import transformers as tf

from shiftdemo.core.samples import Sample
from shiftdemo.evaluation.cost import StepCost
from shiftdemo.tasks.heads import Batch
from shiftdemo.tasks.heads.token_classification import MAX_TOKENS

_CUT = {"truncation": True, "max_length": MAX_TOKENS}


def encode(task: str, tokenizer: Any, known: Any, samples: Sequence[Any]) -> list[dict[str, Any]]:
    """Returns the samples as the example scripts hand them to the collator.

    Args:
        known: tag to id, of a tagger.
    """
    if task == "translation":
        rows = tokenizer([s.source for s in samples], **_CUT)
        labels = tokenizer(text_target=[s.target for s in samples], **_CUT).input_ids
    else:
        rows = tokenizer([list(s.words) for s in samples], is_split_into_words=True, **_CUT)
        labels = [_tags(rows.word_ids(i), s.tags, known) for i, s in enumerate(samples)]
    names = ("input_ids", "attention_mask", "labels")
    parts = zip(rows.input_ids, rows.attention_mask, labels, strict=True)
    return [dict(zip(names, part, strict=True)) for part in parts]


def _tags(word_ids: Sequence[int | None], tags: Sequence[str], known: Any) -> list[int]:
    """Returns the ids of the tags, on the first piece of every word."""
    before = (None, *word_ids)
    return [
        -100 if word is None or word == last else known[tags[word]]
        for word, last in zip(word_ids, before, strict=False)
    ]


def collator(task: str, tokenizer: Any, model: Any) -> Any:
    """Returns the collator of the example script."""
    if task == "translation":
        return tf.DataCollatorForSeq2Seq(tokenizer, model=model, label_pad_token_id=-100)
    return tf.DataCollatorForTokenClassification(tokenizer)


def real_tokens(inputs: Any) -> torch.Tensor:
    """Returns the real tokens of source and decoder input, where the batch lies."""
    found: torch.Tensor = inputs["attention_mask"].sum()
    if "decoder_input_ids" in inputs:  # the labels, moved right: as many
        found = found + (inputs["labels"] != -100).sum()
    return found


def train(
    task: str,
    folder: str,
    samples: Sequence[Sample],
    device: str,
    batch_size: int,
    grouped: bool,
    after_step: Callable[[Any, int], None],
) -> None:
    """Trains without end, in bfloat16 on a GPU.

    Args:
        grouped: whether sentences of like length come together.
        after_step: gets the real tokens and the operations of every step.
    """
    tokenizer = tf.AutoTokenizer.from_pretrained(folder)
    pair = task == "translation"
    auto: Any = tf.AutoModelForSeq2SeqLM if pair else tf.AutoModelForTokenClassification
    model = auto.from_pretrained(folder, dtype=torch.float32)
    trainer_class: Any = tf.Seq2SeqTrainer if pair else tf.Trainer
    arguments_class: Any = tf.Seq2SeqTrainingArguments if pair else tf.TrainingArguments
    cost = StepCost(model)
    none = torch.zeros(1, dtype=torch.long)
    made: list[Any] = []

    class Counted(trainer_class):
        def training_step(self, model: Any, inputs: Any, *rest: Any) -> Any:
            batch = Batch(dict(inputs), none, none, none, 0)  # every place is projected
            made[:] = real_tokens(inputs), cost(batch)
            return super().training_step(model, inputs, *rest)

    class Told(tf.TrainerCallback):
        def on_step_end(self, *_: Any, **__: Any) -> None:
            after_step(*made)

    with tempfile.TemporaryDirectory() as output:
        options = arguments_class(
            output,
            per_device_train_batch_size=batch_size,
            train_sampling_strategy="group_by_length" if grouped else "random",
            num_train_epochs=1000,
            save_strategy="no",
            logging_strategy="no",
            report_to=[],
            disable_tqdm=True,
            use_cpu=device == "cpu",
            bf16=device == "cuda",
        )
        Counted(
            model=model,
            args=options,
            train_dataset=encode(task, tokenizer, model.config.label2id, samples),
            data_collator=collator(task, tokenizer, model),
            processing_class=tokenizer,
            callbacks=[Told()],
        ).train()
