"""Encoders with a head that labels tokens or whole texts: BERT, DistilBERT, ModernBERT and T5."""

from __future__ import annotations

from typing import Any

import transformers as tf

from shiftdemo.models.scratch.seq2seq import t5_config
from shiftdemo.models.scratch.size import ScratchSize

# The configuration classes take more keywords than their signatures say.
_stock: Any = tf
_FAMILIES = {
    "learned": "Bert",
    "sinusoidal": "DistilBert",
    "rotary": "ModernBert",
    "relative": "T5",
}


def make(head: str, size: ScratchSize, tokenizer: Any, dropout: float) -> tuple[Any, Any]:
    """Returns the configuration and the class of a model with a head, as transformers calls it."""
    return _config(size, tokenizer, dropout), getattr(tf, f"{_FAMILIES[size.encoding]}For{head}")


def _config(size: ScratchSize, tokenizer: Any, dropout: float) -> Any:
    shared = {"vocab_size": len(tokenizer), "pad_token_id": tokenizer.pad_token_id}
    table = size.max_positions
    # N(0, d^-0.5) as in fairseq, so that a position that training never saw weighs as much as one
    # that it saw; the stock 0.02 makes it close to no position at all.
    start = size.width**-0.5
    if size.encoding == "learned":
        return _stock.BertConfig(
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
    if size.encoding == "sinusoidal":
        return _stock.DistilBertConfig(
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
    if size.encoding == "rotary":
        return _stock.ModernBertConfig(
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
    return t5_config(size, tokenizer, dropout)
