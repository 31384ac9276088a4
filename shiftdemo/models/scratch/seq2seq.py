"""Sequence-to-sequence models: BART, Marian, T5Gemma and T5."""

from __future__ import annotations

from typing import Any

import torch
import transformers as tf

from shiftdemo.models.scratch.size import ScratchSize

# The configuration classes take more keywords than their signatures say.
_stock: Any = tf
POST_NORM = (tf.BartForConditionalGeneration, tf.MarianMTModel)


def make(size: ScratchSize, tokenizer: Any, dropout: float) -> tuple[Any, Any]:
    """Returns the configuration and the class of a model."""
    if size.encoding == "relative":
        return t5_config(size, tokenizer, dropout), tf.T5ForConditionalGeneration
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


def t5_config(size: ScratchSize, tokenizer: Any, dropout: float) -> Any:
    """Returns the configuration of a T5, whose encoder alone serves a tagger."""
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


def calm(model: Any, n_layers: int) -> None:
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
