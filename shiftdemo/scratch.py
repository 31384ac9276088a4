"""Small models made on the spot from stock transformers classes, one per position encoding."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
import transformers as tf
from tokenizers import Tokenizer, decoders, normalizers, pre_tokenizers, processors, trainers
from tokenizers import models as tokenizer_models

from shiftdemo.errors import ConfigError

# The configuration classes take more keywords than their signatures say.
_stock: Any = tf
ENCODINGS = ("learned", "sinusoidal", "rotary", "relative")


@dataclass(frozen=True, slots=True)
class ScratchSize:
    """The shape of a scratch model; the defaults train in under a minute on one core."""

    width: int = 128
    ffn: int = 512
    heads: int = 4
    layers: int = 2
    decoder_layers: int = 2
    vocab: int = 6000
    max_positions: int = 320
    encoding: str = "learned"


def train_tokenizer(texts: Iterable[str], task: str, vocab: int) -> tf.PreTrainedTokenizerFast:
    """Returns a cased BPE tokenizer (Sennrich et al. 2016) trained on ``texts``.

    Words begin with ``▁``; unseen characters become ``<unk>``. The same texts give the same
    tokenizer.
    """
    seq2seq = task == "translation"
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
        special_tokens=[(token, ids[token]) for token in special],
    )
    marks = {"pad_token": "<pad>", "unk_token": "<unk>", "eos_token": "</s>"}
    if not seq2seq:
        marks |= {"bos_token": "<s>", "mask_token": "<mask>"}
        marks |= {"cls_token": "<s>", "sep_token": "</s>"}
    return tf.PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=512, **marks)


def build_scratch(
    task: str,
    size: ScratchSize,
    tokenizer: Any,
    labels: Sequence[str],
    dropout: float,
    seed: int,
) -> Any:
    """Returns a freshly initialised model; the same seed gives the same weights.

    Raises:
        ConfigError: the position encoding or the task is unknown.
    """
    if size.encoding not in ENCODINGS or task not in ("ner", "translation"):
        raise ConfigError(
            f"There is no scratch model {size.encoding!r} for {task}; "
            f"choose one of {', '.join(ENCODINGS)} for ner or translation."
        )
    config, cls = (_tagger if task == "ner" else _translator)(size, tokenizer, dropout)
    if task == "ner":
        config.id2label = dict(enumerate(labels))
        config.label2id = {label: i for i, label in enumerate(labels)}
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        config._attn_implementation = "eager"
        model = cls(config)
        if task == "translation" and size.encoding in ("learned", "sinusoidal"):
            _calm(model, size.layers + size.decoder_layers)
        if task == "ner" and size.encoding == "relative":
            # T5's own start, N(0, 1), gives a first loss of several times chance.
            torch.nn.init.normal_(model.classifier.weight, std=size.width**-0.5)
    return model.eval()


def _calm(model: Any, n_layers: int) -> None:
    """Starts the residual branches of a post-norm model small (DeepNet, Wang et al. 2022).

    Otherwise alike (a 4+2-layer model, one seed, 400 steps), the stock start left all encoder
    outputs of a sentence the same (mean cosine similarity 0.999) at a held-out loss of 3.85 nats,
    and this one 0.16 at 3.32. Queries and keys keep gain 1.
    """
    gain = (4 * n_layers) ** -0.25
    for name, weight in model.named_parameters():
        if name.endswith(("_proj.weight", "fc1.weight", "fc2.weight")):
            sharp = name.endswith(("q_proj.weight", "k_proj.weight"))
            torch.nn.init.xavier_normal_(weight, gain=1.0 if sharp else gain)


def _tagger(size: ScratchSize, tokenizer: Any, dropout: float) -> tuple[Any, Any]:
    shared = {"vocab_size": len(tokenizer), "pad_token_id": tokenizer.pad_token_id}
    table = size.max_positions
    # N(0, d^-0.5) as in fairseq, so that a position that training never saw weighs as much as one
    # that it saw; the stock 0.02 makes it close to no position at all.
    start = size.width**-0.5
    if size.encoding == "learned":
        config: Any = _stock.BertConfig(
            hidden_size=size.width,
            num_hidden_layers=size.layers,
            num_attention_heads=size.heads,
            intermediate_size=size.ffn,
            max_position_embeddings=table,
            initializer_range=start,
            hidden_dropout_prob=dropout,
            attention_probs_dropout_prob=dropout,
            **shared,
        )
        return config, tf.BertForTokenClassification
    if size.encoding == "sinusoidal":
        config = _stock.DistilBertConfig(
            dim=size.width,
            n_layers=size.layers,
            n_heads=size.heads,
            hidden_dim=size.ffn,
            max_position_embeddings=table,
            sinusoidal_pos_embds=True,
            initializer_range=start,
            dropout=dropout,
            attention_dropout=dropout,
            seq_classif_dropout=dropout,
            **shared,
        )
        return config, tf.DistilBertForTokenClassification
    if size.encoding == "rotary":
        config = _stock.ModernBertConfig(
            hidden_size=size.width,
            num_hidden_layers=size.layers,
            num_attention_heads=size.heads,
            intermediate_size=size.ffn,
            max_position_embeddings=table,
            layer_types=["full_attention"] * size.layers,
            embedding_dropout=dropout,
            attention_dropout=dropout,
            mlp_dropout=dropout,
            classifier_dropout=dropout,
            bos_token_id=tokenizer.bos_token_id,
            eos_token_id=tokenizer.eos_token_id,
            cls_token_id=tokenizer.cls_token_id,
            sep_token_id=tokenizer.sep_token_id,
            **shared,
        )
        return config, tf.ModernBertForTokenClassification
    return _t5(size, tokenizer, dropout), tf.T5ForTokenClassification


def _t5(size: ScratchSize, tokenizer: Any, dropout: float) -> Any:
    return _stock.T5Config(
        vocab_size=len(tokenizer),
        d_model=size.width,
        d_kv=size.width // size.heads,
        d_ff=size.ffn,
        num_layers=size.layers,
        num_decoder_layers=size.decoder_layers,
        num_heads=size.heads,
        dropout_rate=dropout,
        classifier_dropout=dropout,
        pad_token_id=tokenizer.pad_token_id,
        eos_token_id=tokenizer.eos_token_id,
        decoder_start_token_id=tokenizer.pad_token_id,
    )


def _translator(size: ScratchSize, tokenizer: Any, dropout: float) -> tuple[Any, Any]:
    if size.encoding == "relative":
        return _t5(size, tokenizer, dropout), tf.T5ForConditionalGeneration
    if size.encoding == "rotary":
        return _t5gemma(size, tokenizer, dropout), tf.T5GemmaForConditionalGeneration
    cls = _stock.BartConfig if size.encoding == "learned" else tf.MarianConfig
    config = cls(
        vocab_size=len(tokenizer),
        d_model=size.width,
        encoder_layers=size.layers,
        decoder_layers=size.decoder_layers,
        encoder_ffn_dim=size.ffn,
        decoder_ffn_dim=size.ffn,
        encoder_attention_heads=size.heads,
        decoder_attention_heads=size.heads,
        max_position_embeddings=size.max_positions,
        dropout=dropout,
        attention_dropout=0.0,
        activation_dropout=0.0,
        activation_function="relu",
        # Scaled embeddings need this start, or training stalls (Vaswani et al. 2017).
        scale_embedding=True,
        init_std=size.width**-0.5,
        pad_token_id=tokenizer.pad_token_id,
        bos_token_id=None,
        eos_token_id=tokenizer.eos_token_id,
        decoder_start_token_id=tokenizer.pad_token_id,
        forced_eos_token_id=None,
    )
    learned = size.encoding == "learned"
    return config, tf.BartForConditionalGeneration if learned else tf.MarianMTModel


def _t5gemma(size: ScratchSize, tokenizer: Any, dropout: float) -> Any:
    part = _stock.T5GemmaModuleConfig(
        vocab_size=len(tokenizer),
        hidden_size=size.width,
        intermediate_size=size.ffn,
        num_hidden_layers=size.layers,
        num_attention_heads=size.heads,
        num_key_value_heads=size.heads,
        head_dim=size.width // size.heads,
        query_pre_attn_scalar=size.width // size.heads,
        max_position_embeddings=size.max_positions,
        layer_types=["full_attention"] * size.layers,
        pad_token_id=tokenizer.pad_token_id,
        eos_token_id=tokenizer.eos_token_id,
        bos_token_id=tokenizer.pad_token_id,
    )
    decoder = dict(part.to_dict(), num_hidden_layers=size.decoder_layers)
    decoder["layer_types"] = ["full_attention"] * size.decoder_layers
    return _stock.T5GemmaConfig(
        encoder=part,
        decoder=_stock.T5GemmaModuleConfig(**decoder),
        vocab_size=len(tokenizer),
        dropout_rate=dropout,
        is_encoder_decoder=True,
        tie_word_embeddings=True,
        pad_token_id=tokenizer.pad_token_id,
        eos_token_id=tokenizer.eos_token_id,
        bos_token_id=tokenizer.pad_token_id,
        decoder_start_token_id=tokenizer.pad_token_id,
    )
