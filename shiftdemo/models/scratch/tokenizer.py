"""Small sub-word tokenizers, trained on the texts at hand."""

from __future__ import annotations

from collections.abc import Iterable

import transformers as tf
from tokenizers import Tokenizer, decoders, normalizers, pre_tokenizers, processors, trainers
from tokenizers import models as tokenizer_models

from shiftdemo.core.task_spec import TASKS


def train_tokenizer(texts: Iterable[str], task: str, vocab: int) -> tf.PreTrainedTokenizerFast:
    """Returns a cased BPE tokenizer (Sennrich et al. 2016) trained on ``texts``.

    Words begin with ``▁``; unseen characters become ``<unk>``. The same texts give the same
    tokenizer.
    """
    seq2seq = TASKS.get(task).kind == "seq2seq"
    special = ["<pad>", "</s>", "<unk>"] if seq2seq else ["<pad>", "<unk>", "<s>", "</s>", "<mask>"]
    tokenizer = Tokenizer(tokenizer_models.BPE(unk_token="<unk>"))
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Metaspace(), pre_tokenizers.Punctuation(), pre_tokenizers.Digits()]
    )
    tokenizer.decoder = decoders.Metaspace()
    trainer = trainers.BpeTrainer(
        vocab_size=vocab, special_tokens=special, show_progress=False, min_frequency=2
    )
    tokenizer.train_from_iterator(texts, trainer)
    ids = {token: tokenizer.token_to_id(token) for token in special}
    tokenizer.post_processor = processors.TemplateProcessing(
        single="$A </s>" if seq2seq else "<s> $A </s>",
        pair=None if seq2seq else "<s> $A </s> $B </s>",  # a question and its context
        special_tokens=[(token, ids[token]) for token in special],
    )
    marks = {"pad_token": "<pad>", "unk_token": "<unk>", "eos_token": "</s>"}
    if not seq2seq:
        marks |= {"bos_token": "<s>", "mask_token": "<mask>"}
        marks |= {"cls_token": "<s>", "sep_token": "</s>"}
    return tf.PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=512, **marks)
